// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_offload.c - headers that lie, checksums, segments
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/csum.h"
#include "core/offload.h"

#define ALL (PORT_CSUM | PORT_TSO4 | PORT_TSO6 | PORT_ECN)
#define PAYLOAD 5000u
#define MSS 1448u
#define MAX_SENT 64

static uint8_t packet[FRAME_MAX_LEN];
static struct offload_scratch scratch;
static struct frame frame;
static struct iovec tail;
static struct port port;
static unsigned limit, sent;
static uint32_t sent_len[MAX_SENT];
static uint8_t sent_data[MAX_SENT][2000];

static unsigned record(struct port *to, struct frame **frames, unsigned n)
{
	unsigned i;

	(void)to;
	for (i = 0; i < n && sent < limit; i++, sent++) {
		assert_false(frame_has_offload(frames[i]) && !to->features);
		assert_int_equal(frames[i]->ingress, frame.ingress);
		sent_len[sent] = frames[i]->len;
		frame_copy(frames[i], 0, sent_data[sent], 2000);
	}
	return i;
}

static const struct port_ops ops = {.send = record};
static unsigned kept;
static uint32_t kept_bytes;

static void keep(struct offload_rest *to, struct frame *segment)
{
	(void)to;
	kept++;
	kept_bytes += segment->len;
}

static struct offload_rest rest = {.keep = keep};

/* a TCP packet with a partial checksum, options in its header */
static void build(bool ipv6, uint32_t payload)
{
	uint8_t *ip = packet + ETH_HLEN, *tcp = ip + (ipv6 ? 40 : 20);
	uint32_t i, l4_len = 32 + payload, hlen;
	uint64_t sum;

	memset(packet, 0, 200);
	packet[0] = packet[6] = 2;
	be16_store(packet + 12, ipv6 ? 0x86dd : 0x0800);
	if (ipv6) {
		ip[0] = 0x60;
		ip[6] = 6;
		be16_store(ip + 4, (uint16_t)l4_len);
		sum = csum_add(0, ip + 8, 32) + 6 + l4_len;
	} else {
		ip[0] = 0x45;
		ip[9] = 6;
		be16_store(ip + 2, (uint16_t)(20 + l4_len));
		be16_store(ip + 4, 0xffff);
		be32_store(ip + 12, 0x0a000001);
		be32_store(ip + 16, 0x0a000002);
		sum = csum_pseudo_ipv4(0x0a000001, 0x0a000002, 6,
				       (uint16_t)l4_len);
	}
	be32_store(tcp + 4, 1000);
	tcp[12] = 8 << 4;
	tcp[13] = 0x80 | 0x10 | 0x09;
	be16_store(tcp + 16, (uint16_t)~csum_fold(sum));
	hlen = (uint32_t)(tcp + 32 - packet);
	for (i = 0; i < payload; i++)
		packet[hlen + i] = (uint8_t)(i * 13);
	frame_set_data(&frame, packet, hlen + payload, &tail);
	frame.ingress = 5;
	frame.hdr.flags = VNET_F_NEEDS_CSUM;
	frame.hdr.csum_start = htole16((uint16_t)(tcp - packet));
	frame.hdr.csum_offset = htole16(16);
	frame.hdr.gso_type = ipv6 ? VNET_GSO_TCPV6 : VNET_GSO_TCPV4;
	frame.hdr.gso_size = htole16(MSS);
}

static void new_port(uint16_t features)
{
	port_init(&port, &ops, "sink");
	port.features = features;
	limit = MAX_SENT;
	sent = 0;
	kept = kept_bytes = 0;
}

static unsigned send_it(void)
{
	struct frame *frames = &frame;

	return offload_send(&port, &frames, 1, &scratch, &rest);
}

static bool tcp_is_good(const uint8_t *data, uint32_t len, bool ipv6)
{
	const uint8_t *ip = data + ETH_HLEN, *tcp = ip + (ipv6 ? 40 : 20);
	uint32_t l4_len = len - (uint32_t)(tcp - data);
	uint64_t sum = csum_add(0, ip + (ipv6 ? 8 : 12), ipv6 ? 32 : 8);

	return csum_fold(csum_add(sum + 6 + l4_len, tcp, l4_len)) == 0;
}

