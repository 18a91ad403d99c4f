// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_rules.c - the promise of a nat network, kept by rules: a packet that
 * is made up walks through them here as it would through the kernel's
 */
#include "unit/cmocka_wrap.h"

#include <netinet/in.h>
#include <stdio.h>

#include "cli/host/nat_rules.h"
#include "core/util.h"

enum interface { LOOPBACK, ETH0, WAN, LAN };

#define GATEWAY 0x0a140001
#define GUEST 0x0a140064
#define BEHIND_ROUTER 0x0a1e0007
#define LAN_GUEST 0x0a280064
#define SERVER 0xcb007105
#define HOST 0xc6336401
#define LOCALHOST 0x7f000001

/**
 * struct walker - a packet on its way through a chain
 * @chain:	whose rules count
 * @in:		came in by
 * @out:	leaves by
 * @from:	its source
 * @to:		its destination
 * @protocol:	IPPROTO_
 * @port:	of the destination
 * @state:	NFT_WORD_NEW, NFT_WORD_KNOWN or NFT_WORD_INVALID
 * @redirected:	its flow was led elsewhere
 * @last:	the deed that ended its walk; NFT_WORD_END: none did
 * @led_to:	of that, for NFT_WORD_LEAD_TO and NFT_WORD_LEAD_TO_PORT
 * @counted:	by
 */
struct walker {
	enum nft_chain_kind chain;
	uint32_t in;
	uint32_t out;
	uint32_t from;
	uint32_t to;
	uint32_t protocol;
	uint32_t port;
	enum nft_word state;
	bool redirected;
	enum nft_word last;
	struct nft_term led_to;
	char counted[NFT_NAME];
};

static bool is_host(uint32_t address)
{
	return address == HOST || address == GATEWAY || address >> 24 == 127;
}

static bool is_true(const struct walker *w, const struct nft_term *t)
{
	switch ((unsigned)t->word) {
	case NFT_WORD_IN:
		return w->in == t->number;
	case NFT_WORD_OUT:
		return w->out == t->number;
	case NFT_WORD_NOT_OUT:
		return w->out != t->number;
	case NFT_WORD_FROM:
		return ipv4_prefix_contains(&t->prefix, w->from);
	case NFT_WORD_TO:
		return ipv4_prefix_contains(&t->prefix, w->to);
	case NFT_WORD_TO_HOST:
		return is_host(w->to);
	case NFT_WORD_PROTOCOL:
		return w->protocol == t->number;
	case NFT_WORD_PORT:
		return w->port == t->number;
	case NFT_WORD_NEW:
	case NFT_WORD_KNOWN:
	case NFT_WORD_INVALID:
		return w->state == t->word;
	case NFT_WORD_REDIRECTED:
		return w->redirected;
	}
	return false; /* what no packet here is */
}

static void walk_rule(void *ctx, enum nft_chain_kind chain,
		      const struct nft_term *terms)
{
	struct walker *w = ctx;
	unsigned i;

	if (w->chain != chain || w->last != NFT_WORD_END)
		return;
	for (i = 0; terms[i].word != NFT_WORD_END; i++) {
		assert_in_range(i, 0, NFT_TERMS - 2);
		if (terms[i].word == NFT_WORD_COUNT)
			snprintf(w->counted, sizeof(w->counted), "%s",
				 terms[i].name);
		else if (terms[i].word > NFT_WORD_COUNT)
			w->last = terms[i].word;
		else if (!is_true(w, &terms[i]))
			return;
		w->led_to = terms[i];
	}
}

static const struct ipv4_prefix wan_inside[] = {
	{.addr = GATEWAY, .len = 24},
	{.addr = 0x0a1e0000, .len = 24},
};
static const struct ipv4_prefix lan_inside = {.addr = 0x0a280001, .len = 24};

static const struct nat_rules_forward forwards[] = {
	{.host = LOCALHOST, .host_port = 8080, .address = GUEST, .port = 80},
	{.host_port = 5300, .address = GUEST, .port = 53, .udp = true},
};

/* What becomes of a packet, with @host_access or not. */
static void walk(struct walker *w, bool host_access)
{
	const struct nat_rules_network networks[] = {
		{.name = "wan",
		 .ifindex = WAN,
		 .gateway = GATEWAY,
		 .inside = wan_inside,
		 .inside_count = ARRAY_SIZE(wan_inside),
		 .host_access = host_access},
		{.name = "lan",
		 .ifindex = LAN,
		 .gateway = lan_inside.addr,
		 .inside = &lan_inside,
		 .inside_count = 1},
	};
	struct nat_rules rules = {networks, ARRAY_SIZE(networks), forwards,
				  ARRAY_SIZE(forwards)};

	if (!w->state)
		w->state = NFT_WORD_NEW;
	nat_rules_emit(&rules, walk_rule, w);
}

