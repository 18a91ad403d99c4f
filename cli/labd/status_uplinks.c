// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_uplinks.c - weft.uplinks/1: bonds, their members, and what became of
 * them
 *
 * An entry is complete with the answers to one question about the uplink, one
 * about each member, and as many about its history as that has pages. What has
 * no answer (weft-switch has just died) is left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/labd/gathering.h"
#include "cli/labd/status.h"
#include "cli/labd/uplink_settings.h"

#define US(ns) ((json_int_t)((ns) / NSEC_PER_USEC))
#define MS(ns) ((json_int_t)((ns) / NSEC_PER_MSEC))

const char *status_cut_name(enum bond_cut cut)
{
	static const char *const names[] = {
		[BOND_CUT_NONE] = "up",
		[BOND_CUT_CARRIER] = "down",
		[BOND_CUT_SILENT] = "silent",
	};

	static_assert(ARRAY_SIZE(names) == BOND_CUT_COUNT, "a name each");
	return names[cut];
}

void status_uplink_port_name(const struct labd *labd, uint32_t number,
			     char name[PORT_NAME_SIZE])
{
	char near[PORT_NAME_SIZE];

	if (number >= WIRE_METER_PORTS) {
		const struct lab_uplink_settings *uplink = lab_numbered_uplink(
			labd->lab, (number - WIRE_METER_PORTS) / 2);

		snprintf(name, PORT_NAME_SIZE, "%s/meter",
			 uplink ? uplink->name : "");
	} else if (number >= WIRE_HOST_PORTS) {
		const struct network_settings *network = lab_numbered_network(
			labd->lab, number - WIRE_HOST_PORTS);

		snprintf(name, PORT_NAME_SIZE, "%s/host",
			 network ? network->name : "");
	} else if (number >= WIRE_CABLE_PORTS) {
		number -= WIRE_CABLE_PORTS;
		fabric_member_name(
			labd->fabric,
			&(struct fabric_member_ref){number / BOND_MAX_MEMBERS,
						    number % BOND_MAX_MEMBERS},
			near);
		wire_cable_far_name(near, name);
	} else {
		const struct lab_uplink_settings *uplink = lab_numbered_uplink(
			labd->lab, number - WIRE_UPLINK_PORTS);

		snprintf(name, PORT_NAME_SIZE, "%s",
			 uplink ? uplink->name : "");
	}
}

static json_t *text_or_null(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static void add_settings(json_t *entry, const struct bond_settings *bond)
{
	json_object_update_new(
		entry,
		json_pack("{s:s, s:o, s:s, s:I, s:I, s:s, s:i, s:I}", "mode",
			  bond_mode_name(bond->mode), "primary",
			  text_or_null(bond->primary), "primary_reselect",
			  bond_reselect_name(bond->primary_reselect),
			  "up_delay_ms", (json_int_t)bond->up_delay_ms,
			  "down_delay_ms", (json_int_t)bond->down_delay_ms,
			  "xmit_hash_policy",
			  bond_hash_policy_name(bond->xmit_hash_policy),
			  "min_links", (int)bond->min_links, "rebalance_ms",
			  (json_int_t)bond->rebalance_ms));
}

static json_t *announced(const struct announce_counters *c)
{
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "failovers",
		(json_int_t)c->failovers, "rounds", (json_int_t)c->rounds,
		"rarp", (json_int_t)c->rarp, "garp", (json_int_t)c->garp, "na",
		(json_int_t)c->na, "limited", (json_int_t)c->limited, "lost",
		(json_int_t)c->lost, "first_round_us", US(c->first_round_ns));
}

