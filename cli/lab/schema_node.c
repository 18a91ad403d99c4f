// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_node.c - the table of a node's keys
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_word kind_words[] = {
	{"vm", NODE_VM, true, "guest"},
	{"external", NODE_EXTERNAL, true, NULL},
	{"netns", NODE_NETNS, true, "namespace"},
};

static_assert(ARRAY_SIZE(kind_words) == NODE_KIND_COUNT, "a word each");

static const struct schema_type type_kind = {
	.name = "node kind",
	.kind = SCHEMA_WORDS,
	.example = "vm, external, netns",
	SCHEMA_WORDS_OF(kind_words),
};

static const struct schema_word role_words[] = {
	{"host", false, true, NULL},
	{"router", true, true, "gateway"},
};

static const struct schema_type type_role = {
	.name = "role",
	.kind = SCHEMA_WORDS,
	.example = "host, router",
	SCHEMA_WORDS_OF(role_words),
};

static const struct schema_word image_words[] = {
	{"builtin", true, true, "built-in"},
};

static const struct schema_type type_image = {
	.name = "image",
	.kind = SCHEMA_WORDS,
	.example = "builtin (for others there is 'kernel')",
	SCHEMA_WORDS_OF(image_words),
};

static const struct schema_word runner_words[] = {
	{"auto", RUNNER_AUTO, true, NULL},
	{"kvm", RUNNER_KVM, true, NULL},
	{"qemu", RUNNER_QEMU, true, NULL},
};

static_assert(ARRAY_SIZE(runner_words) == RUNNER_COUNT, "a word each");

static const struct schema_type type_runner = {
	.name = "runner",
	.kind = SCHEMA_WORDS,
	.example = "auto, kvm, qemu",
	SCHEMA_WORDS_OF(runner_words),
};

static const struct schema_type type_memory = {
	.name = "memory size",
	.kind = SCHEMA_TEXT,
	.example = "128M",
	.pattern = "^[0-9]+[KMG](i|iB)?$",
	.parse = value_memory,
};

static const struct schema_type type_cpus = {
	.name = "number of CPUs",
	.kind = SCHEMA_TEXT,
	.example = "1",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_cpus,
};

static const struct schema_type type_spare_nics = {
	.name = "number of spare NICs",
	.kind = SCHEMA_TEXT,
	.example = "1",
	.pattern = "^[0-8]$",
	.bare = true,
	.parse = value_spare_nics,
};

static const struct schema_type type_path = {
	.name = "file name",
	.kind = SCHEMA_TEXT,
	.example = "images/vmlinuz",
	.parse = value_path,
};

static const struct schema_type type_cmdline = {
	.name = "kernel command line",
	.kind = SCHEMA_TEXT,
	.example = "console=ttyS0 quiet",
	.parse = value_line,
};

static const struct schema_type type_script = {
	.name = "shell command",
	.kind = SCHEMA_TEXT,
	.example = "iperf3 -s",
	.parse = value_script,
};

static const struct schema_type type_file_mode = {
	.name = "file mode",
	.kind = SCHEMA_TEXT,
	.example = "\"0660\"",
	.pattern = "^0?[0-7]{3}$",
	.bare = true,
	.parse = value_file_mode,
};

static const struct schema_type type_group = {
	.name = "group",
	.kind = SCHEMA_TEXT,
	.example = "libvirt-qemu",
	.parse = value_group,
};

static const struct schema_word socket_words[] = {
	{"vhost-user", NODE_SOCKET_VHOST_USER, true, "vhostuser"},
	{"stream", NODE_SOCKET_STREAM, true, "unix"},
};

static_assert(ARRAY_SIZE(socket_words) == NODE_SOCKET_COUNT, "a word each");

static const struct schema_type type_socket_type = {
	.name = "socket type",
	.kind = SCHEMA_WORDS,
	.example = "vhost-user, stream",
	SCHEMA_WORDS_OF(socket_words),
};

