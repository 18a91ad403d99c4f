/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.h - spare NICs plugged into networks, and out, while guests run
 */
#ifndef CLI_LABD_ATTACH_H
#define CLI_LABD_ATTACH_H

#include "cli/lab/lab_diff.h"
#include "cli/labd/labd.h"

/**
 * attach_method() - the method node.attach {node, network}
 *
 * Takes the first spare NIC that is in no network. Answers weft.attached/1 when
 * the port has its carrier; if that takes longer than ATTACH_WAIT_NS, or the
 * node does not run, without one.
 */
void attach_method(struct ctl_request *req, json_t *params);

/** detach_method() - the method port.detach {port}; likewise, at once */
void detach_method(struct ctl_request *req, json_t *params);

/** attach_carrier() - a port of a node got its carrier: somebody may wait */
void attach_carrier(struct labd *labd, const struct node *node, unsigned nic);

/** attach_leave() - before the lab changes: out of networks that go */
void attach_leave(struct labd *labd, const struct lab_diff *diff);

/** attach_return() - after it has: into networks that are made anew, again, so
 * that guests ask for another address */
void attach_return(struct labd *labd, const struct lab_diff *diff);

/** attach_cancel_all() - whoever waits is told @why */
void attach_cancel_all(struct labd *labd, const char *why);

#endif
