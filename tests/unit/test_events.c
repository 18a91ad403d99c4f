// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_events.c - events are kept, told to who listens, and slow nobody
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl/ctl_peer.h"
#include "cli/labd/events.h"
#include "unit/ctl_fixture.h"

static uint64_t now_ms = UINT64_C(1772366400123);

static uint64_t wall_ms(void)
{
	return now_ms;
}

static void emit(struct events *events, const char *node)
{
	events_emit(events, "node.state", json_pack("{s:s}", "node", node));
}

/* A raw client that subscribed with @params. */
static int listen_to(struct ctl_fixture *f, struct events *events,
		     json_t *params)
{
	int fd = ctl_greet(f);

	ctl_say(fd, KEEP);
	ctl_fixture_run(f);
	events_subscribe(events, f->kept, params);
	json_decref(params);
	return fd;
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

static void event_has_time_number_and_fields(void **state)
{
	struct ctl_fixture *f = *state;
	struct events events;
	const char *text;
	int fd;

	events_init(&events, "office", wall_ms);
	fd = listen_to(f, &events, json_object());
	assert_non_null(strstr(ctl_hear(f, fd), "\"events\":[]"));
	emit(&events, "web1");
	text = ctl_hear(f, fd);
	assert_non_null(strstr(text, "\"method\":\"event\""));
	assert_non_null(strstr(text, "\"schema\":\"weft.event/1\",\"seq\":1,"
				     "\"time\":\"2026-03-01T12:00:00.123Z\""));
	assert_non_null(strstr(text, "\"lab\":\"office\",\"event\":"
				     "\"node.state\",\"node\":\"web1\""));
	assert_non_null(strstr(text, "\"id\":7"));
	events_fini(&events);
	close(fd);
}

static void last_events_are_kept_and_no_more_than_fit(void **state)
{
	struct ctl_fixture *f = *state;
	struct events events;
	const char *text;
	char name[16];
	int fd, i;

	events_init(&events, "office", wall_ms);
	for (i = 1; i <= EVENTS_KEPT + 44; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		emit(&events, name);
	}
	fd = listen_to(f, &events, json_pack("{s:i}", "last", 2));
	text = ctl_hear(f, fd);
	assert_int_equal(count_of(text, "weft.event/1"), 2);
	assert_non_null(strstr(text, "\"n299\""));
	assert_non_null(strstr(text, "\"n300\""));
	close(fd);
	fd = listen_to(f, &events, json_pack("{s:i}", "last", 1000000));
	text = ctl_hear(f, fd);
	assert_int_equal(count_of(text, "weft.event/1"), EVENTS_KEPT);
	assert_non_null(strstr(text, "\"n45\""));
	assert_null(strstr(text, "\"n44\""));
	close(fd);
	ctl_fixture_run(f);
	assert_int_equal(events.listener_count, 0);
	events_fini(&events);
}

static void only_events_since_a_time_are_told_if_one_is_given(void **state)
{
	struct ctl_fixture *f = *state;
	struct events events;
	const char *text;
	int fd;

	events_init(&events, "office", wall_ms);
	emit(&events, "old");
	now_ms += 5000;
	emit(&events, "young");
	fd = listen_to(f, &events,
		       json_pack("{s:i, s:I}", "last", 9, "since_ms",
				 (json_int_t)now_ms - 1000));
	text = ctl_hear(f, fd);
	assert_null(strstr(text, "old"));
	assert_non_null(strstr(text, "young"));
	events_fini(&events);
	close(fd);
}

static void slow_reader_loses_events_and_is_told_how_many(void **state)
{
	struct ctl_fixture *f = *state;
	char big[2001], *all = calloc(1, 4 << 20);
	int size = 4096, fd, i, emitted = 2000;
	struct events events;
	size_t len = 0;
	ssize_t got;

	assert_non_null(all);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	events_init(&events, "office", wall_ms);
	fd = listen_to(f, &events, json_object());
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < emitted; i++)
		emit(&events, big);
	assert_true(ctl_request_backlog(f->kept) <= EVENTS_BACKLOG_MAX + 4096);
	for (i = 0; i < 500; i++) {
		ctl_fixture_run(f);
		while ((got = recv(fd, all + len, 65536, MSG_DONTWAIT)) > 0)
			len += (size_t)got;
	}
	assert_null(strstr(all, "events.lost"));
	emit(&events, "after");
	strcpy(all + len, ctl_hear(f, fd));
	i = (int)count_of(all, "\"method\":\"event\"") - 1;
	assert_true(i > 10 && i < emitted);
	snprintf(big, sizeof(big),
		 "\"method\":\"events.lost\",\"params\":{\"count\":%d",
		 emitted - i);
	assert_non_null(strstr(all, big));
	assert_non_null(strstr(all, "\"after\""));
	events_fini(&events);
	close(fd);
	free(all);
}

static void nonsense_is_refused_and_listeners_have_a_limit(void **state)
{
	struct ctl_fixture *f = *state;
	struct events events;
	json_t *params;
	int fd, i;

	events_init(&events, "office", wall_ms);
	fd = listen_to(f, &events, json_pack("{s:i}", "last", -1));
	assert_non_null(strstr(ctl_hear(f, fd), "-32602"));
	close(fd);
	fd = listen_to(f, &events, json_pack("{s:s}", "last", "all"));
	assert_non_null(strstr(ctl_hear(f, fd), "-32602"));
	assert_int_equal(events.listener_count, 0);
	for (i = 0; i < EVENTS_MAX_LISTENERS; i++) {
		if (i % CTL_REQUESTS_MAX == 0)
			fd = ctl_greet(f);
		ctl_say(fd, KEEP);
		ctl_fixture_run(f);
		params = json_object();
		events_subscribe(&events, f->kept, params);
		json_decref(params);
		ctl_hear(f, fd);
	}
	fd = listen_to(f, &events, json_object());
	assert_non_null(strstr(ctl_hear(f, fd), "-32002"));
	events_fini(&events);
}

#define T(name)                                                  \
	cmocka_unit_test_setup_teardown(name, ctl_fixture_setup, \
					ctl_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(event_has_time_number_and_fields),
		T(last_events_are_kept_and_no_more_than_fit),
		T(only_events_since_a_time_are_told_if_one_is_given),
		T(slow_reader_loses_events_and_is_told_how_many),
		T(nonsense_is_refused_and_listeners_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
