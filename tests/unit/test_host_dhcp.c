// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_host_dhcp.c - the host's DHCP client: what it says, and its end; the
 * client is a shell script that takes busybox' place
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/host_dhcp.h"

#define ROUND_MS 20
#define MAX_ROUNDS 500

struct bed {
	struct fake_clock clock;
	struct loop *loop;
	struct host_dhcp dhcp;
	char dir[64];
	char client[80];
	unsigned calls;
	bool is_bound;
	struct ipv4_prefix lease;
	bool stops; /* the next callback stops the client */
};

static void bound(struct host_dhcp *dhcp, const struct ipv4_prefix *lease)
{
	struct bed *bed = container_of(dhcp, struct bed, dhcp);

	bed->calls++;
	bed->is_bound = lease != NULL;
	if (lease)
		bed->lease = *lease;
	if (bed->stops)
		host_dhcp_stop(dhcp);
}

static int setup(void **state)
{
	static struct bed bed;
	struct err err;

	memset(&bed, 0, sizeof(bed));
	fake_clock_init(&bed.clock, NSEC_PER_SEC);
	bed.loop = loop_create(&bed.clock.clock, &err);
	strcpy(bed.dir, "/tmp/weft-host-dhcp.XXXXXX");
	if (!bed.loop || !mkdtemp(bed.dir))
		return -1;
	snprintf(bed.client, sizeof(bed.client), "%s/client", bed.dir);
	host_dhcp_init(&bed.dhcp, bound);
	*state = &bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	char path[128];

	host_dhcp_stop(&bed->dhcp);
	loop_destroy(bed->loop);
	snprintf(path, sizeof(path), "%s/" HOST_DHCP_SCRIPT, bed->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/arguments", bed->dir);
	unlink(path);
	unlink(bed->client);
	return rmdir(bed->dir);
}

/* The client is @text, with $script set to what -s says. */
static void start(struct bed *bed, const char *text)
{
	const struct host_dhcp_settings settings = {
		.busybox = bed->client,
		.run_dir = bed->dir,
		.ifname = "leg0",
		.hostname = "desk",
		.log_fd = STDERR_FILENO,
	};
	struct err err;
	FILE *file;

	if (text) {
		file = fopen(bed->client, "we");
		assert_non_null(file);
		fprintf(file,
			"#!/bin/sh\ncd %s\necho \"$*\" >arguments\n"
			"script=$PWD/" HOST_DHCP_SCRIPT "\n%s\n",
			bed->dir, text);
		fclose(file);
		assert_int_equal(chmod(bed->client, 0700), 0);
	}
	assert_int_equal(
		host_dhcp_start(&bed->dhcp, bed->loop, &settings, &err), 0);
}

static void run_until(struct bed *bed, const unsigned *value, unsigned wanted)
{
	unsigned i;

	for (i = 0; i < MAX_ROUNDS && *value < wanted; i++)
		loop_run_once(bed->loop, ROUND_MS);
	assert_int_equal(*value, wanted);
}

static void lines_are_leases_in_whatever_pieces_they_come(void **state)
{
	static const char text[] = "10.1.2.3/24\nnone\nnone\n10.1.2.4/16\n";
	struct bed *bed = *state;
	size_t i;

	bed->dhcp.loop = bed->loop;
	for (i = 0; i < strlen(text); i++)
		host_dhcp_read(&bed->dhcp, text + i, 1);
	assert_int_equal(bed->calls, 3); /* the second none says nothing new */
	assert_true(bed->is_bound);
	assert_int_equal(bed->lease.addr, 0x0a010204);
	assert_int_equal(bed->lease.len, 16);
	host_dhcp_read(&bed->dhcp, text, strlen(text));
	assert_int_equal(bed->calls, 6);
	assert_int_equal(bed->dhcp.bad, 0);
}

static void lines_that_make_no_sense_are_counted_only(void **state)
{
	static const char text[] =
		"\n10.1.2.3\n10.1.2.3/\n10.1.2.300/8\nnone \n"
		"10.1.2.3/33\n10.1.2.3/24 x\n/24\n"
		"0000000000000000000000000000010.1.2.3/24\n";
	static const char long_line[] =
		"10.1.2.3/24\0so this is longer than any\n";
	struct bed *bed = *state;

	bed->dhcp.loop = bed->loop;
	host_dhcp_read(&bed->dhcp, text, strlen(text));
	assert_int_equal(bed->calls, 0);
	assert_int_equal(bed->dhcp.bad, 9);
	host_dhcp_read(&bed->dhcp, long_line, sizeof(long_line) - 1);
	assert_int_equal(bed->calls, 0);
	assert_int_equal(bed->dhcp.bad, 10);
	host_dhcp_read(&bed->dhcp, "10.1.2.3/24\n", 12);
	assert_int_equal(bed->calls, 1);
}

static void script_reports_what_the_client_learned(void **state)
{
	struct bed *bed = *state;
	char arguments[256] = "";
	char path[128];
	FILE *file;

	start(bed, "$script deconfig\n"
		   "ip=10.1.2.3 mask=24 $script bound\n"
		   "ip=10.1.2.3 mask=24 $script renew\n"
		   "ip=10.9.9.9 mask=24 $script nak\n"
		   "$script leasefail\nexec sleep 60");
	run_until(bed, &bed->calls, 2);
	assert_int_equal(bed->lease.addr, 0x0a010203);
	assert_int_equal(bed->lease.len, 24);
	snprintf(path, sizeof(path), "%s/arguments", bed->dir);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(arguments, sizeof(arguments), file));
	fclose(file);
	assert_non_null(strstr(arguments, "udhcpc -f -i leg0 -s /tmp/"));
	assert_non_null(strstr(arguments, "-x hostname:desk"));
	assert_non_null(strstr(arguments, "-o -O subnet\n"));
}

