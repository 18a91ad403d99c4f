// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failover_api.c - the method failover.round
 *
 * Theory of operation
 *
 * weft-switch does a round (cli/switchd/domain_failover.c); here is who waits
 * for it. Its meter needs an end on the other side, in a network of the lab:
 * the one that is named, or where the cables lead to in the end. A NIC leads
 * out of the lab, where nobody answers a meter.
 */
#include "cli/labd/failover_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/failover/failover_json.h"
#include "cli/labd/status.h"

#define HOLD_MS 1000

/**
 * struct failover - a round that somebody waits for
 * @link:	in the failovers of labd
 * @labd:	whose
 * @req:	to be answered; NULL: it was, or its client has gone
 * @is_begun:	weft-switch said so; before, its answer is still to come
 * @uplink:	number of the uplink
 * @mode:	of it
 * @far:	name of the network on the other side
 * @interval_ns: of the meter's frames
 */
struct failover {
	struct list link;
	struct labd *labd;
	struct ctl_request *req;
	bool is_begun;
	unsigned uplink;
	enum bond_mode mode;
	char far[LAB_NAME_SIZE];
	uint64_t interval_ns;
};

/* Of the first cable of @uplink: the network it leads to; NULL: there is none.
 */
static const struct network_settings *
next_network(const struct lab *lab, const struct lab_uplink_settings *uplink)
{
	unsigned i;

	for (i = 0; i < uplink->member_count; i++) {
		if (uplink->members[i].is_cable)
			return lab_lookup_network(
				lab, uplink_member_name(&uplink->members[i]));
	}
	return NULL;
}

/* Cables don't lead round (lab_check_uplinks.c), so this comes to an end. */
static const struct network_settings *
far_network(const struct lab *lab, const struct lab_uplink_settings *uplink)
{
	const struct network_settings *far = NULL, *next;

	while (uplink && (next = next_network(lab, uplink))) {
		far = next;
		uplink = lab_lookup_uplink(lab, far->uplink);
	}
	return far;
}

static void failover_free(struct failover *failover)
{
	list_remove(&failover->link);
	free(failover);
}

static void failover_answer(struct failover *failover, const char *why)
{
	if (failover->req)
		ctl_fail(failover->req, CTL_FAILED, EXIT_FAILED,
			 "no failover was measured: %s", why);
	failover->req = NULL;
}

static void failover_fail(struct failover *failover, const char *why)
{
	failover_answer(failover, why);
	failover_free(failover);
}

static void begun(void *arg, const union wire_message *answer)
{
	struct failover *failover = arg;

	failover->is_begun = true;
	if (answer && answer->reply.code)
		failover_fail(failover, answer->reply.text);
	else if (!answer)
		failover_fail(failover,
			      "weft-switch has just been started again");
}

static void cancel(struct failover *failover)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_FAILOVER_CANCEL;
	message.uplink_ref.uplink = failover->uplink;
	fabric_request(failover->labd->fabric, &message, NULL, NULL, NULL);
}

static void client_gone(struct ctl_request *req, void *arg)
{
	struct failover *failover = arg;

	failover->req = NULL;
	ctl_reply(req, NULL, NULL, 0);
	if (failover->labd->fabric)
		cancel(failover);
}

static struct failover *lookup(struct labd *labd, unsigned uplink)
{
	list_for_each (link, &labd->failovers) {
		struct failover *failover =
			container_of(link, struct failover, link);

		if (failover->uplink == uplink)
			return failover;
	}
	return NULL;
}

void failover_done(struct labd *labd, const struct wire_failover_done *done)
{
	struct failover *failover = lookup(labd, done->uplink);
	json_t *round;

	if (!failover)
		return;
	round = failover_round_json(
		1,
		done->round.result < EXPERIMENT_RESULT_COUNT
			? experiment_result_name(done->round.result)
			: "?",
		&done->round);
	if (round)
		json_object_update_new(
			round, json_pack("{s:s, s:s, s:I}", "mode",
					 bond_mode_name(failover->mode), "far",
					 failover->far, "interval_us",
					 (json_int_t)(failover->interval_ns /
						      NSEC_PER_USEC)));
	if (failover->req)
		ctl_reply(failover->req, round, NULL, 0);
	else
		json_decref(round);
	failover_free(failover);
}

