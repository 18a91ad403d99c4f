// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packet_udp.c - UDP datagrams in one piece, with and without VLAN tags
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "backends/packet_udp.h"
#include "core/csum.h"
#include "core/offload.h"

#define SIZE 1000
#define COUNT 10
#define LAST 300
#define ROOM 4

struct fixture {
	struct frame whole;
	struct iovec tail;
	struct packet_udp udp;
	struct frame frames[ROOM];
	struct iovec tails[ROOM];
	uint8_t data[FRAME_MAX_LEN];
	uint8_t out[2000];
	uint32_t hlen;
};

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

/* @tag: 0 or 4 bytes of one; COUNT datagrams of SIZE and one of LAST bytes. */
static void make(struct fixture *f, bool is_ipv6, unsigned tag)
{
	static const uint8_t vlan[] = {0x81, 0, 0, 100};
	static const uint8_t ip4[20] = {0x45, 0,  0,  0, 0xff, 0xfe, 0,
					0,    64, 17, 0, 0,    10,   0,
					0,    1,  10, 0, 0,    2};
	static const uint8_t ip6[40] = {0x60, 0,        0,           0,
					0,    0,        17,          64,
					0xfd, [23] = 1, [24] = 0xfd, [39] = 2};
	static const uint8_t udp[8] = {0, 1, 0, 2};
	uint32_t i, len, l4;
	uint8_t *at = f->data + 12;

	memset(f, 0, sizeof(*f));
	at = put(at, vlan, tag);
	be16_store(at, is_ipv6 ? 0x86dd : 0x0800);
	at += 2;
	at = is_ipv6 ? put(at, ip6, sizeof(ip6)) : put(at, ip4, sizeof(ip4));
	l4 = (uint32_t)(at - f->data);
	at = put(at, udp, sizeof(udp));
	f->hlen = l4 + 8;
	len = COUNT * SIZE + LAST;
	for (i = 0; i < len; i++)
		at[i] = (uint8_t)(i * 31 + i / 256);
	frame_set_data(&f->whole, f->data, f->hlen + len, &f->tail);
	f->whole.hdr = (struct vnet_hdr){.flags = VNET_F_NEEDS_CSUM,
					 .gso_type = PACKET_UDP_GSO,
					 .gso_size = SIZE,
					 .csum_start = (uint16_t)l4,
					 .csum_offset = 6};
}

/* Finish the checksum as a receiver would, and see that it is right. */
static void check_sums(struct fixture *f, const struct frame *frame,
		       bool is_ipv6, unsigned index)
{
	uint32_t l4 = f->hlen - 8, l3 = l4 - (is_ipv6 ? 40 : 20);
	uint32_t len = frame->len - l4;
	uint64_t sum;

	assert_int_equal(frame_copy(frame, 0, f->out, sizeof(f->out)),
			 frame->len);
	assert_int_equal(be16_load(f->out + l4 + 4), len);
	sum = csum_add(0, f->out + l4, len);
	be16_store(f->out + l4 + 6, csum_fold(sum));
	sum = csum_add(len + 17, f->out + l4, len);
	if (is_ipv6) {
		assert_int_equal(be16_load(f->out + l3 + 4), len);
		sum = csum_add(sum, f->out + l3 + 8, 32);
	} else {
		assert_int_equal(be16_load(f->out + l3 + 2), len + 20);
		assert_int_equal(be16_load(f->out + l3 + 4),
				 (uint16_t)(0xfffe + index));
		assert_int_equal(csum_fold(csum_add(0, f->out + l3, 20)), 0);
		sum = csum_add(sum, f->out + l3 + 12, 8);
	}
	assert_int_equal(csum_fold(sum), 0);
}

static void cut_all(struct fixture *f, bool is_ipv6)
{
	uint32_t at = f->hlen;
	unsigned i, n, index = 0;

	assert_true(packet_udp_begin(&f->udp, &f->whole));
	while (f->udp.at) {
		n = packet_udp_next(&f->udp, f->frames, f->tails, ROOM);
		assert_true(n > 0 && n <= ROOM);
		for (i = 0; i < n; i++, index++) {
			struct frame *frame = &f->frames[i];
			uint32_t part = index < COUNT ? SIZE : LAST;

			assert_int_equal(frame->len, f->hlen + part);
			assert_true(offload_check(frame, PORT_CSUM));
			assert_int_equal(frame->vid, f->whole.vid);
			check_sums(f, frame, is_ipv6, index);
			assert_memory_equal(f->out + f->hlen, f->data + at,
					    part);
			assert_memory_equal(f->out, f->data, 14);
			at += part;
		}
	}
	assert_int_equal(index, COUNT + 1);
	assert_int_equal(packet_udp_next(&f->udp, f->frames, f->tails, ROOM),
			 0);
}

static void datagrams_of_both_families_come_apart(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, false, 0);
	cut_all(&f, false);
	make(&f, true, 0);
	cut_all(&f, true);
}

static void datagrams_behind_a_tag_come_apart(void **state)
{
	static struct fixture f;

	(void)state;
	make(&f, false, 4);
	assert_int_equal(f.whole.vid, 100);
	cut_all(&f, false);
	make(&f, true, 4);
	cut_all(&f, true);
}

static void short_datagrams_come_out_of_the_snapshot(void **state)
{
	static struct fixture f;
	unsigned i, n;

	(void)state;
	make(&f, false, 0);
	f.whole.len = f.hlen + 100;
	f.tail.iov_len = f.whole.len - f.whole.snap_len;
	f.whole.hdr.gso_size = 30;
	assert_true(packet_udp_begin(&f.udp, &f.whole));
	n = packet_udp_next(&f.udp, f.frames, f.tails, ROOM);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		uint32_t len = i < 3 ? 30 : 10;

		assert_int_equal(f.frames[i].iov_count, 0);
		assert_int_equal(f.frames[i].len, f.hlen + len);
		assert_memory_equal(f.frames[i].snap + f.hlen,
				    f.data + f.hlen + i * 30, len);
	}
	assert_int_equal(f.udp.at, 0);
}

#define REFUSED(change)                                           \
	do {                                                      \
		make(&f, false, 0);                               \
		change;                                           \
		assert_false(packet_udp_begin(&f.udp, &f.whole)); \
		assert_int_equal(f.udp.at, 0);                    \
	} while (0)

static void what_contradicts_itself_is_refused(void **state)
{
	static struct fixture f;

	(void)state;
	REFUSED(f.whole.hdr.flags = 0);
	REFUSED(f.whole.hdr.gso_size = 0);
	REFUSED(f.whole.hdr.gso_size = 10); /* far too many */
	REFUSED(f.whole.hdr.csum_start = 30);
	REFUSED(f.whole.hdr.csum_offset = 16);
	REFUSED(f.whole.hdr.gso_type = VNET_GSO_TCPV4);
	REFUSED(f.whole.snap[23] = 6);
	REFUSED(f.whole.snap[20] = 0x20); /* a fragment */
	REFUSED(f.whole.snap[14] = 0x44);
	REFUSED(f.whole.snap[14] = 0x65);
	REFUSED(f.whole.snap[12] = 0x88);
	REFUSED(f.whole.len = f.hlen);
	REFUSED(f.whole.snap_len = 41);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_of_both_families_come_apart),
		cmocka_unit_test(datagrams_behind_a_tag_come_apart),
		cmocka_unit_test(short_datagrams_come_out_of_the_snapshot),
		cmocka_unit_test(what_contradicts_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
