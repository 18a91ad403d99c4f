// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp6_server.c - the DHCPv6 server of one network
 *
 * Theory of operation
 *
 * A message is judged by a table (what RFC 8415 16 wants in it), then each
 * identity association is answered on its own: lent, refused with a status, or
 * told to forget an address that isn't its own.
 *
 * Leases are in memory only. A client's address follows from a hash of its DUID
 * and IAID, and one that renews or rebinds an address which nobody else has
 * gets it (RFC 8415 18.3.4), so a server that was started again serves its
 * clients as before. Should two clients meet at one address all the same, the
 * later finds the earlier by duplicate address detection and declines.
 *
 * The server's DUID is made of the gateway's MAC address, which doesn't change.
 *
 * Limits: no relays, no prefixes (they are refused), no reconfiguration.
 */
#include "switch/dhcp6/dhcp6_server.h"

#include <string.h>

#include "core/addr6.h"
#include "core/bytes.h"
#include "core/util.h"
#include "switch/ra.h"

#define DUID_LL_LEN 10

/** enum server_id - whose DUID a message must have */
enum server_id {
	SERVER_NONE,
	SERVER_OURS,
	SERVER_NONE_OR_OURS,
};

/**
 * struct exchange - a message that is being answered
 * @server:	who answers
 * @msg:	the message
 * @ingress:	port that it came in through
 * @now_ns:	when
 * @writer:	the answer
 */
struct exchange {
	struct dhcp6_server *server;
	const struct dhcp6_msg *msg;
	uint16_t ingress;
	uint64_t now_ns;
	struct dhcp6_writer writer;
};

/**
 * struct rule - what a message of one type has and gets
 * @client:	it needs a client's DUID
 * @server:	and a server's
 * @unicast_told: sent by unicast it is answered UseMulticast, else nothing
 * @answer:	writes the answer behind the DUIDs; false: there is none
 */
struct rule {
	bool client;
	enum server_id server;
	bool unicast_told;
	bool (*answer)(struct exchange *x);
};

static void server_duid(const struct dhcp6_server *server, uint8_t *duid)
{
	be32_store(duid, 0x00030001); /* DUID-LL of Ethernet, RFC 8415 11.4 */
	memcpy(duid + 4, server->settings.mac.b, MAC_LEN);
}

static uint64_t ia_key(const struct exchange *x, uint32_t iaid)
{
	uint8_t id[DHCP6_DUID_MAX + 4];

	be32_store(id, iaid);
	memcpy(id + 4, x->msg->client.data, x->msg->client.len);
	return siphash(&x->server->settings.secret, id,
		       4u + x->msg->client.len);
}

static bool is_on_link(const struct exchange *x, const struct in6_addr *addr)
{
	return !memcmp(addr, &x->server->settings.prefix, 8);
}

static struct in6_addr address_of(const struct exchange *x, uint32_t host)
{
	struct in6_addr addr = x->server->settings.prefix;

	be32_store(addr.s6_addr + 12, host);
	return addr;
}

/* The number of an address as the table has it; 0: none that it could have. */
static uint32_t host_of(const struct exchange *x, const struct dhcp6_ia *ia)
{
	struct in6_addr same;
	uint32_t host;

	if (!ia->has_address)
		return 0;
	host = be32_load(ia->address.s6_addr + 12);
	same = address_of(x, host);
	return ipv6_is_equal(&same, &ia->address) ? host : 0;
}

static void put_status(struct exchange *x, enum dhcp6_status status)
{
	uint8_t code[2];

	be16_store(code, (uint16_t)status);
	dhcp6_put(&x->writer, DHCP6_OPT_STATUS_CODE, code, sizeof(code));
}

static size_t open_ia(struct exchange *x, const struct dhcp6_ia *ia,
		      uint32_t lease_s)
{
	uint8_t head[12];

	be32_store(head, ia->iaid);
	be32_store(head + 4, lease_s / 2);
	be32_store(head + 8, lease_s / 5 * 4);
	return dhcp6_open(&x->writer, ia->option, head, sizeof(head));
}

static void put_address(struct exchange *x, const struct in6_addr *addr,
			uint32_t lease_s)
{
	uint8_t data[24];

	memcpy(data, addr, 16);
	be32_store(data + 16, lease_s); /* preferred */
	be32_store(data + 20, lease_s); /* valid */
	dhcp6_put(&x->writer, DHCP6_OPT_IAADDR, data, sizeof(data));
}

static void refuse_ia(struct exchange *x, const struct dhcp6_ia *ia,
		      enum dhcp6_status status)
{
	size_t opened = open_ia(x, ia, 0);

	x->server->counters.no_address += status == DHCP6_NO_ADDRS_AVAIL;
	x->server->counters.no_binding += status == DHCP6_NO_BINDING;
	put_status(x, status);
	dhcp6_shut(&x->writer, opened);
}

/* With @lease, and without any other address that the client thinks it has. */
static void lend(struct exchange *x, const struct dhcp6_ia *ia,
		 struct dhcp6_lease *lease, enum dhcp6_state state)
{
	uint32_t lease_s = x->server->settings.lease_s;
	uint32_t held_s = state == DHCP6_BOUND ? lease_s : DHCP6_OFFER_S;
	const struct in6_addr addr = address_of(x, lease->host);
	size_t opened = open_ia(x, ia, lease_s);

