// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_uplink.c - uplinks and their members, kept alive in weft-switch
 *
 * Theory of operation
 *
 * An uplink runs while a network goes out by it, for it lives where that
 * network does. Its members have numbers of their own: a place in the lab file
 * moves when a line is put in before it, and what passes through a member must
 * not notice. So what weft-switch knows of an uplink is compared with what the
 * lab has of it, and only what differs is told.
 *
 * Members that go are told before the networks are, as a cable may lead to one
 * that goes; those that come are told last. A member that is taken down by hand
 * stays so, also in a weft-switch that is started again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/labd/fabric_internal.h"
#include "cli/labd/uplink_settings.h"

static const struct network_settings *
network_of(const struct lab *lab, const struct lab_uplink_settings *uplink)
{
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (strcmp(lab->networks[i].uplink, uplink->name) == 0)
			return &lab->networks[i];
	}
	return NULL;
}

/* Where a cable leads to: WIRE_NO_NETWORK of a NIC. */
static unsigned far_number(const struct lab *lab,
			   const struct uplink_member *member)
{
	const struct network_settings *far = NULL;

	if (member->is_cable)
		far = lab_lookup_network(lab, uplink_member_name(member));
	return far ? far->number : WIRE_NO_NETWORK;
}

static const struct uplink_member *
wanted_member(const struct lab_uplink_settings *uplink, const char *text)
{
	unsigned i;

	for (i = 0; i < uplink->member_count; i++) {
		if (strcmp(uplink->members[i].text, text) == 0)
			return &uplink->members[i];
	}
	return NULL;
}

static struct fabric_member *known_member(struct fabric_uplink *uplink,
					  const char *text)
{
	unsigned i;

	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		if (strcmp(uplink->members[i].text, text) == 0)
			return &uplink->members[i];
	}
	return NULL;
}

void fabric_forget_uplinks(struct fabric *fabric)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_UPLINKS; i++) {
		fabric->uplinks[i].is_told = false;
		fabric->uplinks[i].changes = 0;
	}
}

static void tell_member_ref(struct fabric *fabric, enum wire_type type,
			    unsigned uplink, unsigned member)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.member_ref.uplink = uplink;
	message.member_ref.member = member;
	fabric_tell(fabric, &message, NULL);
}

static void tell_cut(struct fabric *fabric, unsigned uplink, unsigned member)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_MEMBER_CUT;
	message.member_cut.uplink = uplink;
	message.member_cut.member = member;
	message.member_cut.cut =
		(uint8_t)fabric->uplinks[uplink].members[member].cut;
	fabric_tell(fabric, &message, NULL);
}

static void drop_uplink(struct fabric *fabric, unsigned number)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_UPLINK_REMOVE;
	message.uplink_ref.uplink = number;
	fabric_tell(fabric, &message, NULL);
	fabric->uplinks[number].is_told = false;
	fabric->uplinks[number].changes = 0;
}

/* The uplink of @lab that has this number, if a network goes out by it. */
static const struct lab_uplink_settings *numbered(const struct lab *lab,
						  unsigned number)
{
	unsigned i;

	for (i = 0; i < lab->uplink_count; i++) {
		if (lab->uplinks[i].number == number &&
		    network_of(lab, &lab->uplinks[i]))
			return &lab->uplinks[i];
	}
	return NULL;
}

/* Does @uplink end, or have a cable that ends, in a network that moves? */
static bool is_moved(const struct lab *lab,
		     const struct lab_uplink_settings *uplink, unsigned network,
		     const bool *moved)
{
	unsigned i, far;

	if (moved[network])
		return true;
	for (i = 0; i < uplink->member_count; i++) {
		far = far_number(lab, &uplink->members[i]);
		if (far != WIRE_NO_NETWORK && moved[far])
			return true;
	}
	return false;
}

/* Does it stay where it is, with all its cables? A number may be another's. */
static bool stays(const struct lab *old, const struct lab *lab,
		  const struct lab_uplink_settings *uplink, unsigned network,
		  const bool *moved)
{
	const struct network_settings *was = lab_numbered_network(old, network);
	const struct network_settings *now = network_of(lab, uplink);

	return was && now && strcmp(was->name, now->name) == 0 &&
	       !is_moved(lab, uplink, network, moved);
}

/* What weft-switch has by the number of @wanted: is it the same uplink? */
static bool is_same(const struct lab *old,
		    const struct lab_uplink_settings *wanted)
{
	const struct lab_uplink_settings *was =
		lab_numbered_uplink(old, wanted->number);

	return was && strcmp(was->name, wanted->name) == 0;
}

static void drop_members(struct fabric *fabric, unsigned number,
			 const struct lab_uplink_settings *wanted)
{
	struct fabric_uplink *uplink = &fabric->uplinks[number];
	unsigned i;

	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		struct fabric_member *member = &uplink->members[i];

		if (!member->text[0] ||
		    (wanted && wanted_member(wanted, member->text)))
			continue;
		if (uplink->is_told)
			tell_member_ref(fabric, WIRE_MEMBER_REMOVE, number, i);
		memset(member, 0, sizeof(*member));
	}
}