#define WALK(...)                                 \
	({                                        \
		struct walker w_ = {__VA_ARGS__}; \
		walk(&w_, false);                 \
		w_.last;                          \
	})
#define WALK_WITH_ACCESS(...)                     \
	({                                        \
		struct walker w_ = {__VA_ARGS__}; \
		walk(&w_, true);                  \
		w_.last;                          \
	})

static void guests_leave_with_the_hosts_address(void **state)
{
	static const uint32_t guests[] = {GUEST, BEHIND_ROUTER};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		assert_int_equal(WALK(NFT_ON_FORWARD, .in = WAN, .out = ETH0,
				      .from = guests[i], .to = SERVER),
				 NFT_WORD_ACCEPT);
		assert_int_equal(WALK(NFT_ON_POSTROUTING, .out = ETH0,
				      .from = guests[i], .to = SERVER),
				 NFT_WORD_MASQUERADE);
	}
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = ETH0, .out = WAN,
			      .from = SERVER, .to = GUEST,
			      .state = NFT_WORD_KNOWN),
			 NFT_WORD_ACCEPT);
	/* what isn't ours stays as it is */
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = ETH0, .out = ETH0,
			      .from = SERVER, .to = HOST),
			 NFT_WORD_END);
	assert_int_equal(WALK(NFT_ON_POSTROUTING, .out = ETH0, .from = HOST,
			      .to = SERVER),
			 NFT_WORD_END);
}

static void nobody_leaves_with_anothers_address(void **state)
{
	(void)state;
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = WAN, .out = ETH0,
			      .from = SERVER, .to = SERVER),
			 NFT_WORD_DROP);
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = WAN, .out = ETH0,
			      .from = GUEST, .to = SERVER,
			      .state = NFT_WORD_INVALID),
			 NFT_WORD_DROP);
}

static void nobody_outside_reaches_a_guest(void **state)
{
	(void)state;
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = ETH0, .out = WAN,
			      .from = SERVER, .to = GUEST),
			 NFT_WORD_DROP);
	/* nor does a guest of another network, nor the host */
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = LAN, .out = WAN,
			      .from = LAN_GUEST, .to = GUEST),
			 NFT_WORD_DROP);
	assert_int_equal(
		WALK(NFT_ON_OUTPUT, .out = WAN, .from = GATEWAY, .to = GUEST),
		NFT_WORD_REJECT);
	/* one of the same network may pass the gateway */
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = WAN, .out = WAN,
			      .from = GUEST, .to = BEHIND_ROUTER),
			 NFT_WORD_ACCEPT);
	assert_int_equal(WALK(NFT_ON_POSTROUTING, .out = WAN, .from = GUEST,
			      .to = BEHIND_ROUTER),
			 NFT_WORD_END);
}

static void a_forward_leads_to_a_guest(void **state)
{
	struct walker w = {NFT_ON_NAT_OUTPUT, .to = LOCALHOST,
			   .protocol = IPPROTO_TCP, .port = 8080};

	(void)state;
	walk(&w, false);
	assert_int_equal(w.last, NFT_WORD_LEAD_TO_PORT);
	assert_int_equal(w.led_to.prefix.addr, GUEST);
	assert_int_equal(w.led_to.number, 80);
	assert_string_equal(w.counted, "tcp.127.0.0.1.8080");
	assert_int_equal(WALK(NFT_ON_PREROUTING, .in = ETH0, .to = HOST,
			      .protocol = IPPROTO_UDP, .port = 5300),
			 NFT_WORD_LEAD_TO_PORT);
	assert_int_equal(WALK(NFT_ON_PREROUTING, .in = ETH0, .to = HOST,
			      .protocol = IPPROTO_TCP, .port = 5300),
			 NFT_WORD_END);
	assert_int_equal(WALK(NFT_ON_PREROUTING, .in = ETH0, .to = HOST,
			      .protocol = IPPROTO_TCP, .port = 8080),
			 NFT_WORD_END);
	assert_int_equal(WALK(NFT_ON_FORWARD, .in = ETH0, .out = WAN,
			      .from = SERVER, .to = GUEST, .redirected = true),
			 NFT_WORD_ACCEPT);
	assert_int_equal(WALK(NFT_ON_OUTPUT, .out = WAN, .from = LOCALHOST,
			      .to = GUEST, .redirected = true),
			 NFT_WORD_ACCEPT);
	/* a client outside stays who it is, the host's loopback can't */
	assert_int_equal(WALK(NFT_ON_POSTROUTING, .out = WAN, .from = SERVER,
			      .to = GUEST, .redirected = true),
			 NFT_WORD_END);
	assert_int_equal(WALK(NFT_ON_POSTROUTING, .out = WAN, .from = LOCALHOST,
			      .to = GUEST, .redirected = true),
			 NFT_WORD_MASQUERADE);
}

