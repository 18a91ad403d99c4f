/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.h - node.exec: a client's command in a node
 */
#ifndef CLI_LABD_EXEC_H
#define CLI_LABD_EXEC_H

#include "cli/ctl/ctl_server.h"
#include "cli/labd/node.h"

/**
 * exec_begin() - run what @params say and answer with three descriptors
 * @req:	answered at once; exec.exit follows when the command has ended
 */
void exec_begin(struct ctl_request *req, struct node *node, json_t *params);

#endif
