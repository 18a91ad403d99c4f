/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip_forward.h - net.ipv4.ip_forward, turned on for a while
 *
 * It is the host's, not a lab's, so it is put back when the last lab that
 * needed it ends, however that ends: a child of its own waits for that. Labs of
 * one host know of one another by a lock on a file.
 */
#ifndef CLI_HOST_IP_FORWARD_H
#define CLI_HOST_IP_FORWARD_H

#include <sys/types.h>

#include "core/err.h"

/**
 * struct ip_forward - a lab's claim on it
 * @hold_fd:	the child puts it back when this is closed; -1: there is no
 * claim
 * @child:	its pid
 */
struct ip_forward {
	int hold_fd;
	pid_t child;
};

/** ip_forward_init() - no claim */
void ip_forward_init(struct ip_forward *claim);

/**
 * ip_forward_check() - is it on?
 *
 * Return: 0; -ENOPKG with what to do in @err when it is off.
 */
int ip_forward_check(struct err *err);

/** ip_forward_can_enable() - would ip_forward_enable() work? 0 or -ENOPKG */
int ip_forward_can_enable(struct err *err);

/**
 * ip_forward_enable() - turn it on, if it is off
 * @dir:	where labs of this host keep what they share
 *
 * No-op with a claim.
 *
 * Return: 0, or -errno with @err filled.
 */
int ip_forward_enable(struct ip_forward *claim, const char *dir,
		      struct err *err);

/** ip_forward_release() - put back what it was, unless another lab needs it */
void ip_forward_release(struct ip_forward *claim);

#endif
