// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplinks.c - what labd says of a lab's uplinks, for the verbs that tell it
 */
#include "cli/cmd/uplinks.h"

#include <string.h>

#include "cli/cmd/print.h"

json_t *uplinks_ask(struct session *session)
{
	bool quiet = session->quiet;
	json_t *uplinks;

	session->quiet = true;
	uplinks = session_ask(session, "uplink.list", NULL, SESSION_TIMEOUT_MS);
	session->quiet = quiet;
	return uplinks;
}

json_t *uplinks_lookup(const json_t *uplinks, const char *name)
{
	json_t *uplink;
	size_t i;

	json_array_foreach(json_object_get(uplinks, "uplinks"), i, uplink)
	{
		const char *own = text_of(uplink, "uplink");

		if (own && strcmp(own, name) == 0)
			return uplink;
	}
	return NULL;
}

static bool is_in(const json_t *member, const char *const states[])
{
	const char *state = text_of(member, "state");

	for (; state && *states; states++) {
		if (strcmp(state, *states) == 0)
			return true;
	}
	return false;
}

/* The states are those of switch/bond/bond.h. */
bool uplink_member_is_up(const json_t *member)
{
	static const char *const states[] = {"backup", "carrying", "active",
					     "down-delay", NULL};

	return is_in(member, states);
}

bool uplink_member_carries(const json_t *member)
{
	static const char *const states[] = {"carrying", "active", NULL};

	return is_in(member, states);
}

unsigned uplink_members_up(const json_t *uplink)
{
	unsigned count = 0;
	json_t *member;
	size_t i;

	json_array_foreach(json_object_get(uplink, "members"), i, member)
		count += uplink_member_is_up(member);
	return count;
}

/* "active bond0/eth1", or those that carry in a mode that has no active one */
static void print_carriers(FILE *out, const json_t *uplink)
{
	const char *active = text_of(uplink, "active");
	json_t *member;
	size_t i, count = 0;

	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		if (active || !uplink_member_carries(member))
			continue;
		fputs(count++ ? " " : "carried by ", out);
		print_safe(out, text_of(member, "member"));
	}
	if (active) {
		fputs("active ", out);
		print_safe(out, active);
	} else if (!count) {
		fputs("no member carries", out);
	}
}

/* "degraded: bond0/eth1 down (carrier)": those that are not up, and why */
static void print_troubles(FILE *out, const json_t *uplink)
{
	const char *admin, *why;
	json_t *member;
	size_t i, count = 0;

	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		admin = text_of(member, "admin");
		why = admin && strcmp(admin, "up") != 0
			      ? "weft link"
			      : text_of(member, "reason");
		if (uplink_member_is_up(member) || !text_of(member, "state"))
			continue;
		fputs(count++ ? ", " : ", degraded: ", out);
		print_safe(out, text_of(member, "member"));
		fputc(' ', out);
		print_safe(out, text_of(member, "state"));
		fputs(" (", out);
		print_safe(out, why);
		fputc(')', out);
	}
}

void uplink_print_line(FILE *out, const json_t *uplink)
{
	fputs("uplink ", out);
	print_safe(out, text_of(uplink, "uplink"));
	/* labd leaves out what runs nowhere, or was not answered in time. */
	if (!text_of(uplink, "mode")) {
		fputs(text_of(uplink, "network")
			      ? ": weft-switch says nothing of it\n"
			      : ": unused, no network goes out by it\n",
		      out);
		return;
	}
	fputs(" (", out);
	print_safe(out, text_of(uplink, "mode"));
	fputs("): ", out);
	if (json_is_false(json_object_get(uplink, "carrier")))
		fputs("no carrier, ", out);
	print_carriers(out, uplink);
	print_troubles(out, uplink);
	fputc('\n', out);
}

/* A NIC that weft-switch could not have is one without state. */
static void warn_of(const json_t *member)
{
	const char *fault = text_of(member, "fault");
	const char *kind = text_of(member, "kind");

	if (!kind || strcmp(kind, "nic") != 0)
		return;
	if (!text_of(member, "state"))
		fault = "weft-switch can't have the interface";
	if (!fault || !*fault)
		return;
	fputs("warning: ", stderr);
	print_safe(stderr, text_of(member, "member"));
	fputs(" carries nothing: ", stderr);
	print_safe(stderr, fault);
	fputs("; it is used again as soon as it is back\n", stderr);
}

void uplinks_warn(const json_t *uplinks)
{
	json_t *uplink, *member;
	size_t i, k;

	json_array_foreach(json_object_get(uplinks, "uplinks"), i, uplink)
	{
		if (!text_of(uplink, "mode"))
			continue;
		json_array_foreach(json_object_get(uplink, "members"), k,
				   member) warn_of(member);
	}
}

static void print_member_event(FILE *out, const json_t *event)
{
	const char *detail = text_of(event, "detail");

	print_safe(out, text_of(event, "member"));
	fputs(" was ", out);
	print_safe(out, text_of(event, "from"));
	fputs(" and is ", out);
	print_safe(out, text_of(event, "to"));
	fputs(" now: ", out);
	print_safe(out, text_of(event, "reason"));
	if (detail && *detail) {
		fputs(" (", out);
		print_safe(out, detail);
		fputc(')', out);
	}
}

static void print_active_event(FILE *out, const json_t *event)
{
	const char *active = text_of(event, "active");

	if (active) {
		print_safe(out, active);
		fputs(" is the active member of ", out);
		print_safe(out, text_of(event, "uplink"));
	} else {
		print_safe(out, text_of(event, "uplink"));
		fputs(" has no active member", out);
	}
}

bool uplink_print_event(FILE *out, const json_t *event)
{
	const char *name = text_of(event, "event");
	bool is_member = name && strcmp(name, "uplink.member") == 0;

	if (!is_member && !(name && strcmp(name, "uplink.active") == 0))
		return false;
	fprintf(out, "%s ", name);
	if (is_member)
		print_member_event(out, event);
	else
		print_active_event(out, event);
	return true;
}