static void add_uplink(json_t *entry, const struct wire_uplink_status *answer)
{
	const struct bond_status *bond = &answer->status.bond;

	if (bond->settings.mode >= BOND_MODE_COUNT)
		return;
	add_settings(entry, &bond->settings);
	json_object_update_new(
		entry,
		json_pack("{s:b, s:o, s:i, s:b, s:I, s:I, s:I, s:b, s:o, "
			  "s:o}",
			  "carrier", answer->carrier, "active",
			  text_or_null(answer->active), "aggregator",
			  (int)bond->aggregator, "is_fallback",
			  bond->is_fallback, "switches",
			  (json_int_t)bond->switches, "changes",
			  (json_int_t)bond->changes, "rebalances",
			  (json_int_t)bond->rebalances, "is_announcing",
			  answer->status.is_announcing, "announced",
			  announced(&answer->status.announce), "lacp",
			  status_lacp(&answer->status)));
}

static json_t *monitors(const struct bond_member_status *status)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < BOND_MONITOR_COUNT; i++) {
		if (status->in_use >> i & 1)
			json_object_set_new(object, bond_monitor_name(i),
					    json_string(status->up >> i & 1
								? "up"
								: "down"));
	}
	return object;
}

static void add_probe(json_t *list, const char *kind,
		      const struct probe_status *probe)
{
	if (probe->state >= PROBE_STATE_COUNT)
		return;
	json_array_append_new(
		list, json_pack("{s:s, s:s, s:s, s:I, s:I}", "kind", kind,
				"state", probe_state_name(probe->state),
				"reason", probe->reason, "sent",
				(json_int_t)probe->counters.sent, "answers",
				(json_int_t)probe->counters.answers));
}

static json_t *probes(const struct uplink_member_status *status)
{
	json_t *list = json_array();

	if (status->has_arp)
		add_probe(list, "arp", &status->arp);
	if (status->has_nd)
		add_probe(list, "nd", &status->nd);
	return list;
}

static void add_member(json_t *entry, const struct wire_member_status *answer)
{
	const struct bond_member_status *bond = &answer->status.bond;
	uint64_t since_ns = answer->now_ns - bond->since_ns;

	if (bond->state >= BOND_STATE_COUNT ||
	    bond->reason >= BOND_REASON_COUNT)
		return;
	json_object_update_new(
		entry,
		json_pack("{s:b, s:s, s:s, s:I, s:o, s:o, s:I, s:I, s:I, s:i, "
			  "s:i, s:s, s:o}",
			  "carrier", answer->carrier, "state",
			  bond_state_name(bond->state), "reason",
			  bond_reason_name(bond->reason), "since_ms",
			  MS(since_ns), "monitors", monitors(bond), "probes",
			  probes(&answer->status), "speed_mbps",
			  (json_int_t)bond->speed_mbps, "failures",
			  (json_int_t)bond->failures, "activations",
			  (json_int_t)bond->activations, "waiting",
			  (int)bond->waiting, "buckets", (int)bond->buckets,
			  "fault", answer->fault, "lacp",
			  status_lacp_member(&answer->status)));
	status_add_counters(entry, &answer->counters);
}

static void answered(void *arg, const union wire_message *answer)
{
	struct question *question = arg;

	if (answer && answer->header.type == WIRE_UPLINK_STATUS)
		add_uplink(question->entry, &answer->uplink_status);
	if (answer && answer->header.type == WIRE_MEMBER_STATUS)
		add_member(question->entry, &answer->member_status);
	question_close(question);
}

/**
 * struct history_question - the pages of one uplink's history
 * @question:	what they are for
 * @labd:	to ask again
 * @uplink:	number of the uplink
 * @first:	number of the change that the page in question begins with
 */
struct history_question {
	struct question *question;
	struct labd *labd;
	unsigned uplink;
	uint64_t first;
};

json_t *status_change(const struct uplink_change *change)
{
	if (change->bond.from >= BOND_STATE_COUNT ||
	    change->bond.to >= BOND_STATE_COUNT ||
	    change->bond.reason >= BOND_REASON_COUNT)
		return json_object();
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "at_us",
			 US(change->bond.at_ns), "member", change->bond.member,
			 "from", bond_state_name(change->bond.from), "to",
			 bond_state_name(change->bond.to), "reason",
			 bond_reason_name(change->bond.reason), "detail",
			 change->detail);
}

