// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runners.c - the programs that run labd's vm nodes
 */
#include "cli/labd/runners.h"

#include <string.h>

#include "cli/labd/qemu_args.h"

void runners_init(struct runners *runners)
{
	memset(runners, 0, sizeof(*runners));
	runners->kvm_device = "/dev/kvm";
	runners->accel = "tcg";
}

static void probe(struct runners *runners)
{
	if (runners->is_probed)
		return;
	runner_host_find(&runners->host);
	if (runners->host.kvm.verdict == KVM_GOOD)
		runners->accel = "kvm";
	runners->is_probed = true;
}

static int find_one(struct runners *runners, const struct node_settings *node,
		    struct err *err)
{
	if (node->kind != NODE_VM)
		return 0;
	probe(runners);
	if (runner_host_choose(&runners->host, node->runner) == RUNNER_KVM)
		return runner_host_check(&runners->host, node, err);
	return runners->qemu.path[0] ? 0 : qemu_find(&runners->qemu, err);
}

int runners_find(struct runners *runners, const struct lab *lab,
		 struct err *err)
{
	unsigned i;

	for (i = 0; i < lab->node_count; i++) {
		if (find_one(runners, &lab->nodes[i], err))
			return err->code;
	}
	return 0;
}
