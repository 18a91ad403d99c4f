// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sandbox.c - what a running weft-switch can't do any more
 *
 * Run as root it shows most: then there is something to give up.
 */
#include "unit/cmocka_wrap.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/labd/switch_link.h"
#include "cli/switchd/sandbox.h"

#define ROUND_MS 20
#define MAX_ROUNDS 500
#define WORKERS 3

#if defined(__SANITIZE_ADDRESS__)
#define HAS_FILTER false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_FILTER false
#endif
#endif
#ifndef HAS_FILTER
#define HAS_FILTER true
#endif

static const char *program;

struct bed {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct switch_link *link;
	bool answered;
};

static void bed_up(void *ctx)
{
	(void)ctx;
}

static void bed_down(void *ctx, const char *why)
{
	(void)ctx;
	fail_msg("weft-switch %s", why);
}

static void bed_event(void *ctx, const union wire_message *message)
{
	(void)ctx;
	(void)message;
}

static const struct switch_link_events bed_events = {bed_up, bed_down,
						     bed_event};

static void bed_answer(void *arg, const union wire_message *answer)
{
	((struct bed *)arg)->answered = answer != NULL;
}

/* It answers only once it has gone into its sandbox. */
static void bed_open(struct bed *bed)
{
	struct switch_link_settings settings = {.path = program,
						.lab = "test",
						.workers = WORKERS,
						.stderr_fd = STDERR_FILENO,
						.log = &bed->log};
	union wire_message message;
	struct err err;
	int i;

	memset(bed, 0, sizeof(*bed));
	clock_init_monotonic(&bed->clock);
	bed->log = (struct log){LOG_ERROR, "test", &bed->clock};
	bed->loop = loop_create(&bed->clock, &err);
	assert_non_null(bed->loop);
	bed->link = switch_link_create(bed->loop, &settings, &bed_events, bed);
	assert_non_null(bed->link);
	assert_int_equal(switch_link_start(bed->link, &err), 0);
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_NETWORK_START;
	switch_link_request(bed->link, &message, NULL, bed_answer, bed);
	for (i = 0; i < MAX_ROUNDS && !bed->answered; i++)
		loop_run_once(bed->loop, ROUND_MS);
	assert_true(bed->answered);
}

static void bed_close(struct bed *bed)
{
	switch_link_destroy(bed->link);
	loop_destroy(bed->loop);
}

/* The number behind @key in a status file of /proc, in @base. */
static unsigned long status_number(const char *path, const char *key, int base)
{
	unsigned long number = 12345;
	FILE *file = fopen(path, "r");
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0)
			number = strtoul(line + strlen(key), NULL, base);
	}
	fclose(file);
	return number;
}

/* A container's root may be the only user there. */
static bool has_nobody(void)
{
	FILE *file = fopen("/proc/self/uid_map", "r");
	unsigned long first, outside, count = 0;

	assert_non_null(file);
	if (fscanf(file, "%lu %lu %lu", &first, &outside, &count) != 3)
		count = 0;
	fclose(file);
	return count > 65534;
}

static void check_thread(const char *path)
{
	assert_int_equal(status_number(path, "CapEff:", 16), 0);
	assert_int_equal(status_number(path, "CapPrm:", 16), 0);
	assert_int_equal(status_number(path, "CapInh:", 16), 0);
	assert_int_equal(status_number(path, "NoNewPrivs:", 10), 1);
	if (HAS_FILTER)
		assert_int_equal(status_number(path, "Seccomp:", 10), 2);
	if (geteuid() == 0)
		assert_int_equal(status_number(path, "CapBnd:", 16), 0);
	if (geteuid() == 0 && has_nobody()) {
		assert_int_not_equal(status_number(path, "Uid:", 10), 0);
		assert_int_not_equal(status_number(path, "Gid:", 10), 0);
	}
}

static void no_thread_has_a_capability_or_is_root(void **state)
{
	char path[300], folder[64];
	struct dirent *entry;
	unsigned threads = 0;
	struct bed bed;
	DIR *tasks;

	(void)state;
	bed_open(&bed);
	snprintf(folder, sizeof(folder), "/proc/%d/task",
		 switch_link_pid(bed.link));
	tasks = opendir(folder);
	assert_non_null(tasks);
	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.16s/status", folder,
			 entry->d_name);
		check_thread(path);
		threads++;
	}
	closedir(tasks);
	assert_true(threads >= WORKERS + 1);
	bed_close(&bed);
}

/* What becomes of a process in the filter that calls @act: its wait status. */
static int fate_of(int (*act)(void))
{
	const struct log log = {LOG_ERROR, "test", NULL};
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		struct err err;

		if (sandbox_filter(&log, &err))
			_exit(99);
		_exit(act() < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void assert_killed(int (*act)(void))
{
	int status = fate_of(act);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static int open_tcp(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int open_udp(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		      IPPROTO_UDP);
}

static int open_udp6(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0);
}

/* The kernel may refuse it; that is no crime. */
static int open_ping(void)
{
	return socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) < 0 && errno != EACCES
		       ? -1
		       : 0;
}

static int open_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int open_packet_dgram(void)
{
	return socket(AF_PACKET, SOCK_DGRAM, 0);
}

static int open_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

static int open_raw(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int open_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int open_sctp(void)
{
	return socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
}

static int attach_filter(void)
{
	return setsockopt(2, SOL_SOCKET, SO_ATTACH_FILTER, "", 0);
}

static void sockets_of_nat_can_be_opened_and_no_others(void **state)
{
	(void)state;
	if (!HAS_FILTER) {
		print_message("skipped: no filter in a build with "
			      "sanitizers\n");
		skip();
	}
	assert_int_equal(fate_of(open_tcp), 0);
	assert_int_equal(fate_of(open_udp), 0);
	assert_int_equal(fate_of(open_udp6), 0);
	assert_int_equal(fate_of(open_ping), 0);
	assert_killed(open_packet);
	assert_killed(open_packet_dgram);
	assert_killed(open_netlink);
	assert_killed(open_raw);
	assert_killed(open_unix);
	assert_killed(open_sctp);
	assert_killed(attach_filter);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_thread_has_a_capability_or_is_root),
		cmocka_unit_test(sockets_of_nat_can_be_opened_and_no_others),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
