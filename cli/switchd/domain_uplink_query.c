// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_uplink_query.c - what a worker tells about its uplinks
 */
#include <string.h>

#include "cli/switchd/domain_uplink_internal.h"

void domain_uplink_active(char name[PORT_NAME_SIZE],
			  const struct uplink_status *status)
{
	if (status->bond.active)
		memcpy(name, bond_member_port(status->bond.active)->name,
		       PORT_NAME_SIZE);
}

void domain_uplink_query(const struct domain_uplink *uplink,
			 union wire_message *answer)
{
	struct wire_uplink_status *status = &answer->uplink_status;

	answer->header.type = WIRE_UPLINK_STATUS;
	status->uplink = uplink->number;
	status->carrier = uplink_port(uplink->uplink)->carrier;
	uplink_get_status(uplink->uplink, &status->status);
	domain_uplink_active(status->active, &status->status);
	/* an address of ours is none of labd's */
	status->status.bond.active = NULL;
}

void domain_uplink_query_changes(const struct domain_uplink *uplink,
				 uint64_t first, union wire_message *answer)
{
	struct uplink_change changes[BOND_MAX_HISTORY];
	struct wire_change_page *page = &answer->change_page;
	struct uplink_status status;
	uint64_t oldest;
	unsigned n;

	n = uplink_get_history(uplink->uplink, changes, BOND_MAX_HISTORY);
	uplink_get_status(uplink->uplink, &status);
	oldest = status.bond.changes - n + 1;
	answer->header.type = WIRE_CHANGE_PAGE;
	page->uplink = uplink->number;
	page->now_ns = loop_now_ns(uplink->domains->loop);
	page->first = MAX(first, oldest);
	while (page->count < WIRE_CHANGES &&
	       page->first + page->count <= status.bond.changes) {
		page->changes[page->count] =
			changes[page->first + page->count - oldest];
		page->count++;
	}
	if (page->count == WIRE_CHANGES &&
	    page->first + page->count <= status.bond.changes)
		page->next = page->first + page->count;
}

/* The slot of the member of this name; one that left has it for a while, too.
 */
static unsigned slot_of(const struct domain_uplink *uplink, const char *name)
{
	struct uplink_member_status status;
	unsigned slot, found = BOND_MAX_MEMBERS;

	for (slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (uplink_get_member_status(uplink->uplink, slot, &status) &&
		    strcmp(status.name, name) == 0)
			found = slot;
	}
	return found;
}

/* Of a NIC; a cable has none. */
static void take_fault(const struct domain_member *member,
		       char fault[PORT_FAULT_SIZE])
{
	struct port_status status;

	if (!member->nic)
		return;
	port_get_status(packet_socket_port(member->nic), &status);
	memcpy(fault, status.fault, PORT_FAULT_SIZE);
}

void domain_uplink_query_member(const struct domain_uplink *uplink,
				uint32_t number, union wire_message *answer)
{
	const struct domain_member *member = &uplink->members[number];
	struct wire_member_status *status = &answer->member_status;
	unsigned slot = slot_of(uplink, member->name);
	const struct port *port = uplink_member_port(uplink->uplink, slot);

	answer->header.type = WIRE_MEMBER_STATUS;
	status->uplink = uplink->number;
	status->member = number;
	status->cut = (uint8_t)member->cut;
	status->now_ns = loop_now_ns(uplink->domains->loop);
	if (!port)
		return;
	uplink_get_member_status(uplink->uplink, slot, &status->status);
	status->carrier = port->carrier;
	take_fault(member, status->fault);
	status->counters = port->counters;
}
