// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_uplink.c - the uplinks of one worker, as labd named them
 *
 * Theory of operation
 *
 * An uplink's port is a port of its network as any other, under a number of its
 * own, but it is the uplink's to close. A cable has two ends: one is the
 * uplink's, who closes it; the other is a port of the far network. When a
 * member leaves, what is under way to it still comes in, so its far end stays
 * plugged in until the near one is closed, which takes its carrier away.
 *
 * Guests are announced as the network knows them: by the filtering database,
 * and with the address that the lab file gives them, if it does.
 *
 * The carrier of NICs is polled where there is another member to turn to.
 */
#include "cli/switchd/domain_uplink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "backends/packet_socket.h"
#include "cli/switchd/domain_failover.h"
#include "cli/switchd/domain_guests.h"
#include "cli/switchd/domain_uplink_internal.h"
#include "switch/bond/bond_cut.h"
#include "switch/uplink/cable.h"
#include "switch/network.h"

static uint32_t now_s(const struct domain_uplink *uplink)
{
	return (uint32_t)(loop_now_ns(uplink->domains->loop) / NSEC_PER_SEC);
}

static uint16_t own_slot(const struct domain_uplink *uplink)
{
	return uplink_port(uplink->uplink)->upper_slot;
}

/* uplink_env.known */
static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	struct domain_uplink *uplink = ctx;
	struct fdb_info info[ANNOUNCE_PAGE];
	unsigned i, kept = 0;
	unsigned n = fdb_list(network_fdb(uplink->network->network), cursor,
			      now_s(uplink), info, MIN(max, ANNOUNCE_PAGE));

	for (i = 0; i < n; i++) {
		if (info[i].port == own_slot(uplink))
			continue;
		entries[kept] = (struct announce_entry){.mac = info[i].mac,
							.vid = info[i].vid};
		domain_guests_complete(&uplink->network->guests,
				       &entries[kept++]);
	}
	return kept;
}

/* uplink_env.is_elsewhere */
static bool is_elsewhere(void *ctx, uint16_t vid, const struct mac *mac)
{
	struct domain_uplink *uplink = ctx;
	uint16_t slot = fdb_lookup(network_fdb(uplink->network->network),
				   fdb_key(vid, mac), now_s(uplink));

	return slot != FDB_NONE && slot != own_slot(uplink);
}

static void tell(struct domain_uplink *uplink)
{
	struct domains *domains = uplink->domains;
	uint64_t now_ns = loop_now_ns(domains->loop);
	struct uplink_status status;
	union wire_message event;

	uplink_get_status(uplink->uplink, &status);
	uplink->told = status.bond.changes;
	uplink->quiet_until_ns = now_ns + DOMAINS_TELL_NS;
	memset(&event, 0, sizeof(event));
	event.header.type = WIRE_UPLINK_EVENT;
	event.uplink_event.uplink = uplink->number;
	event.uplink_event.carrier = uplink_port(uplink->uplink)->carrier;
	event.uplink_event.changes = status.bond.changes;
	domain_uplink_active(event.uplink_event.active, &status);
	domains->event(domains->event_ctx, &event);
}

static void tell_later(struct timer *timer)
{
	tell(container_of(timer, struct domain_uplink, tell));
}

/* uplink_env.changed; a member may flap, but labd is told now and then */
static void changed(void *ctx)
{
	struct domain_uplink *uplink = ctx;
	struct loop *loop = uplink->domains->loop;
	struct uplink_status status;

	uplink_get_status(uplink->uplink, &status);
	if (status.bond.changes == uplink->told ||
	    timer_is_armed(&uplink->tell))
		return;
	if (loop_now_ns(loop) >= uplink->quiet_until_ns)
		tell(uplink);
	else
		timer_arm(loop, &uplink->tell, uplink->quiet_until_ns);
}