	put_address(x, &addr, lease_s);
	if (state == DHCP6_BOUND && ia->has_address &&
	    !ipv6_is_equal(&addr, &ia->address))
		put_address(x, &ia->address, 0);
	dhcp6_shut(&x->writer, opened);
	/* who solicits again keeps what he has */
	if (state == DHCP6_OFFERED && lease->state == DHCP6_BOUND &&
	    lease->expires_ns > x->now_ns)
		return;
	lease->state = (uint8_t)state;
	lease->port = x->ingress;
	lease->expires_ns = x->now_ns + held_s * NSEC_PER_SEC;
}

/* A new lease, or the client's. */
static void lend_any(struct exchange *x, const struct dhcp6_ia *ia,
		     enum dhcp6_state state)
{
	struct dhcp6_lease *lease;

	lease = dhcp6_lease_take(&x->server->leases, ia_key(x, ia->iaid),
				 host_of(x, ia), x->ingress, x->now_ns);
	if (lease)
		lend(x, ia, lease, state);
	else
		refuse_ia(x, ia, DHCP6_NO_ADDRS_AVAIL);
}

static void put_names(struct exchange *x)
{
	const struct dhcp6_settings *settings = &x->server->settings;
	uint8_t name[RA_DOMAIN_SIZE + 1];
	size_t len = ra_name_encode(settings->domain, name);

	if (x->msg->wants_dns && !IN6_IS_ADDR_UNSPECIFIED(&settings->dns))
		dhcp6_put(&x->writer, DHCP6_OPT_DNS_SERVERS, &settings->dns,
			  sizeof(settings->dns));
	if (x->msg->wants_domain && len)
		dhcp6_put(&x->writer, DHCP6_OPT_DOMAIN_LIST, name, len);
}

/* Each association by @answer; prefixes aren't lent at all. */
static bool answer_ias(struct exchange *x,
		       void (*answer)(struct exchange *x,
				      const struct dhcp6_ia *ia))
{
	unsigned i;

	for (i = 0; i < x->msg->ia_count; i++) {
		const struct dhcp6_ia *ia = &x->msg->ias[i];

		if (ia->option == DHCP6_OPT_IA_PD)
			refuse_ia(x, ia, DHCP6_NO_PREFIX_AVAIL);
		else
			answer(x, ia);
	}
	put_names(x);
	return true;
}

static void offer_ia(struct exchange *x, const struct dhcp6_ia *ia)
{
	lend_any(x, ia, DHCP6_OFFERED);
}

/* RFC 8415 18.3.2 */
static void request_ia(struct exchange *x, const struct dhcp6_ia *ia)
{
	if (ia->has_address && !is_on_link(x, &ia->address))
		refuse_ia(x, ia, DHCP6_NOT_ON_LINK);
	else
		lend_any(x, ia, DHCP6_BOUND);
}

/* RFC 8415 18.3.4, 18.3.5; without a lease: what nobody has, or nothing. */
static void renew_ia(struct exchange *x, const struct dhcp6_ia *ia)
{
	uint64_t key = ia_key(x, ia->iaid);
	uint32_t host = host_of(x, ia);
	struct dhcp6_lease *lease;

	lease = dhcp6_lease_find(&x->server->leases, key, x->now_ns);
	if (!lease && host) {
		lease = dhcp6_lease_take(&x->server->leases, key, host,
					 x->ingress, x->now_ns);
		if (lease && lease->host != host)
			lease = NULL;
	}
	if (lease)
		lend(x, ia, lease, DHCP6_BOUND);
	else
		refuse_ia(x, ia, DHCP6_NO_BINDING);
}

/* The lease of @ia's address, if it is the client's to give up. */
static struct dhcp6_lease *own_lease(struct exchange *x,
				     const struct dhcp6_ia *ia)
{
	struct dhcp6_lease *lease;

	lease = dhcp6_lease_find(&x->server->leases, ia_key(x, ia->iaid),
				 x->now_ns);
	if (!lease || lease->host != host_of(x, ia)) {
		refuse_ia(x, ia, DHCP6_NO_BINDING);
		return NULL;
	}
	if (lease->port == x->ingress)
		return lease;
	x->server->counters.forged++;
	return NULL;
}

static void release_ia(struct exchange *x, const struct dhcp6_ia *ia)
{
	struct dhcp6_lease *lease = own_lease(x, ia);

	if (lease)
		lease->expires_ns = x->now_ns;
}

static void decline_ia(struct exchange *x, const struct dhcp6_ia *ia)
{
	struct dhcp6_lease *lease = own_lease(x, ia);

	if (!lease)
		return;
	lease->state = DHCP6_DECLINED;
	lease->expires_ns = x->now_ns + DHCP6_DECLINE_S * NSEC_PER_SEC;
	x->server->counters.declined++;
}

