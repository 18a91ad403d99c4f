// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vhost_user_reply.c - a front-end's messages, and back-ends that lie
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/fd_spray.h"
#include "unit/vhost_user_bed.h"

static struct vhost_user_conn front;
static struct vhost_user_conn back;

static int set_up(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	vhost_user_conn_open_front(&front, pair[0]);
	vhost_user_conn_open(&back, pair[1]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	vhost_user_conn_close(&front);
	vhost_user_conn_close(&back);
	return 0;
}

static int request(uint32_t id)
{
	struct vhost_user_msg msg = {.header.request = id};

	return vhost_user_conn_request(&front, &msg);
}

/* a reply as a back-end of @fd_count descriptors too many would send it */
static void send_reply(const struct vhost_user_header *header, uint64_t value,
		       unsigned fd_count)
{
	uint8_t bytes[sizeof(*header) + sizeof(value)];

	memcpy(bytes, header, sizeof(*header));
	memcpy(bytes + sizeof(*header), &value, sizeof(value));
	assert_true(fd_spray(back.fd, bytes, sizeof(bytes), fd_count) > 0);
}

static void request_arrives_with_its_descriptors(void **state)
{
	struct vhost_user_msg msg = {.header.request = VHOST_USER_SET_MEM_TABLE,
				     .payload.memory.count = 2,
				     .payload.memory.regions[1].guest_addr = 7,
				     .fd_count = 2};
	unsigned fds;

	(void)state;
	msg.fds[0] = msg.fds[1] = eventfd(0, EFD_CLOEXEC);
	fds = bed_fds();
	assert_int_equal(vhost_user_conn_request(&front, &msg), 0);
	assert_int_equal(front.awaited, 0);
	assert_int_equal(vhost_user_conn_receive(&back), 1);
	assert_int_equal(back.msg.header.size, 8 + 2 * 32);
	assert_int_equal(back.msg.payload.memory.regions[1].guest_addr, 7);
	assert_int_equal(back.msg.fd_count, 2);
	assert_int_equal(bed_fds(), fds + 2);
	vhost_user_conn_finish(&back);
	assert_int_equal(bed_fds(), fds);
	close(msg.fds[0]);
}

static void every_request_is_one_that_a_back_end_takes(void **state)
{
	struct vhost_user_msg msg;
	unsigned id, sent = 0;

	(void)state;
	for (id = 0; id < VHOST_USER_REQUEST_COUNT; id++) {
		memset(&msg, 0, sizeof(msg));
		msg.header.request = id;
		msg.header.flags = 0xffff & ~VHOST_USER_NEED_REPLY;
		msg.fds[0] = front.fd;
		if (id == VHOST_USER_SET_MEM_TABLE)
			msg.payload.memory.count = msg.fd_count = 1;
		if (id == VHOST_USER_SET_VRING_KICK ||
		    id == VHOST_USER_SET_VRING_CALL ||
		    id == VHOST_USER_ADD_MEM_REG)
			msg.fd_count = 1;
		if (id == VHOST_USER_SET_VRING_ERR)
			msg.payload.u64 = VHOST_USER_VRING_NO_FD;
		if (vhost_user_conn_request(&front, &msg))
			continue;
		sent++;
		assert_int_equal(vhost_user_conn_receive(&back), 1);
		assert_int_equal(back.msg.header.request, id);
		assert_int_equal(back.msg.header.flags, VHOST_USER_VERSION);
		front.awaited = 0;
		vhost_user_conn_finish(&back);
	}
	assert_int_equal(sent, 20);
}

static void message_that_no_back_end_takes_is_not_sent(void **state)
{
	struct vhost_user_msg nine = {.header.request =
					      VHOST_USER_SET_MEM_TABLE,
				      .payload.memory.count = 9,
				      .fd_count = 9};
	struct vhost_user_msg none = {.header.request =
					      VHOST_USER_SET_VRING_KICK};
	struct vhost_user_msg fewer = {.header.request =
					       VHOST_USER_SET_MEM_TABLE,
				       .payload.memory.count = 2,
				       .fd_count = 1};

	(void)state;
	assert_int_equal(vhost_user_conn_request(&front, &nine), -EINVAL);
	assert_int_equal(vhost_user_conn_request(&front, &none), -EINVAL);
	assert_int_equal(vhost_user_conn_request(&front, &fewer), -EINVAL);
	assert_int_equal(request(0), -EINVAL);
	assert_int_equal(request(UINT32_MAX), -EINVAL);
	assert_int_equal(vhost_user_conn_receive(&back), 0);
}

static void reply_is_read_in_as_many_pieces_as_it_comes(void **state)
{
	struct vhost_user_header header = {VHOST_USER_GET_FEATURES, 5, 8};
	uint64_t features = 0x123456789;
	uint8_t wire[20];
	unsigned i;

	(void)state;
	memcpy(wire, &header, sizeof(header));
	memcpy(wire + sizeof(header), &features, sizeof(features));
	assert_int_equal(request(VHOST_USER_GET_FEATURES), 0);
	for (i = 0; i < sizeof(wire); i++) {
		assert_int_equal(vhost_user_conn_receive(&front), 0);
		assert_int_equal(send(back.fd, wire + i, 1, 0), 1);
	}
	assert_int_equal(vhost_user_conn_receive(&front), 1);
	assert_true(front.msg.payload.u64 == features);
	vhost_user_conn_finish(&front);
	assert_int_equal(request(VHOST_USER_GET_QUEUE_NUM), 0);
}

static void acknowledgement_is_awaited_when_asked_for(void **state)
{
	struct vhost_user_msg msg = {
		.header = {VHOST_USER_SET_FEATURES, VHOST_USER_NEED_REPLY, 0}};
	uint64_t zero = 0;

	(void)state;
	assert_int_equal(vhost_user_conn_request(&front, &msg), 0);
	assert_int_equal(front.awaited, VHOST_USER_SET_FEATURES);
	assert_int_equal(request(VHOST_USER_GET_FEATURES), -EINVAL);
	assert_int_equal(vhost_user_conn_receive(&back), 1);
	assert_true(back.msg.header.flags & VHOST_USER_NEED_REPLY);
	assert_int_equal(vhost_user_conn_reply(&back, &zero, sizeof(zero)), 0);
	assert_int_equal(vhost_user_conn_receive(&front), 1);
	assert_int_equal(front.awaited, 0);
}

static void reply_of_a_wrong_shape_is_refused(void **state)
{
	const struct vhost_user_header headers[] = {
		{VHOST_USER_GET_QUEUE_NUM, 5, 8},
		{VHOST_USER_GET_FEATURES, 1, 8},
		{VHOST_USER_GET_FEATURES, 4, 8},
		{VHOST_USER_GET_FEATURES, 6, 8},
		{VHOST_USER_GET_FEATURES, 13, 8},
		{VHOST_USER_GET_FEATURES, 5, 0},
		{VHOST_USER_GET_FEATURES, 5, 7},
		{VHOST_USER_GET_FEATURES, 5, 9},
		{VHOST_USER_GET_FEATURES, 5, UINT32_MAX},
		{0, 5, 8},
		{UINT32_MAX, UINT32_MAX, UINT32_MAX},
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		assert_int_equal(request(VHOST_USER_GET_FEATURES), 0);
		send_reply(&headers[i], 0, 0);
		assert_int_equal(vhost_user_conn_receive(&front), -EPROTO);
		tear_down(state);
		set_up(state);
	}
}

static void descriptors_of_a_reply_are_closed_and_end_it(void **state)
{
	const struct vhost_user_header header = {VHOST_USER_GET_FEATURES, 5, 8};
	unsigned n, fds = bed_fds();

	for (n = 1; n <= 16; n++) {
		assert_int_equal(request(VHOST_USER_GET_FEATURES), 0);
		send_reply(&header, 0, n);
		assert_int_equal(vhost_user_conn_receive(&front), -EPROTO);
		tear_down(state);
		set_up(state);
		assert_int_equal(bed_fds(), fds);
	}
}

static void back_end_speaks_only_when_spoken_to(void **state)
{
	const struct vhost_user_header header = {VHOST_USER_GET_FEATURES, 5, 8};
	const struct vhost_user_header zero = {0, 5, 8};

	send_reply(&header, 0, 0);
	assert_int_equal(vhost_user_conn_receive(&front), -EPROTO);
	tear_down(state);
	set_up(state);
	send_reply(&zero, 0, 0);
	assert_int_equal(vhost_user_conn_receive(&front), -EPROTO);
}

static void end_of_the_connection_is_seen_from_both_calls(void **state)
{
	(void)state;
	assert_int_equal(request(VHOST_USER_GET_FEATURES), 0);
	vhost_user_conn_close(&back);
	assert_int_equal(vhost_user_conn_receive(&front), -ECONNRESET);
	front.awaited = 0;
	assert_int_equal(request(VHOST_USER_GET_FEATURES), -EPIPE);
}

static void slow_reader_gets_whole_messages_only(void **state)
{
	unsigned sent = 0, got = 0;
	int rc;

	(void)state;
	while (!(rc = request(VHOST_USER_SET_OWNER)))
		sent++;
	assert_int_equal(rc, -EAGAIN);
	while (vhost_user_conn_receive(&back) == 1) {
		vhost_user_conn_finish(&back);
		got++;
	}
	assert_int_equal(got, sent);
	assert_int_equal(request(VHOST_USER_SET_OWNER), 0);
}

static void back_end_sends_no_requests(void **state)
{
	struct vhost_user_msg msg = {.header.request = VHOST_USER_GET_FEATURES};

	(void)state;
	assert_int_equal(vhost_user_conn_request(&back, &msg), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(request_arrives_with_its_descriptors),
		TEST(every_request_is_one_that_a_back_end_takes),
		TEST(message_that_no_back_end_takes_is_not_sent),
		TEST(reply_is_read_in_as_many_pieces_as_it_comes),
		TEST(acknowledgement_is_awaited_when_asked_for),
		TEST(reply_of_a_wrong_shape_is_refused),
		TEST(descriptors_of_a_reply_are_closed_and_end_it),
		TEST(back_end_speaks_only_when_spoken_to),
		TEST(end_of_the_connection_is_seen_from_both_calls),
		TEST(slow_reader_gets_whole_messages_only),
		TEST(back_end_sends_no_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