void fabric_drop_uplinks(struct fabric *fabric, const struct lab *lab,
			 const bool *moved)
{
	const struct lab *old = fabric->settings.lab;
	unsigned i;

	for (i = 0; i < LAB_MAX_UPLINKS; i++) {
		const struct lab_uplink_settings *wanted = numbered(lab, i);
		struct fabric_uplink *uplink = &fabric->uplinks[i];

		if (wanted && !is_same(old, wanted))
			wanted = NULL;
		if (uplink->is_told &&
		    (!wanted ||
		     !stays(old, lab, wanted, uplink->network, moved)))
			drop_uplink(fabric, i);
		drop_members(fabric, i, wanted);
	}
}

/**
 * struct member_request - a member that weft-switch was told of
 * @fabric:	whose
 * @ref:	of the member
 * @text:	as the lab has it; its number may be another's by then
 */
struct member_request {
	struct fabric *fabric;
	struct fabric_member_ref ref;
	char text[LAB_MEMBER_SIZE];
};

static void member_answered(void *arg, const union wire_message *answer)
{
	struct member_request *request = arg;
	struct fabric *fabric = request->fabric;
	struct fabric_member *member = &fabric->uplinks[request->ref.uplink]
						.members[request->ref.member];
	int code = answer ? answer->reply.code : 0;

	if (code && strcmp(member->text, request->text) == 0)
		member->is_refused = true;
	free(request);
	if (code)
		fabric->events->refused(fabric->ctx, answer->reply.text);
}

/* Without memory for it, a refusal is not heard. */
static void ask_for_member(struct fabric *fabric, union wire_message *message,
			   const int *fds)
{
	const struct wire_member_add *add = &message->member_add;
	struct fabric_member *member =
		&fabric->uplinks[add->uplink].members[add->member];
	struct member_request *request = calloc(1, sizeof(*request));

	member->is_refused = false;
	if (request) {
		request->fabric = fabric;
		request->ref =
			(struct fabric_member_ref){add->uplink, add->member};
		memcpy(request->text, member->text, sizeof(request->text));
	}
	switch_link_request(fabric->link, message, fds,
			    request ? member_answered : NULL, request);
}

static void tell_nic(struct fabric *fabric, union wire_message *message,
		     const char *name)
{
	const struct host_nic *nic =
		host_nics_lookup(fabric->settings.host_nics, name);
	int fds[2];

	if (!nic)
		return;
	message->header.type = WIRE_NIC_ADD;
	message->member_add.ifindex = nic->fds.ifindex;
	message->member_add.speed_mbps = nic->speed_mbps;
	fds[0] = nic->fds.fd;
	fds[1] = nic->fds.link_fd;
	ask_for_member(fabric, message, fds);
}

static void tell_member(struct fabric *fabric,
			const struct lab_uplink_settings *uplink,
			const struct uplink_member *member, unsigned number)
{
	const struct lab *lab = fabric->settings.lab;
	const struct network_settings *network = network_of(lab, uplink);
	union wire_message message;
	struct wire_member_add *add = &message.member_add;

	memset(&message, 0, sizeof(message));
	add->uplink = uplink->number;
	add->member = number;
	uplink_settings_name(uplink, member->text, add->name);
	if (!member->is_cable) {
		tell_nic(fabric, &message, member->text);
	} else {
		message.header.type = WIRE_CABLE_ADD;
		add->network = far_number(lab, member);
		add->mtu = network ? network->mtu : 0;
		fabric->uplinks[uplink->number].members[number].mtu = add->mtu;
		ask_for_member(fabric, &message, NULL);
	}
	if (fabric->uplinks[uplink->number].members[number].cut)
		tell_cut(fabric, uplink->number, number);
}

static void tell_uplink(struct fabric *fabric, enum wire_type type,
			const struct lab_uplink_settings *uplink)
{
	union wire_message message;
	struct wire_uplink_add *add = &message.uplink_add;

	memset(&message, 0, sizeof(message));
	add->header.type = type;
	add->uplink = uplink->number;
	add->network = fabric->uplinks[uplink->number].network;
	snprintf(add->name, sizeof(add->name), "%s", uplink->name);
	uplink_settings_fill(uplink, &add->settings);
	fabric_tell(fabric, &message, NULL);
}

/*
 * Those that weft-switch has not, in the order of the file, and cables with
 * another MTU.
 *
 * Return: was there one of the latter?
 */
static bool tell_members(struct fabric *fabric,
			 const struct lab_uplink_settings *uplink, bool all)
{
	const struct network_settings *network =
		network_of(fabric->settings.lab, uplink);
	struct fabric_uplink *known = &fabric->uplinks[uplink->number];
	bool has_other_mtu = false;
	unsigned i;

	for (i = 0; i < uplink->member_count; i++) {
		const struct uplink_member *member = &uplink->members[i];
		struct fabric_member *slot = known_member(known, member->text);

		bool is_other =
			slot && member->is_cable && slot->mtu != network->mtu;

		if (slot && !all && !slot->is_refused && !is_other)
			continue;
		has_other_mtu |= is_other;
		if (!slot)
			slot = known_member(known, "");
		if (!slot)
			break; /* as many as the schema allows fit */
		memcpy(slot->text, member->text, sizeof(slot->text));
		tell_member(fabric, uplink, member,
			    (unsigned)(slot - known->members));
	}
	return has_other_mtu;
}

