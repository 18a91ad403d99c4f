/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_api.h - the methods capture.start, capture.stop and capture.list
 */
#ifndef CLI_LABD_CAPTURE_API_H
#define CLI_LABD_CAPTURE_API_H

#include <jansson.h>

#include "cli/ctl/ctl_server.h"

/** capture_start_method() - one descriptor comes along */
void capture_start_method(struct ctl_request *req, json_t *params);

/** capture_stop_method() - the one that @params name */
void capture_stop_method(struct ctl_request *req, json_t *params);

/** capture_list_method() - weft.captures/1 */
void capture_list_method(struct ctl_request *req, json_t *params);

#endif
