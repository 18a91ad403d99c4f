// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_api.c - methods and events about uplinks
 */
#include "cli/labd/uplink_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/**
 * struct switching - a bond.switch that waits for weft-switch
 * @labd:	whose
 * @req:	to be answered
 * @uplink:	its name
 * @member:	"bond0/eth1"
 */
struct switching {
	struct labd *labd;
	struct ctl_request *req;
	char uplink[LAB_NAME_SIZE];
	char member[PORT_NAME_SIZE];
};

static void switched(void *arg, const union wire_message *answer)
{
	struct switching *switching = arg;

	if (!answer)
		ctl_fail(switching->req, CTL_BUSY, EXIT_FAILED,
			 "weft-switch has just been started again; try again");
	else if (answer->reply.code)
		ctl_fail(switching->req, CTL_FAILED, EXIT_FAILED, "%s",
			 answer->reply.text);
	else
		ctl_reply(switching->req,
			  json_pack("{s:s, s:s, s:s, s:s}", "schema",
				    "weft.bond/1", "lab", switching->labd->name,
				    "uplink", switching->uplink, "active",
				    switching->member),
			  NULL, 0);
	free(switching);
}

/* MEMBER is "eth1" or "bond0/eth1". */
static bool find_member(const struct labd *labd, const char *uplink,
			const char *member, struct fabric_member_ref *ref,
			char name[PORT_NAME_SIZE])
{
	int len = strchr(member, '/')
			  ? snprintf(name, PORT_NAME_SIZE, "%s", member)
			  : snprintf(name, PORT_NAME_SIZE, "%s/%s", uplink,
				     member);

	return len < PORT_NAME_SIZE &&
	       fabric_find_member(labd->fabric, name, ref) &&
	       ref->uplink == lab_lookup_uplink(labd->lab, uplink)->number;
}

void bond_switch_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	const char *uplink, *member;
	struct switching *switching;
	struct fabric_member_ref ref;
	char name[PORT_NAME_SIZE];

	if (json_unpack(params, "{s:s, s:s}", "uplink", &uplink, "member",
			&member)) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "this takes {\"uplink\": NAME, \"member\": NAME}");
		return;
	}
	if (!labd->lab || !lab_lookup_uplink(labd->lab, uplink)) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no uplink '%s'", labd->name, uplink);
		return;
	}
	if (!find_member(labd, uplink, member, &ref, name)) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "uplink %s has no member '%s'", uplink, member);
		return;
	}
	switching = calloc(1, sizeof(*switching));
	if (!switching) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	switching->labd = labd;
	switching->req = req;
	snprintf(switching->uplink, sizeof(switching->uplink), "%s", uplink);
	memcpy(switching->member, name, sizeof(name));
	fabric_ask_member(labd->fabric, WIRE_MEMBER_SWITCH, &ref, switched,
			  switching);
}

/**
 * struct telling - changes of an uplink, on their way to who listens
 * @labd:	whose
 * @uplink:	number of the uplink
 * @first:	number of the change that the page in question begins with
 * @last:	number of the latest; those that came since are told next time
 * @moved:	its active member is another one
 */
struct telling {
	struct labd *labd;
	unsigned uplink;
	uint64_t first;
	uint64_t last;
	bool moved;
};

static void tell_change(struct labd *labd, const char *uplink,
			const struct uplink_change *change)
{
	json_t *fields = status_change(change);

	json_object_set_new(fields, "uplink", json_string(uplink));
	events_emit(&labd->events, "uplink.member", fields);
}

static void tell_active(struct labd *labd,
			const struct lab_uplink_settings *uplink)
{
	const char *active = fabric_uplink_active(labd->fabric, uplink->number);

	events_emit(&labd->events, "uplink.active",
		    json_pack("{s:s, s:s?}", "uplink", uplink->name, "active",
			      active[0] ? active : NULL));
}

static void changes_answered(void *arg, const union wire_message *answer)
{
	struct telling *telling = arg;
	struct labd *labd = telling->labd;
	const struct lab_uplink_settings *uplink = NULL;
	const struct wire_change_page *page;
	uint32_t i;

	if (answer && answer->header.type == WIRE_CHANGE_PAGE && labd->fabric)
		uplink = lab_numbered_uplink(labd->lab, telling->uplink);
	if (!uplink) {
		free(telling);
		return;
	}
	page = &answer->change_page;
	for (i = 0; i < page->count && page->first + i <= telling->last; i++)
		tell_change(labd, uplink->name, &page->changes[i]);
	if (page->next > telling->first && page->next <= telling->last) {
		telling->first = page->next;
		fabric_ask_changes(labd->fabric, telling->uplink, page->next,
				   changes_answered, telling);
		return;
	}
	if (telling->moved)
		tell_active(labd, uplink);
	free(telling);
}

void uplink_tell(struct labd *labd, unsigned uplink,
		 const struct fabric_changes *changes)
{
	struct telling *telling = calloc(1, sizeof(*telling));

	if (!telling)
		return;
	*telling = (struct telling){labd, uplink, changes->first, changes->last,
				    changes->moved};
	fabric_ask_changes(labd->fabric, uplink, changes->first,
			   changes_answered, telling);
}

static void nic_returned(void *ctx, const char *name)
{
	struct labd *labd = ctx;

	if (labd->fabric)
		fabric_nic_returned(labd->fabric, name);
}

void uplink_follow_nics(struct labd *labd)
{
	labd->nic_return = (struct nic_return){
		.loop = labd->loop,
		.nics = &labd->host_nics,
		.log = labd->log,
		.returned = nic_returned,
		.ctx = labd,
	};
	nic_return_init(&labd->nic_return);
}
