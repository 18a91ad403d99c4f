/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_internal.h - what the files of the DHCP server share; nobody else's
 */
#ifndef SWITCH_DHCP_DHCP_INTERNAL_H
#define SWITCH_DHCP_DHCP_INTERNAL_H

#include "switch/dhcp/dhcp_server.h"

/** enum dhcp_pending_kind - what a waiting reply waits for */
enum dhcp_pending_kind {
	PENDING_NONE,
	PENDING_PROBE,
	PENDING_COMMIT,
};

/**
 * struct dhcp_from - where the request that is being served came from
 * @src_mac:	Ethernet source
 * @ingress:	port
 * @unicast:	it was sent to our address
 */
struct dhcp_from {
	struct mac src_mac;
	uint16_t ingress;
	bool unicast;
};

/**
 * struct dhcp_pending - a reply that waits
 * @kind:	enum dhcp_pending_kind
 * @probes:	addresses tried for this client
 * @from:	where the request came from
 * @address:	of the lease
 * @lease_s:	lease time that will be told
 * @expires_ns:	end of the lease once it is committed
 * @due_ns:	when the probe is over or the commit forgotten
 * @ticket:	of the commit
 * @request:	that is answered
 */
struct dhcp_pending {
	uint8_t kind;
	uint8_t probes;
	struct dhcp_from from;
	uint32_t address;
	uint32_t lease_s;
	uint64_t expires_ns;
	uint64_t due_ns;
	uint64_t ticket;
	struct dhcp_msg request;
};

/**
 * struct dhcp_server - dhcp_server.c tells how it works
 * @config:	what clients are told
 * @leases:	who has what
 * @clock:	for the ends of leases
 * @ops:	our surroundings
 * @ctx:	handed back to @ops
 * @last_ticket: of the latest commit
 * @overrides:	behind @config
 * @exhausted_ns: when it was last told that no address was left; 0: never
 * @counters:	for `weft show`
 * @pending_count: used entries of @pending
 * @pending:	replies that wait
 */
struct dhcp_server {
	struct dhcp_config config;
	struct lease_table *leases;
	struct clock *clock;
	const struct dhcp_ops *ops;
	void *ctx;
	uint64_t last_ticket;
	struct dhcp_override *overrides;
	uint64_t exhausted_ns;
	struct dhcp_counters counters;
	unsigned pending_count;
	struct dhcp_pending pending[DHCP_MAX_PENDING];
};

/* dhcp_server.c */

/** dhcp_find_lease() - the client's entry, by reservation or key; or NULL */
struct lease *dhcp_find_lease(struct dhcp_server *server,
			      const struct dhcp_msg *msg);

/** dhcp_choose_lease() - the client's entry, or a new one; NULL: refused */
struct lease *dhcp_choose_lease(struct dhcp_server *server,
				const struct dhcp_msg *msg, uint16_t port);

/** dhcp_hold_lease() - keep an entry for its client for DHCP_OFFER_S */
void dhcp_hold_lease(struct dhcp_server *server, struct lease *lease,
		     const struct dhcp_msg *msg, uint16_t port);

/** dhcp_bind_lease() - acknowledge @lease as soon as it is durable */
void dhcp_bind_lease(struct dhcp_server *server, const struct dhcp_msg *msg,
		     const struct dhcp_from *from, struct lease *lease);

/** dhcp_quarantine() - somebody uses @lease's address: nobody gets it for long
 * @kind:	DHCP_NOTICE_DECLINED or DHCP_NOTICE_CONFLICT
 * @mac:	of whoever said so, at @port
 */
void dhcp_quarantine(struct dhcp_server *server, struct lease *lease,
		     enum dhcp_notice_kind kind, const struct mac *mac,
		     uint16_t port);

/* dhcp_send.c */

/** dhcp_after_s() - end of something that lasts @lease_s from @now_ns on */
uint64_t dhcp_after_s(uint64_t now_ns, uint32_t lease_s);

/** dhcp_lease_limit() - the lease time of the client with @mac, in seconds */
uint32_t dhcp_lease_limit(const struct dhcp_server *server,
			  const struct mac *mac);

/** dhcp_lease_time() - what @msg's client gets, in seconds */
uint32_t dhcp_lease_time(const struct dhcp_server *server,
			 const struct dhcp_msg *msg);

/** dhcp_send_offer() - DHCPOFFER of @lease */
void dhcp_send_offer(struct dhcp_server *server, const struct dhcp_msg *msg,
		     const struct dhcp_from *from, const struct lease *lease);

/** dhcp_send_ack() - DHCPACK of @lease for @lease_s; NULL: of an INFORM */
void dhcp_send_ack(struct dhcp_server *server, const struct dhcp_msg *msg,
		   const struct dhcp_from *from, const struct lease *lease,
		   uint32_t lease_s);

/** dhcp_send_nak() - DHCPNAK with @why as its message */
void dhcp_send_nak(struct dhcp_server *server, const struct dhcp_msg *msg,
		   const struct dhcp_from *from, const char *why);

/* dhcp_pending.c */

/** dhcp_pending_find() - the reply that waits for @address, or NULL */
struct dhcp_pending *dhcp_pending_find(struct dhcp_server *server,
				       uint32_t address);

/** dhcp_pending_end() - it waits no longer; NULL is fine */
void dhcp_pending_end(struct dhcp_server *server, struct dhcp_pending *pending);

/** dhcp_pending_offer() - offer @lease unless its probe finds somebody */
void dhcp_pending_offer(struct dhcp_server *server, const struct dhcp_msg *msg,
			const struct dhcp_from *from,
			const struct lease *lease);

/** dhcp_pending_ack() - acknowledge @lease as soon as it is durable */
void dhcp_pending_ack(struct dhcp_server *server, const struct dhcp_msg *msg,
		      const struct dhcp_from *from, const struct lease *lease);

#endif
