// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packet_frame.c - frames with their VLAN tag beside them
 */
#include "unit/cmocka_wrap.h"

#include <endian.h>
#include <string.h>

#include "backends/packet_frame.h"
#include "core/port.h"

#define ALLOWED (PORT_CSUM | PORT_TSO4 | PORT_TSO6 | PORT_ECN)
#define BOTH (TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID)

struct fixture {
	struct frame frame;
	struct iovec tail;
	struct msghdr msg;
	_Alignas(struct cmsghdr) uint8_t control[PACKET_FRAME_CONTROL];
	uint8_t bytes[PACKET_FRAME_TAIL];
	uint8_t wire[FRAME_MAX_LEN];
};

static int setup(void **state)
{
	static struct fixture f;
	unsigned i;

	memset(&f, 0, sizeof(f));
	f.tail.iov_base = f.bytes;
	for (i = 0; i < sizeof(f.wire); i++)
		f.wire[i] = (uint8_t)(i * 7 + 2);
	f.wire[12] = 0x08;
	f.wire[13] = 0x00;
	*state = &f;
	return 0;
}

static void put_tag(struct fixture *f, uint32_t status, uint16_t tpid,
		    uint16_t tci)
{
	struct tpacket_auxdata aux = {
		.tp_status = status, .tp_vlan_tci = tci, .tp_vlan_tpid = tpid};
	struct cmsghdr *cmsg = (struct cmsghdr *)(void *)f->control;

	cmsg->cmsg_level = SOL_PACKET;
	cmsg->cmsg_type = PACKET_AUXDATA;
	cmsg->cmsg_len = CMSG_LEN(sizeof(aux));
	memcpy(CMSG_DATA(cmsg), &aux, sizeof(aux));
	f->msg.msg_control = f->control;
	f->msg.msg_controllen = sizeof(f->control);
}

/* As recvmsg() would: a head into the snapshot, the rest into the tail. */
static enum drop_reason accept_len(struct fixture *f, uint32_t len)
{
	uint32_t head = MIN(len, PACKET_FRAME_HEAD);

	memcpy(f->frame.snap, f->wire, head);
	memcpy(f->bytes, f->wire + head, len - head);
	return packet_frame_accept(&f->frame, &f->tail, &f->msg,
				   sizeof(struct vnet_hdr) + len, ALLOWED);
}

static void assert_tagged(struct fixture *f, uint32_t len, uint16_t tpid,
			  uint16_t tci)
{
	static uint8_t out[FRAME_MAX_LEN];

	assert_int_equal(f->frame.len, len + 4);
	assert_int_equal(frame_copy(&f->frame, 0, out, sizeof(out)), len + 4);
	assert_memory_equal(out, f->wire, 12);
	assert_int_equal(be16_load(out + 12), tpid);
	assert_int_equal(be16_load(out + 14), tci);
	assert_memory_equal(out + 16, f->wire + 12, len - 12);
}

static void frame_without_tag_stays_as_it_is(void **state)
{
	struct fixture *f = *state;

	put_tag(f, 0, 0, 0);
	assert_int_equal(accept_len(f, 1000), DROP_NONE);
	assert_int_equal(f->frame.len, 1000);
	assert_int_equal(f->frame.vid, 0);
	assert_memory_equal(f->frame.snap, f->wire, f->frame.snap_len);
	f->msg.msg_controllen = 0;
	assert_int_equal(accept_len(f, 60), DROP_NONE);
	assert_int_equal(f->frame.iov_count, 0);
}

static void tag_is_put_back(void **state)
{
	static const uint32_t lens[] = {14, 15, 60, 123, 124, 125, 1514, 65549};
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		put_tag(f, BOTH, 0x8100, 0xa123);
		assert_int_equal(accept_len(f, lens[i]), DROP_NONE);
		assert_tagged(f, lens[i], 0x8100, 0xa123);
		assert_int_equal(f->frame.vid, 0x123);
		assert_true(f->frame.snap_len <= FRAME_SNAP_LEN);
	}
}

static void service_tag_and_tag_without_vid_are_put_back(void **state)
{
	struct fixture *f = *state;

	put_tag(f, BOTH, 0x88a8, 7);
	assert_int_equal(accept_len(f, 100), DROP_NONE);
	assert_tagged(f, 100, 0x88a8, 7);
	put_tag(f, BOTH, 0x8100, 0);
	assert_int_equal(accept_len(f, 100), DROP_NONE);
	assert_tagged(f, 100, 0x8100, 0);
}