static bool answer_solicit(struct exchange *x)
{
	if (!x->msg->rapid_commit)
		return answer_ias(x, offer_ia);
	dhcp6_put(&x->writer, DHCP6_OPT_RAPID_COMMIT, NULL, 0);
	return answer_ias(x, request_ia);
}

static bool answer_request(struct exchange *x)
{
	return answer_ias(x, request_ia);
}

static bool answer_renew(struct exchange *x)
{
	return answer_ias(x, renew_ia);
}

static bool answer_release(struct exchange *x)
{
	put_status(x, DHCP6_SUCCESS);
	return answer_ias(x, release_ia);
}

static bool answer_decline(struct exchange *x)
{
	put_status(x, DHCP6_SUCCESS);
	return answer_ias(x, decline_ia);
}

/* RFC 8415 18.3.3: are all of its addresses of this link? */
static bool answer_confirm(struct exchange *x)
{
	bool any = false, all = true;
	unsigned i;

	for (i = 0; i < x->msg->ia_count; i++) {
		const struct dhcp6_ia *ia = &x->msg->ias[i];

		any |= ia->has_address;
		all &= !ia->has_address || is_on_link(x, &ia->address);
	}
	put_status(x, all ? DHCP6_SUCCESS : DHCP6_NOT_ON_LINK);
	return any;
}

static bool answer_information(struct exchange *x)
{
	uint8_t refresh[4];

	if (x->msg->ia_count)
		return false;
	put_names(x);
	be32_store(refresh, DHCP6_REFRESH_S);
	if (x->msg->wants_refresh)
		dhcp6_put(&x->writer, DHCP6_OPT_REFRESH_TIME, refresh,
			  sizeof(refresh));
	return true;
}

static const struct rule rules[DHCP6_TYPE_COUNT] = {
	[DHCP6_SOLICIT] = {true, SERVER_NONE, false, answer_solicit},
	[DHCP6_REQUEST] = {true, SERVER_OURS, true, answer_request},
	[DHCP6_CONFIRM] = {true, SERVER_NONE, false, answer_confirm},
	[DHCP6_RENEW] = {true, SERVER_OURS, true, answer_renew},
	[DHCP6_REBIND] = {true, SERVER_NONE, false, answer_renew},
	[DHCP6_RELEASE] = {true, SERVER_OURS, true, answer_release},
	[DHCP6_DECLINE] = {true, SERVER_OURS, true, answer_decline},
	[DHCP6_INFORMATION_REQUEST] = {false, SERVER_NONE_OR_OURS, false,
				       answer_information},
};

static bool is_for_us(const struct dhcp6_server *server,
		      const struct dhcp6_msg *msg, const struct rule *rule)
{
	uint8_t duid[DUID_LL_LEN];

	if (!rule->answer || (rule->client && !msg->client.len))
		return false;
	if (!msg->server.len)
		return rule->server != SERVER_OURS;
	server_duid(server, duid);
	return rule->server != SERVER_NONE && msg->server.len == sizeof(duid) &&
	       !memcmp(msg->server.data, duid, sizeof(duid));
}

static void begin(struct exchange *x, uint8_t *reply)
{
	bool offer = x->msg->type == DHCP6_SOLICIT && !x->msg->rapid_commit;
	uint8_t duid[DUID_LL_LEN];

	dhcp6_begin(&x->writer, reply, offer ? DHCP6_ADVERTISE : DHCP6_REPLY,
		    x->msg->xid);
	server_duid(x->server, duid);
	dhcp6_put(&x->writer, DHCP6_OPT_SERVERID, duid, sizeof(duid));
	if (x->msg->client.len)
		dhcp6_put(&x->writer, DHCP6_OPT_CLIENTID, x->msg->client.data,
			  x->msg->client.len);
}

size_t dhcp6_server_input(struct dhcp6_server *server,
			  const struct dhcp6_datagram *datagram, uint8_t *reply)
{
	struct dhcp6_msg msg;
	struct exchange x = {
		.server = server,
		.msg = &msg,
		.ingress = datagram->ingress,
		.now_ns = clock_now_ns(server->clock),
	};
	const struct rule *rule;

	if (!dhcp6_decode(datagram->data, datagram->len, &msg)) {
		server->counters.rx[0]++;
		return 0;
	}
	server->counters.rx[msg.type]++;
	rule = &rules[msg.type];
	if (!is_for_us(server, &msg, rule) ||
	    (datagram->unicast && !rule->unicast_told)) {
		server->counters.foreign++;
		return 0;
	}
	begin(&x, reply);
	if (datagram->unicast)
		put_status(&x, DHCP6_USE_MULTICAST); /* RFC 8415 18.4 */
	else if (!rule->answer(&x))
		return 0;
	if (x.writer.full)
		return 0;
	if (reply[0] == DHCP6_ADVERTISE)
		server->counters.advertises++;
	else
		server->counters.replies++;
	return x.writer.len;
}

void dhcp6_server_init(struct dhcp6_server *server,
		       const struct dhcp6_settings *settings,
		       struct clock *clock)
{
	memset(server, 0, sizeof(*server));
	server->settings = *settings;
	server->clock = clock;
	server->leases.first = settings->first;
	server->leases.last = settings->last;
}
