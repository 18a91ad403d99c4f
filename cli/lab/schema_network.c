// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_network.c - the table of a network's keys
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_word mode_words[] = {
	{"nat", NETWORK_NAT, true, "masquerade"},
	{"bridge", NETWORK_BRIDGE, true, "bridged"},
	{"internal", NETWORK_INTERNAL, true, "isolated"},
};

static_assert(ARRAY_SIZE(mode_words) == NETWORK_MODE_COUNT, "a word each");

static const struct schema_type type_mode = {
	.name = "network mode",
	.kind = SCHEMA_WORDS,
	.example = "nat, bridge, internal",
	SCHEMA_WORDS_OF(mode_words),
};

static const struct schema_type type_subnet = {
	.name = "subnet",
	.kind = SCHEMA_TEXT,
	.example = "10.20.0.0/24",
	.pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
	.parse = value_subnet,
};

static const struct schema_type type_domain = {
	.name = "domain",
	.kind = SCHEMA_TEXT,
	.example = "office.lab",
	.pattern = "^[A-Za-z0-9.-]{1,127}$",
	.parse = value_domain,
};

static const struct schema_type type_dns_server = {
	.name = "DNS server",
	.kind = SCHEMA_TEXT,
	.example = "192.0.2.53",
	.pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
	.parse = value_address,
};

static const struct schema_type type_dns_servers = {
	.name = "DNS servers",
	.kind = SCHEMA_LIST,
	.example = "[192.0.2.53]",
	.item = &type_dns_server,
	.add = build_dns_server_add,
};

static const struct schema_word private_reverse_words[] = {
	{"local", false, true, NULL},
	{"forward", true, true, NULL},
};

static const struct schema_type type_private_reverse = {
	.name = "private reverse zones",
	.kind = SCHEMA_WORDS,
	.example = "local, forward",
	SCHEMA_WORDS_OF(private_reverse_words),
};

static const struct schema_key dns_keys[] = {
	{
		.name = "domain",
		.type = &type_domain,
		.help = "Every node resolves as NODE.domain as well.",
		SCHEMA_MEMBER(network_settings, domain),
		.built = true,
	},
	{
		.name = "servers",
		.type = &type_dns_servers,
		.fallback = "those of the host's /etc/resolv.conf, followed",
		.help = "Resolvers for all other names, in order of "
			"preference. The host asks them.",
		.built = true,
	},
	{
		.name = "records",
		.type = &type_records,
		.help = "Further names that the gateway knows.",
		.built = true,
	},
	{
		.name = "private-reverse",
		.type = &type_private_reverse,
		.initial = "local",
		.help = "Names of private addresses that aren't the network's "
			"own (10/8 and the like under in-addr.arpa). *local*: "
			"there are none, and nobody is asked (RFC 6303). "
			"*forward*: the resolvers know them.",
		SCHEMA_MEMBER(network_settings, forward_private),
		.built = true,
	},
};

static const struct schema_type type_dns = {
	.name = "dns",
	.kind = SCHEMA_OBJECT,
	.example = "{ domain: office.lab }",
	SCHEMA_KEYS(dns_keys),
};

static const struct schema_type type_mtu = {
	.name = "MTU",
	.kind = SCHEMA_TEXT,
	.example = "1500",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_mtu,
};

