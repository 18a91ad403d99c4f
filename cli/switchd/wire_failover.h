/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_failover.h - messages of wire.h about failovers that are caused and
 * measured
 */
#ifndef CLI_SWITCHD_WIRE_FAILOVER_H
#define CLI_SWITCHD_WIRE_FAILOVER_H

#include "cli/switchd/wire_header.h"
#include "switch/uplink/experiment.h"

/**
 * struct wire_failover_begin - one round: break the active member
 *
 * When it is over, WIRE_FAILOVER_DONE comes.
 *
 * @header:	type and id
 * @uplink:	number of the uplink; its own network is where one end of the
 *		meter is plugged in
 * @network:	where the other one is; of the same group
 * @silent:	frames vanish and the carrier stays, else that goes
 * @interval_ns: between two frames of an end
 * @settings:	how long each step takes
 */
struct wire_failover_begin {
	struct wire_header header;
	uint32_t uplink;
	uint32_t network;
	uint8_t silent;
	uint64_t interval_ns;
	struct experiment_settings settings;
};

/**
 * struct wire_failover_done - a round is over
 * @header:	type and id
 * @uplink:	number of the uplink
 * @round:	what was found
 */
struct wire_failover_done {
	struct wire_header header;
	uint32_t uplink;
	struct experiment_round round;
};

#endif
