/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hostile.h - what no working driver does, and what has to come of it
 *
 * A case is one wrong deed done to a freshly started device. What comes of it
 * is one of four words:
 *
 *	PASS	the device took no harm: it works on, without a reset
 *	REJECT	it said DEVICE_NEEDS_RESET, with its interrupt
 *	WEDGED	it doesn't work any more, not even after a reset
 *	FAIL	something else happened than the case expects
 *
 * After each, a reset has to make the device work.
 */
#ifndef GUEST_HOSTILE_H
#define GUEST_HOSTILE_H

#include "guest/victim.h"

#define ON_NET (1 << VIRTIO_NET)
#define ON_BLOCK (1 << VIRTIO_BLOCK)
#define ON_CONSOLE (1 << VIRTIO_CONSOLE)
#define ON_RNG (1 << VIRTIO_RNG)
#define ON_ALL (ON_NET | ON_BLOCK | ON_CONSOLE | ON_RNG)

/* What is right. A device that is silent, neither broken nor working, is never
 * right but for HOSTILE_ANY. */
enum hostile_expect {
	HOSTILE_PASS,
	HOSTILE_REJECT,
	HOSTILE_EITHER,
	HOSTILE_ANY
};

/* What a deed says of itself. */
enum { DEED_DONE = 0, DEED_FAILED = -1, DEED_SKIPPED = 1 };

/*
 * struct hostile_case - a deed
 * @name: its number in the catalogue, a dot, and a word
 * @kinds: ON_*
 * @features: that it needs; it is skipped where they aren't offered
 * @a, @b: what makes it different from others with the same @deed
 */
struct hostile_case {
	const char *name;
	unsigned kinds;
	enum hostile_expect expect;
	int (*deed)(struct victim *victim, const struct hostile_case *c);
	uint64_t features;
	uint64_t a, b;
};

/* struct hostile_cases - those of one file */
struct hostile_cases {
	const struct hostile_case *cases;
	unsigned count;
};

extern const struct hostile_cases hostile_ring, hostile_indirect, hostile_state,
	hostile_pci, hostile_net, hostile_control, hostile_block;

#define HOSTILE_CASES(name)                           \
	const struct hostile_cases hostile_##name = { \
		cases, sizeof(cases) / sizeof(cases[0])}

/* hostile_deviates() - it isn't as it should be, though nothing broke: counts
 * only with strict on the command line. Returns what a deed returns then. */
int hostile_deviates(const struct victim *victim, const char *words);

/* raw() - writes one descriptor of the target; those from RAW_FIRST() on are
 * nobody else's */
#define RAW_FIRST(q) ((uint16_t)((q)->size / 2))
void raw(struct virtq *q, unsigned i, struct virtq_buffer buffer,
	 uint16_t flags, unsigned next);

/* raw_request() - a right request from descriptor @first on; how many */
unsigned raw_request(struct victim *victim, unsigned first);

/* raw_notify() - what was put is available, the device is told, and has a use
 * for it; raw_kick() - likewise, and @head was put before */
void raw_notify(struct virtq *q);
void raw_kick(struct virtq *q, unsigned head);

/* raw_used() - the device used something within @ms */
bool raw_used(struct virtq *q, uint64_t ms);

/* ram_top() - the first address behind the RAM that the guest lies in */
uint64_t ram_top(const struct machine *m);

#endif
