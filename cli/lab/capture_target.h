/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_target.h - what a capture can look at, by the name that people use
 */
#ifndef CLI_LAB_CAPTURE_TARGET_H
#define CLI_LAB_CAPTURE_TARGET_H

#include "cli/lab/lab.h"
#include "core/err.h"

/** enum capture_target_kind - a port, a network or its own port, the host's in
 * it, an uplink or a member of it */
enum capture_target_kind {
	CAPTURE_TARGET_PORT,
	CAPTURE_TARGET_NETWORK,
	CAPTURE_TARGET_GATEWAY,
	CAPTURE_TARGET_HOST,
	CAPTURE_TARGET_UPLINK,
	CAPTURE_TARGET_MEMBER,
};

/**
 * struct capture_target - found
 * @kind:	enum capture_target_kind
 * @place:	index into struct lab's nodes (port), uplinks or networks
 * @nic:	of a port
 * @member:	index into an uplink's members
 */
struct capture_target {
	enum capture_target_kind kind;
	unsigned place;
	unsigned nic;
	unsigned member;
};

/**
 * capture_target_find() - "web1:0", "wan", "wan/gateway", "office/host",
 * "bond0", "bond0/eth1"
 * @err:	says what there is instead
 *
 * Return: 0 or -ENOENT.
 */
int capture_target_find(const struct lab *lab, const char *name,
			struct capture_target *target, struct err *err);

#endif