static void check_segments(bool ipv6)
{
	uint32_t hlen = ETH_HLEN + (ipv6 ? 40 : 20) + 32, at = 0;
	unsigned i;

	assert_int_equal(sent, (PAYLOAD + MSS - 1) / MSS);
	for (i = 0; i < sent; i++) {
		const uint8_t *ip = sent_data[i] + ETH_HLEN;
		const uint8_t *tcp = ip + (ipv6 ? 40 : 20);
		uint32_t part = sent_len[i] - hlen;

		assert_true(tcp_is_good(sent_data[i], sent_len[i], ipv6));
		assert_memory_equal(sent_data[i] + hlen, packet + hlen + at,
				    part);
		assert_int_equal(be32_load(tcp + 4), 1000 + at);
		assert_int_equal(tcp[13] & 0x80, i ? 0 : 0x80);
		assert_int_equal(tcp[13] & 0x09, i == sent - 1 ? 0x09 : 0);
		if (!ipv6) {
			assert_int_equal(csum_fold(csum_add(0, ip, 20)), 0);
			assert_int_equal(be16_load(ip + 4),
					 (uint16_t)(0xffff + i));
			assert_int_equal(be16_load(ip + 2),
					 sent_len[i] - ETH_HLEN);
		} else {
			assert_int_equal(be16_load(ip + 4),
					 sent_len[i] - ETH_HLEN - 40);
		}
		at += part;
	}
	assert_int_equal(at, PAYLOAD);
}

static void large_packets_are_cut_into_correct_segments(void **state)
{
	(void)state;
	new_port(PORT_CSUM);
	build(false, PAYLOAD);
	assert_true(offload_check(&frame, ALL));
	assert_int_equal(send_it(), 1);
	check_segments(false);
	assert_true(frame.verdict.changes & CHANGE_SEGMENTED);
	new_port(0);
	build(true, PAYLOAD);
	assert_true(offload_check(&frame, ALL));
	assert_int_equal(send_it(), 1);
	check_segments(true);
}

static void largest_packet_is_cut_in_several_batches(void **state)
{
	(void)state;
	new_port(0);
	limit = 40;
	build(false, 65000);
	frame.hdr.gso_size = htole16(500);
	assert_true(offload_check(&frame, ALL));
	assert_int_equal(send_it(), 1);
	assert_int_equal(kept, 130 - 40);
	assert_int_equal(kept_bytes, 65000 - 40 * 500 + kept * 66);
	new_port(0);
	limit = 0;
	assert_int_equal(send_it(), 0);
	assert_int_equal(kept, 0);
}

static void capable_ports_get_the_packet_untouched(void **state)
{
	(void)state;
	new_port(ALL);
	build(false, PAYLOAD);
	assert_int_equal(send_it(), 1);
	assert_int_equal(sent, 1);
	assert_int_equal(sent_len[0], frame.len);
	assert_int_equal(frame.verdict.changes, 0);
}

static void partial_checksums_are_finished(void **state)
{
	(void)state;
	new_port(0);
	build(false, 100);
	frame.hdr.gso_type = VNET_GSO_NONE;
	assert_true(offload_check(&frame, ALL));
	assert_int_equal(send_it(), 1);
	assert_int_equal(sent, 1);
	assert_true(tcp_is_good(sent_data[0], sent_len[0], false));
	assert_int_equal(frame.verdict.changes, CHANGE_CHECKSUM);
}

static void udp_checksum_is_never_zero(void **state)
{
	uint8_t *udp = packet + 34;

	(void)state;
	new_port(0);
	memset(packet, 0, 60);
	be16_store(packet + 12, 0x0800);
	/* words that sum up to 0xffff, so the checksum comes out as 0 */
	be16_store(udp, 0xffff);
	frame_set_data(&frame, packet, 60, &tail);
	frame.hdr.flags = VNET_F_NEEDS_CSUM;
	frame.hdr.csum_start = htole16(34);
	frame.hdr.csum_offset = htole16(6);
	assert_int_equal(send_it(), 1);
	assert_int_equal(be16_load(sent_data[0] + 40), 0xffff);
}

