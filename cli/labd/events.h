/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.h - what happens to the lab, told to whoever listens
 */
#ifndef CLI_LABD_EVENTS_H
#define CLI_LABD_EVENTS_H

#include <jansson.h>

#include "cli/ctl/ctl_server.h"
#include "core/list.h"

/** EVENTS_KEPT - the last so many are there for who comes later */
#define EVENTS_KEPT 256
/** EVENTS_MAX_LISTENERS - subscriptions at a time */
#define EVENTS_MAX_LISTENERS 64
/** EVENTS_BACKLOG_MAX - bytes that wait for one client; then it loses events */
#define EVENTS_BACKLOG_MAX (64u << 10)

/**
 * struct events - the last events and who listens
 * @lab:	name, told with each
 * @wall_ms:	milliseconds since 1970
 * @seq:	number of the last event
 * @kept:	event N is at N % EVENTS_KEPT; NULL: none yet
 * @listeners:	as struct listener
 * @listener_count: how many
 */
struct events {
	const char *lab;
	uint64_t (*wall_ms)(void);
	uint64_t seq;
	json_t *kept[EVENTS_KEPT];
	struct list listeners;
	unsigned listener_count;
};

/** events_init() - nothing has happened; @lab and what it says must stay */
void events_init(struct events *events, const char *lab,
		 uint64_t (*wall_ms)(void));

/** events_fini() - forget it all; subscriptions end without a word */
void events_fini(struct events *events);

/** events_wall_ms() - of this machine, for events_init() */
uint64_t events_wall_ms(void);

/**
 * events_emit() - something happened
 * @name:	"node.state"
 * @fields:	object with what there is to say; reference taken. NULL: there
 *		was no memory for it, and nothing is told
 */
void events_emit(struct events *events, const char *name, json_t *fields);

/**
 * events_subscribe() - the method events.subscribe {last, since_ms}
 *
 * Answers weft.events/1 with the last events that are wanted, and from then on
 * notifies "event" for each. A client that doesn't read fast enough is told
 * "events.lost" with a count in their place, as soon as it reads again.
 */
void events_subscribe(struct events *events, struct ctl_request *req,
		      const json_t *params);

#endif
