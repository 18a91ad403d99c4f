/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link.h - ports taken down and up by users, for a while or for good
 */
#ifndef CLI_LABD_LINK_H
#define CLI_LABD_LINK_H

#include "cli/labd/labd.h"

/** LINK_FOR_MAX_MS - longest time that a port can be taken down for */
#define LINK_FOR_MAX_MS (24 * 3600 * 1000)

/**
 * link_set() - the method link.set {port, up, for_ms, wait}
 *
 * With for_ms the opposite is done after that time, by labd's own clock:
 * whether anybody still waits makes no difference. Setting a port again ends
 * what was planned for it. Answers weft.link/1, with wait only after for_ms.
 */
void link_set(struct ctl_request *req, json_t *params);

/** link_state() - "up" or "down": how its user wants a NIC's port to be */
const char *link_state(const struct labd *labd, const struct node *node,
		       unsigned nic);

/** link_node_removed() - who gets its number later finds his ports up */
void link_node_removed(struct labd *labd, const struct node *node);

/** link_cancel_all() - forget what is planned; who waits is told @why */
void link_cancel_all(struct labd *labd, const char *why);

#endif
