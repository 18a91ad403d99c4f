// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vmm_msg.c - messages arrive as they were sent, or not at all
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/vmm/vmm_msg.h"
#include "core/fd_pass.h"
#include "vmm/vm.h"

struct fixture {
	int pair[2];
	struct vmm_msg sent;
	struct vmm_msg got;
	int fd;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	*state = &f;
	/* they block: nothing here may wait all the same */
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, f.pair);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->pair[0]);
	close(f->pair[1]);
	return 0;
}

static unsigned open_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* @fd: goes along unless -1 */
static int pass(struct fixture *f, struct vmm_msg msg, int fd)
{
	f->sent = msg;
	assert_int_equal(vmm_msg_send(f->pair[0], &f->sent, fd), 0);
	return vmm_msg_recv(f->pair[1], &f->got, &f->fd);
}

/* Whatever the kernel lets through. */
static int pass_raw(struct fixture *f, const void *data, size_t len,
		    unsigned fd_count)
{
	struct iovec iov = {(void *)(uintptr_t)data, len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_put(&mh, &control, (int[]){0, 1, 2}, fd_count);
	assert_int_equal(sendmsg(f->pair[0], &mh, 0), len);
	return vmm_msg_recv(f->pair[1], &f->got, &f->fd);
}

static void state_arrives_with_its_reason(void **state)
{
	struct vmm_msg msg = {.type = VMM_MSG_STATE, .value = VM_FAILED};
	struct fixture *f = *state;

	snprintf(msg.text, sizeof(msg.text), "triple fault");
	assert_int_equal(pass(f, msg, -1), 0);
	assert_int_equal(f->fd, -1);
	assert_memory_equal(&f->got, &msg, sizeof(msg));
}

static void connection_arrives_with_its_descriptor(void **state)
{
	struct vmm_msg msg = {.type = VMM_MSG_CONNECT, .index = 31};
	struct fixture *f = *state;

	assert_int_equal(pass(f, msg, 0), 0);
	assert_int_equal(f->got.index, 31);
	assert_int_equal(fcntl(f->fd, F_GETFD), FD_CLOEXEC);
	close(f->fd);
}

static void text_can_not_control_a_terminal(void **state)
{
	struct vmm_msg msg = {.type = VMM_MSG_GONE,
			      .text = "a\033[2J\n\xc3~ b"};
	struct fixture *f = *state;

	assert_int_equal(pass(f, msg, -1), 0);
	assert_string_equal(f->got.text, "a?[2J??~ b");
}

static void every_type_is_passed_on_in_its_shortest_form(void **state)
{
	struct fixture *f = *state;
	struct vmm_msg msg = {0};

	for (; msg.type < VMM_MSG_COUNT; msg.type++) {
		int fd = msg.type == VMM_MSG_CONNECT ? 0 : -1;

		assert_int_equal(pass(f, msg, fd), 0);
		assert_int_equal(f->got.type, msg.type);
		if (f->fd >= 0)
			close(f->fd);
	}
}

static void senseless_message_is_refused(void **state)
{
	static const struct vmm_msg senseless[] = {
		{.type = VMM_MSG_COUNT},
		{.type = UINT32_MAX},
		{.type = VMM_MSG_STATE, .value = VM_STATE_COUNT},
		{.type = VMM_MSG_STATE, .index = 1},
		{.type = VMM_MSG_GONE, .index = VMM_MSG_MAX_NICS},
		{.type = VMM_MSG_LINK, .value = 2},
		{.type = VMM_MSG_PAUSE, .value = 1},
		{.type = VMM_MSG_RESET, .text = "words"},
		{.type = VMM_MSG_CONNECT}, /* without a descriptor */
	};
	struct fixture *f = *state;
	struct vmm_msg msg = {.type = VMM_MSG_STATE};
	unsigned i;

	for (i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++)
		assert_int_equal(pass(f, senseless[i], -1), -EPROTO);
	memset(msg.text, 'x', sizeof(msg.text)); /* no end */
	assert_int_equal(pass(f, msg, -1), -EPROTO);
}

static void descriptors_that_nobody_wants_are_closed(void **state)
{
	struct vmm_msg connect = {.type = VMM_MSG_CONNECT};
	struct vmm_msg pause = {.type = VMM_MSG_PAUSE};
	char longer[sizeof(struct vmm_msg) + 1] = {0};
	unsigned before = open_fds();
	struct fixture *f = *state;

	assert_int_equal(pass(f, pause, 0), -EPROTO);
	assert_int_equal(f->fd, -1);
	assert_int_equal(pass_raw(f, &connect, sizeof(connect), 3), -EPROTO);
	assert_int_equal(pass_raw(f, &connect, 7, 1), -EPROTO);
	assert_int_equal(pass_raw(f, longer, sizeof(longer), 1), -EPROTO);
	assert_int_equal(pass_raw(f, "", 0, 1), -EPROTO);
	assert_int_equal(f->fd, -1);
	assert_int_equal(open_fds(), before);
}

static void end_and_nothing_are_told_apart(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vmm_msg_recv(f->pair[1], &f->got, &f->fd), -EAGAIN);
	shutdown(f->pair[0], SHUT_RDWR);
	assert_int_equal(vmm_msg_recv(f->pair[1], &f->got, &f->fd), -EPIPE);
	assert_int_equal(vmm_msg_send(f->pair[1], &f->sent, -1), -EPIPE);
}

static void nobody_waits_for_one_who_does_not_listen(void **state)
{
	struct fixture *f = *state;
	int i, code = 0;

	for (i = 0; i < 100000 && !code; i++)
		code = vmm_msg_send(f->pair[0], &f->sent, -1);
	assert_int_equal(code, -EAGAIN);
}

#define MSG_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MSG_TEST(state_arrives_with_its_reason),
		MSG_TEST(connection_arrives_with_its_descriptor),
		MSG_TEST(text_can_not_control_a_terminal),
		MSG_TEST(every_type_is_passed_on_in_its_shortest_form),
		MSG_TEST(senseless_message_is_refused),
		MSG_TEST(descriptors_that_nobody_wants_are_closed),
		MSG_TEST(end_and_nothing_are_told_apart),
		MSG_TEST(nobody_waits_for_one_who_does_not_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
