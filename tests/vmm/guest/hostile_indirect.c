// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_indirect.c - tables of descriptors that break the rules of virtio 1.2
 * 2.7.5.3 (V12 of the catalogue) */
#include "guest/hostile.h"
#include "guest/text.h"

#define ENTRY ((uint32_t)sizeof(struct virtq_desc))
#define USED_MS 1000

/* The table is made in the second half of the scratch page. */
static volatile struct virtq_desc *table(const struct victim *victim)
{
	return (volatile struct virtq_desc *)(victim->scratch + 2048);
}

/* fill_table() - a right request, or one of @least descriptors; how many */
static unsigned fill_table(struct victim *victim, unsigned least)
{
	volatile struct virtq_desc *d = table(victim);
	struct virtq_buffer chain[VICTIM_CHAIN];
	unsigned i, n = victim_request(victim, chain);

	if (least > n) {
		for (i = 0; i < VICTIM_CHAIN; i++)
			chain[i] = chain[0];
		n = least;
	}
	for (i = 0; i < n; i++) {
		struct virtq_buffer b = chain[i < VICTIM_CHAIN ? i : 0];

		d[i].addr = b.at;
		d[i].len = b.len;
		d[i].flags = (uint16_t)((i + 1 < n ? VIRTQ_NEXT : 0) |
					(b.writable ? VIRTQ_WRITE : 0));
		d[i].next = (uint16_t)(i + 1);
	}
	return n;
}

static void kick_table(struct victim *victim, uint64_t at, uint32_t len,
		       uint16_t flags)
{
	struct virtq *q = victim->target;
	struct virtq_buffer b = {at, len, false};

	raw(q, RAW_FIRST(q), b, VIRTQ_INDIRECT | flags, RAW_FIRST(q) + 1U);
	raw_request(victim, RAW_FIRST(q) + 1U);
	raw_kick(q, RAW_FIRST(q));
}

static int right(struct victim *victim, const struct hostile_case *c)
{
	uint32_t n = fill_table(victim, 0);

	(void)c;
	kick_table(victim, (uint64_t)table(victim), n * ENTRY, 0);
	if (!raw_used(victim->target, USED_MS))
		return failed("a right indirect request isn't served");
	return DEED_DONE;
}

/* It was not agreed on: extra features are none here. */
static int not_agreed(struct victim *victim, const struct hostile_case *c)
{
	uint32_t n = fill_table(victim, 0);

	(void)c;
	kick_table(victim, (uint64_t)table(victim), n * ENTRY, 0);
	return DEED_DONE;
}

/* @a: flags on top; @b: added to the length */
static int wrong_descriptor(struct victim *victim, const struct hostile_case *c)
{
	uint32_t n = fill_table(victim, 0);

	kick_table(victim, (uint64_t)table(victim),
		   (uint32_t)(n * ENTRY + c->b), (uint16_t)c->a);
	return DEED_DONE;
}

static int wrong_len(struct victim *victim, const struct hostile_case *c)
{
	fill_table(victim, 0);
	kick_table(victim, (uint64_t)table(victim), (uint32_t)c->a, 0);
	return DEED_DONE;
}

/* A table in a table, the outer one @a times. */
static int nested(struct victim *victim, const struct hostile_case *c)
{
	volatile struct virtq_desc *d = table(victim);
	uint32_t n = fill_table(victim, 0);

	(void)c;
	d[n].addr = (uint64_t)d;
	d[n].len = n * ENTRY;
	d[n].flags = VIRTQ_INDIRECT;
	d[n].next = 0;
	kick_table(victim, (uint64_t)&d[n], ENTRY, 0);
	return DEED_DONE;
}

static int circle(struct victim *victim, const struct hostile_case *c)
{
	volatile struct virtq_desc *d = table(victim);
	unsigned i, n = fill_table(victim, (unsigned)c->a);

	for (i = 0; i < n; i++) {
		d[i].flags |= VIRTQ_NEXT;
		d[i].next = (uint16_t)((i + 1) % n);
	}
	kick_table(victim, (uint64_t)d, n * ENTRY, 0);
	return DEED_DONE;
}

