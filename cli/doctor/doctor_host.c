// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_host.c - checks of the host's limits and files
 *
 * None of them needs a privilege, and in a container each says what the
 * container has.
 */
#include "cli/doctor/doctor_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cli/broker/broker_find.h"
#include "cli/host/host_rights.h"
#include "cli/host/firewall.h"
#include "cli/image/tool.h"
#include "cli/state_dir.h"

#define PING_RANGE_PATH "/proc/sys/net/ipv4/ping_group_range"
/* weft-switch of root runs as this group. */
#define NOBODY 65534
/* 4096 flows of a user NAT and the rest of a switch. */
#define FILES_WANTED 8192
/* 10.20.0.100 */
#define EXAMPLE_GUEST UINT32_C(0x0a140064)
#define MEMORY_WANTED_MIB 512
#define CLOCK_SLOW_NS 1000
#define CLOCK_READINGS 1000
/* 2024-01-01: before that no weft was built. */
#define CLOCK_FIRST_S 1704067200

bool doctor_is_advice(const struct lab *lab)
{
	(void)lab;
	return false;
}

void doctor_check_sockets(struct doctor_finding *finding)
{
	const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	char lab[LAB_NAME_SIZE], path[STATE_PATH_SIZE];
	struct state_env env;
	struct state_dir dir;
	struct err err;
	int error;

	memset(lab, 'x', sizeof(lab) - 1);
	lab[sizeof(lab) - 1] = '\0';
	state_env_init(&env);
	error = state_dir_locate(&env, lab, &dir, &err);
	if (!error)
		error = state_dir_stream_socket(&dir, lab, 0, path, &err);
	if (error)
		doctor_verdict_set(
			finding, DOCTOR_WARN,
			"set WEFT_RUNTIME_DIR to a shorter path",
			"names of labs and nodes can't be as long as %d: the "
			"paths of sockets would be longer than %zu",
			LAB_NAME_SIZE - 1, room);
	else
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "paths of sockets fit, %zu of %zu bytes",
				   strlen(path) + 1, room);
}

bool doctor_range_has(const char *range, gid_t gid)
{
	unsigned long first, last;

	return sscanf(range, "%lu %lu", &first, &last) == 2 && gid >= first &&
	       gid <= last;
}

static bool any_group_pings(const char *range)
{
	gid_t groups[256];
	int count, i;

	if (geteuid() == 0)
		return doctor_range_has(range, NOBODY);
	if (doctor_range_has(range, getegid()))
		return true;
	count = getgroups((int)ARRAY_SIZE(groups), groups);
	for (i = 0; i < count; i++) {
		if (doctor_range_has(range, groups[i]))
			return true;
	}
	return false;
}

void doctor_check_ping(struct doctor_finding *finding)
{
	FILE *in = fopen(PING_RANGE_PATH, "re");
	char range[64] = "", *c;

	if (in && !fgets(range, sizeof(range), in))
		range[0] = '\0';
	if (in)
		fclose(in);
	for (c = range; *c; c++) {
		if (*c == '\t')
			*c = ' ';
		else if (*c == '\n')
			*c = '\0';
	}
	if (any_group_pings(range))
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "guests of nat networks can ping the "
				   "outside");
	else
		doctor_verdict_set(
			finding, DOCTOR_WARN,
			"sudo sysctl net.ipv4.ping_group_range=\"0 "
			"2147483647\"",
			"guests of nat networks can't ping the outside: "
			"ping_group_range is \"%s\"; TCP and UDP work",
			range);
}

void doctor_check_firewall(struct doctor_finding *finding)
{
	/* an interface that no rule knows */
	const struct firewall_guest guest = {
		.ifname = "LAB-NETWORK",
		.address = EXAMPLE_GUEST,
		.own_table = "",
	};
	struct firewall_answer answer;
	struct err err;

	if (firewall_ask(&guest, &answer, &err))
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "engine: kernel needs root and nf_tables "
				   "(%s)",
				   err.msg);
	else if (answer.verdict == FIREWALL_PASSES)
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "no rule of nf_tables stops guests of nat "
				   "networks with engine: kernel");
	else
		doctor_verdict_set(finding, DOCTOR_WARN, answer.fix,
				   "guests of nat networks with engine: kernel "
				   "%s stopped by %s",
				   answer.verdict == FIREWALL_STOPS ? "are"
								    : "may be",
				   answer.text);
}

