// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check_uplinks.c - uplinks against networks: who uses which, and that no
 * frame goes round
 *
 * Theory of operation
 *
 * A network leads to its uplink, and the uplink by its cables to other
 * networks. A bond keeps its members apart, so of the ways out that a network
 * has one is open at a time: frames can go round only where following them
 * leads back to where one began. Each network is walked from, and each is
 * entered once a walk.
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/suggest.h"

/* Where a member stands in the file; NULL if it can't be judged. */
static struct tree *member_at(const struct lab_build *build, unsigned uplink,
			      unsigned member)
{
	struct tree *list = tree_lookup(build->uplink_at[uplink], "members");

	if (!list || list->bad)
		return NULL;
	tree_for_each(item, list)
	{
		if (item->index == member)
			return item->bad ? NULL : item;
	}
	return NULL;
}

static bool is_same_nic(const struct uplink_member *a,
			const struct uplink_member *b)
{
	return !a->is_cable && !b->is_cable && strcmp(a->text, b->text) == 0;
}

/* Members of one uplink are told apart by what is behind the '/'. */
static void check_twin(struct lab_build *build, unsigned uplink,
		       unsigned member, struct tree *at)
{
	const struct lab_uplink_settings *own = &build->lab->uplinks[uplink];
	const struct uplink_member *wanted = &own->members[member];
	const char *name = uplink_member_name(wanted);
	unsigned i, k;

	for (i = 0; i < member; i++) {
		if (strcmp(uplink_member_name(&own->members[i]), name) != 0)
			continue;
		diag_error(build->diag, at,
			   "uplink '%s' has a member %s/%s already", own->name,
			   own->name, name);
		return;
	}
	for (i = 0; i < uplink; i++) {
		const struct lab_uplink_settings *other =
			&build->lab->uplinks[i];

		for (k = 0; k < other->member_count; k++) {
			if (!is_same_nic(&other->members[k], wanted))
				continue;
			diag_error(build->diag, at,
				   "NIC '%s' is taken: it is a member of "
				   "uplink '%s'",
				   name, other->name);
			return;
		}
	}
}

static void report_no_network(struct lab_build *build, struct tree *at,
			      const char *name)
{
	char text[SUGGEST_TEXT_SIZE], meant[LAB_MEMBER_SIZE] = "";
	const struct lab *lab = build->lab;
	struct suggest suggest;

	suggest_init(&suggest, name);
	for (unsigned i = 0;
	     i < lab->network_count && !diag_is_full(build->diag); i++)
		suggest_offer(&suggest, lab->networks[i].name,
			      lab->networks[i].name);
	if (suggest.best) {
		strcpy(meant, LAB_CABLE);
		strncat(meant, suggest.best, LAB_NAME_SIZE - 1);
		suggest.best = meant;
	}
	diag_error(build->diag, at, "no network is called '%.40s'%s", name,
		   suggest_format(&suggest, text));
}

static void check_member(struct lab_build *build, unsigned uplink,
			 unsigned member, struct tree *at)
{
	const struct lab_uplink_settings *own = &build->lab->uplinks[uplink];
	const char *name = uplink_member_name(&own->members[member]);

	if (own->members[member].is_cable &&
	    !lab_lookup_network(build->lab, name))
		report_no_network(build, at, name);
	else if (strlen(own->name) + 1 + strlen(name) >= PORT_NAME_SIZE)
		diag_error(build->diag, at,
			   "the name %s/%s would be longer than %d: choose a "
			   "shorter one for the uplink",
			   own->name, name, PORT_NAME_SIZE - 1);
	else
		check_twin(build, uplink, member, at);
}

static void check_members(struct lab_build *build)
{
	unsigned i, k;

	for (i = 0; i < build->lab->uplink_count; i++) {
		for (k = 0; k < build->lab->uplinks[i].member_count; k++) {
			struct tree *at = member_at(build, i, k);

			if (at)
				check_member(build, i, k, at);
		}
	}
}

static void report_no_uplink(struct lab_build *build, struct tree *at)
{
	char text[SUGGEST_TEXT_SIZE];
	const struct lab *lab = build->lab;
	struct suggest suggest;

	suggest_init(&suggest, at->text);
	for (unsigned i = 0; i < lab->uplink_count; i++)
		suggest_offer(&suggest, lab->uplinks[i].name,
			      lab->uplinks[i].name);
	diag_error(build->diag, at, "no uplink is called '%.40s'%s", at->text,
		   lab->uplink_count ? suggest_format(&suggest, text)
				     : ": there are none under uplinks:");
}

/* Each network's uplink is there, and is its own. */
static void check_owners(struct lab_build *build)
{
	const struct lab *lab = build->lab;
	unsigned i, k;

	for (k = 0; k < lab->network_count; k++) {
		struct tree *at = tree_lookup(build->network_at[k], "uplink");
		const char *name = lab->networks[k].uplink;

		if (!at || at->bad || at->key->bad)
			continue;
		if (!lab_lookup_uplink(lab, name)) {
			report_no_uplink(build, at);
			continue;
		}
		for (i = 0; i < k && strcmp(lab->networks[i].uplink, name); i++)
			;
		if (i < k)
			diag_error(build->diag, at,
				   "uplink '%s' is taken: network '%s' goes "
				   "out by it",
				   name, lab->networks[i].name);
	}
}

/**
 * struct walk - from one network out
 * @lab:	walked through
 * @goal:	index of the network that must not be met again
 * @seen:	networks that were entered
 */
struct walk {
	const struct lab *lab;
	unsigned goal;
	bool seen[LAB_MAX_NETWORKS];
};

