// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_broker_msg.c - what is a request to weft-broker, and what is none
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/broker/broker_msg.h"
#include "core/fd_pass.h"

static int pair[2];

static int set_up(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
}

static int tear_down(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	return 0;
}

/* One that is right, of each type. */
static struct broker_request right(enum broker_type type)
{
	struct broker_request request = {.version = BROKER_VERSION,
					 .type = type};

	if (type == BROKER_NIC_OPEN || type == BROKER_TAP_OPEN)
		strcpy(request.name, "lab-net");
	if (type == BROKER_TAP_OPEN || type == BROKER_TAP_MTU)
		request.mtu = 1500;
	if (type == BROKER_TAP_OPEN)
		request.mac = (struct mac){{2, 0, 0, 0, 0, 1}};
	if (type >= BROKER_TAP_ADDRESS)
		request.ifindex = 7;
	return request;
}

static int decoded(const struct broker_request *request)
{
	struct broker_request got;

	return broker_request_decode(request, sizeof(*request), &got);
}

static void each_request_arrives_as_it_was_sent(void **state)
{
	struct broker_request sent, got;
	unsigned type;

	(void)state;
	for (type = 0; type < BROKER_TYPES; type++) {
		sent = right(type);
		assert_int_equal(broker_request_send(pair[0], &sent), 0);
		assert_int_equal(broker_request_recv(pair[1], &got), 0);
		assert_memory_equal(&sent, &got, sizeof(got));
	}
}

/* Each byte of the fields that a type doesn't use. */
static void what_a_request_does_not_use_is_zero(void **state)
{
	struct broker_request request;
	unsigned type;

	(void)state;
	for (type = 0; type < BROKER_TYPES; type++) {
		request = right(type);
		request.zero = 1;
		assert_int_equal(decoded(&request), -EPROTO);
		request = right(type);
		request.ifindex = request.ifindex ? 0 : 7;
		assert_int_equal(decoded(&request), -EPROTO);
		request = right(type);
		request.mtu = request.mtu ? 0 : 7;
		assert_int_equal(decoded(&request), -EPROTO);
		request = right(type);
		request.name[0] ^= 'l';
		assert_int_equal(decoded(&request), -EPROTO);
		request = right(type);
		request.mac.b[5] = 1;
		assert_int_equal(decoded(&request),
				 type == BROKER_TAP_OPEN ? 0 : -EPROTO);
		request = right(type);
		request.is_forced = 1;
		assert_int_equal(decoded(&request),
				 type == BROKER_NIC_OPEN ? 0 : -EPROTO);
		request = right(type);
		request.has_address = 1;
		assert_int_equal(decoded(&request),
				 type == BROKER_TAP_ADDRESS ? 0 : -EPROTO);
	}
}

static void numbers_out_of_range_are_no_request(void **state)
{
	struct broker_request request = right(BROKER_NIC_OPEN);

	(void)state;
	request.is_forced = 2;
	assert_int_equal(decoded(&request), -EPROTO);
	request = right(BROKER_TAP_ADDRESS);
	request.has_address = 2;
	assert_int_equal(decoded(&request), -EPROTO);
	request.has_address = 1;
	request.prefix_len = 33;
	assert_int_equal(decoded(&request), -EPROTO);
	request.has_address = 0;
	request.prefix_len = 24;
	assert_int_equal(decoded(&request), -EPROTO);
	request = right(BROKER_TYPES);
	assert_int_equal(decoded(&request), -EPROTO);
	request = right(BROKER_HELLO);
	request.version++;
	assert_int_equal(decoded(&request), -EPROTO);
}

static void name_ends_within_its_field_and_nothing_follows(void **state)
{
	struct broker_request request = right(BROKER_NIC_OPEN);

	(void)state;
	memset(request.name, 'x', sizeof(request.name));
	assert_int_equal(decoded(&request), -EPROTO);
	request.name[BROKER_NAME_SIZE - 1] = '\0';
	assert_int_equal(decoded(&request), 0);
	request.name[3] = '\0';
	assert_int_equal(decoded(&request), -EPROTO);
}