unsigned doctor_find_nameserver(FILE *in, char *server, size_t size)
{
	char line[512], word[64];
	unsigned char address[16];
	unsigned count = 0;

	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "nameserver %63s", word) != 1)
			continue;
		/* fe80::1%eth0 */
		word[strcspn(word, "%")] = '\0';
		if (inet_pton(AF_INET, word, address) != 1 &&
		    inet_pton(AF_INET6, word, address) != 1)
			continue;
		if (!count++)
			snprintf(server, size, "%s", word);
	}
	return count;
}

void doctor_check_resolver(struct doctor_finding *finding)
{
	FILE *in = fopen("/etc/resolv.conf", "re");
	char server[64] = "";
	unsigned count =
		in ? doctor_find_nameserver(in, server, sizeof(server)) : 0;

	if (in)
		fclose(in);
	if (count)
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "names of the outside are asked of %s%s",
				   server, count > 1 ? " and others" : "");
	else
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "echo nameserver ADDRESS | sudo tee -a "
				   "/etc/resolv.conf",
				   "/etc/resolv.conf names no server: nodes "
				   "of nat networks resolve each other only");
}

void doctor_check_broker(struct doctor_finding *finding)
{
	struct broker_found found;

	if (host_rights_are_ours()) {
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "NICs and taps of this host can be opened");
		return;
	}
	if (broker_find(&found) == 0) {
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "%s opens NICs and taps of this host for us",
				   found.path);
		return;
	}
	doctor_verdict_set(finding, DOCTOR_WARN, found.fix,
			   "%s; only uplinks on NICs of this host and host: "
			   "need it",
			   found.why);
	if (found.code != -ENOENT)
		finding->exit_code = EXIT_PERMISSION;
}

void doctor_check_files(struct doctor_finding *finding)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max >= FILES_WANTED)
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "%llu files may be open",
				   (unsigned long long)limit.rlim_max);
	else
		doctor_verdict_set(
			finding, DOCTOR_WARN,
			"a line \"* hard nofile 65536\" in "
			"/etc/security/limits.conf, then log in again",
			"only %llu files may be open: nat networks carry "
			"fewer connections than their guests may make",
			(unsigned long long)limit.rlim_max);
}

static unsigned long available_mib(void)
{
	FILE *in = fopen("/proc/meminfo", "re");
	unsigned long kib = 0;
	char line[256];

	while (in && fgets(line, sizeof(line), in) &&
	       sscanf(line, "MemAvailable: %lu", &kib) != 1)
		;
	if (in)
		fclose(in);
	return kib >> 10;
}

void doctor_check_memory(struct doctor_finding *finding)
{
	unsigned long mib = available_mib();

	doctor_verdict_set(finding,
			   mib < MEMORY_WANTED_MIB ? DOCTOR_WARN : DOCTOR_PASS,
			   mib < MEMORY_WANTED_MIB
				   ? "end something else, or give guests less "
				     "(memory: 64M in the lab file)"
				   : NULL,
			   "%lu MiB of memory are available; a guest takes "
			   "its memory:, 128M unless said otherwise",
			   mib);
}

static long reading_ns(void)
{
	struct timespec first, last;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &first);
	for (i = 0; i < CLOCK_READINGS; i++)
		clock_gettime(CLOCK_MONOTONIC, &last);
	return ((last.tv_sec - first.tv_sec) * 1000000000 +
		(last.tv_nsec - first.tv_nsec)) /
	       CLOCK_READINGS;
}

void doctor_check_clock(struct doctor_finding *finding)
{
	long first = reading_ns(), again = reading_ns();
	long ns = MIN(first, again);

	if (time(NULL) < CLOCK_FIRST_S)
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "sudo date -s \"2026-01-31 12:00\"",
				   "the clock is not set: time stamps of "
				   "captures and logs will be wrong");
	else if (ns > CLOCK_SLOW_NS)
		doctor_verdict_set(
			finding, DOCTOR_WARN,
			"cat /sys/devices/system/clocksource/clocksource0/"
			"available_clocksource; tsc or kvm-clock is fast",
			"reading the clock takes %ld ns: time stamps cost "
			"more than the frames",
			ns);
	else
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "the clock is set, reading it takes %ld ns",
				   ns);
}

void doctor_check_tshark(struct doctor_finding *finding)
{
	char path[1024];
	bool found = tool_find("wireshark", path, sizeof(path)) ||
		     tool_find("tshark", path, sizeof(path));

	doctor_verdict_set(finding, DOCTOR_PASS, NULL,
			   found ? "captures can be read with %s"
				 : "no wireshark and no tshark%s: only needed "
				   "to look into captures here",
			   found ? path : "");
}