void failover_fail_all(struct labd *labd, const char *why)
{
	list_for_each_safe (link, &labd->failovers) {
		struct failover *failover =
			container_of(link, struct failover, link);

		if (failover->is_begun)
			failover_fail(failover, why);
		else
			failover_answer(failover, why); /* begun() frees it */
	}
}

static void begin(struct failover *failover, const struct network_settings *far,
		  bool silent, uint64_t hold_ms)
{
	union wire_message message;
	struct wire_failover_begin *order = &message.failover_begin;

	memset(&message, 0, sizeof(message));
	order->header.type = WIRE_FAILOVER_BEGIN;
	order->uplink = failover->uplink;
	order->network = far->number;
	order->silent = silent;
	order->interval_ns = failover->interval_ns;
	experiment_settings_init(&order->settings);
	order->settings.hold_ns = hold_ms * NSEC_PER_MSEC;
	fabric_request(failover->labd->fabric, &message, NULL, begun, failover);
}

/* NULL, and @req is answered, when there is none. */
static const struct lab_uplink_settings *uplink_of(struct ctl_request *req,
						   const char *name)
{
	struct labd *labd = ctl_request_ctx(req);
	const struct lab_uplink_settings *uplink =
		labd->lab ? lab_lookup_uplink(labd->lab, name) : NULL;

	if (!uplink)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no uplink '%s'", labd->name, name);
	else if (!fabric_uplink_runs(labd->fabric, uplink->number))
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "uplink %s does not run: no network goes out by it",
			 name);
	else if (lookup(labd, uplink->number))
		ctl_fail(req, CTL_BUSY, EXIT_FAILED,
			 "a failover of %s is being measured already", name);
	else
		return uplink;
	return NULL;
}

/* NULL, and @req is answered, when there is none. */
static const struct network_settings *
far_of(struct ctl_request *req, const struct lab_uplink_settings *uplink,
       const char *name)
{
	struct labd *labd = ctl_request_ctx(req);
	const struct network_settings *far;

	far = name ? lab_lookup_network(labd->lab, name)
		   : far_network(labd->lab, uplink);
	if (!far && name)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no network '%s'", labd->name, name);
	else if (!far)
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "uplink %s leads out of the lab, where nobody "
			 "measures: its members must be cables to networks of "
			 "the lab (net:NAME), or say which network is on the "
			 "other side",
			 uplink->name);
	return far;
}

void failover_round_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	const char *name, *far_name = NULL;
	const struct lab_uplink_settings *uplink;
	const struct network_settings *far;
	struct meter_settings meter;
	struct failover *failover;
	json_int_t hold_ms = HOLD_MS;
	int silent = 0;

	if (json_unpack(params, "{s:s, s?b, s?I, s?s}", "uplink", &name,
			"silent", &silent, "hold_ms", &hold_ms, "far",
			&far_name) ||
	    hold_ms < 1 || hold_ms > FAILOVER_MAX_HOLD_MS) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "failover.round takes {\"uplink\": NAME}, and "
			 "\"silent\", \"hold_ms\" up to ten minutes, \"far\"");
		return;
	}
	uplink = uplink_of(req, name);
	far = uplink ? far_of(req, uplink, far_name) : NULL;
	if (!far)
		return;
	failover = calloc(1, sizeof(*failover));
	if (!failover) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	meter_settings_init(&meter);
	failover->labd = labd;
	failover->req = req;
	failover->uplink = uplink->number;
	failover->mode = uplink->mode;
	failover->interval_ns = meter.interval_ns;
	snprintf(failover->far, sizeof(failover->far), "%s", far->name);
	list_append(&labd->failovers, &failover->link);
	ctl_request_on_gone(req, client_gone, failover);
	begin(failover, far, silent, (uint64_t)hold_ms);
}
