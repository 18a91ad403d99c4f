// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_broker_filter.c - which system calls weft-broker has left
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/broker/filters.h"
#include "cli/sandbox/privileges.h"

#define KILLED (128 + SIGSYS)
#define FAILED 99

/* What becomes of a child that does it in the filter: exit code, or KILLED. */
static int fate_of(int (*act)(void))
{
	const struct log log = {LOG_ERROR, "test", NULL};
	pid_t child = fork();
	struct err err;
	int status;

	assert_true(child >= 0);
	if (!child)
		_exit(privileges_drop(&log, &err) ||
				      call_filter_enter(&broker_all_filter,
							false)
			      ? FAILED
			      : act());
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* Whether they succeed is the kernel's to say: there is no capability. */
static int do_its_work(void)
{
	char byte;
	int fd = open("/proc/self/net/route", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &byte, 1) < 0)
		return 1;
	close(fd);
	if (open("/dev/net/tun", O_RDWR | O_CLOEXEC) < 0 && errno == ENOSYS)
		return 2;
	if (socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) < 0)
		return 5;
	if (socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0) >= 0)
		return 3; /* of somebody without a capability */
	return if_nametoindex("lo") || errno == ENODEV ? 0 : 4;
}

static void its_own_work_is_left(void **state)
{
	(void)state;
	assert_int_equal(fate_of(do_its_work), 0);
}

static int make_process(void)
{
	return fork() ? 1 : 0;
}

static int run_program(void)
{
	char name[] = "true", *argv[] = {name, NULL};

	return execv("/bin/true", argv);
}

static int make_file(void)
{
	return open("/tmp/weft-broker-made", O_WRONLY | O_CREAT, 0600);
}

static int remove_file(void)
{
	return unlink("/nonexistent/file");
}

static int open_internet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int open_every_frame(void)
{
	return socket(AF_PACKET, SOCK_RAW, htons(3));
}

static int open_audit(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 9);
}

static int open_firewall(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
}

static int go_elsewhere(void)
{
	return setns(2, 0);
}

static int make_tap_last(void)
{
	return ioctl(2, TUNSETPERSIST, 1);
}

static int set_interface(void)
{
	struct ifreq ifr = {0};

	return ioctl(2, SIOCSIFFLAGS, &ifr);
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int signal_parent(void)
{
	return kill(getppid(), 0);
}

static void anything_else_is_its_end(void **state)
{
	static int (*const acts[])(void) = {
		make_process,  run_program,      make_file,     remove_file,
		open_internet, open_every_frame, open_audit,    open_firewall,
		go_elsewhere,  make_tap_last,    set_interface, make_code,
		signal_parent,
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		print_message("call %u of this list\n", i);
		assert_int_equal(fate_of(acts[i]), KILLED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own_work_is_left),
		cmocka_unit_test(anything_else_is_its_end),
	};

	if (!call_filter_is_there()) {
		print_message(
			"skipped: no filter in a build with sanitizers\n");
		return EXIT_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