static int create(struct domain_uplink *uplink,
		  const struct wire_uplink_add *add, struct err *err)
{
	struct domains *domains = uplink->domains;
	struct uplink_env env = {
		.loop = domains->loop,
		.pool = domains->pool,
		.ctx = uplink,
		.known = known,
		.is_elsewhere = is_elsewhere,
		.changed = changed,
	};

	if (getrandom(&env.key, sizeof(env.key), 0) != sizeof(env.key))
		return err_set(err, -errno, "no randomness: %s",
			       strerror(errno));
	uplink->uplink = uplink_create(add->name, &add->settings, &env, err);
	return uplink->uplink ? 0 : err->code;
}

static int uplink_add(struct domains *domains,
		      const struct wire_uplink_add *add, struct err *err)
{
	struct domain_network *network =
		domain_network_lookup(domains, add->network);
	struct domain_place place = {.network = network,
				     .number = wire_uplink_port(add->uplink),
				     .owner = DOMAIN_PORT_BORROWED};
	struct domain_uplink *uplink;
	int code;

	if (!network || add->uplink >= WIRE_MAX_UPLINKS ||
	    domains->uplinks[add->uplink])
		return err_set(err, -EINVAL, "uplink %s has no place",
			       add->name);
	uplink = calloc(1, sizeof(*uplink));
	if (!uplink)
		return err_set(err, -ENOMEM, "no memory for uplink %s",
			       add->name);
	uplink->domains = domains;
	uplink->number = add->uplink;
	uplink->network = network;
	uplink->tell.expired = tell_later;
	code = create(uplink, add, err);
	if (!code)
		code = domain_port_plug(domains, &place,
					uplink_port(uplink->uplink), err);
	if (code) {
		uplink_destroy(uplink->uplink);
		free(uplink);
		return code;
	}
	domains->uplinks[add->uplink] = uplink;
	return 0;
}

static void remove_far_end(struct domains *domains, uint32_t uplink,
			   uint32_t member)
{
	uint32_t number = wire_cable_port(uplink, member);

	if (domains->ports[number])
		domain_port_remove(domains, number);
}

static void uplink_remove(struct domains *domains, uint32_t number)
{
	struct domain_uplink *uplink = domains->uplinks[number];
	uint32_t i;

	domain_failover_end(uplink);
	domains->uplinks[number] = NULL;
	domain_port_remove(domains, wire_uplink_port(number));
	timer_cancel(domains->loop, &uplink->tell);
	uplink_destroy(uplink->uplink);
	for (i = 0; i < BOND_MAX_MEMBERS; i++)
		remove_far_end(domains, number, i);
	free(uplink);
}

void domain_uplinks_leave(struct domains *domains,
			  const struct domain_network *network)
{
	uint32_t i;

	for (i = 0; i < WIRE_MAX_UPLINKS; i++) {
		struct domain_uplink *uplink = domains->uplinks[i];

		if (uplink && domain_failover_uses(uplink, network))
			domain_failover_end(uplink);
		if (uplink && uplink->network == network)
			uplink_remove(domains, i);
	}
}

/* Where there is nobody to turn to, a carrier that is lost has time. */
static void poll_carriers(struct domain_uplink *uplink)
{
	unsigned i, count = 0;

	for (i = 0; i < BOND_MAX_MEMBERS; i++)
		count += uplink->members[i].name[0] != '\0';
	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		if (uplink->members[i].nic)
			packet_socket_poll_link(uplink->members[i].nic,
						count > 1 ? DOMAIN_POLL_NS : 0);
	}
}

/* The member's end is the uplink's from now on; on failure, nobody's. */
static int join(struct domain_uplink *uplink, const struct wire_member_add *add,
		struct port *port, struct err *err)
{
	int code;

	/* one that left, and is back before all of it has gone */
	uplink_remove_member(uplink->uplink, add->name);
	code = uplink_add_member(uplink->uplink, port, add->speed_mbps, err);
	if (code) {
		port->ops->close(port);
		return code;
	}
	memcpy(uplink->members[add->member].name, add->name, PORT_NAME_SIZE);
	poll_carriers(uplink);
	return 0;
}

