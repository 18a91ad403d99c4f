// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check_disks.c - an image that a node writes is nobody else's disk
 *
 * By its name as written: two names of one file are found out by labd, which
 * locks what it opens (cli/labd/disk_file.c).
 */
#include <string.h>

#include "cli/lab/lab_build.h"

static bool is_written(const struct disk_settings *disk)
{
	return !disk->overlay && !disk->readonly;
}

static bool can_share(const struct disk_settings *a,
		      const struct disk_settings *b)
{
	return strcmp(a->file, b->file) != 0 ||
	       (!is_written(a) && !is_written(b));
}

/* Is a disk of @node, from its first up to @count, in the way of @disk? */
static bool is_taken(const struct node_settings *node, unsigned count,
		     const struct disk_settings *disk)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		if (!can_share(&node->disks[i], disk))
			return true;
	}
	return false;
}

static void check_disk(struct lab_build *build, unsigned node, unsigned index,
		       struct tree *item)
{
	const struct node_settings *nodes = build->lab->nodes;
	struct tree *file = tree_lookup(item, "file");
	unsigned i, count;

	if (!file || file->bad || item->bad)
		return;
	for (i = 0; i <= node; i++) {
		count = i == node ? index : nodes[i].disk_count;
		if (!is_taken(&nodes[i], count, &nodes[node].disks[index]))
			continue;
		diag_error(build->diag, file,
			   "node '%s' has this image too, and one of them "
			   "writes to it: give both 'overlay: true' or "
			   "'readonly: true'",
			   nodes[i].name);
		return;
	}
}

void lab_check_disks(struct lab_build *build)
{
	unsigned i, index;

	for (i = 0; i < build->lab->node_count; i++) {
		struct tree *disks = tree_lookup(build->node_at[i], "disks");

		index = 0;
		for (struct tree *item = disks ? disks->child : NULL;
		     item && index < build->lab->nodes[i].disk_count;
		     item = item->next)
			check_disk(build, i, index++, item);
	}
}
