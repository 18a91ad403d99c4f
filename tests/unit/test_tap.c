// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_tap.c - a tap port over one end of a socket pair: like a tap, it keeps
 * frames apart, says EAGAIN when full and EMSGSIZE to what it can't take
 */
#include "unit/cmocka_wrap.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/tap.h"

#define SEEN_MAX 256
/* Last byte of the source address; behind it TCP over IPv4 begins. */
#define NUMBER_AT 11

struct fixture {
	struct fake_clock fake;
	struct log log;
	struct loop *loop;
	struct port *port;
	int peer;
	unsigned accept;
	unsigned calls;
	unsigned count;
	unsigned writable;
	unsigned carrier_changes;
	uint32_t lens[SEEN_MAX];
	uint8_t numbers[SEEN_MAX];
	struct vnet_hdr hdr;
	uint8_t data[FRAME_MAX_LEN];
};

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct fixture *f = ctx;
	unsigned i;

	assert_ptr_equal(port, f->port);
	f->calls++;
	for (i = 0; i < n && f->accept; i++, f->accept--) {
		assert_int_equal(frames[i]->verdict.fate, FATE_NONE);
		f->lens[f->count] = frames[i]->len;
		f->numbers[f->count++] = frames[i]->snap[NUMBER_AT];
		f->hdr = frames[i]->hdr;
		frame_copy(frames[i], 0, f->data, sizeof(f->data));
	}
	return i;
}

static void upper_carrier(void *ctx, struct port *port, bool up)
{
	struct fixture *f = ctx;

	assert_int_equal(port->carrier, up);
	f->carrier_changes++;
}

static void upper_writable(void *ctx, struct port *port)
{
	struct fixture *f = ctx;

	(void)port;
	f->writable++;
}

static const struct port_upper upper = {
	.input = upper_input,
	.carrier = upper_carrier,
	.writable = upper_writable,
};

static int setup(void **state)
{
	struct tap_settings settings = {.name = "host1:0", .mtu = 9000};
	static struct fixture f;
	int pair[2], size = 1 << 20;
	struct tap *tap;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000);
	f.log = (struct log){LOG_ERROR, "test", &f.fake.clock};
	f.loop = loop_create(&f.fake.clock, NULL);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair),
		0);
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	settings.fd = pair[0];
	settings.log = &f.log;
	tap = tap_create(f.loop, &settings, NULL);
	assert_non_null(tap);
	f.peer = pair[1];
	f.port = tap_port(tap);
	f.accept = SEEN_MAX;
	port_plug(f.port, &upper, &f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	port_unplug(f->port);
	f->port->ops->close(f->port);
	if (f->peer >= 0)
		close(f->peer);
	loop_destroy(f->loop);
	return 0;
}

static void make_frame(uint8_t *data, uint32_t len, uint8_t number)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7 + 2);
	data[NUMBER_AT] = number;
	data[12] = 0x08;
	data[13] = 0x00;
	if (len < 54)
		return;
	memset(data + 14, 0, 40);
	data[14] = 0x45;
	data[23] = IPPROTO_TCP;
	data[46] = 5 << 4;
}

/* What the kernel would hand to a tap: header and frame in one piece. */
static void kernel_sends(struct fixture *f, const struct vnet_hdr *hdr,
			 uint32_t len, uint8_t number)
{
	static uint8_t data[sizeof(struct vnet_hdr) + FRAME_MAX_LEN + 100];

	make_frame(data + sizeof(*hdr), len, number);
	memcpy(data, hdr, sizeof(*hdr));
	assert_int_equal(send(f->peer, data, sizeof(*hdr) + len, 0),
			 sizeof(*hdr) + len);
}

static const struct vnet_hdr no_offload;

