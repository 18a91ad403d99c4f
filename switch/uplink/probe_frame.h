/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_frame.h - probes as frames, and frames as answers
 */
#ifndef SWITCH_UPLINK_PROBE_FRAME_H
#define SWITCH_UPLINK_PROBE_FRAME_H

#include "switch/uplink/probe.h"

/**
 * struct probe_sender - who asks through one member
 * @mac:	of this member
 * @vid:	VLAN; 0: untagged
 * @ip4:	0: 0.0.0.0
 * @ip6:	may be ::
 */
struct probe_sender {
	struct mac mac;
	uint16_t vid;
	uint32_t ip4;
	struct in6_addr ip6;
};

/** probe_frame_make() - ask for @target */
void probe_frame_make(struct frame *frame, const struct probe_sender *sender,
		      const struct probe_target *target);

/**
 * probe_frame_read() - is it an answer to @sender, and whose?
 * @who:	filled then
 */
bool probe_frame_read(const struct frame *frame,
		      const struct probe_sender *sender,
		      struct probe_target *who);

#endif
