/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink_internal.h - what the files of an uplink share; nobody else's
 */
#ifndef SWITCH_UPLINK_INTERNAL_H
#define SWITCH_UPLINK_INTERNAL_H

#include "switch/uplink.h"

/**
 * struct uplink_detail - more about one change in the bond's history
 * @number:	of the change, from 1; 0: unused
 * @text:	for people
 */
struct uplink_detail {
	uint64_t number;
	char text[UPLINK_DETAIL_SIZE];
};

/**
 * struct uplink - the three parts, and what one must know for another
 * @env:	as given
 * @settings:	in force, as given
 * @bond:	never NULL
 * @announce:	never NULL
 * @probe:	NULL: none
 * @moved:	members, bits by slot, whose guests are being announced
 * @is_gathering: @start is due, and @moved not complete
 * @start:	begins to announce when all that moved is known
 * @tell:	calls @env.changed
 * @details:	of the bond's history, by number
 */
struct uplink {
	struct uplink_env env;
	struct uplink_settings settings;
	struct bond *bond;
	struct announce *announce;
	struct probe *probe;
	uint32_t moved;
	bool is_gathering;
	struct deferred start;
	struct deferred tell;
	struct uplink_detail details[BOND_MAX_HISTORY];
};

/* uplink_wiring.c: what the parts call */

/** uplink_create_bond() - with @uplink behind its callbacks */
struct bond *uplink_create_bond(struct uplink *uplink, const char *name,
				struct err *err);

/** uplink_create_announce() - likewise */
struct announce *uplink_create_announce(struct uplink *uplink, struct err *err);

/** uplink_create_probe() - likewise, without members */
struct probe *uplink_create_probe(struct uplink *uplink,
				  const struct probe_settings *settings,
				  struct err *err);

/** uplink_wiring_init() - before all of these */
void uplink_wiring_init(struct uplink *uplink);

/** uplink_wiring_fini() - nothing is called back any more */
void uplink_wiring_fini(struct uplink *uplink);

#endif
