// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_disk.c - the table of a disk's keys
 */
#include "cli/lab/lab_build.h"

static const struct schema_type type_image_file = {
	.name = "image file",
	.kind = SCHEMA_TEXT,
	.example = "disks/debian.raw",
	.parse = value_path,
};

/* Whatever YAML 1.1 calls a boolean. */
static const struct schema_word switch_words[] = {
	{"true", true, true, NULL}, {"false", false, true, NULL},
	{"yes", true, true, NULL},  {"no", false, true, NULL},
	{"on", true, true, NULL},   {"off", false, true, NULL},
};

const struct schema_type type_switch = {
	.name = "switch",
	.kind = SCHEMA_WORDS,
	.example = "true",
	SCHEMA_WORDS_OF(switch_words),
};

static const struct schema_key disk_keys[] = {
	{
		.name = "file",
		.type = &type_image_file,
		.help = "The image: a raw file, or a block device. Relative "
			"to the lab file.",
		SCHEMA_MEMBER(disk_settings, file),
		.required = true,
		.built = true,
	},
	{
		.name = "overlay",
		.type = &type_switch,
		.initial = "false",
		.help = "What the guest writes goes to a file of its own, "
			"which is gone when the node stops, and under QEMU "
			"also when the guest reboots; the image stays as it "
			"is, so that nodes can share it.",
		SCHEMA_MEMBER(disk_settings, overlay),
		.built = true,
	},
	{
		.name = "readonly",
		.type = &type_switch,
		.initial = "false",
		.help = "The guest can't write. Nodes can share the image.",
		SCHEMA_MEMBER(disk_settings, readonly),
		.built = true,
	},
};

static const struct schema_type type_disk = {
	.name = "disk",
	.kind = SCHEMA_OBJECT,
	.example = "{ file: x.raw, overlay: true }",
	SCHEMA_KEYS(disk_keys),
	.end = build_disk_end,
};

const struct schema_type type_disks = {
	.name = "disks",
	.kind = SCHEMA_LIST,
	.example = "[ { file: x.raw, overlay: true } ]",
	.item = &type_disk,
	.add = build_disk_add,
};
