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

/*
 * A client that takes 121 ignores 3, so the default route is in both. A router
 * is not told to go by itself.
 */
static void put_routes(struct dhcp_writer *w, const struct dhcp_config *config,
		       uint32_t client)
{
	uint8_t data[(DHCP_MAX_ROUTES + 1) * ROUTE_MAX_LEN];
	const struct dhcp_route standard = {.via = config->gateway};
	unsigned i, count = MIN(config->route_count, DHCP_MAX_ROUTES);
	size_t len = 0;

	for (i = 0; i < count; i++) {
		if (config->routes[i].via != client)
			len += encode_route(data + len, &config->routes[i]);
	}
	if (!len)
		return;
	if (config->gateway)
		len += encode_route(data + len, &standard);
	dhcp_put(w, DHCP_OPT_ROUTES, data, len);
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

static void put_param(struct dhcp_writer *w, uint8_t code,
		      const struct dhcp_config *config,
		      const struct dhcp_answer *answer)
{
	uint32_t mask = ipv4_mask(config->server.len);
	uint8_t mtu[2];

	switch (code) {
	case DHCP_OPT_MASK:
		dhcp_put_u32(w, code, mask);
		break;
	case DHCP_OPT_ROUTER:
		put_address(w, code, config->gateway);
		break;
	case DHCP_OPT_DNS:
		put_address(w, code, config->dns);
		break;
	case DHCP_OPT_HOSTNAME:
		put_text(w, code, answer->hostname);
		break;
	case DHCP_OPT_DOMAIN:
		put_text(w, code, config->domain);
		break;
	case DHCP_OPT_MTU:
		be16_store(mtu, config->mtu);
		if (config->mtu)
			dhcp_put(w, code, mtu, sizeof(mtu));
		break;
	case DHCP_OPT_BROADCAST:
		dhcp_put_u32(w, code, config->server.addr | ~mask);
		break;
	case DHCP_OPT_ROUTES:
		put_routes(w, config, answer->yiaddr);
		break;
	default: /* the client's wish, a number like any other */
		break;
	}
}

static void put_params(struct dhcp_writer *w, const struct dhcp_config *config,
		       const struct dhcp_msg *request,
		       const struct dhcp_answer *answer)
{
	const uint8_t *list = request->params.data;
	unsigned i, count = request->params.len;
	bool done[UINT8_MAX + 1] = {false};
	bool routes;

	if (!count) {
		list = default_params;
		count = ARRAY_SIZE(default_params);
	}
	routes = memchr(list, DHCP_OPT_ROUTES, count);
	for (i = 0; i < count; i++) {
		uint8_t code = list[i];

		if (code == DHCP_OPT_ROUTER && routes &&
		    !done[DHCP_OPT_ROUTES]) {
			put_param(w, DHCP_OPT_ROUTES, config, answer);
			done[DHCP_OPT_ROUTES] = true;
		}
		if (!done[code])
			put_param(w, code, config, answer);
		done[code] = true;
	}
	/* whoever forgets to ask for the mask still can't do without */
	if (!done[DHCP_OPT_MASK])
		put_param(w, DHCP_OPT_MASK, config, answer);
}

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
	struct dhcp_writer w;

	dhcp_write_begin(&w, data, request, answer->type, answer->yiaddr);
	dhcp_put_u32(&w, DHCP_OPT_SERVER_ID, config->server.addr);
	if (answer->yiaddr)
		put_times(&w, answer->lease_s);
	w.limit -= MIN(w.limit, id->len + 2u); /* echoes before wishes */
	if (answer->type == DHCPNAK)
		put_text(&w, DHCP_OPT_MESSAGE, answer->message);
	else
		put_params(&w, config, request, answer);
	w.limit += id->len + 2u;
	if (id->len)
		dhcp_put(&w, DHCP_OPT_CLIENT_ID, id->data, id->len);
	return dhcp_write_end(&w);
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