static void frame_comes_in_whole_with_its_header(void **state)
{
	static uint8_t want[FRAME_MAX_LEN];
	struct vnet_hdr hdr = {
		.flags = VNET_F_NEEDS_CSUM,
		.gso_type = VNET_GSO_TCPV4 | VNET_GSO_ECN,
		.hdr_len = htole16(54),
		.gso_size = htole16(1448),
		.csum_start = htole16(34),
		.csum_offset = htole16(16),
	};
	uint32_t lens[] = {15,   60,   FRAME_SNAP_LEN, FRAME_SNAP_LEN + 1,
			   1514, 9014, FRAME_MAX_LEN};
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		const struct vnet_hdr *h = lens[i] < 60 ? &no_offload : &hdr;

		kernel_sends(f, h, lens[i], (uint8_t)i);
		loop_run_once(f->loop, 0);
		assert_int_equal(f->count, i + 1);
		assert_int_equal(f->lens[i], lens[i]);
		make_frame(want, lens[i], (uint8_t)i);
		assert_memory_equal(f->data, want, lens[i]);
		assert_memory_equal(&f->hdr, h, sizeof(hdr));
	}
	assert_int_equal(f->port->counters.rx_frames, ARRAY_SIZE(lens));
}

static void one_turn_reads_at_most_one_batch(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < FRAME_BATCH + 6; i++)
		kernel_sends(f, &no_offload, 60, (uint8_t)i);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, FRAME_BATCH);
	assert_int_equal(f->calls, 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, FRAME_BATCH + 6);
	for (i = 0; i < f->count; i++)
		assert_int_equal(f->numbers[i], i);
}

static void long_frames_are_passed_on_before_the_area_is_full(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 7; i++)
		kernel_sends(f, &no_offload, FRAME_MAX_LEN, (uint8_t)i);
	for (i = 0; i < 7; i++)
		loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 7);
	assert_true(f->calls > 1 && f->calls < 7);
	for (i = 0; i < 7; i++)
		assert_int_equal(f->numbers[i], i);
}

static void frames_not_taken_wait_for_resume(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 10; i++)
		kernel_sends(f, &no_offload, 1514, (uint8_t)i);
	f->accept = 3;
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 3);
	kernel_sends(f, &no_offload, 1514, 10);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 1); /* neither offered nor read */
	f->accept = 2;
	f->port->ops->resume(f->port);
	assert_int_equal(f->calls, 1); /* not from within */
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 5);
	f->accept = SEEN_MAX;
	f->port->ops->resume(f->port);
	loop_run_once(f->loop, 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 11);
	for (i = 0; i < 11; i++)
		assert_int_equal(f->numbers[i], i);
	assert_int_equal(f->port->counters.rx_frames, 11);
}

static void impossible_frames_are_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	uint64_t *drops = f->port->counters.drops;

	kernel_sends(f, &no_offload, 13, 0);
	assert_int_equal(send(f->peer, "short", 5, 0), 5);
	kernel_sends(f, &no_offload, FRAME_MAX_LEN + 1, 0);
	kernel_sends(f, &no_offload, FRAME_MAX_LEN + 50, 0);
	kernel_sends(f, &no_offload, 60, 9);
	loop_run_once(f->loop, 0);
	assert_int_equal(drops[DROP_RUNT], 2);
	assert_int_equal(drops[DROP_TOO_LONG], 2);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->numbers[0], 9);
}

static void offloads_that_contradict_the_frame_are_dropped(void **state)
{
	const struct vnet_hdr bad[] = {
		{.gso_type = VNET_GSO_ECN},
		{.flags = 1, .gso_type = 3, .gso_size = htole16(100)},
		{.flags = 1, .gso_type = 5, .gso_size = htole16(100)},
		{.flags = 1, .gso_type = 1, .csum_start = htole16(34)},
		{.gso_type = VNET_GSO_TCPV4, .gso_size = htole16(1448)},
		{.flags = 1, .csum_start = htole16(13)},
		{.flags = 1, .csum_start = htole16(59)},
		{.flags = 1, .csum_start = 0xffff, .csum_offset = 0xffff},
	};
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		kernel_sends(f, &bad[i], 60, 0);
	kernel_sends(f, &no_offload, 60, 9);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->port->counters.drops[DROP_BAD_OFFLOAD],
			 ARRAY_SIZE(bad));
	assert_int_equal(f->count, 1);
}

