/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labd_tell.h - what happens in labd, as events (weft-ctl(7), EVENTS)
 */
#ifndef CLI_LABD_LABD_TELL_H
#define CLI_LABD_LABD_TELL_H

#include "cli/labd/labd.h"

/** labd_tell_node() - node.state if it changed, and lab.state likewise */
void labd_tell_node(struct labd *labd, const struct node *node);

/** labd_tell_carrier() - port.carrier of the port with this number */
void labd_tell_carrier(struct labd *labd, unsigned port, bool up);

/** labd_tell_lease() - lease.bound or lease.released; as struct fabric_events
 */
void labd_tell_lease(void *ctx, const struct lease_entry *lease, bool bound);

/** labd_tell_dhcp() - dhcp.declined, dhcp.conflict or dhcp.exhausted; the
 * address is in the quarantine from now on */
void labd_tell_dhcp(void *ctx, const struct wire_dhcp_notice *notice);

/** labd_tell_leg() - host.address */
void labd_tell_leg(struct labd *labd, const struct host_leg *leg);

#endif
