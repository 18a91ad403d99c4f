// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_ring.c - chains without an end, addresses without memory, indices
 * that jump (V1, V2, V3, V6, V7, V10, V11, V13 of the catalogue) */
#include "guest/hostile.h"
#include "guest/io.h"

#define NOWHERE 0x0000100000000000ULL
#define PCI_HOLE 0xd0000000ULL
#define LOCAL_APIC 0xfee00000ULL
#define USED_MS 1000

/* Which of a request's buffers is meant; taken modulo their number. */
enum { FIRST = 0, SECOND = 1, THIRD = 2 };

/* Descriptors in a circle of @a. */
static int circle(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned i, first = RAW_FIRST(q), n = (unsigned)c->a;
	struct virtq_buffer b = {(uint64_t)victim->scratch, 16,
				 victim->is_writable};

	for (i = 0; i < n; i++)
		raw(q, first + i, b, VIRTQ_NEXT, first + (i + 1) % n);
	raw_kick(q, first);
	return DEED_DONE;
}

/* The last one points behind the table. */
static int next_beyond(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	struct virtq_buffer b = {(uint64_t)victim->scratch, 16,
				 victim->is_writable};

	raw(q, RAW_FIRST(q), b, VIRTQ_NEXT, (unsigned)c->a);
	raw_kick(q, RAW_FIRST(q));
	return DEED_DONE;
}

/* A frame in as many pieces as there are descriptors: that is allowed. */
static int in_pieces(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned i, n = c->a ? (unsigned)c->a : q->size;
	struct virtq_buffer b = {(uint64_t)victim->scratch, 1, false};

	if (victim->is_writable)
		return DEED_SKIPPED;
	for (i = 0; i < n; i++, b.at++) {
		/* The last one has all the rest of a short frame. */
		if (i + 1 == n && n < NET_HEADER_SIZE + FRAME_MIN)
			b.len = NET_HEADER_SIZE + FRAME_MIN - i;
		raw(q, i, b, i + 1 < n ? VIRTQ_NEXT : 0, i + 1);
	}
	raw_kick(q, 0);
	if (!raw_used(q, USED_MS))
		return hostile_deviates(victim, "a frame in pieces isn't sent");
	return DEED_DONE;
}

/* @a is an address; @b which buffer has it. */
static int bad_address(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned first = RAW_FIRST(q), n = raw_request(victim, first);

	q->desc[first + c->b % n].addr = c->a;
	raw_kick(q, first);
	return DEED_DONE;
}

/* The last byte, or more, lies behind the end of RAM. */
static int past_the_end(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned first = RAW_FIRST(q), n = raw_request(victim, first);
	volatile struct virtq_desc *d = &q->desc[first + c->b % n];

	d->addr = ram_top(victim->machine) - d->len + c->a;
	raw_kick(q, first);
	return DEED_DONE;
}

/* Its own registers, or its vectors. */
static int own_registers(struct victim *victim, const struct hostile_case *c)
{
	struct hostile_case at = *c;

	at.a = c->a ? victim->v->msix_table : victim->v->common.at;
	return at.a ? bad_address(victim, &at) : DEED_SKIPPED;
}

/* The rings are RAM like any other, and the device may write where it is told
 * to: it must only not be confused by it. */
static int own_ring(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	struct hostile_case at = *c;
	uint64_t places[3] = {(uint64_t)q->desc, (uint64_t)q->avail,
			      (uint64_t)q->used};

	at.a = places[c->a];
	return bad_address(victim, &at);
}

static int bad_len(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned first = RAW_FIRST(q), n = raw_request(victim, first);

	q->desc[first + c->b % n].len = (uint32_t)c->a;
	raw_kick(q, first);
	return DEED_DONE;
}

/* The sum of all lengths is a number of 33 bits and more. Not where a device
 * would write that much all over the guest. */
static int sum_wraps(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	struct virtq_buffer b = {0x100000, (uint32_t)c->a, victim->is_writable};
	unsigned i, first = RAW_FIRST(q), n = q->size / 2;

	if (victim->is_writable)
		return DEED_SKIPPED;
	for (i = 0; i < n; i++)
		raw(q, first + i, b, i + 1 < n ? VIRTQ_NEXT : 0, first + i + 1);
	raw_kick(q, first);
	return DEED_DONE;
}

/* @a more than there can be. */
static int index_jumps(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;

	raw_request(victim, RAW_FIRST(q));
	virtq_put(q, RAW_FIRST(q));
	q->next_avail = (uint16_t)(q->next_avail + q->size + c->a);
	raw_notify(q);
	return DEED_DONE;
}

static int index_goes_back(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;

	q->next_avail = (uint16_t)(q->next_avail - c->a);
	raw_notify(q);
	return DEED_DONE;
}

/* Counted from the size of the queue on. */
static int head_beyond(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;

	raw_kick(q, c->a ? (unsigned)c->a : q->size);
	return DEED_DONE;
}

/* The same request in each entry of the ring, at once. */
static int again_and_again(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned i;

	(void)c;
	raw_request(victim, RAW_FIRST(q));
	for (i = 0; i < q->size; i++)
		virtq_put(q, RAW_FIRST(q));
	raw_notify(q);
	return DEED_DONE;
}

