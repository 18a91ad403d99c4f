// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_capture.c - the table of a capture's keys
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_type type_port = {
	.name = "port",
	.kind = SCHEMA_TEXT,
	.example = "\"router:1\"",
	.pattern = "^[A-Za-z0-9-]+(:[0-9]+|/[^/]+)?$",
	.parse = value_line,
};

static const struct schema_type type_network = {
	.name = "network name",
	.kind = SCHEMA_TEXT,
	.example = "wan",
	.parse = value_line,
};

static const struct schema_type type_file = {
	.name = "capture file",
	.kind = SCHEMA_TEXT,
	.example = "router-back.pcapng",
	.parse = value_path,
};

static const struct schema_type type_filter = {
	.name = "capture filter",
	.kind = SCHEMA_TEXT,
	.example = "\"not arp\"",
	.parse = value_line,
};

static const struct schema_type type_code = {
	.name = "filter program",
	.kind = SCHEMA_TEXT,
	.example = "\"6 0 0 1\"",
	.parse = value_filter_code,
};

static const struct schema_type type_snaplen = {
	.name = "length in bytes",
	.kind = SCHEMA_TEXT,
	.example = "128",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_snaplen,
};

static const struct schema_key capture_keys[] = {
	{
		.name = "port",
		.type = &type_port,
		.help = "The port whose frames are captured: NODE:INDEX, "
			"NETWORK/gateway for a network's own, NETWORK/host for "
			"the host's in it, an uplink's name, or UPLINK/MEMBER.",
		SCHEMA_MEMBER(lab_capture, target),
		.built = true,
	},
	{
		.name = "network",
		.type = &type_network,
		.help = "Instead of a port: all ports of this network.",
		SCHEMA_MEMBER(lab_capture, target),
		.built = true,
	},
	{
		.name = "file",
		.type = &type_file,
		.help = "Where to, as pcapng. It is emptied when the capture "
			"begins; relative to the lab file's folder.",
		SCHEMA_MEMBER(lab_capture, file),
		.required = true,
		.built = true,
	},
	{
		.name = "filter",
		.type = &type_filter,
		.help = "Only frames that it matches, as in pcap-filter(7).",
		SCHEMA_MEMBER(lab_capture, filter),
		.built = true,
	},
	{
		.name = "snaplen",
		.type = &type_snaplen,
		.help = "Most bytes of each frame; all of it unless given.",
		SCHEMA_MEMBER(lab_capture, snaplen),
		.built = true,
	},
	{
		.name = "code",
		.type = &type_code,
		.help = "In the document that weft sends to labd: what the "
			"filter means. Never written in a lab file.",
		SCHEMA_MEMBER(lab_capture, code),
		.built = true,
	},
};

static const struct schema_type type_capture = {
	.name = "capture",
	.kind = SCHEMA_OBJECT,
	.example = "{ port: \"router:1\", file: back.pcapng }",
	SCHEMA_KEYS(capture_keys),
	.end = build_capture_end,
};

const struct schema_type type_captures = {
	.name = "captures",
	.kind = SCHEMA_LIST,
	.example = "[ { port: \"router:1\", file: back.pcapng } ]",
	.item = &type_capture,
	.add = build_capture_add,
};