static void a_forward_is_for_guests_too(void **state)
{
	(void)state;
	assert_int_equal(WALK(NFT_ON_PREROUTING, .in = WAN, .to = HOST,
			      .from = GUEST, .protocol = IPPROTO_UDP,
			      .port = 5300),
			 NFT_WORD_LEAD_TO_PORT);
	assert_int_equal(WALK(NFT_ON_POSTROUTING, .out = WAN, .from = GUEST,
			      .to = GUEST, .redirected = true),
			 NFT_WORD_MASQUERADE);
}

static void the_host_is_reached_with_host_access_only(void **state)
{
	struct walker w = {NFT_ON_PREROUTING,       .in = WAN,
			   .from = GUEST,           .to = GATEWAY,
			   .protocol = IPPROTO_TCP, .port = 22};

	(void)state;
	assert_int_equal(
		WALK(NFT_ON_INPUT, .in = WAN, .from = GUEST, .to = HOST),
		NFT_WORD_REJECT);
	assert_int_equal(WALK(NFT_ON_INPUT, .in = WAN, .from = GUEST,
			      .to = GATEWAY, .state = NFT_WORD_KNOWN),
			 NFT_WORD_ACCEPT);
	assert_int_equal(
		WALK(NFT_ON_INPUT, .in = ETH0, .from = SERVER, .to = HOST),
		NFT_WORD_END);
	assert_int_equal(WALK_WITH_ACCESS(NFT_ON_INPUT, .in = WAN,
					  .from = GUEST, .to = HOST),
			 NFT_WORD_ACCEPT);
	walk(&w, true);
	assert_int_equal(w.last, NFT_WORD_LEAD_TO);
	assert_int_equal(w.led_to.prefix.addr, LOCALHOST);
	/* a forward of the loopback is there as well, but not for the world */
	assert_int_equal(WALK_WITH_ACCESS(NFT_ON_PREROUTING, .in = WAN,
					  .from = GUEST, .to = GATEWAY,
					  .protocol = IPPROTO_TCP,
					  .port = 8080),
			 NFT_WORD_LEAD_TO_PORT);
	assert_int_equal(WALK_WITH_ACCESS(NFT_ON_PREROUTING, .in = ETH0,
					  .from = SERVER, .to = GATEWAY,
					  .protocol = IPPROTO_TCP,
					  .port = 8080),
			 NFT_WORD_END);
}

static void counters_have_names(void **state)
{
	const struct nat_rules_network network = {.name = "wan"};
	const struct nat_rules rules = {&network, 1, forwards,
					ARRAY_SIZE(forwards)};
	struct nft_counter counters[NAT_COUNTS + ARRAY_SIZE(forwards)];

	(void)state;
	assert_int_equal(nat_rules_counter_count(&rules), ARRAY_SIZE(counters));
	nat_rules_counters(&rules, counters);
	assert_string_equal(counters[NAT_COUNT_OUT].name, "wan.out");
	assert_string_equal(counters[NAT_COUNT_BLOCKED].name, "wan.blocked");
	assert_string_equal(counters[NAT_COUNTS].name, "tcp.127.0.0.1.8080");
	assert_string_equal(counters[NAT_COUNTS + 1].name, "udp.0.0.0.0.5300");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_leave_with_the_hosts_address),
		cmocka_unit_test(nobody_leaves_with_anothers_address),
		cmocka_unit_test(nobody_outside_reaches_a_guest),
		cmocka_unit_test(a_forward_leads_to_a_guest),
		cmocka_unit_test(a_forward_is_for_guests_too),
		cmocka_unit_test(the_host_is_reached_with_host_access_only),
		cmocka_unit_test(counters_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
