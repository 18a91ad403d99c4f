/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lacp_bed.h - bonds with LACP, back to back over cables that tests cut
 *
 * A world with a clock of its own. It watches over what must hold always: the
 * transmit limits, that lacp_run() never asks to be called again at once, and
 * that a data frame, which every distributing end sends each millisecond while
 * @sends_data, is collected at the other end.
 */
#ifndef TESTS_UNIT_LACP_BED_H
#define TESTS_UNIT_LACP_BED_H

#include "switch/lacp/lacp.h"

#define BED_SIDES 3
#define BED_CABLES 6
#define BED_FRAMES 2048
#define BED_LOG 4096
#define MS NSEC_PER_MSEC
#define SEC NSEC_PER_SEC

struct bed;

/* One end of a cable. */
struct bed_end {
	struct bed *bed;
	unsigned side;
	unsigned cable;
	struct lacp_member *member; /* NULL: no such cable, or removed */
	bool is_deaf;               /* frames towards it are lost */
	uint64_t data_sent;
	uint64_t data_lost;
	uint64_t changes;
	uint64_t sent_ns[10];
	unsigned sent_count;
};

/* A bond. */
struct bed_side {
	struct lacp *lacp;
	struct lacp_settings settings;
	bool is_stopped;
	uint64_t bond_changes;
};

/* On its way. */
struct bed_frame {
	uint64_t arrival_ns;
	struct bed_end *to; /* NULL: this slot is free */
	bool is_data;
	uint8_t bytes[LACP_FRAME_LEN];
};

/* An LACPDU that was sent. */
struct bed_record {
	uint64_t at_ns;
	const struct bed_end *from;
	uint8_t state;
};

struct bed {
	uint64_t now_ns;
	uint64_t delay_ns;
	bool sends_data;
	struct bed_side sides[BED_SIDES];
	struct bed_end ends[BED_CABLES][2];
	struct bed_frame frames[BED_FRAMES];
	struct bed_record log[BED_LOG];
	unsigned log_count;
};

/* Active, fast, stable; priority 100 and system 02:00:00:00:00:<side + 1> */
struct lacp_settings bed_settings(unsigned side);

/* Nothing is in it; cables take one millisecond. */
struct bed *bed_create(void);
void bed_destroy(struct bed *bed);

/* The bond of a side; settings may be changed with lacp_set() later. */
void bed_bond(struct bed *bed, unsigned side,
	      const struct lacp_settings *settings);

/* Ends 0 and 1 belong to these bonds. The link is down. */
void bed_cable(struct bed *bed, unsigned cable, unsigned side0, unsigned side1);

/* Of both ends; as lacp_link(). */
void bed_link(struct bed *bed, unsigned cable, bool up, uint32_t speed_mbps);

/* Two bonds of these settings, @cables cables of 1000 Mbit/s with link. */
struct bed *bed_pair(const struct lacp_settings *a,
		     const struct lacp_settings *b, unsigned cables);

/* Let time pass. */
void bed_run(struct bed *bed, uint64_t ns);

/* Let time pass until this end is distributing or not; false after @max_ns. */
bool bed_run_until(struct bed *bed, unsigned cable, unsigned end,
		   bool distributing, uint64_t max_ns);

/* Change a bond's settings. */
void bed_set(struct bed *bed, unsigned side,
	     const struct lacp_settings *settings);

/* Frames that come from nowhere. */
void bed_receive(struct bed *bed, unsigned cable, unsigned end,
		 const struct lacp_pdu *pdu);

struct lacp_member_status bed_status(struct bed *bed, unsigned cable,
				     unsigned end);
struct lacp_status bed_bond_status(struct bed *bed, unsigned side);
const struct lacp_counters *bed_counters(struct bed *bed, unsigned cable,
					 unsigned end);

/* Are both ends of this cable distributing? */
bool bed_carries(struct bed *bed, unsigned cable);

/* LACPDUs that an end has sent since a moment. */
unsigned bed_sent_since(const struct bed *bed, unsigned cable, unsigned end,
			uint64_t since_ns);

#endif