static int next_beyond(struct victim *victim, const struct hostile_case *c)
{
	volatile struct virtq_desc *d = table(victim);
	uint32_t n = fill_table(victim, 0);

	d[n - 1].flags |= VIRTQ_NEXT;
	d[n - 1].next = (uint16_t)c->a;
	kick_table(victim, (uint64_t)d, n * ENTRY, 0);
	return DEED_DONE;
}

/* More descriptors than the queue has, one byte each. */
static int too_many(struct victim *victim, const struct hostile_case *c)
{
	unsigned i, n = victim->target->size + 1U;
	unsigned size = (n * ENTRY + 4095) / 4096;
	uint64_t mark = victim->machine->next_page;
	volatile struct virtq_desc *d = pages(victim->machine, size);

	(void)c;
	for (i = 0; i < n; i++) {
		d[i].addr = (uint64_t)victim->scratch;
		d[i].len = 1;
		d[i].flags =
			(uint16_t)((i + 1 < n ? VIRTQ_NEXT : 0) |
				   (victim->is_writable ? VIRTQ_WRITE : 0));
		d[i].next = (uint16_t)(i + 1);
	}
	kick_table(victim, (uint64_t)d, n * ENTRY, 0);
	/* It may still be read, but nobody else takes the page so soon. */
	raw_used(victim->target, 20);
	victim->machine->next_page = mark;
	return DEED_DONE;
}

static int past_the_end(struct victim *victim, const struct hostile_case *c)
{
	uint64_t top = ram_top(victim->machine);

	kick_table(victim, top - c->a, 4 * ENTRY, 0);
	return DEED_DONE;
}

static int somewhere(struct victim *victim, const struct hostile_case *c)
{
	uint64_t at = c->a ? c->a : victim->v->common.at;

	kick_table(victim, at, 4 * ENTRY, 0);
	return DEED_DONE;
}

#define INDIRECT VIRTIO_F_INDIRECT_DESC

static const struct hostile_case cases[] = {
	{"V12.not-agreed", ON_ALL, HOSTILE_REJECT, not_agreed, 0, 0, 0},
	{"V12.right", ON_ALL, HOSTILE_PASS, right, INDIRECT, 0, 0},
	{"V12.and-next", ON_ALL, HOSTILE_REJECT, wrong_descriptor, INDIRECT,
	 VIRTQ_NEXT, 0},
	{"V12.odd-len", ON_ALL, HOSTILE_REJECT, wrong_descriptor, INDIRECT, 0,
	 1},
	{"V12.len-0", ON_ALL, HOSTILE_REJECT, wrong_len, INDIRECT, 0, 0},
	{"V12.len-15", ON_ALL, HOSTILE_REJECT, wrong_len, INDIRECT, 15, 0},
	{"V12.len-max", ON_ALL, HOSTILE_REJECT, wrong_len, INDIRECT, 0xfffffff0,
	 0},
	{"V12.nested", ON_ALL, HOSTILE_REJECT, nested, INDIRECT, 0, 0},
	{"V12.self", ON_ALL, HOSTILE_REJECT, circle, INDIRECT, 1, 0},
	{"V12.circle", ON_ALL, HOSTILE_REJECT, circle, INDIRECT, 5, 0},
	{"V12.beyond", ON_ALL, HOSTILE_REJECT, next_beyond, INDIRECT, 4000, 0},
	{"V12.too-many", ON_ALL, HOSTILE_EITHER, too_many, INDIRECT, 0, 0},
	{"V12.half-in-ram", ON_ALL, HOSTILE_REJECT, past_the_end, INDIRECT, 24,
	 0},
	{"V12.end-of-ram", ON_ALL, HOSTILE_EITHER, past_the_end, INDIRECT,
	 4 * ENTRY, 0},
	{"V12.nowhere", ON_ALL, HOSTILE_REJECT, somewhere, INDIRECT, 1ULL << 44,
	 0},
	{"V12.wraps", ON_ALL, HOSTILE_REJECT, somewhere, INDIRECT, ~0ULL - 15,
	 0},
	{"V12.registers", ON_ALL, HOSTILE_REJECT, somewhere, INDIRECT, 0, 0},
};
HOSTILE_CASES(indirect);