void fabric_tell_uplinks(struct fabric *fabric, const struct lab_diff *diff)
{
	const struct lab *lab = fabric->settings.lab;
	unsigned i;

	for (i = 0; i < lab->uplink_count; i++) {
		const struct lab_uplink_settings *uplink = &lab->uplinks[i];
		struct fabric_uplink *known = &fabric->uplinks[uplink->number];
		const struct network_settings *network =
			network_of(lab, uplink);
		bool was_told = known->is_told, has_other_mtu;

		if (!network)
			continue;
		known->network = network->number;
		if (!was_told)
			tell_uplink(fabric, WIRE_UPLINK_ADD, uplink);
		known->is_told = true;
		has_other_mtu = tell_members(fabric, uplink, !was_told);
		/* that is when a bond looks at its members' MTU */
		if (was_told &&
		    (has_other_mtu ||
		     (diff &&
		      lab_diff_lookup(diff, LAB_SUBJECT_UPLINK, uplink->name))))
			tell_uplink(fabric, WIRE_UPLINK_SET, uplink);
	}
}

static void tell_guest(struct fabric *fabric, const struct node_settings *node,
		       const struct nic_settings *nic)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_GUEST_ADD;
	message.guest_add.network =
		fabric->settings.lab->networks[nic->network].number;
	message.guest_add.mac = nic->mac;
	message.guest_add.is_router = node->router;
	if (nic->ipv4 == NIC_IPV4_STATIC)
		message.guest_add.address = nic->address.addr;
	fabric_tell(fabric, &message, NULL);
}

void fabric_tell_guests(struct fabric *fabric, unsigned network)
{
	const struct lab *lab = fabric->settings.lab;
	unsigned i, j;

	if (!lab->networks[network].uplink[0])
		return;
	for (i = 0; i < lab->node_count; i++) {
		for (j = 0; j < lab->nodes[i].nic_count; j++) {
			if (lab->nodes[i].nics[j].network == network)
				tell_guest(fabric, &lab->nodes[i],
					   &lab->nodes[i].nics[j]);
		}
	}
	fabric_tell_leg_guest(fabric, network);
	fabric_tell_network_ref(fabric, WIRE_GUESTS_COMMIT, network);
}

bool fabric_uplink_runs(const struct fabric *fabric, unsigned uplink)
{
	return numbered(fabric->settings.lab, uplink) != NULL;
}

void fabric_cut_member(struct fabric *fabric,
		       const struct fabric_member_ref *ref, enum bond_cut cut)
{
	struct fabric_uplink *uplink = &fabric->uplinks[ref->uplink];

	uplink->members[ref->member].cut = cut;
	if (uplink->is_told)
		tell_cut(fabric, ref->uplink, ref->member);
}

static const struct uplink_member *
nic_of(const struct lab_uplink_settings *uplink, const char *name)
{
	const struct uplink_member *member = wanted_member(uplink, name);

	return member && !member->is_cable ? member : NULL;
}

void fabric_nic_returned(struct fabric *fabric, const char *name)
{
	const struct lab *lab = fabric->settings.lab;
	unsigned i, number;

	for (i = 0; i < lab->uplink_count; i++) {
		const struct lab_uplink_settings *uplink = &lab->uplinks[i];
		struct fabric_uplink *known = &fabric->uplinks[uplink->number];
		const struct uplink_member *member = nic_of(uplink, name);
		const struct fabric_member *slot = known_member(known, name);

		if (!known->is_told || !member || !slot)
			continue;
		number = (unsigned)(slot - known->members);
		tell_member_ref(fabric, WIRE_MEMBER_REMOVE, uplink->number,
				number);
		tell_member(fabric, uplink, member, number);
	}
}

void fabric_uplink_event(struct fabric *fabric,
			 const struct wire_uplink_event *event)
{
	struct fabric_changes changes;
	struct fabric_uplink *uplink;

	if (event->uplink >= LAB_MAX_UPLINKS)
		return;
	uplink = &fabric->uplinks[event->uplink];
	/* made anew while a word of the one before was under way */
	if (event->changes < uplink->changes)
		uplink->changes = 0;
	changes = (struct fabric_changes){
		.first = uplink->changes + 1,
		.last = event->changes,
		.moved = strcmp(uplink->active, event->active) != 0,
	};
	uplink->changes = event->changes;
	memcpy(uplink->active, event->active, sizeof(uplink->active));
	if (uplink->is_told && changes.first <= changes.last)
		fabric->events->uplink(fabric->ctx, event->uplink, &changes);
}