static int nic_add(struct domain_uplink *uplink,
		   const struct wire_member_add *add, int *fds, struct err *err)
{
	struct domains *domains = uplink->domains;
	const struct packet_socket_settings settings = {
		.name = add->name,
		.fd = fds[0],
		.link_fd = fds[1],
		.ifindex = add->ifindex,
		.log = domains->log,
	};
	struct packet_socket *nic;
	int code;

	nic = packet_socket_create(domains->loop, &settings, err);
	if (!nic)
		return err->code;
	fds[0] = fds[1] = -1;
	uplink->members[add->member].nic = nic;
	code = join(uplink, add, packet_socket_port(nic), err);
	if (code)
		uplink->members[add->member].nic = NULL;
	return code;
}

static int cable_add(struct domain_uplink *uplink,
		     const struct wire_member_add *add, struct err *err)
{
	struct domains *domains = uplink->domains;
	struct domain_place far = {
		.network = domain_network_lookup(domains, add->network),
		.number = wire_cable_port(uplink->number, add->member),
	};
	char far_name[PORT_NAME_SIZE];
	struct cable *cable;
	int code;

	if (!far.network)
		return err_set(err, -EINVAL, "cable %s leads nowhere",
			       add->name);
	remove_far_end(domains, uplink->number, add->member);
	wire_cable_far_name(add->name, far_name);
	cable = cable_create(domains->loop, domains->pool, add->name, far_name,
			     add->mtu, err);
	if (!cable)
		return err->code;
	code = domain_port_plug(domains, &far, cable_port(cable, 1), err);
	if (code) {
		cable_port(cable, 1)->ops->close(cable_port(cable, 1));
		cable_port(cable, 0)->ops->close(cable_port(cable, 0));
		return code;
	}
	uplink->members[add->member].cable = cable;
	code = join(uplink, add, cable_port(cable, 0), err);
	if (!code)
		return 0;
	uplink->members[add->member].cable = NULL;
	remove_far_end(domains, uplink->number, add->member);
	return code;
}

/* A cable that is there is told again when its MTU is another. */
static bool is_same_cable(const struct domain_uplink *uplink,
			  const union wire_message *m)
{
	const struct wire_member_add *add = &m->member_add;

	return m->header.type == WIRE_CABLE_ADD &&
	       add->member < BOND_MAX_MEMBERS &&
	       uplink->members[add->member].cable &&
	       strcmp(uplink->members[add->member].name, add->name) == 0;
}

static int member_add(struct domain_uplink *uplink, const union wire_message *m,
		      int *fds, struct err *err)
{
	const struct wire_member_add *add = &m->member_add;

	if (is_same_cable(uplink, m)) {
		cable_set_mtu(uplink->members[add->member].cable, add->mtu);
		return 0;
	}
	if (add->member >= BOND_MAX_MEMBERS ||
	    uplink->members[add->member].name[0])
		return err_set(err, -EINVAL, "member %s has no place",
			       add->name);
	return m->header.type == WIRE_NIC_ADD ? nic_add(uplink, add, fds, err)
					      : cable_add(uplink, add, err);
}

static int member_remove(struct domain_uplink *uplink,
			 struct domain_member *member)
{
	uint32_t number = (uint32_t)(member - uplink->members);
	struct domains *domains = uplink->domains;

	if (member->cable)
		domain_port_end(domains,
				wire_cable_port(uplink->number, number));
	uplink_remove_member(uplink->uplink, member->name);
	memset(member, 0, sizeof(*member));
	poll_carriers(uplink);
	return 0;
}

/* A cable is pulled at both ends. */
static int apply_cut(struct domain_uplink *uplink, struct domain_member *member,
		     enum bond_cut cut)
{
	if (member->cable)
		cable_set_carrier(member->cable, cut != BOND_CUT_CARRIER);
	return uplink_cut_member(uplink->uplink, member->name, cut);
}