/* All buffers the other way round, as if nobody had said who writes. */
static int wrong_way(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned i, first = RAW_FIRST(q), n = raw_request(victim, first);

	for (i = 0; i < n; i++)
		if (c->a & 1U << i)
			q->desc[first + i].flags ^= VIRTQ_WRITE;
	raw_kick(q, first);
	return DEED_DONE;
}

/* Chains that say nothing, @a times: each must come back, or the queue fills.
 */
static int too_short(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	struct virtq_buffer b = {(uint64_t)victim->scratch, (uint32_t)c->b,
				 victim->is_writable};
	/* A gateway answers only so many requests a second. */
	unsigned i, times = victim->on_rx ? 20 : (unsigned)c->a;

	raw(q, RAW_FIRST(q), b, 0, 0);
	for (i = 0; i < times; i++) {
		raw_kick(q, RAW_FIRST(q));
		if (!raw_used(q, USED_MS))
			return virtio_status(victim->v) & VIRTIO_NEEDS_RESET
				       ? DEED_DONE
				       : hostile_deviates(
						 victim,
						 "a chain never came back");
		q->last_used = q->used->idx;
	}
	return DEED_DONE;
}

static const struct hostile_case cases[] = {
	{"V1.self", ON_ALL, HOSTILE_REJECT, circle, 0, 1, 0},
	{"V1.circle", ON_ALL, HOSTILE_REJECT, circle, 0, 3, 0},
	{"V1.beyond", ON_ALL, HOSTILE_REJECT, next_beyond, 0, 0xffff, 0},
	{"V2.pieces", ON_NET, HOSTILE_PASS, in_pieces, 0, 0, 0},
	{"V2.header-in-pieces", ON_NET, HOSTILE_PASS, in_pieces, 0, 13, 0},
	{"V3.nowhere", ON_ALL, HOSTILE_REJECT, bad_address, 0, NOWHERE, FIRST},
	{"V3.nowhere-data", ON_BLOCK, HOSTILE_REJECT, bad_address, 0, NOWHERE,
	 SECOND},
	{"V3.nowhere-status", ON_BLOCK, HOSTILE_REJECT, bad_address, 0, NOWHERE,
	 THIRD},
	{"V3.hole", ON_ALL, HOSTILE_REJECT, bad_address, 0, PCI_HOLE, FIRST},
	{"V3.wraps", ON_ALL, HOSTILE_REJECT, bad_address, 0, ~0ULL - 3, FIRST},
	{"V3.one-past", ON_ALL, HOSTILE_REJECT, past_the_end, 0, 1, FIRST},
	{"V3.one-past-data", ON_BLOCK, HOSTILE_REJECT, past_the_end, 0, 1,
	 SECOND},
	{"V3.one-past-status", ON_BLOCK, HOSTILE_REJECT, past_the_end, 0, 1,
	 THIRD},
	{"V3.long", ON_ALL, HOSTILE_REJECT, bad_len, 0, 0xffffffff, FIRST},
	{"V3.sum", ON_ALL, HOSTILE_EITHER, sum_wraps, 0, 0x02000000, 0},
	{"V3.sum-past", ON_ALL, HOSTILE_REJECT, sum_wraps, 0, 0xfffff000, 0},
	{"V6.jump", ON_ALL, HOSTILE_REJECT, index_jumps, 0, 0, 0},
	{"V6.far", ON_ALL, HOSTILE_REJECT, index_jumps, 0, 0x4000, 0},
	{"V6.back", ON_ALL, HOSTILE_REJECT, index_goes_back, 0, 1, 0},
	{"V7.head", ON_ALL, HOSTILE_REJECT, head_beyond, 0, 0, 0},
	{"V7.head-ffff", ON_ALL, HOSTILE_REJECT, head_beyond, 0, 0xffff, 0},
	{"V10.again", ON_ALL, HOSTILE_EITHER, again_and_again, 0, 0, 0},
	{"V11.wrong-way", ON_ALL, HOSTILE_EITHER, wrong_way, 0, 7, 0},
	{"V11.status-readable", ON_BLOCK, HOSTILE_EITHER, wrong_way, 0, 4, 0},
	{"V11.header-writable", ON_BLOCK, HOSTILE_EITHER, wrong_way, 0, 1, 0},
	{"V11.empty", ON_ALL, HOSTILE_EITHER, too_short, 0, 300, 0},
	{"V11.one-byte", ON_NET | ON_BLOCK, HOSTILE_EITHER, too_short, 0, 300,
	 1},
	{"V11.header-only", ON_NET, HOSTILE_PASS, too_short, 0, 300,
	 NET_HEADER_SIZE},
	{"V13.registers", ON_ALL, HOSTILE_REJECT, own_registers, 0, 0, FIRST},
	{"V13.vectors", ON_ALL, HOSTILE_REJECT, own_registers, 0, 1, FIRST},
	{"V13.registers-data", ON_BLOCK, HOSTILE_REJECT, own_registers, 0, 0,
	 SECOND},
	{"V13.local-apic", ON_ALL, HOSTILE_REJECT, bad_address, 0, LOCAL_APIC,
	 FIRST},
	{"V13.descriptors", ON_ALL, HOSTILE_ANY, own_ring, 0, 0, SECOND},
	{"V13.available", ON_ALL, HOSTILE_ANY, own_ring, 0, 1, SECOND},
	{"V13.used", ON_ALL, HOSTILE_ANY, own_ring, 0, 2, SECOND},
};
HOSTILE_CASES(ring);
