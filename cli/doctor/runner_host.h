/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner_host.h - what this host has to run virtual machines, and which of it
 * runs a node
 */
#ifndef CLI_DOCTOR_RUNNER_HOST_H
#define CLI_DOCTOR_RUNNER_HOST_H

#include "cli/doctor/kvm_probe.h"
#include "cli/lab/lab.h"
#include "cli/state_dir.h"
#include "core/err.h"

/**
 * struct runner_host - what was found
 * @kvm:	what /dev/kvm is worth
 * @vmm:	where weft-vmm is; empty: nowhere
 */
struct runner_host {
	struct kvm_probe kvm;
	char vmm[STATE_PATH_SIZE];
};

/** runner_host_find() - look; see kvm_probe() for how long that takes */
void runner_host_find(struct runner_host *host);

/**
 * runner_host_choose() - who runs a node whose file says @wanted
 *
 * With auto that is weft-vmm where a guest runs at the CPU's own speed, else
 * QEMU. Who says kvm gets that on a KVM that emulates, too: small kernels that
 * are made for it do run there.
 *
 * Return: RUNNER_KVM or RUNNER_QEMU.
 */
enum node_runner runner_host_choose(const struct runner_host *host,
				    enum node_runner wanted);

/**
 * runner_host_check() - can a node have the runner that its file wants?
 *
 * Return: 0, also for QEMU, which isn't looked for here; -ENODEV, -EACCES or
 * -ENOPKG with a sentence in @err.
 */
int runner_host_check(const struct runner_host *host,
		      const struct node_settings *node, struct err *err);

#endif
