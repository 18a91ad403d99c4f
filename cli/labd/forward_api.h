/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward_api.h - the methods that add and remove forwards while a lab runs
 */
#ifndef CLI_LABD_FORWARD_API_H
#define CLI_LABD_FORWARD_API_H

#include "cli/labd/labd.h"

/** forward_add_method() - forward.add {host, to, network} */
void forward_add_method(struct ctl_request *req, json_t *params);

/** forward_del_method() - forward.del {host} */
void forward_del_method(struct ctl_request *req, json_t *params);

/** forward_plan() - what @lab would do to live forwards, for weft.plan/1; NULL
 * when there are none */
json_t *forward_plan(const struct labd *labd, const struct lab *lab);

#endif
