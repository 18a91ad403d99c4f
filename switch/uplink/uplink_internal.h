/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink_internal.h - what the files of an uplink share; nobody else's
 */
#ifndef SWITCH_UPLINK_UPLINK_INTERNAL_H
#define SWITCH_UPLINK_UPLINK_INTERNAL_H

#include "switch/uplink/uplink.h"

/** enum uplink_probe - the two kinds of probes */
enum uplink_probe {
	UPLINK_ARP,
	UPLINK_ND,
	UPLINK_PROBES,
};

/**
 * struct uplink_prober - one kind of probes
 * @uplink:	whose members are probed
 * @probe:	NULL: none of this kind
 */
struct uplink_prober {
	struct uplink *uplink;
	struct probe *probe;
};

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
 * struct uplink - the parts, and what one must know for another
 * @env:	as given
 * @random:	of the key and the name
 * @settings:	in force, as given
 * @bond:	never NULL
 * @announce:	never NULL
 * @probers:	by enum uplink_probe
 * @lacp:	NULL: the mode is another one than 802.3ad
 * @lacp_members: by the bond's slots; NULL: unknown to LACP
 * @lacp_timer:	for lacp_run()
 * @lacp_follow: tells LACP what became of members
 * @moved:	members, bits by slot, whose guests are being announced
 * @is_gathering: @start is due, and @moved not complete
 * @start:	begins to announce when all that moved is known
 * @tell:	calls @env.changed
 * @details:	of the bond's history, by number
 */
struct uplink {
	struct uplink_env env;
	uint64_t random;
	struct uplink_settings settings;
	struct bond *bond;
	struct announce *announce;
	struct uplink_prober probers[UPLINK_PROBES];
	struct lacp *lacp;
	struct lacp_member *lacp_members[BOND_MAX_MEMBERS];
	struct timer lacp_timer;
	struct deferred lacp_follow;
	uint32_t moved;
	bool is_gathering;
	struct deferred start;
	struct deferred tell;
	struct uplink_detail details[BOND_MAX_HISTORY];
};

/* uplink_settings.c: what the user set, and what is made of it */

/** uplink_check() - could @settings be those of @uplink? 0 or -errno, and why
 */
int uplink_check(const struct uplink *uplink,
		 const struct uplink_settings *settings, struct err *err);

/** uplink_probe_settings() - of one kind, as the user set them */
const struct probe_settings *
uplink_probe_settings(const struct uplink_settings *settings,
		      enum uplink_probe kind);

/** uplink_probe_is_set() - is there anybody to ask by this kind? */
bool uplink_probe_is_set(const struct uplink_settings *settings,
			 enum uplink_probe kind);

/** uplink_probe_complete() - and what is not the user's to set */
struct probe_settings
uplink_probe_complete(const struct uplink *uplink,
		      const struct uplink_settings *settings,
		      enum uplink_probe kind);

/** uplink_probe_differs() - was this kind set otherwise in @before? */
bool uplink_probe_differs(const struct uplink_settings *before,
			  const struct uplink_settings *settings,
			  enum uplink_probe kind);

/** uplink_lacp_complete() - as the user set it, and what comes of elsewhere */
struct lacp_settings
uplink_lacp_complete(const struct uplink *uplink,
		     const struct uplink_settings *settings);

/** uplink_lacp_port_mac() - what the LACPDUs of a member come from */
struct mac uplink_lacp_port_mac(const struct uplink *uplink, unsigned slot);

/* uplink_wiring.c: what the parts call */

/** uplink_create_bond() - with @uplink behind its callbacks */
struct bond *uplink_create_bond(struct uplink *uplink, const char *name,
				struct err *err);

/** uplink_create_announce() - likewise */
struct announce *uplink_create_announce(struct uplink *uplink, struct err *err);

