/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond_bed.h - a bond of ports in memory, on a clock that stands still
 */
#ifndef UNIT_BOND_BED_H
#define UNIT_BOND_BED_H

#include "switch/bond/bond_cut.h"
#include "unit/mem_port.h"

#define BOND_BED_MEMBERS 4
#define BOND_BED_ANNOUNCED 64
/** BOND_BED_CONTROL - EtherType of the frames that inspect() takes */
#define BOND_BED_CONTROL 0x8809

/**
 * struct bond_bed - the bond, what is below and what is above it
 * @fake:	the clock
 * @loop:	on it
 * @pool:	for frames that wait
 * @settings:	as set last
 * @bond:	under test; plugged into the bed
 * @p:		ports, named "b/0" and so on
 * @m:		members of these; NULL: not added, or gone
 * @closed:	times that a member was gone
 * @received:	frames that came up, the last of them in @last
 * @last:	its first bytes
 * @room:	frames that the bed still takes; UINT_MAX: no limit
 * @ups:	times that the bond's carrier came
 * @downs:	times that it went
 * @writables:	times that the bond said so
 * @dropped:	frames that the bond said it lost
 * @announced:	slots, in the order of the calls; a ring
 * @announcements: how many
 * @changes:	calls
 * @elsewhere:	last byte of the MAC that is behind another port; 0: none
 * @forged:	last byte of the MAC that nobody else may send from; 0: none
 * @member_writables: times that bond_env.writable() was called
 * @inspected:	frames that inspect() saw
 * @sent_down:	frames that had left a member when its carrier went, or when it
 *		was cut
 * @in_port:	a port's input or send is under way: no callbacks then
 * @on_inspect:	called by inspect(); NULL: nothing more is done
 * @on_announce: called then; NULL: nothing more is done
 */
struct bond_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct bond_settings settings;
	struct bond *bond;
	struct mem_port p[BOND_BED_MEMBERS];
	struct bond_member *m[BOND_BED_MEMBERS];
	unsigned closed;
	unsigned received;
	uint8_t last[128];
	unsigned room;
	unsigned ups;
	unsigned downs;
	unsigned writables;
	unsigned dropped;
	uint8_t announced[BOND_BED_ANNOUNCED];
	unsigned announcements;
	unsigned changes;
	uint8_t elsewhere;
	uint8_t forged;
	unsigned member_writables;
	unsigned inspected;
	unsigned sent_down[BOND_BED_MEMBERS];
	bool in_port;
	void (*on_inspect)(struct bond_bed *bed, struct bond_member *member);
	void (*on_announce)(struct bond_bed *bed, struct bond_member *member);
};

/** bond_bed_set_up() - a bond of default settings, without members */
int bond_bed_set_up(void **state);

/** bond_bed_tear_down() - asserts that no packet is left */
int bond_bed_tear_down(void **state);

/** bond_bed_add() - member @i; its carrier is what its port has */
void bond_bed_add(struct bond_bed *bed, unsigned i);

/** bond_bed_start() - @n members with carrier, in this mode */
void bond_bed_start(struct bond_bed *bed, enum bond_mode mode, unsigned n);

/** bond_bed_set() - hand @bed->settings to the bond */
void bond_bed_set(struct bond_bed *bed);

/** bond_bed_advance() - time passes, millisecond by millisecond */
void bond_bed_advance(struct bond_bed *bed, unsigned ms);

/** bond_bed_link() - the carrier of member @i */
void bond_bed_link(struct bond_bed *bed, unsigned i, bool up);

/** bond_bed_cut() - member @i is broken by hand, or mended */
void bond_bed_cut(struct bond_bed *bed, unsigned i, enum bond_cut how);

/** bond_bed_active() - number of the active member; -1: none */
int bond_bed_active(struct bond_bed *bed);

/** bond_bed_state() - of member @i */
enum bond_state bond_bed_state(struct bond_bed *bed, unsigned i);

/**
 * bond_bed_send() - the network sends @n frames from MAC @src to MAC @dst
 *
 * Return: how many were taken.
 */
unsigned bond_bed_send(struct bond_bed *bed, uint8_t dst, uint8_t src,
		       unsigned n);

/** bond_bed_send_data() - the network sends one frame; 1 or 0 */
unsigned bond_bed_send_data(struct bond_bed *bed, const void *data, size_t len);

/** bond_bed_input() - one frame comes in on member @i */
void bond_bed_input(struct bond_bed *bed, unsigned i, uint8_t dst, uint8_t src,
		    uint8_t first);

/** bond_bed_input_data() - the same of any bytes; returns its verdict */
struct verdict bond_bed_input_data(struct bond_bed *bed, unsigned i,
				   const void *data, size_t len);

/** bond_bed_member_of() - member that a frame leaves through; it must be one */
unsigned bond_bed_member_of(struct bond_bed *bed, uint8_t dst, uint8_t src);

/** bond_bed_guest_on() - the first guest of @from that leaves by @member */
unsigned bond_bed_guest_on(struct bond_bed *bed, unsigned member,
			   unsigned from);

/**
 * bond_bed_check() - what holds whatever has happened
 *
 * Never two actives; never none while one could be; no carrier without a member
 * that carries; nothing left a member without carrier, or one that is cut.
 */
void bond_bed_check(struct bond_bed *bed);

/** bond_bed_drops() - of member @i's port */
uint64_t bond_bed_drops(struct bond_bed *bed, unsigned i,
			enum drop_reason reason);

#endif
