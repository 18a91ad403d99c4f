/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runners.h - the programs that run labd's vm nodes
 */
#ifndef CLI_LABD_RUNNERS_H
#define CLI_LABD_RUNNERS_H

#include "cli/doctor/runner_host.h"

/**
 * struct qemu_program - the QEMU of this host
 * @path:	absolute; empty: it was not looked for, or is not there
 * @reconnect:	its option for connecting again to a port whose switch went
 */
struct qemu_program {
	char path[STATE_PATH_SIZE];
	char reconnect[32];
};

/**
 * struct runners - what is there
 * @is_probed:	@host and @accel count
 * @host:	KVM and weft-vmm
 * @kvm_device:	"/dev/kvm"
 * @accel:	"kvm" or "tcg", for QEMU
 * @qemu:	looked for once a node needs it
 */
struct runners {
	bool is_probed;
	struct runner_host host;
	const char *kvm_device;
	const char *accel;
	struct qemu_program qemu;
};

/** runners_init() - nothing is known yet */
void runners_init(struct runners *runners);

/**
 * runners_find() - find what the vm nodes of @lab need
 *
 * Nothing is asked of the host when it has none.
 *
 * Return: 0; -ENOPKG, -ENODEV or -EACCES with a sentence in @err.
 */
int runners_find(struct runners *runners, const struct lab *lab,
		 struct err *err);

#endif
