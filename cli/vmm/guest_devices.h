/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_devices.h - the virtio devices that a command line asks for
 */
#ifndef CLI_VMM_GUEST_DEVICES_H
#define CLI_VMM_GUEST_DEVICES_H

#include "cli/vmm/guest.h"

/** guest_add_devices() - make each and put it into the machine, in the order
 * that guests have relied on: NICs, disks, console, rng */
int guest_add_devices(struct guest *guest, struct err *err);

#endif
