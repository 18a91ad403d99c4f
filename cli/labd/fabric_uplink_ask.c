// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_uplink_ask.c - what others ask about uplinks and their members
 */
#include <string.h>

#include "cli/labd/fabric_internal.h"
#include "cli/labd/uplink_settings.h"

const char *fabric_uplink_active(const struct fabric *fabric, unsigned uplink)
{
	return fabric->uplinks[uplink].active;
}

void fabric_member_name(const struct fabric *fabric,
			const struct fabric_member_ref *ref,
			char name[PORT_NAME_SIZE])
{
	const struct lab_uplink_settings *uplink =
		lab_numbered_uplink(fabric->settings.lab, ref->uplink);
	const struct fabric_member *member =
		&fabric->uplinks[ref->uplink].members[ref->member];

	name[0] = '\0';
	if (uplink && member->text[0])
		uplink_settings_name(uplink, member->text, name);
}

bool fabric_find_member(const struct fabric *fabric, const char *name,
			struct fabric_member_ref *ref)
{
	char own[PORT_NAME_SIZE];
	unsigned i, k;

	for (i = 0; i < LAB_MAX_UPLINKS; i++) {
		for (k = 0; k < BOND_MAX_MEMBERS; k++) {
			*ref = (struct fabric_member_ref){i, k};
			fabric_member_name(fabric, ref, own);
			if (own[0] && strcmp(own, name) == 0)
				return true;
		}
	}
	return false;
}

bool fabric_place_member(const struct fabric *fabric,
			 const struct lab_uplink_settings *uplink,
			 unsigned place, struct fabric_member_ref *ref,
			 char name[PORT_NAME_SIZE])
{
	uplink_settings_name(uplink, uplink->members[place].text, name);
	return fabric_find_member(fabric, name, ref);
}

enum bond_cut fabric_member_cut(const struct fabric *fabric,
				const struct fabric_member_ref *ref)
{
	return fabric->uplinks[ref->uplink].members[ref->member].cut;
}

/* The member of @uplink that is the NIC @name; NULL: none is. */
void fabric_ask_member(struct fabric *fabric, enum wire_type type,
		       const struct fabric_member_ref *ref,
		       switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.member_ref.uplink = ref->uplink;
	message.member_ref.member = ref->member;
	fabric_request(fabric, &message, NULL, answer, arg);
}

void fabric_ask_uplink(struct fabric *fabric, unsigned uplink,
		       switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_UPLINK_QUERY;
	message.uplink_ref.uplink = uplink;
	fabric_request(fabric, &message, NULL, answer, arg);
}

void fabric_ask_changes(struct fabric *fabric, unsigned uplink, uint64_t first,
			switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_CHANGE_QUERY;
	message.change_query.uplink = uplink;
	message.change_query.first = first;
	fabric_request(fabric, &message, NULL, answer, arg);
}