static int member_cut(struct domain_uplink *uplink,
		      struct domain_member *member, enum bond_cut cut)
{
	if (cut >= BOND_CUT_COUNT)
		return -EINVAL;
	member->cut = cut;
	return apply_cut(uplink, member, cut);
}

static struct domain_member *lookup_member(struct domain_uplink *uplink,
					   const char *name)
{
	unsigned i;

	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		if (uplink->members[i].name[0] &&
		    strcmp(uplink->members[i].name, name) == 0)
			return &uplink->members[i];
	}
	return NULL;
}

int domain_uplink_break(struct domain_uplink *uplink, const char *name,
			enum bond_cut cut)
{
	struct domain_member *member = lookup_member(uplink, name);

	return member ? apply_cut(uplink, member, cut) : -ENOENT;
}

void domain_uplink_mend(struct domain_uplink *uplink, const char *name)
{
	struct domain_member *member = lookup_member(uplink, name);

	if (member)
		apply_cut(uplink, member, member->cut);
}

static int member_switch(struct domain_uplink *uplink,
			 const struct domain_member *member, struct err *err)
{
	int code = uplink_switch(uplink->uplink, member->name);

	if (code == -EAGAIN)
		return err_set(err, code, "%s can't carry traffic now",
			       member->name);
	if (code == -EOPNOTSUPP)
		return err_set(err, code,
			       "all members carry traffic in this mode: there "
			       "is no active one to choose");
	return code ? err_set(err, code, "%s is leaving", member->name) : 0;
}

static int handle_member(struct domain_uplink *uplink,
			 const union wire_message *m,
			 union wire_message *answer, struct err *err)
{
	const struct wire_member_ref *ref = &m->member_ref;
	struct domain_member *member = ref->member < BOND_MAX_MEMBERS
					       ? &uplink->members[ref->member]
					       : NULL;

	if (!member || !member->name[0])
		return err_set(err, -ENOENT, "there is no member %u",
			       ref->member);
	if (m->header.type == WIRE_MEMBER_REMOVE)
		return member_remove(uplink, member);
	if (m->header.type == WIRE_MEMBER_SWITCH)
		return member_switch(uplink, member, err);
	if (m->header.type == WIRE_MEMBER_CUT)
		return member_cut(uplink, member, m->member_cut.cut);
	domain_uplink_query_member(uplink, ref->member, answer);
	return 0;
}

/* Messages about one that is there. */
static int handle_known(struct domain_uplink *uplink,
			const union wire_message *m, int *fds,
			union wire_message *answer, struct err *err)
{
	enum wire_type type = m->header.type;

	if (type == WIRE_UPLINK_SET)
		return uplink_set(uplink->uplink, &m->uplink_add.settings, err);
	if (type == WIRE_NIC_ADD || type == WIRE_CABLE_ADD)
		return member_add(uplink, m, fds, err);
	if (type == WIRE_FAILOVER_BEGIN)
		return domain_failover_begin(uplink, &m->failover_begin, err);
	if (type == WIRE_FAILOVER_CANCEL)
		domain_failover_cancel(uplink);
	else if (type == WIRE_UPLINK_REMOVE)
		uplink_remove(uplink->domains, uplink->number);
	else if (type == WIRE_UPLINK_QUERY)
		domain_uplink_query(uplink, answer);
	else if (type == WIRE_CHANGE_QUERY)
		domain_uplink_query_changes(uplink, m->change_query.first,
					    answer);
	else
		return handle_member(uplink, m, answer, err);
	return 0;
}

int domain_uplink_handle(struct domains *domains, const union wire_message *m,
			 int *fds, union wire_message *answer, struct err *err)
{
	/* Every such message has the number at the same place. */
	uint32_t number = m->uplink_ref.uplink;

	if (m->header.type == WIRE_UPLINK_ADD)
		return uplink_add(domains, &m->uplink_add, err);
	if (number >= WIRE_MAX_UPLINKS || !domains->uplinks[number])
		return err_set(err, -ENOENT, "there is no uplink %u", number);
	return handle_known(domains->uplinks[number], m, fds, answer, err);
}