static void add_page(json_t *list, const struct wire_change_page *page)
{
	uint32_t i;

	for (i = 0; i < page->count; i++) {
		const struct uplink_change *change = &page->changes[i];
		json_t *entry = status_change(change);

		json_object_set_new(
			entry, "ago_ms",
			json_integer(MS(page->now_ns - change->bond.at_ns)));
		json_array_append_new(list, entry);
	}
}

static void history_answered(void *arg, const union wire_message *answer)
{
	struct history_question *history = arg;
	struct question *question = history->question;
	uint64_t next = 0;

	if (answer && answer->header.type == WIRE_CHANGE_PAGE) {
		add_page(json_object_get(question->entry, "history"),
			 &answer->change_page);
		next = answer->change_page.next;
	}
	if (next > history->first && history->labd->fabric) {
		history->first = next;
		fabric_ask_changes(history->labd->fabric, history->uplink, next,
				   history_answered, history);
		return;
	}
	free(history);
	question_close(question);
}

static void ask_history(struct gathering *gathering, struct labd *labd,
			json_t *entry, unsigned uplink)
{
	struct history_question *history = calloc(1, sizeof(*history));

	json_object_set_new(entry, "history", json_array());
	if (!history)
		return;
	history->labd = labd;
	history->uplink = uplink;
	history->question = question_open(gathering, entry);
	if (history->question)
		fabric_ask_changes(labd->fabric, uplink, 0, history_answered,
				   history);
	else
		free(history);
}

static void ask_member(struct gathering *gathering, struct labd *labd,
		       json_t *members,
		       const struct lab_uplink_settings *uplink, unsigned place)
{
	const struct uplink_member *member = &uplink->members[place];
	struct fabric_member_ref ref;
	struct question *question;
	char name[PORT_NAME_SIZE];
	json_t *entry;

	if (!fabric_place_member(labd->fabric, uplink, place, &ref, name))
		return;
	entry = json_pack(
		"{s:s, s:s, s:s, s:s}", "member", name, "kind",
		member->is_cable ? "cable" : "nic", "to",
		uplink_member_name(member), "admin",
		status_cut_name(fabric_member_cut(labd->fabric, &ref)));
	json_array_append_new(members, entry);
	question = question_open(gathering, entry);
	if (question)
		fabric_ask_member(labd->fabric, WIRE_MEMBER_QUERY, &ref,
				  answered, question);
}

const char *status_uplink_network(const struct labd *labd, const char *uplink)
{
	const struct lab *lab = labd->lab;
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (strcmp(lab->networks[i].uplink, uplink) == 0)
			return lab->networks[i].name;
	}
	return NULL;
}

static void ask_uplink(struct gathering *gathering, struct labd *labd,
		       const struct lab_uplink_settings *uplink)
{
	json_t *members = json_array(), *entry;
	struct question *question;
	unsigned i;

	entry = json_pack("{s:s, s:s?, s:o}", "uplink", uplink->name, "network",
			  status_uplink_network(labd, uplink->name), "members",
			  members);
	gathering_add(gathering, "uplinks", entry);
	if (!fabric_uplink_runs(labd->fabric, uplink->number))
		return;
	question = question_open(gathering, entry);
	if (question)
		fabric_ask_uplink(labd->fabric, uplink->number, answered,
				  question);
	for (i = 0; i < uplink->member_count; i++)
		ask_member(gathering, labd, members, uplink, i);
	ask_history(gathering, labd, entry, uplink->number);
}

void status_uplinks(struct labd *labd, struct ctl_request *req)
{
	struct gathering *gathering;
	unsigned i;

	gathering = gathering_open(labd, req, "weft.uplinks/1", "uplinks");
	if (!gathering)
		return;
	for (i = 0; i < labd->lab->uplink_count; i++)
		ask_uplink(gathering, labd, &labd->lab->uplinks[i]);
	gathering_close(gathering);
}