static void order_is_kept_between_plain_and_open_frames(void **state)
{
	struct frame plain[2], *frames[3] = {&plain[0], &frame, &plain[1]};
	uint8_t bytes[60] = {2};
	struct iovec tails[2];

	(void)state;
	new_port(0);
	build(false, 100);
	frame.hdr.gso_type = VNET_GSO_NONE;
	frame_set_data(&plain[0], bytes, 60, &tails[0]);
	frame_set_data(&plain[1], bytes, 59, &tails[1]);
	plain[0].ingress = plain[1].ingress = frame.ingress;
	assert_int_equal(offload_send(&port, frames, 3, &scratch, &rest), 3);
	assert_int_equal(sent_len[0], 60);
	assert_int_equal(sent_len[1], 166);
	assert_int_equal(sent_len[2], 59);
	new_port(0);
	limit = 1;
	assert_int_equal(offload_send(&port, frames, 3, &scratch, &rest), 1);
}

static bool accepts(void (*spoil)(void), uint16_t allowed)
{
	build(false, PAYLOAD);
	spoil();
	return offload_check(&frame, allowed);
}

static void nothing(void)
{
}
static void no_size(void)
{
	frame.hdr.gso_size = 0;
}
static void tiny_size(void)
{
	frame.hdr.gso_size = htole16(OFFLOAD_MIN_GSO - 1);
}
static void long_header(void)
{
	frame.hdr.hdr_len = htole16(0xffff);
}
static void no_csum(void)
{
	frame.hdr.flags = 0;
}
static void unknown_type(void)
{
	frame.hdr.gso_type = 3;
}
static void ecn_alone(void)
{
	frame.hdr.gso_type = VNET_GSO_ECN;
}
static void with_ecn(void)
{
	frame.hdr.gso_type |= VNET_GSO_ECN;
}
static void wrong_family(void)
{
	frame.hdr.gso_type = VNET_GSO_TCPV6;
}
static void start_at_end(void)
{
	frame.hdr.csum_start = htole16(0xfffe);
}
static void start_odd(void)
{
	frame.hdr.csum_start = htole16(35);
}
static void offset_past_end(void)
{
	frame.hdr.csum_offset = htole16(0xffff);
}
static void no_tcp(void)
{
	frame.snap[23] = 17;
}
static void fragment(void)
{
	frame.snap[20] = 0x20;
}
static void short_ihl(void)
{
	frame.snap[14] = 0x44;
}
static void short_doff(void)
{
	frame.snap[46] = 4 << 4;
}
static void long_doff(void)
{
	frame.len = frame.snap_len = 60;
}

static void headers_that_contradict_the_frame_are_refused(void **state)
{
	void (*const bad[])(void) = {
		no_size,   tiny_size,       long_header,  no_csum,
		ecn_alone, unknown_type,    wrong_family, start_at_end,
		start_odd, offset_past_end, no_tcp,       fragment,
		short_ihl, short_doff,      long_doff};
	unsigned i;

	(void)state;
	assert_true(accepts(nothing, ALL));
	assert_int_equal(le16toh(frame.hdr.hdr_len), 66);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(accepts(bad[i], ALL));
	assert_true(accepts(with_ecn, ALL));
	assert_false(accepts(with_ecn, ALL & ~PORT_ECN));
	assert_false(accepts(nothing, ALL & ~PORT_TSO4));
	assert_false(accepts(nothing, ALL & ~PORT_CSUM));
}

static void harmless_extras_are_cleared(void **state)
{
	(void)state;
	build(false, 100);
	frame.hdr = (struct vnet_hdr){.flags = 0xfe, .gso_size = 7};
	assert_true(offload_check(&frame, 0));
	assert_memory_equal(&frame.hdr, &(struct vnet_hdr){0},
			    sizeof(frame.hdr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_packets_are_cut_into_correct_segments),
		cmocka_unit_test(largest_packet_is_cut_in_several_batches),
		cmocka_unit_test(capable_ports_get_the_packet_untouched),
		cmocka_unit_test(partial_checksums_are_finished),
		cmocka_unit_test(udp_checksum_is_never_zero),
		cmocka_unit_test(order_is_kept_between_plain_and_open_frames),
		cmocka_unit_test(headers_that_contradict_the_frame_are_refused),
		cmocka_unit_test(harmless_extras_are_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