static void sent_frame_arrives_whole_with_its_header(void **state)
{
	static uint8_t data[FRAME_MAX_LEN], got[FRAME_MAX_LEN + 10];
	struct fixture *f = *state;
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	make_frame(data, 3000, 1);
	frame_set_data(&frame, data, 3000, &tail);
	frame.hdr = (struct vnet_hdr){1, 1, 54, 1448, 34, 16};
	assert_int_equal(port_send(f->port, frames, 1), 1);
	assert_int_equal(recv(f->peer, got, sizeof(got), 0), 3010);
	assert_memory_equal(got, &frame.hdr, 10);
	assert_memory_equal(got + 10, data, 3000);
	make_frame(data, 20, 2);
	frame_set_data(&frame, data, 20, &tail);
	assert_int_equal(port_send(f->port, frames, 1), 1);
	assert_int_equal(recv(f->peer, got, sizeof(got), 0), 30);
}

static void full_port_takes_fewer_and_says_when_there_is_room(void **state)
{
	static uint8_t data[1514], got[2000];
	struct fixture *f = *state;
	struct frame frame, *frames[FRAME_BATCH];
	struct iovec tail;
	unsigned i, sent = 0, n;

	make_frame(data, sizeof(data), 1);
	frame_set_data(&frame, data, sizeof(data), &tail);
	for (i = 0; i < FRAME_BATCH; i++)
		frames[i] = &frame;
	do {
		n = port_send(f->port, frames, FRAME_BATCH);
		sent += n;
	} while (n == FRAME_BATCH);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 0);
	for (i = 0; i < sent; i++)
		assert_true(recv(f->peer, got, sizeof(got), 0) > 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 1);
	assert_int_equal(port_send(f->port, frames, 1), 1);
}

static void frame_that_the_kernel_refuses_is_taken_and_counted(void **state)
{
	static uint8_t data[FRAME_MAX_LEN];
	struct fixture *f = *state;
	struct frame frames[2], *list[] = {&frames[0], &frames[1]};
	struct iovec tails[2];
	struct tap_settings settings = {.name = "x", .log = &f->log};
	int pair[2], size = 4096;
	struct port *port;

	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	settings.fd = pair[0];
	port = tap_port(tap_create(f->loop, &settings, NULL));
	make_frame(data, sizeof(data), 1);
	frame_set_data(&frames[0], data, sizeof(data), &tails[0]);
	frame_set_data(&frames[1], data, 60, &tails[1]);
	assert_int_equal(port_send(port, list, 2), 2);
	assert_int_equal(port->counters.drops[DROP_SEND_FAILED], 1);
	assert_int_equal(recv(pair[1], data, sizeof(data), 0), 70);
	port->ops->close(port);
	close(pair[1]);
}

static void interface_that_is_gone_leaves_a_fault_and_no_wakes(void **state)
{
	struct fixture *f = *state;
	struct frame frame, *frames[] = {&frame};
	struct port_status status;
	uint8_t data[60] = {0};
	struct iovec tail;
	unsigned i;

	close(f->peer);
	f->peer = -1;
	for (i = 0; i < 5; i++)
		loop_run_once(f->loop, 0);
	assert_int_equal(f->carrier_changes, 1);
	port_get_status(f->port, &status);
	assert_false(status.carrier);
	assert_non_null(strstr(status.fault, "gone"));
	frame_set_data(&frame, data, sizeof(data), &tail);
	assert_int_equal(port_send(f->port, frames, 1), 1);
	assert_int_equal(f->port->counters.drops[DROP_NO_CARRIER], 1);
}

static void blocking_descriptor_is_refused(void **state)
{
	struct tap_settings settings = {.name = "x"};
	struct fixture *f = *state;
	struct err err = {0};

	settings.fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_null(tap_create(f->loop, &settings, &err));
	assert_int_equal(err.code, -EINVAL);
	close(settings.fd);
}

#define TAP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TAP_TEST(frame_comes_in_whole_with_its_header),
		TAP_TEST(one_turn_reads_at_most_one_batch),
		TAP_TEST(long_frames_are_passed_on_before_the_area_is_full),
		TAP_TEST(frames_not_taken_wait_for_resume),
		TAP_TEST(impossible_frames_are_dropped_and_counted),
		TAP_TEST(offloads_that_contradict_the_frame_are_dropped),
		TAP_TEST(sent_frame_arrives_whole_with_its_header),
		TAP_TEST(full_port_takes_fewer_and_says_when_there_is_room),
		TAP_TEST(frame_that_the_kernel_refuses_is_taken_and_counted),
		TAP_TEST(interface_that_is_gone_leaves_a_fault_and_no_wakes),
		TAP_TEST(blocking_descriptor_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