/* Does @network lead to the walk's goal? */
/* NOLINTNEXTLINE(misc-no-recursion): each network is entered once */
static bool leads_back(struct walk *walk, unsigned network)
{
	const struct lab *lab = walk->lab;
	const struct lab_uplink_settings *uplink;
	unsigned i;

	if (network == walk->goal)
		return true;
	if (walk->seen[network])
		return false;
	walk->seen[network] = true;
	uplink = lab_lookup_uplink(lab, lab->networks[network].uplink);
	for (i = 0; uplink && i < uplink->member_count; i++) {
		const struct network_settings *next = lab_lookup_network(
			lab, uplink_member_name(&uplink->members[i]));

		if (uplink->members[i].is_cable && next &&
		    leads_back(walk, (unsigned)(next - lab->networks)))
			return true;
	}
	return false;
}

static void check_cable(struct lab_build *build, unsigned network,
			const struct network_settings *next, struct tree *at)
{
	const struct lab *lab = build->lab;
	struct walk walk = {.lab = lab, .goal = network};
	const char *name = lab->networks[network].name;

	if (next == &lab->networks[network])
		diag_error(build->diag, at,
			   "network '%s' goes out by this uplink, so it can't "
			   "be a member: frames would go round",
			   name);
	else if (leads_back(&walk, (unsigned)(next - lab->networks)))
		diag_error(build->diag, at,
			   "network '%s' leads back to '%s', which goes out "
			   "by this uplink: frames would go round",
			   next->name, name);
}

static void check_loops(struct lab_build *build)
{
	const struct lab *lab = build->lab;
	const struct lab_uplink_settings *uplink;
	unsigned i, k;

	for (i = 0; i < lab->network_count; i++) {
		uplink = lab_lookup_uplink(lab, lab->networks[i].uplink);
		for (k = 0; uplink && k < uplink->member_count; k++) {
			const struct network_settings *next;
			struct tree *at;

			next = lab_lookup_network(
				lab, uplink_member_name(&uplink->members[k]));
			at = member_at(build, (unsigned)(uplink - lab->uplinks),
				       k);
			if (at && next && uplink->members[k].is_cable)
				check_cable(build, i, next, at);
		}
	}
}

/* The port that has @address on @network, as text; NULL: nobody. */
static const char *find_owner(const struct lab *lab, unsigned network,
			      uint32_t address, char *text, size_t size)
{
	unsigned i, k;

	for (i = 0; i < lab->node_count; i++) {
		for (k = 0; k < lab->nodes[i].nic_count; k++) {
			const struct nic_settings *nic = &lab->nodes[i].nics[k];

			if (nic->network != network ||
			    nic->ipv4 != NIC_IPV4_STATIC ||
			    nic->address.addr != address)
				continue;
			snprintf(text, size, "%s:%u", lab->nodes[i].name, k);
			return text;
		}
	}
	return NULL;
}

/* RFC 3021: a subnet of two has neither. */
static bool is_hosts(struct lab_build *build, struct tree *at,
		     const struct ipv4_prefix *host)
{
	uint32_t part = host->addr & ~ipv4_mask(host->len);

	if (host->len >= 31 || (part && part != ~ipv4_mask(host->len)))
		return true;
	diag_error(build->diag, at,
		   "%s is the %s address of its subnet, no "
		   "host's",
		   at->text, part ? "broadcast" : "network");
	return false;
}

/* What is for one of them would leave by the other. */
static void check_subnets(struct lab_build *build, unsigned index,
			  struct tree *at)
{
	const struct ipv4_prefix *host =
		&build->lab->networks[index].host_address;
	char text[IPV4_PREFIX_TEXT_SIZE];

	for (unsigned i = 0; i < index; i++) {
		const struct network_settings *other = &build->lab->networks[i];

		if (!other->host || other->host_ipv4 != NIC_IPV4_STATIC ||
		    (!ipv4_prefix_contains(host, other->host_address.addr) &&
		     !ipv4_prefix_contains(&other->host_address, host->addr)))
			continue;
		diag_error(build->diag, at,
			   "the host is in that subnet already: it has %s on "
			   "network '%s'",
			   ipv4_prefix_format(&other->host_address, text),
			   other->name);
		return;
	}
}

static void check_host(struct lab_build *build, unsigned index, struct tree *at)
{
	const struct network_settings *network = &build->lab->networks[index];
	const struct ipv4_prefix *host = &network->host_address;
	char text[IPV4_PREFIX_TEXT_SIZE], port[LAB_NAME_SIZE + 16];
	const char *owner;

	if (!is_hosts(build, at, host))
		return;
	if (network->has_ipv4 &&
	    (host->len != network->ipv4.len ||
	     !ipv4_prefix_contains(&network->ipv4, host->addr))) {
		diag_error(build->diag, at,
			   "the host's address is outside %s of network '%s'",
			   ipv4_prefix_format(&network->ipv4, text),
			   network->name);
		return;
	}
	owner = find_owner(build->lab, index, host->addr, port, sizeof(port));
	if (owner)
		diag_error(build->diag, at, "%s is taken: port %s has it",
			   at->text, owner);
	else
		check_subnets(build, index, at);
}

void lab_check_hosts(struct lab_build *build)
{
	const struct lab *lab = build->lab;

	for (unsigned i = 0; i < lab->network_count; i++) {
		const struct tree *host =
			tree_lookup(build->network_at[i], "host");
		struct tree *at = tree_lookup(host, "ipv4");

		if (at && !at->bad &&
		    lab->networks[i].host_ipv4 == NIC_IPV4_STATIC)
			check_host(build, i, at);
	}
}

void lab_check_uplinks(struct lab_build *build)
{
	check_members(build);
	check_owners(build);
	check_loops(build);
}
