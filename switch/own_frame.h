/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * own_frame.h - short frames that the switch itself says, in their VLAN
 *
 * Each fits the snapshot of a struct frame, so there is no memory behind it to
 * look after. @vid 0: untagged.
 */
#ifndef SWITCH_OWN_FRAME_H
#define SWITCH_OWN_FRAME_H

#include "core/frame.h"
#include "switch/arp.h"
#include "switch/nd.h"

#define ETHERTYPE_RARP 0x8035
/** RARP_REQUEST_REVERSE - the one RARP operation that is sent (RFC 903) */
#define RARP_REQUEST_REVERSE 3

/** own_frame_arp() - to @dst from @arp's sender */
void own_frame_arp(struct frame *frame, uint16_t vid, const struct mac *dst,
		   const struct arp *arp);

/** own_frame_rarp() - "request reverse" of @mac about itself, to everyone */
void own_frame_rarp(struct frame *frame, uint16_t vid, const struct mac *mac);

/** own_frame_nd() - from @src to the group that @nd's destination is */
void own_frame_nd(struct frame *frame, uint16_t vid, const struct mac *src,
		  const struct nd *nd);

#endif