static const struct schema_key socket_keys[] = {
	{
		.name = "type",
		.type = &type_socket_type,
		.initial = "vhost-user",
		.help = "*vhost-user*: the fast way. *stream*: for a VMM "
			"without it; frames with their length in front, as "
			"QEMU's -netdev stream sends them.",
		SCHEMA_MEMBER(node_settings, socket_type),
		.built = true,
	},
	{
		.name = "mode",
		.type = &type_file_mode,
		.fallback = "\"0600\"",
		.help = "Octal permission bits of the sockets.",
		SCHEMA_MEMBER(node_settings, socket_mode),
		.built = true,
	},
	{
		.name = "group",
		.type = &type_group,
		.fallback = "that of the user who starts the lab",
		.help = "Group of the sockets.",
		SCHEMA_MEMBER(node_settings, socket_group),
		.built = true,
	},
};

static const struct schema_type type_socket = {
	.name = "socket",
	.kind = SCHEMA_OBJECT,
	.example = "{ mode: \"0660\", group: libvirt-qemu }",
	SCHEMA_KEYS(socket_keys),
};

static const struct schema_type type_net = {
	.name = "network name",
	.kind = SCHEMA_TEXT,
	.example = "wan",
};

static const struct schema_type type_mac = {
	.name = "MAC address",
	.kind = SCHEMA_TEXT,
	.example = "\"52:54:00:00:00:07\"",
	.pattern = "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$",
	.parse = value_mac,
};

static const struct schema_type type_nic_ipv4 = {
	.name = "IPv4 setting",
	.kind = SCHEMA_TEXT,
	.example = "10.30.0.11/24",
	.pattern = "^(dhcp|none|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$",
	.parse = value_nic_ipv4,
};

static const struct schema_type type_address = {
	.name = "IPv4 address",
	.kind = SCHEMA_TEXT,
	.example = "10.30.0.1",
	.pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
	.parse = value_address,
};

static const struct schema_key nic_keys[] = {
	{
		.name = "net",
		.type = &type_net,
		.help = "The network this NIC is plugged into.",
		.required = true,
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "mac",
		.type = &type_mac,
		.fallback = "52:54:00 and three bytes made from the names of "
			    "lab and node and the NIC's number, always the "
			    "same",
		.help = "The Ethernet address.",
		SCHEMA_MEMBER(nic_settings, mac),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "ipv4",
		.type = &type_nic_ipv4,
		.fallback =
			"dhcp where the network serves it or is a bridge, else "
			"none",
		.help = "*dhcp*, *none*, or an address with its prefix length.",
		SCHEMA_WHOLE(nic_settings),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "reserve",
		.type = &type_address,
		.help = "The address that DHCP always gives this NIC.",
		SCHEMA_MEMBER(nic_settings, reserve),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "dhcp",
		.type = &type_nic_dhcp,
		.help = "What DHCP tells this NIC otherwise than its network.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "gateway",
		.type = &type_address,
		.help = "Default route of a NIC that has its address from "
			"here; DHCP brings its own.",
		SCHEMA_MEMBER(nic_settings, gateway),
		.built = true,
		.change = SCHEMA_RESTART,
	},
};

static const struct schema_type type_nic = {
	.name = "nic",
	.kind = SCHEMA_OBJECT,
	.example = "{ net: wan }",
	SCHEMA_KEYS(nic_keys),
};

static const struct schema_type type_nics = {
	.name = "nics",
	.kind = SCHEMA_LIST,
	.example = "nics: [ { net: wan } ]",
	.item = &type_nic,
	.add = build_nic_add,
};

#define IMAGE_KEY                                                           \
	.name = "image", .type = &type_image,                               \
	.help = "What the guest boots: *builtin* is a small Linux with an " \
		"agent for exec, made by 'weft image'. Its kernel is "      \
		"unpacked beforehand and so has no KASLR.",                 \
	.change = SCHEMA_RESTART, SCHEMA_MEMBER(node_settings, builtin),    \
	.built = true

#define MEMORY_KEY                                                  \
	.name = "memory", .type = &type_memory,                     \
	.help = "RAM, from 16M to 256G.", .change = SCHEMA_RESTART, \
	SCHEMA_MEMBER(node_settings, memory_mib), .built = true

#define CPUS_KEY                                                         \
	.name = "cpus", .type = &type_cpus,                              \
	.help = "Virtual CPUs, from 1 to 64.", .change = SCHEMA_RESTART, \
	SCHEMA_MEMBER(node_settings, cpus), .built = true

