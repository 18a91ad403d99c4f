// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_disk.c - one entry of disks:, and what its keys mean together
 */
#include "cli/lab/lab_build.h"

void *build_disk_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct node_settings *node = parent;
	struct disk_settings *disk;

	if (node->disk_count == LAB_MAX_DISKS) {
		diag_error(run->diag, item, "more than %d disks in node '%s'",
			   LAB_MAX_DISKS, node->name);
		return NULL;
	}
	disk = &node->disks[node->disk_count++];
	schema_default(run, type_disks.item, disk);
	return disk;
}

void build_disk_end(struct schema_run *run, void *at, struct tree *map)
{
	const struct disk_settings *disk = at;

	if (disk->overlay && disk->readonly)
		diag_error(run->diag, map,
			   "'overlay' and 'readonly' exclude each other: "
			   "there is nothing to write");
}