/**
 * uplink_send_or_lose() - out of @member, now
 * @member:	NULL: nobody
 *
 * What has no way, or a member without carrier, is gone: as on any wire.
 *
 * Return: how many need not be offered again.
 */
unsigned uplink_send_or_lose(struct uplink *uplink, struct bond_member *member,
			     struct frame **frames, unsigned n);

/**
 * uplink_explain() - keep why the bond's latest changes came about
 * @before:	changes that there were before
 * @member:	whose doing it was
 * @reason:	a sentence
 */
void uplink_explain(struct uplink *uplink, uint64_t before,
		    const struct bond_member *member, const char *reason);

/** uplink_changes() - of the bond, so far */
uint64_t uplink_changes(const struct uplink *uplink);

/** uplink_wiring_init() - before all of these */
void uplink_wiring_init(struct uplink *uplink);

/** uplink_wiring_fini() - nothing is called back any more */
void uplink_wiring_fini(struct uplink *uplink);

/* uplink_probe.c: both kinds of probes, and their one vote */

/**
 * uplink_probes_make() - probers that @settings want and that are not there
 *
 * They ask nobody yet. On failure some may be there, for uplink_probes_drop().
 *
 * Return: 0, or -EINVAL with the reason in @err.
 */
int uplink_probes_make(struct uplink *uplink,
		       const struct uplink_settings *settings, struct err *err);

/** uplink_probes_drop() - those that @settings don't want, and their votes */
void uplink_probes_drop(struct uplink *uplink,
			const struct uplink_settings *settings);

/** uplink_probes_apply() - all that are there and wanted ask by @settings */
void uplink_probes_apply(struct uplink *uplink,
			 const struct uplink_settings *settings);

/** uplink_probes_add() - a member has come */
void uplink_probes_add(struct uplink *uplink, unsigned slot);

/** uplink_probes_remove() - a member has left */
void uplink_probes_remove(struct uplink *uplink, unsigned slot);

/** uplink_probes_inspect() - bond_env.inspect() */
bool uplink_probes_inspect(struct uplink *uplink, unsigned slot,
			   const struct frame *frame);

/** uplink_probes_are_forged() - bond_env.is_forged() */
bool uplink_probes_are_forged(const struct uplink *uplink,
			      const struct frame *frame);

/** uplink_probes_destroy() - with the uplink; without votes */
void uplink_probes_destroy(struct uplink *uplink);

/* uplink_lacp.c: LACP */

/** uplink_lacp_init() - before all of these */
void uplink_lacp_init(struct uplink *uplink);

/** uplink_lacp_make() - if @settings want it and it is not there; 0 or -errno
 */
int uplink_lacp_make(struct uplink *uplink,
		     const struct uplink_settings *settings, struct err *err);

/** uplink_lacp_apply() - the uplink's settings are others; the bond has them */
void uplink_lacp_apply(struct uplink *uplink);

/**
 * uplink_lacp_end() - if it is there: say good-bye, and be gone
 *
 * The bond has another mode already, or goes away next.
 */
void uplink_lacp_end(struct uplink *uplink);

/** uplink_lacp_drop() - the same, if @settings don't want it */
void uplink_lacp_drop(struct uplink *uplink,
		      const struct uplink_settings *settings);

/** uplink_lacp_follow() - members or their links have changed */
void uplink_lacp_follow(struct uplink *uplink);

/**
 * uplink_lacp_leave() - @member is to go, gracefully or, the second time, now
 *
 * Return: false when LACP doesn't know it, so that there is nobody to tell.
 */
bool uplink_lacp_leave(struct uplink *uplink, struct bond_member *member);

/** uplink_lacp_is_leaving() - the member in @slot is on its graceful way out */
bool uplink_lacp_is_leaving(const struct uplink *uplink, unsigned slot);

/** uplink_lacp_inspect() - bond_env.inspect() */
bool uplink_lacp_inspect(struct uplink *uplink, unsigned slot,
			 const struct frame *frame);

#endif