static const struct schema_key network_keys[] = {
	{
		.name = "mode",
		.type = &type_mode,
		.help = "*nat*: guests reach the outside through the host and "
			"nobody outside sees them; DHCP and DNS are served. "
			"*internal*: guests reach each other and nothing else. "
			"*bridge*: guests are on the wire that their uplink "
			"leads to.",
		SCHEMA_MEMBER(network_settings, mode),
		.required = true,
		.built = true,
		.change = SCHEMA_REPLUG,
	},
	{
		.name = "ipv4",
		.type = &type_subnet,
		.help = "The subnet, from /8 to /30; nat needs one, of /29 or "
			"larger, and takes its first address as gateway and "
			"DNS server. Subnets of a lab don't overlap.",
		SCHEMA_WHOLE(network_settings),
		.built = true,
		.change = SCHEMA_REPLUG,
	},
	{
		.name = "dhcp",
		.type = &type_dhcp,
		.fallback = "on for nat, else off",
		.help = "Whether addresses are served. On an internal network "
			"no gateway is handed out. On a bridge network they "
			"are the wire's own business.",
		SCHEMA_MEMBER(network_settings, dhcp),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "dns",
		.type = &type_dns,
		.only = "nat",
		.help = "Names served at the gateway. Those that aren't the "
			"lab's are looked up by the host's resolvers.",
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "mtu",
		.type = &type_mtu,
		.initial = "1500",
		.help = "Largest IP packet in bytes, from 576 to 65535.",
		SCHEMA_MEMBER(network_settings, mtu),
		.built = true,
		.change = SCHEMA_REPLUG,
	},
	{
		.name = "uplink",
		.type = &type_uplink_name,
		.only = "bridge",
		.help = "The uplink that this network goes out by; a bridge "
			"network needs one, and no other can have the same.",
		SCHEMA_MEMBER(network_settings, uplink),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "host",
		.type = &type_host,
		.only = "bridge",
		.help = "The host joins the network through a tap. Without "
			"this key it doesn't.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "link-local",
		.type = &type_link_local,
		.initial = "block",
		.only = "internal",
		.help = "*pass*: the network is a cable, on which LLDP, LACP, "
			"STP and EAPOL reach the other end, as on those of "
			"*links*. *block*: it is a bridge, which keeps them "
			"to itself (802.1Q 8.6.3).",
		SCHEMA_MEMBER(network_settings, link_local),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "ipv6",
		.type = &type_ipv6,
		.only = "nat",
		.help = "An IPv6 prefix beside the subnet, a /64: nodes reach "
			"one another and the gateway with it. There is no way "
			"outside by IPv6 yet: the gateway doesn't offer itself "
			"as a default router, and says 'no route' to who tries "
			"it all the same. Names are resolved over IPv4. With "
			"a map, more can be said.",
		SCHEMA_WHOLE(network_settings),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "engine",
		.type = &type_engine,
		.initial = "user",
		.only = "nat",
		.help = "Who translates. *user*: weft itself, without "
			"privilege. *kernel*: the host's own network stack, "
			"by a tap with the gateway's address and an nftables "
			"table of the lab's; it needs CAP_NET_ADMIN.",
		SCHEMA_MEMBER(network_settings, engine),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "ip-forward",
		.type = &type_ip_forward,
		.initial = "require",
		.only = "nat",
		.help = "With *engine: kernel*. *require*: the host's "
			"net.ipv4.ip_forward must be on. *enable*: weft turns "
			"it on if it is off, and off again when the last lab "
			"that wanted so ends.",
		SCHEMA_MEMBER(network_settings, ip_forward),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "forward",
		.type = &type_forward,
		.only = "nat",
		.help = "Ports of the host that lead to nodes. The node sees "
			"the client's address, or the gateway's where that is "
			"the host's loopback. Nodes of the network can use "
			"them too, by the host's address.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "routes",
		.type = &type_routes,
		.only = "nat",
		.help = "Subnets behind a router node. The gateway and, by "
			"DHCP (option 121), the nodes know the way, and what "
			"comes from there leaves like the network's own.",
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "host-access",
		.type = &type_host_access,
		.initial = "off",
		.only = "nat",
		.help = "*gateway*: the gateway's address leads to services on "
			"the host's loopback, and the host's other addresses "
			"can be reached too. *off*: no address of the host "
			"can.",
		SCHEMA_MEMBER(network_settings, host_access),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "filtering",
		.type = &type_filtering,
		.initial = "address-dependent",
		.only = "nat",
		.help = "Who outside may send to a UDP port from which a node "
			"has sent: everybody, *address-dependent*: whose "
			"address it has sent to, or only the very ports it "
			"has (RFC 4787).",
		SCHEMA_MEMBER(network_settings, filtering),
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "limits",
		.type = &type_limits,
		.only = "nat",
		.help = "How many flows through NAT there may be at a time. "
			"One more takes the place of another: of the same "
			"NIC where that has its share, else of the NIC with "
			"the most; it is the one without an answer, or idle, "
			"for longest.",
		.built = true,
		.change = SCHEMA_REBUILD,
	},
	{
		.name = "isolate",
		.type = &type_isolate,
		.help = "Nodes whose ports reach non-isolated ports only.",
	},
};

static const struct schema_type type_network = {
	.name = "network",
	.kind = SCHEMA_OBJECT,
	.example = "wan: { mode: nat, ipv4: 10.20.0.0/24 }",
	SCHEMA_KEYS(network_keys),
	.selector = "mode",
	.end = build_network_end,
};

const struct schema_type type_networks = {
	.name = "networks",
	.kind = SCHEMA_MAP,
	.example = "networks: { wan: { mode: nat, ipv4: 10.20.0.0/24 } }",
	.item = &type_network,
	.add = build_network_add,
};
