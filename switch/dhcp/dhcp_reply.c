// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_reply.c - what a network tells its DHCP clients
 */
#include "switch/dhcp/dhcp_reply.h"

#include <string.h>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/util.h"

#define LABEL_MAX 63
/* One route on the wire: prefix length, at most 4 bytes of it, router. */
#define ROUTE_MAX_LEN 9

/* What a client that doesn't say gets. */
static const uint8_t default_params[] = {
	DHCP_OPT_MASK,   DHCP_OPT_ROUTES, DHCP_OPT_ROUTER,   DHCP_OPT_DNS,
	DHCP_OPT_DOMAIN, DHCP_OPT_MTU,    DHCP_OPT_HOSTNAME, DHCP_OPT_BROADCAST,
};

static size_t encode_route(uint8_t *p, const struct dhcp_route *route)
{
	size_t octets = (route->to.len + 7u) / 8;
	uint8_t prefix[4];

	be32_store(prefix, route->to.addr);
	p[0] = route->to.len;
	memcpy(p + 1, prefix, octets);
	be32_store(p + 1 + octets, route->via);
	return 1 + octets + 4;
}

/**
 * struct reply - a reply that is being written
 * @w:		where to
 * @config:	of the network
 * @request:	that is answered
 * @answer:	what is said
 */
struct reply {
	struct dhcp_writer w;
	const struct dhcp_config *config;
	const struct dhcp_msg *request;
	const struct dhcp_answer *answer;
};

static uint32_t gateway_of(const struct reply *reply)
{
	return dhcp_override_u32(&reply->config->overrides,
				 &reply->request->chaddr, DHCP_OPT_ROUTER,
				 reply->config->gateway);
}

/*
 * A client that takes 121 ignores 3, so the default route is in both. A router
 * is not told to go by itself.
 */
static void put_routes(struct reply *reply)
{
	const struct dhcp_config *config = reply->config;
	uint8_t data[(DHCP_MAX_ROUTES + 1) * ROUTE_MAX_LEN];
	const struct dhcp_route standard = {.via = gateway_of(reply)};
	unsigned i, count = MIN(config->route_count, DHCP_MAX_ROUTES);
	size_t len = 0;

	for (i = 0; i < count; i++) {
		if (config->routes[i].via != reply->answer->yiaddr)
			len += encode_route(data + len, &config->routes[i]);
	}
	if (!len)
		return;
	if (standard.via)
		len += encode_route(data + len, &standard);
	dhcp_put(&reply->w, DHCP_OPT_ROUTES, data, len);
}

static void put_text(struct dhcp_writer *w, uint8_t code, const char *text)
{
	if (text && *text)
		dhcp_put(w, code, text, strlen(text));
}

static void put_address(struct dhcp_writer *w, uint8_t code, uint32_t address)
{
	if (address)
		dhcp_put_u32(w, code, address);
}

/* What the server says by itself. */
static void put_own(struct reply *reply, uint8_t code)
{
	const struct dhcp_config *config = reply->config;
	uint32_t mask = ipv4_mask(config->server.len);
	uint8_t mtu[2];

	switch (code) {
	case DHCP_OPT_MASK:
		dhcp_put_u32(&reply->w, code, mask);
		break;
	case DHCP_OPT_ROUTER:
		put_address(&reply->w, code, config->gateway);
		break;
	case DHCP_OPT_DNS:
		put_address(&reply->w, code, config->dns);
		break;
	case DHCP_OPT_HOSTNAME:
		put_text(&reply->w, code, reply->answer->hostname);
		break;
	case DHCP_OPT_DOMAIN:
		put_text(&reply->w, code, config->domain);
		break;
	case DHCP_OPT_MTU:
		be16_store(mtu, config->mtu);
		if (config->mtu)
			dhcp_put(&reply->w, code, mtu, sizeof(mtu));
		break;
	case DHCP_OPT_BROADCAST:
		dhcp_put_u32(&reply->w, code, config->server.addr | ~mask);
		break;
	case DHCP_OPT_ROUTES:
		put_routes(reply);
		break;
	default: /* the client's wish, a number like any other */
		break;
	}
}

