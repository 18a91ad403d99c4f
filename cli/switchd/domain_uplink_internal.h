/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_uplink_internal.h - what the files of a worker's uplinks share
 */
#ifndef CLI_SWITCHD_DOMAIN_UPLINK_INTERNAL_H
#define CLI_SWITCHD_DOMAIN_UPLINK_INTERNAL_H

#include "backends/packet_socket.h"
#include "cli/switchd/domain_internal.h"
#include "switch/bond/bond_cut.h"
#include "switch/uplink/cable.h"

struct domain_failover;

/**
 * struct domain_member - one member
 * @name:	of its port; empty: there is none
 * @cable:	NULL: it is a NIC
 * @nic:	NULL: it is a cable
 * @cut:	by its user
 */
struct domain_member {
	char name[PORT_NAME_SIZE];
	struct cable *cable;
	struct packet_socket *nic;
	enum bond_cut cut;
};

/**
 * struct domain_uplink - one uplink
 * @domains:	of the worker
 * @number:	labd's
 * @network:	whose way out it is
 * @uplink:	the object
 * @members:	by labd's number
 * @failover:	that is being measured; NULL: none
 * @told:	changes that labd knows of
 * @quiet_until_ns: labd is not told of others before
 * @tell:	runs while a change is yet to be told
 */
struct domain_uplink {
	struct domains *domains;
	uint32_t number;
	struct domain_network *network;
	struct uplink *uplink;
	struct domain_member members[BOND_MAX_MEMBERS];
	struct domain_failover *failover;
	uint64_t told;
	uint64_t quiet_until_ns;
	struct timer tell;
};

/* domain_uplink.c */

/**
 * domain_uplink_break() - cut the member @name until domain_uplink_mend(), or
 * until its user says how it is to be; 0 or -ENOENT
 */
int domain_uplink_break(struct domain_uplink *uplink, const char *name,
			enum bond_cut cut);

/** domain_uplink_mend() - the member @name is again as its user wants it */
void domain_uplink_mend(struct domain_uplink *uplink, const char *name);

/* domain_uplink_query.c */

/** domain_uplink_active() - name of the active member; left alone if none is */
void domain_uplink_active(char name[PORT_NAME_SIZE],
			  const struct uplink_status *status);

/** domain_uplink_query() - WIRE_UPLINK_QUERY */
void domain_uplink_query(const struct domain_uplink *uplink,
			 union wire_message *answer);

/** domain_uplink_query_member() - WIRE_MEMBER_QUERY of a member that is there
 */
void domain_uplink_query_member(const struct domain_uplink *uplink,
				uint32_t number, union wire_message *answer);

/** domain_uplink_query_changes() - WIRE_CHANGE_QUERY */
void domain_uplink_query_changes(const struct domain_uplink *uplink,
				 uint64_t first, union wire_message *answer);

#endif
