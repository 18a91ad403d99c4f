// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events.c - what happens to the lab, told to whoever listens
 *
 * Theory of operation
 *
 * An event is a JSON object, made once; a ring keeps the last of them. Each
 * listener is a control request that was answered with what it asked for out of
 * the ring and then stays, for notifications. Nothing waits for a listener:
 * while EVENTS_BACKLOG_MAX bytes wait for its client, events are counted
 * instead of sent, and the count is told before the next one that is. A client
 * that reads nothing at all is closed by the control server (CTL_DRAIN_NS).
 *
 * Limits: a lost event is only told when another one comes.
 */
#include "cli/labd/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/exit_code.h"
#include "core/util.h"

#define TIME_TEXT_SIZE 32

/**
 * struct listener - one subscription
 * @link:	in the listeners
 * @events:	whose
 * @req:	answered, kept for notifications
 * @lost:	events not sent since the last that was
 */
struct listener {
	struct list link;
	struct events *events;
	struct ctl_request *req;
	uint64_t lost;
};

uint64_t events_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void events_init(struct events *events, const char *lab,
		 uint64_t (*wall_ms)(void))
{
	*events = (struct events){.lab = lab, .wall_ms = wall_ms};
	list_init(&events->listeners);
}

static void listener_end(struct listener *listener)
{
	listener->events->listener_count--;
	list_remove(&listener->link);
	ctl_end(listener->req);
	free(listener);
}

void events_fini(struct events *events)
{
	unsigned i;

	list_for_each_safe (link, &events->listeners)
		listener_end(container_of(link, struct listener, link));
	for (i = 0; i < EVENTS_KEPT; i++)
		json_decref(events->kept[i]);
	*events = (struct events){.lab = events->lab};
	list_init(&events->listeners);
}

/* RFC 3339, UTC: "2026-03-01T12:00:00.123Z" */
static void format_time(uint64_t ms, char text[TIME_TEXT_SIZE])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm = {0};
	size_t len;

	gmtime_r(&s, &tm);
	len = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, TIME_TEXT_SIZE - len, ".%03uZ",
		 (unsigned)(ms % 1000));
}

static json_t *make_event(struct events *events, const char *name,
			  json_t *fields)
{
	char time_text[TIME_TEXT_SIZE];
	uint64_t now_ms = events->wall_ms();
	json_t *event;

	format_time(now_ms, time_text);
	event = json_pack("{s:s, s:I, s:s, s:I, s:s, s:s}", "schema",
			  "weft.event/1", "seq", (json_int_t)++events->seq,
			  "time", time_text, "time_ms", (json_int_t)now_ms,
			  "lab", events->lab, "event", name);
	if (event)
		json_object_update_missing(event, fields);
	return event;
}

/* A copy each: a notification gets its request's id. */
static void tell(struct listener *listener, json_t *event)
{
	if (ctl_request_backlog(listener->req) > EVENTS_BACKLOG_MAX) {
		listener->lost++;
		return;
	}
	if (listener->lost)
		ctl_notify(listener->req, "events.lost",
			   json_pack("{s:I}", "count",
				     (json_int_t)listener->lost));
	listener->lost = 0;
	ctl_notify(listener->req, "event", json_copy(event));
}

void events_emit(struct events *events, const char *name, json_t *fields)
{
	json_t *event, **kept;

	if (!fields)
		return;
	event = make_event(events, name, fields);
	json_decref(fields);
	if (!event)
		return;
	kept = &events->kept[events->seq % EVENTS_KEPT];
	json_decref(*kept);
	*kept = event;
	list_for_each_safe (link, &events->listeners)
		tell(container_of(link, struct listener, link), event);
}

/* The last @last of those that are kept, no older than @since_ms. */
static json_t *kept_events(const struct events *events, json_int_t last,
			   json_int_t since_ms)
{
	json_t *array = json_array();
	uint64_t seq, first = 1;

	if (events->seq > EVENTS_KEPT)
		first = events->seq - EVENTS_KEPT + 1;
	if ((uint64_t)last < events->seq - first + 1)
		first = events->seq - (uint64_t)last + 1;
	for (seq = first; seq <= events->seq; seq++) {
		json_t *event = events->kept[seq % EVENTS_KEPT];
		json_t *ms = json_object_get(event, "time_ms");

		if (event && json_integer_value(ms) >= since_ms)
			json_array_append(array, event);
	}
	return array;
}

static void listener_gone(struct ctl_request *req, void *arg)
{
	(void)req;
	listener_end(arg);
}

void events_subscribe(struct events *events, struct ctl_request *req,
		      const json_t *params)
{
	json_int_t last = 0, since_ms = 0;
	struct listener *listener;

	if (json_unpack((json_t *)(uintptr_t)params, "{s?I, s?I}", "last",
			&last, "since_ms", &since_ms) ||
	    last < 0 || since_ms < 0) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "events.subscribe takes {\"last\": how many, "
			 "\"since_ms\": milliseconds since 1970}");
		return;
	}
	listener = events->listener_count < EVENTS_MAX_LISTENERS
			   ? calloc(1, sizeof(*listener))
			   : NULL;
	if (!listener) {
		ctl_fail(req, CTL_BUSY, EXIT_FAILED,
			 "too many listen already (%u)",
			 events->listener_count);
		return;
	}
	listener->events = events;
	listener->req = req;
	list_append(&events->listeners, &listener->link);
	events->listener_count++;
	ctl_reply_more(req,
		       json_pack("{s:s, s:s, s:I, s:o}", "schema",
				 "weft.events/1", "lab", events->lab, "seq",
				 (json_int_t)events->seq, "events",
				 kept_events(events, last, since_ms)),
		       NULL, 0);
	ctl_request_on_gone(req, listener_gone, listener);
}