/* These are the server's own business, whatever a client lists. */
static bool is_reserved_code(uint8_t code)
{
	return code == DHCP_OPT_LEASE || code == DHCP_OPT_TYPE ||
	       code == DHCP_OPT_SERVER_ID || code == DHCP_OPT_T1 ||
	       code == DHCP_OPT_T2 || code == DHCP_OPT_CLIENT_ID ||
	       code == DHCP_OPT_RELAY;
}

static void put_param(struct reply *reply, uint8_t code)
{
	const struct dhcp_override *wanted;

	if (is_reserved_code(code))
		return;
	wanted = dhcp_override_find(&reply->config->overrides,
				    &reply->request->chaddr, code);
	if (!wanted)
		put_own(reply, code);
	else if (wanted->len)
		dhcp_put(&reply->w, code, wanted->data, wanted->len);
}

static void put_listed(struct reply *reply, const uint8_t *list, unsigned count,
		       bool *done)
{
	bool routes = memchr(list, DHCP_OPT_ROUTES, count);
	unsigned i;

	for (i = 0; i < count; i++) {
		uint8_t code = list[i];

		if (code == DHCP_OPT_ROUTER && routes &&
		    !done[DHCP_OPT_ROUTES]) {
			put_param(reply, DHCP_OPT_ROUTES);
			done[DHCP_OPT_ROUTES] = true;
		}
		if (!done[code])
			put_param(reply, code);
		done[code] = true;
	}
}

static void put_params(struct reply *reply)
{
	const struct dhcp_overrides *overrides = &reply->config->overrides;
	const struct dhcp_blob *wishes = &reply->request->params;
	bool done[UINT8_MAX + 1] = {false};
	unsigned i;

	if (wishes->len) {
		put_listed(reply, wishes->data, wishes->len, done);
	} else {
		put_listed(reply, default_params, ARRAY_SIZE(default_params),
			   done);
		for (i = 0; i < overrides->count; i++)
			put_listed(reply, &overrides->list[i].code, 1, done);
	}
	/* whoever forgets to ask for the mask still can't do without */
	put_listed(reply, default_params, 1, done);
}
static_assert(ARRAY_SIZE(default_params) == 8, "the mask is the first");

static void put_times(struct dhcp_writer *w, uint32_t lease_s)
{
	dhcp_put_u32(w, DHCP_OPT_LEASE, lease_s);
	if (lease_s == DHCP_LEASE_INFINITE)
		return;
	dhcp_put_u32(w, DHCP_OPT_T1, lease_s / 2);
	dhcp_put_u32(w, DHCP_OPT_T2, (uint32_t)(lease_s * UINT64_C(7) / 8));
}

size_t dhcp_reply_encode(const struct dhcp_config *config,
			 const struct dhcp_msg *request,
			 const struct dhcp_answer *answer, uint8_t *data)
{
	const struct dhcp_blob *id = &request->client_id;
	struct reply reply = {
		.config = config, .request = request, .answer = answer};
	struct dhcp_writer *w = &reply.w;

	dhcp_write_begin(w, data, request, answer->type, answer->yiaddr);
	dhcp_put_u32(w, DHCP_OPT_SERVER_ID, config->server.addr);
	if (answer->yiaddr)
		put_times(w, answer->lease_s);
	if (request->type == DHCPDISCOVER && answer->type == DHCPACK)
		dhcp_put_empty(w, DHCP_OPT_RAPID_COMMIT);
	w->limit -= MIN(w->limit, id->len + 2u); /* echoes before wishes */
	if (answer->type == DHCPNAK)
		put_text(w, DHCP_OPT_MESSAGE, answer->message);
	else
		put_params(&reply);
	w->limit += id->len + 2u;
	if (id->len)
		dhcp_put(w, DHCP_OPT_CLIENT_ID, id->data, id->len);
	return dhcp_write_end(w);
}

void dhcp_hostname_label(const struct dhcp_blob *name, char *label)
{
	size_t i, len = 0;

	for (i = 0; i < name->len && len < LABEL_MAX; i++) {
		uint8_t c = name->data[i];
		bool fits = ascii_is_alnum(c);

		if (c == '.' || !c)
			break;
		if (fits || len) /* no hyphen in front */
			label[len++] = fits ? ascii_lower(c) : '-';
	}
	while (len && label[len - 1] == '-')
		len--;
	label[len] = '\0';
}
