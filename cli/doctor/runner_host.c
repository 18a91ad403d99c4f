// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runner_host.c - what this host has to run virtual machines, and which of it
 * runs a node
 */
#include "cli/doctor/runner_host.h"

#include <errno.h>

#include "cli/helper_path.h"

void runner_host_find(struct runner_host *host)
{
	struct err err;

	kvm_probe(&host->kvm);
	if (helper_path("weft-vmm", "vmm", host->vmm, sizeof(host->vmm), &err))
		host->vmm[0] = '\0';
}

enum node_runner runner_host_choose(const struct runner_host *host,
				    enum node_runner wanted)
{
	if (wanted != RUNNER_AUTO)
		return wanted;
	return host->vmm[0] && host->kvm.verdict == KVM_GOOD ? RUNNER_KVM
							     : RUNNER_QEMU;
}

static int code_of(enum kvm_verdict verdict)
{
	switch (verdict) {
	case KVM_GOOD:
	case KVM_SLOW:
		return 0;
	case KVM_DENIED:
		return -EACCES;
	case KVM_BROKEN:
	case KVM_ABSENT:
		break;
	}
	return -ENODEV;
}

int runner_host_check(const struct runner_host *host,
		      const struct node_settings *node, struct err *err)
{
	int code = code_of(host->kvm.verdict);
	char why[KVM_TEXT_SIZE];

	if (node->kind != NODE_VM || node->runner != RUNNER_KVM)
		return 0;
	if (code)
		return err_set(err, code,
			       "node %s: runner: kvm can't be had here: %s; "
			       "runner: auto takes QEMU",
			       node->name, kvm_probe_describe(&host->kvm, why));
	if (!host->vmm[0])
		return err_set(err, -ENOPKG,
			       "node %s: runner: kvm can't be had here: "
			       "weft-vmm is neither in the build tree nor "
			       "installed; runner: auto takes QEMU",
			       node->name);
	return 0;
}
