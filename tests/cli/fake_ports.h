/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_ports.h - what fake_labd says of ports that are changed
 */
#ifndef CLI_FAKE_PORTS_H
#define CLI_FAKE_PORTS_H

#include "cli/ctl/ctl_server.h"

/** link_set() - of web1:0, ext:0 and bond0/eth1 */
void link_set(struct ctl_request *req, json_t *params);

/** node_attach() - web1 has a spare NIC, db1 has none; web2's gets no carrier
 */
void node_attach(struct ctl_request *req, json_t *params);

/** port_detach() - of web1:1 and ext:0 */
void port_detach(struct ctl_request *req, json_t *params);

/** forward_change() - as wanted; port 80 needs privilege */
void forward_change(struct ctl_request *req, json_t *params);

#endif