static void other_sizes_are_no_request(void **state)
{
	char data[2 * sizeof(struct broker_request)] = {0};
	struct broker_request got, sent = right(BROKER_HELLO);
	size_t len;

	(void)state;
	memcpy(data, &sent, sizeof(sent));
	for (len = 0; len < sizeof(data); len++)
		assert_int_equal(broker_request_decode(data, len, &got),
				 len == sizeof(got) ? 0 : -EPROTO);
	assert_int_equal(send(pair[0], data, sizeof(data), 0), sizeof(data));
	assert_int_equal(broker_request_recv(pair[1], &got), -EPROTO);
	assert_int_equal(broker_request_recv(pair[1], &got), -EAGAIN);
}

static int send_with_fds(const void *data, size_t size, unsigned count)
{
	struct iovec iov = {(void *)(uintptr_t)data, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;
	int fds[FD_PASS_MAX];
	unsigned i;

	for (i = 0; i < FD_PASS_MAX; i++)
		fds[i] = pair[0];
	fd_pass_put(&msg, &control, fds, count);
	return sendmsg(pair[0], &msg, 0) < 0 ? -errno : 0;
}

static unsigned open_count(void)
{
	unsigned count = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Nobody gets descriptors of his into the one who has privileges. */
static void request_with_descriptors_is_none_and_they_are_closed(void **state)
{
	struct broker_request got, sent = right(BROKER_HELLO);
	unsigned count, before = open_count();

	(void)state;
	for (count = 1; count <= FD_PASS_MAX; count++) {
		assert_int_equal(send_with_fds(&sent, sizeof(sent), count), 0);
		assert_int_equal(broker_request_recv(pair[1], &got), -EPROTO);
		assert_int_equal(send_with_fds("", 0, count), 0);
		assert_int_equal(broker_request_recv(pair[1], &got), -EPROTO);
	}
	assert_int_equal(open_count(), before);
}

static void answer_comes_with_its_descriptors(void **state)
{
	struct broker_answer got,
		sent = {.version = BROKER_VERSION, .type = BROKER_NIC_OPEN};
	const int own[BROKER_MAX_FDS] = {pair[0], pair[1]};
	int fds[BROKER_MAX_FDS];

	(void)state;
	assert_int_equal(broker_answer_send(pair[0], &sent, own), 0);
	assert_int_equal(broker_answer_recv(pair[1], &got, fds), 0);
	assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fds[1], F_GETFD) & FD_CLOEXEC);
	close(fds[0]);
	close(fds[1]);
	sent.code = -EPERM;
	memset(sent.text, 'x', sizeof(sent.text));
	assert_int_equal(broker_answer_send(pair[0], &sent, own), 0);
	assert_int_equal(broker_answer_recv(pair[1], &got, fds), 0);
	assert_int_equal(fds[0], -1);
	assert_int_equal(strlen(got.text), sizeof(got.text) - 1);
}

/* labd doesn't take everything either. */
static void wrong_answers_are_none(void **state)
{
	struct broker_answer got,
		sent = {.version = BROKER_VERSION, .type = BROKER_NIC_OPEN};
	unsigned before = open_count();
	int fds[BROKER_MAX_FDS];

	(void)state;
	assert_int_equal(send_with_fds(&sent, sizeof(sent), 1), 0);
	assert_int_equal(broker_answer_recv(pair[1], &got, fds), -EPROTO);
	sent.code = 1;
	assert_int_equal(send_with_fds(&sent, sizeof(sent), 2), 0);
	assert_int_equal(broker_answer_recv(pair[1], &got, fds), -EPROTO);
	sent.code = 0;
	sent.version++;
	assert_int_equal(send_with_fds(&sent, sizeof(sent), 2), 0);
	assert_int_equal(broker_answer_recv(pair[1], &got, fds), -EPROTO);
	assert_int_equal(fds[0], -1);
	assert_int_equal(open_count(), before);
	close(pair[0]);
	assert_int_equal(broker_answer_recv(pair[1], &got, fds), -EPIPE);
	pair[0] = -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_request_arrives_as_it_was_sent),
		TEST(what_a_request_does_not_use_is_zero),
		TEST(numbers_out_of_range_are_no_request),
		TEST(name_ends_within_its_field_and_nothing_follows),
		TEST(other_sizes_are_no_request),
		TEST(request_with_descriptors_is_none_and_they_are_closed),
		TEST(answer_comes_with_its_descriptors),
		TEST(wrong_answers_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