static void end_of_the_client_is_the_end_of_the_lease(void **state)
{
	struct bed *bed = *state;

	start(bed, "ip=10.1.2.3 mask=24 $script bound\n"
		   "sleep 0.3\nexit 3");
	run_until(bed, &bed->calls, 2);
	assert_false(bed->is_bound);
	assert_int_equal(bed->dhcp.starts, 1);
	loop_run_once(bed->loop, ROUND_MS);
	assert_int_equal(bed->dhcp.starts, 1); /* not at once */
	bed->clock.ns += HOST_DHCP_AGAIN_NS;
	run_until(bed, &bed->calls, 3);
	assert_true(bed->is_bound);
	assert_int_equal(bed->dhcp.starts, 2);
}

static void client_that_can_t_run_is_tried_again(void **state)
{
	struct bed *bed = *state;
	unsigned i;

	start(bed, NULL);
	for (i = 0; i < MAX_ROUNDS && bed->dhcp.starts < 3; i++) {
		loop_run_once(bed->loop, ROUND_MS);
		bed->clock.ns += HOST_DHCP_AGAIN_NS / 4;
	}
	assert_int_equal(bed->dhcp.starts, 3);
	assert_int_equal(bed->calls, 0);
}

static void client_may_be_stopped_from_its_own_report(void **state)
{
	struct bed *bed = *state;

	bed->stops = true;
	start(bed, "printf '10.1.2.3/24\\n10.1.2.4/24\\n'; exec sleep 60");
	run_until(bed, &bed->calls, 1);
	bed->clock.ns += 10 * HOST_DHCP_AGAIN_NS;
	loop_run_once(bed->loop, ROUND_MS);
	assert_int_equal(bed->calls, 1);
	assert_int_equal(bed->dhcp.child.pid, 0);
	host_dhcp_stop(&bed->dhcp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(lines_are_leases_in_whatever_pieces_they_come),
		TEST(lines_that_make_no_sense_are_counted_only),
		TEST(script_reports_what_the_client_learned),
		TEST(end_of_the_client_is_the_end_of_the_lease),
		TEST(client_that_can_t_run_is_tried_again),
		TEST(client_may_be_stopped_from_its_own_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