static void old_kernel_names_no_tpid(void **state)
{
	struct fixture *f = *state;

	put_tag(f, TP_STATUS_VLAN_VALID, 0, 5);
	assert_int_equal(accept_len(f, 100), DROP_NONE);
	assert_tagged(f, 100, 0x8100, 5);
}

static void other_control_messages_are_no_tags(void **state)
{
	struct cmsghdr *cmsg;
	struct fixture *f = *state;

	put_tag(f, BOTH, 0x8100, 5);
	cmsg = CMSG_FIRSTHDR(&f->msg);
	cmsg->cmsg_type = PACKET_STATISTICS;
	assert_int_equal(accept_len(f, 100), DROP_NONE);
	assert_int_equal(f->frame.len, 100);
	cmsg->cmsg_type = PACKET_AUXDATA;
	cmsg->cmsg_len = CMSG_LEN(4);
	assert_int_equal(accept_len(f, 100), DROP_NONE);
	assert_int_equal(f->frame.len, 100);
}

static void checksum_begins_behind_the_tag(void **state)
{
	struct fixture *f = *state;

	put_tag(f, BOTH, 0x8100, 5);
	f->frame.hdr = (struct vnet_hdr){.flags = VNET_F_NEEDS_CSUM,
					 .csum_start = htole16(34),
					 .csum_offset = htole16(16)};
	assert_int_equal(accept_len(f, 100), DROP_NONE);
	assert_int_equal(le16toh(f->frame.hdr.csum_start), 38);
	assert_int_equal(le16toh(f->frame.hdr.csum_offset), 16);
}

static void segments_of_a_tagged_frame_pass(void **state)
{
	struct fixture *f = *state;

	memset(f->wire + 14, 0, 40);
	f->wire[14] = 0x45;
	f->wire[23] = 6;
	f->wire[46] = 5 << 4;
	put_tag(f, BOTH, 0x8100, 5);
	f->frame.hdr = (struct vnet_hdr){.flags = VNET_F_NEEDS_CSUM,
					 .gso_type = VNET_GSO_TCPV4,
					 .hdr_len = htole16(54),
					 .gso_size = htole16(1448),
					 .csum_start = htole16(34),
					 .csum_offset = htole16(16)};
	assert_int_equal(accept_len(f, 30000), DROP_NONE);
	assert_int_equal(le16toh(f->frame.hdr.hdr_len), 58);
	assert_int_equal(le16toh(f->frame.hdr.csum_start), 38);
}

static void runts_and_giants_are_refused(void **state)
{
	struct fixture *f = *state;

	put_tag(f, BOTH, 0x8100, 5);
	assert_int_equal(accept_len(f, 13), DROP_RUNT);
	assert_int_equal(
		packet_frame_accept(&f->frame, &f->tail, &f->msg, 0, ALLOWED),
		DROP_RUNT);
	assert_int_equal(accept_len(f, FRAME_MAX_LEN - 3), DROP_TOO_LONG);
	assert_int_equal(accept_len(f, FRAME_MAX_LEN - 4), DROP_NONE);
	f->msg.msg_flags = MSG_TRUNC;
	assert_int_equal(accept_len(f, 1000), DROP_TOO_LONG);
}

static void header_that_contradicts_its_frame_is_refused(void **state)
{
	struct fixture *f = *state;

	f->frame.hdr = (struct vnet_hdr){.flags = VNET_F_NEEDS_CSUM,
					 .csum_start = htole16(99),
					 .csum_offset = htole16(16)};
	assert_int_equal(accept_len(f, 100), DROP_BAD_OFFLOAD);
	assert_int_equal(f->frame.verdict.reason, DROP_BAD_OFFLOAD);
	f->frame.hdr.csum_start = htole16(65534);
	put_tag(f, BOTH, 0x8100, 5);
	assert_int_equal(accept_len(f, 100), DROP_BAD_OFFLOAD);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frame_without_tag_stays_as_it_is),
		TEST(tag_is_put_back),
		TEST(service_tag_and_tag_without_vid_are_put_back),
		TEST(old_kernel_names_no_tpid),
		TEST(other_control_messages_are_no_tags),
		TEST(checksum_begins_behind_the_tag),
		TEST(segments_of_a_tagged_frame_pass),
		TEST(runts_and_giants_are_refused),
		TEST(header_that_contradicts_its_frame_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
