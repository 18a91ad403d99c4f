// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labd_bed.c - a labd with a client, and weft-switch as the test has it
 */
#include "unit/labd_bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit/cmocka_wrap.h"
#include "unit/switch_record.h"

#define ROUNDS 8
#define WAIT_MS 20
#define MAX_WAITS 500
#define RECORD_SIZE 8192
#define HELLO                                                            \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":" \
	"{\"client\":\"test\",\"protocol\":1}}\n"

void labd_bed_run(struct labd_bed *bed)
{
	int i;

	for (i = 0; i < ROUNDS; i++)
		loop_run_once(bed->labd.loop, 0);
}

const char *labd_bed_hear(struct labd_bed *bed)
{
	size_t len = 0;
	ssize_t got;

	labd_bed_run(bed);
	while ((got = recv(bed->client, bed->heard + len,
			   sizeof(bed->heard) - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)got;
	bed->heard[len] = '\0';
	return bed->heard;
}

void labd_bed_say(struct labd_bed *bed, const char *method, const char *params)
{
	char *line;
	int len;

	len = asprintf(&line,
		       "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\","
		       "\"params\":%s}\n",
		       method, params);
	assert_true(len > 0);
	assert_int_equal(send(bed->client, line, (size_t)len, 0), len);
	free(line);
	labd_bed_run(bed);
}

static void serve(struct labd_bed *bed)
{
	struct labd *labd = &bed->labd;
	const struct ctl_service service = {labd_methods, labd_method_count,
					    labd};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct err err;
	int fd;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock",
		 bed->folder);
	fd = node_listen(address.sun_path, 0600, &err);
	assert_true(fd >= 0);
	labd->server =
		ctl_server_create(labd->loop, fd, &service, &bed->log, &err);
	assert_non_null(labd->server);
	bed->client = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(bed->client, (struct sockaddr *)&address,
				 sizeof(address)),
			 0);
	unlink(address.sun_path);
	assert_int_equal(send(bed->client, HELLO, strlen(HELLO), 0),
			 strlen(HELLO));
	assert_non_null(strstr(labd_bed_hear(bed), "result"));
}

void labd_bed_init(struct labd_bed *bed)
{
	struct labd *labd = &bed->labd;
	char leases[64];
	struct err err;

	memset(bed, 0, sizeof(*bed));
	strcpy(bed->folder, "/tmp/test-labd-XXXXXX");
	assert_non_null(mkdtemp(bed->folder));
	snprintf(leases, sizeof(leases), "%s/leases", bed->folder);
	fake_clock_init(&bed->clock, NSEC_PER_SEC);
	bed->log = (struct log){LOG_ERROR, "test", &bed->clock.clock};
	labd_init(labd, "office", loop_create(&bed->clock.clock, &err),
		  &bed->log);
	strcpy(labd->switch_path, "/proc/self/exe");
	snprintf(labd->dir.path, sizeof(labd->dir.path), "%s", bed->folder);
	labd->leases = lease_store_open(leases, &bed->log, &err);
	assert_non_null(labd->leases);
	unlink(leases);
	serve(bed);
}

void labd_bed_assert_heard(struct labd_bed *bed, const char *text)
{
	if (!strstr(labd_bed_hear(bed), text))
		fail_msg("not heard: %s; but: %s", text, bed->heard);
}

void labd_bed_keep_record(struct labd_bed *bed)
{
	snprintf(bed->record, sizeof(bed->record), "%s/record", bed->folder);
	setenv(SWITCH_RECORD, bed->record, 1);
}

unsigned labd_bed_told(const struct labd_bed *bed, const char *lines)
{
	FILE *file = fopen(bed->record, "r");
	char text[RECORD_SIZE];
	const char *at = text;
	unsigned count = 0;
	size_t len;

	if (!file)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_true(len < sizeof(text) - 1);
	text[len] = '\0';
	for (; (at = strstr(at, lines)); at++)
		count++;
	return count;
}

void labd_bed_wait_told(struct labd_bed *bed, const char *lines, unsigned times)
{
	for (int i = 0; i < MAX_WAITS && labd_bed_told(bed, lines) < times; i++)
		loop_run_once(bed->labd.loop, WAIT_MS);
	assert_true(labd_bed_told(bed, lines) >= times);
}

void labd_bed_fini(struct labd_bed *bed)
{
	struct labd *labd = &bed->labd;

	labd_tear_down(labd);
	if (bed->record[0])
		unlink(bed->record);
	events_fini(&labd->events);
	close(bed->client);
	ctl_server_destroy(labd->server);
	lease_store_close(labd->leases);
	loop_destroy(labd->loop);
	rmdir(bed->folder);
}