#define RUNNER_KEY                                                           \
	.name = "runner", .type = &type_runner,                              \
	.help = "The program that runs the guest. *kvm*: weft-vmm. *qemu*: " \
		"QEMU, under emulation where there is no KVM. *auto*: kvm "  \
		"where a guest really runs at the CPU's own speed, else "    \
		"qemu.",                                                     \
	.change = SCHEMA_RESTART, SCHEMA_MEMBER(node_settings, runner),      \
	.built = true

#define SPARE_NICS_KEY                                                       \
	.name = "spare-nics", .type = &type_spare_nics,                      \
	.help = "NICs without a cable, for 'weft attach'; with them a node " \
		"has at most 8. Their MTU is 1500.",                         \
	.change = SCHEMA_RESTART, SCHEMA_MEMBER(node_settings, spare_count), \
	.built = true

static const struct schema_key node_default_keys[] = {
	{IMAGE_KEY, .initial = "builtin"}, {MEMORY_KEY, .initial = "128M"},
	{CPUS_KEY, .initial = "1"},        {RUNNER_KEY, .initial = "auto"},
	{SPARE_NICS_KEY, .initial = "1"},
};

const struct schema_type type_node_defaults = {
	.name = "defaults.node",
	.kind = SCHEMA_OBJECT,
	.example = "{ memory: 128M, cpus: 1 }",
	SCHEMA_KEYS(node_default_keys),
};

#define FROM_DEFAULTS .fallback = "from defaults.node", .only = "vm"

static const struct schema_key node_keys[] = {
	{
		.name = "kind",
		.type = &type_kind,
		.initial = "vm",
		.help = "*vm*: a virtual machine. *external*: a socket for "
			"someone else's VMM. *netns*: a network "
			"namespace on a tap.",
		SCHEMA_MEMBER(node_settings, kind),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "role",
		.type = &type_role,
		.initial = "host",
		.only = "vm",
		.help = "A *router* forwards IP between its NICs.",
		SCHEMA_MEMBER(node_settings, router),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{IMAGE_KEY, FROM_DEFAULTS},
	{
		.name = "kernel",
		.type = &type_path,
		.only = "vm",
		.help = "A kernel to boot instead of the builtin image. "
			"Relative to the lab file.",
		SCHEMA_MEMBER(node_settings, kernel),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "initrd",
		.type = &type_path,
		.only = "vm",
		.help = "Its initramfs.",
		SCHEMA_MEMBER(node_settings, initrd),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "cmdline",
		.type = &type_cmdline,
		.only = "vm",
		.help = "Appended to the kernel's command line.",
		SCHEMA_MEMBER(node_settings, cmdline),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{MEMORY_KEY, FROM_DEFAULTS},
	{CPUS_KEY, FROM_DEFAULTS},
	{RUNNER_KEY, FROM_DEFAULTS},
	{SPARE_NICS_KEY, FROM_DEFAULTS},
	{
		.name = "run",
		.type = &type_script,
		.only = "netns",
		.help = "Shell command that runs inside the namespace.",
		SCHEMA_MEMBER(node_settings, run),
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "socket",
		.type = &type_socket,
		.only = "external",
		.help = "Of which type the node's sockets are, and who may "
			"open them.",
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "nics",
		.type = &type_nics,
		.help = "Its NICs, at most 8; a port is called NODE:INDEX, "
			"from 0.",
		.built = true,
		.change = SCHEMA_RESTART,
	},
	{
		.name = "disks",
		.type = &type_disks,
		.only = "vm",
		.help = "Its disks, at most 8, in the order that the guest "
			"finds them: /dev/vda, /dev/vdb and so on.",
		.built = true,
		.change = SCHEMA_RESTART,
	},
};

static_assert(LAB_MAX_NICS == 8, "the help above names the number");
static_assert(LAB_MAX_DISKS == 8, "likewise");

static const struct schema_type type_node = {
	.name = "node",
	.kind = SCHEMA_OBJECT,
	.example = "web1: { nics: [ { net: wan } ] }",
	SCHEMA_KEYS(node_keys),
	.selector = "kind",
	.end = build_node_end,
};

const struct schema_type type_nodes = {
	.name = "nodes",
	.kind = SCHEMA_MAP,
	.example = "nodes: { web1: { nics: [ { net: wan } ] } }",
	.item = &type_node,
	.add = build_node_add,
};
