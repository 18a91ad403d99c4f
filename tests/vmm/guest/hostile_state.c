// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_state.c - registers written at the wrong time or with wrong values
 * (V4, V5, V16, V20 of the catalogue) */
#include "guest/hostile.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define QUIET_US 20000

static uint64_t common(const struct victim *victim, unsigned at)
{
	return victim->v->common.at + at;
}

/* A queue that isn't there: all of it reads as nothing, none of it stays. */
static int no_such_queue(struct victim *victim, const struct hostile_case *c)
{
	/* Nobody's memory: a device may take it for another queue's rings. */
	uint64_t rings = victim->machine->ram_end - 0x10000;

	virtio_select(victim->v, (uint16_t)c->a);
	write16(common(victim, COMMON_QUEUE_SIZE), 256);
	write64(common(victim, COMMON_QUEUE_DESC), rings);
	write64(common(victim, COMMON_QUEUE_DRIVER), rings + 0x1000);
	write64(common(victim, COMMON_QUEUE_DEVICE), rings + 0x2000);
	write16(common(victim, COMMON_QUEUE_MSIX), 1);
	write16(common(victim, COMMON_QUEUE_ENABLE), 1);
	if (read16(common(victim, COMMON_QUEUE_SIZE)) ||
	    read16(common(victim, COMMON_QUEUE_ENABLE)))
		return hostile_deviates(victim, "a queue that isn't there is");
	return DEED_DONE;
}

/* Notices of queues that aren't there, or aren't on, all over the area. */
static int notify(struct victim *victim, const struct hostile_case *c)
{
	uint64_t at = victim->v->notify.at;
	uint32_t i, step = victim->v->notify.len / 16 & ~3U;

	for (i = 0; i < 16; i++) {
		write16(at + (uint64_t)i * step, (uint16_t)c->a);
		write32(at + (uint64_t)i * step, (uint32_t)(c->a << 16 | c->a));
		write8(at + (uint64_t)i * step, (uint8_t)c->a);
	}
	return DEED_DONE;
}

/* At the end of the device's configuration, behind it, and across. */
static int config_edges(struct victim *victim, const struct hostile_case *c)
{
	uint64_t at = victim->v->config.at, len = victim->v->config.len, i;

	(void)c;
	if (!at)
		return DEED_SKIPPED;
	for (i = len > 8 ? len - 8 : 0; i < len + 8; i++) {
		read8(at + i);
		read16(at + i);
		read32(at + i);
		read64(at + i);
		write8(at + i, 0xff);
		write32(at + i, 0xffffffff);
	}
	return DEED_DONE;
}

/* After DRIVER_OK a queue is as it is, and shows that. */
static int change_queue(struct victim *victim, const struct hostile_case *c)
{
	uint64_t at = common(victim, (unsigned)c->a), before, after;
	bool is_wide = c->a >= COMMON_QUEUE_DESC;

	virtio_select(victim->v, victim->target->index);
	before = is_wide ? read64(at) : read16(at);
	if (is_wide)
		write64(at, c->b);
	else
		write16(at, (uint16_t)c->b);
	after = is_wide ? read64(at) : read16(at);
	if (before != after)
		return hostile_deviates(victim, "a queue that runs changes");
	return DEED_DONE;
}

/* begin() - by hand, up to @status */
static void begin(struct victim *victim, uint64_t features, uint8_t status)
{
	virtio_reset(victim->v);
	virtio_set_status(victim->v, VIRTIO_ACKNOWLEDGE);
	virtio_set_status(victim->v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	virtio_accept(victim->v, features);
	victim->v->features = VIRTIO_F_VERSION_1;
	if (status & VIRTIO_FEATURES_OK)
		virtio_set_status(victim->v, status & ~VIRTIO_DRIVER_OK);
	virtio_irq_on(victim->v);
}

#define NO_FEATURES_OK (VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK)
#define NO_DRIVER_OK (VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK)

/* @a is the status that it is left in: nothing may be served there. */
static int too_early(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;

	begin(victim, VIRTIO_F_VERSION_1, (uint8_t)c->a);
	if (virtio_queue(victim->v, q, q->index, 0))
		return DEED_DONE;
	virtio_set_status(victim->v, (uint8_t)c->a);
	raw_request(victim, RAW_FIRST(q));
	raw_kick(q, RAW_FIRST(q));
	irq_sleep(QUIET_US);
	if (virtq_has_used(q))
		return hostile_deviates(victim, "serves before DRIVER_OK");
	return DEED_DONE;
}

/* All bits, offered or not: refused, or gone when they are read. */
static int all_features(struct victim *victim, const struct hostile_case *c)
{
	uint64_t offered = virtio_offered(victim->v), taken;

	(void)c;
	begin(victim, ~0ULL, NO_DRIVER_OK);
	write32(common(victim, COMMON_DRIVER_FEATURE_SELECT), 0);
	taken = read32(common(victim, COMMON_DRIVER_FEATURE));
	write32(common(victim, COMMON_DRIVER_FEATURE_SELECT), 1);
	taken |= (uint64_t)read32(common(victim, COMMON_DRIVER_FEATURE)) << 32;
	if (virtio_status(victim->v) & VIRTIO_FEATURES_OK && taken & ~offered)
		return hostile_deviates(victim, "has features that it doesn't "
						"offer");
	return DEED_DONE;
}

/* Without VERSION_1 there is no modern device. */
static int no_features(struct victim *victim, const struct hostile_case *c)
{
	(void)c;
	begin(victim, 0, NO_DRIVER_OK);
	if (virtio_status(victim->v) & VIRTIO_FEATURES_OK)
		return hostile_deviates(victim, "goes without VERSION_1");
	return DEED_DONE;
}

/* The selector has room for 2^32 times 32 bits. */
static int far_features(struct victim *victim, const struct hostile_case *c)
{
	(void)c;
	write32(common(victim, COMMON_DEVICE_FEATURE_SELECT), 0xffffffff);
	if (read32(common(victim, COMMON_DEVICE_FEATURE)))
		return hostile_deviates(victim, "offers features far out");
	write32(common(victim, COMMON_DRIVER_FEATURE_SELECT), 0xffffffff);
	write32(common(victim, COMMON_DRIVER_FEATURE), 0xffffffff);
	return DEED_DONE;
}

static int late_features(struct victim *victim, const struct hostile_case *c)
{
	virtio_accept(victim->v, c->a);
	return DEED_DONE;
}

/* Any status but 0. */
static int late_status(struct victim *victim, const struct hostile_case *c)
{
	virtio_set_status(victim->v, (uint8_t)c->a);
	return DEED_DONE;
}

/* Up once more, without a reset in between. */
static int twice(struct victim *victim, const struct hostile_case *c)
{
	uint8_t status;

	(void)c;
	for (status = VIRTIO_ACKNOWLEDGE; status < 16;
	     status = (uint8_t)(status << 1 | 1))
		virtio_set_status(victim->v, status);
	return DEED_DONE;
}

/* Each of the rings in turn at @a + where it was, or at @a alone. */
static int bad_rings(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned at = COMMON_QUEUE_DESC + (unsigned)(c->b & 3) * 8;
	uint64_t rings[3] = {(uint64_t)q->desc, (uint64_t)q->avail,
			     (uint64_t)q->used};
	uint64_t place = c->a < 16 ? rings[c->b & 3] + c->a : c->a;

	begin(victim, VIRTIO_F_VERSION_1, NO_DRIVER_OK);
	virtio_select(victim->v, q->index);
	write16(common(victim, COMMON_QUEUE_SIZE), q->size);
	write64(common(victim, COMMON_QUEUE_DESC), rings[0]);
	write64(common(victim, COMMON_QUEUE_DRIVER), rings[1]);
	write64(common(victim, COMMON_QUEUE_DEVICE), rings[2]);
	write64(common(victim, at), place);
	write16(common(victim, COMMON_QUEUE_ENABLE), 1);
	if (!read16(common(victim, COMMON_QUEUE_ENABLE)))
		return DEED_DONE;
	virtio_set_status(victim->v, NO_DRIVER_OK | VIRTIO_DRIVER_OK);
	virtq_notify(q);
	if (virtio_needs_reset(victim->v, 100))
		return DEED_DONE;
	return hostile_deviates(victim, "takes rings that can't be");
}

static int bad_registers_ring(struct victim *victim,
			      const struct hostile_case *c)
{
	struct hostile_case at = *c;

	at.a = victim->v->common.at;
	return bad_rings(victim, &at);
}

/* Sizes that are no power of two, or none at all. */
static int bad_size(struct victim *victim, const struct hostile_case *c)
{
	begin(victim, VIRTIO_F_VERSION_1, NO_DRIVER_OK);
	virtio_select(victim->v, victim->target->index);
	write16(common(victim, COMMON_QUEUE_SIZE), (uint16_t)c->a);
	write64(common(victim, COMMON_QUEUE_DESC),
		(uint64_t)victim->target->desc);
	write64(common(victim, COMMON_QUEUE_DRIVER),
		(uint64_t)victim->target->avail);
	write64(common(victim, COMMON_QUEUE_DEVICE),
		(uint64_t)victim->target->used);
	write16(common(victim, COMMON_QUEUE_ENABLE), 1);
	virtio_set_status(victim->v, NO_DRIVER_OK | VIRTIO_DRIVER_OK);
	virtq_notify(victim->target);
	return DEED_DONE;
}

static const struct hostile_case cases[] = {
	{"V4.queue-ffff", ON_ALL, HOSTILE_PASS, no_such_queue, 0, 0xffff, 0},
	{"V4.queue-256", ON_ALL, HOSTILE_PASS, no_such_queue, 0, 256, 0},
	{"V4.queue-64", ON_ALL, HOSTILE_PASS, no_such_queue, 0, 64, 0},
	{"V4.notify-ffff", ON_ALL, HOSTILE_PASS, notify, 0, 0xffff, 0},
	{"V4.notify-17", ON_ALL, HOSTILE_PASS, notify, 0, 17, 0},
	{"V4.config-edges", ON_ALL, HOSTILE_PASS, config_edges, 0, 0, 0},
	{"V5.size-0", ON_ALL, HOSTILE_PASS, change_queue, 0, COMMON_QUEUE_SIZE,
	 0},
	{"V5.size-1", ON_ALL, HOSTILE_PASS, change_queue, 0, COMMON_QUEUE_SIZE,
	 1},
	{"V5.size-3", ON_ALL, HOSTILE_PASS, change_queue, 0, COMMON_QUEUE_SIZE,
	 3},
	{"V5.size-max", ON_ALL, HOSTILE_PASS, change_queue, 0,
	 COMMON_QUEUE_SIZE, 0x8000},
	{"V5.desc", ON_ALL, HOSTILE_PASS, change_queue, 0, COMMON_QUEUE_DESC,
	 0},
	{"V5.driver", ON_ALL, HOSTILE_PASS, change_queue, 0,
	 COMMON_QUEUE_DRIVER, ~0ULL},
	{"V5.device", ON_ALL, HOSTILE_PASS, change_queue, 0,
	 COMMON_QUEUE_DEVICE, 0xfee00000},
	{"V5.enable-0", ON_ALL, HOSTILE_PASS, change_queue, 0,
	 COMMON_QUEUE_ENABLE, 0},
	{"V5.enable-2", ON_ALL, HOSTILE_PASS, change_queue, 0,
	 COMMON_QUEUE_ENABLE, 2},
	{"V5.vector", ON_ALL, HOSTILE_PASS, change_queue, 0, COMMON_QUEUE_MSIX,
	 0xfffe},
	{"V16.no-features-ok", ON_ALL, HOSTILE_ANY, too_early, 0,
	 NO_FEATURES_OK, 0},
	{"V16.no-driver-ok", ON_ALL, HOSTILE_ANY, too_early, 0, NO_DRIVER_OK,
	 0},
	{"V16.no-status", ON_ALL, HOSTILE_ANY, too_early, 0, VIRTIO_ACKNOWLEDGE,
	 0},
	{"V16.all-features", ON_ALL, HOSTILE_ANY, all_features, 0, 0, 0},
	{"V16.no-features", ON_ALL, HOSTILE_ANY, no_features, 0, 0, 0},
	{"V16.far-features", ON_ALL, HOSTILE_PASS, far_features, 0, 0, 0},
	{"V16.late-all", ON_ALL, HOSTILE_PASS, late_features, 0, ~0ULL, 0},
	{"V16.late-none", ON_ALL, HOSTILE_PASS, late_features, 0, 0, 0},
	{"V16.late-status-1", ON_ALL, HOSTILE_PASS, late_status, 0, 1, 0},
	{"V16.late-status-3", ON_ALL, HOSTILE_PASS, late_status, 0, 3, 0},
	{"V16.late-needs-reset", ON_ALL, HOSTILE_PASS, late_status, 0,
	 VIRTIO_NEEDS_RESET, 0},
	{"V16.late-failed", ON_ALL, HOSTILE_ANY, late_status, 0,
	 VIRTIO_FAILED | 15, 0},
	{"V16.late-all-status", ON_ALL, HOSTILE_ANY, late_status, 0, 0xff, 0},
	{"V16.twice", ON_ALL, HOSTILE_PASS, twice, 0, 0, 0},
	{"V20.desc-odd", ON_ALL, HOSTILE_ANY, bad_rings, 0, 1, 0},
	{"V20.desc-8", ON_ALL, HOSTILE_ANY, bad_rings, 0, 8, 0},
	{"V20.driver-odd", ON_ALL, HOSTILE_ANY, bad_rings, 0, 1, 1},
	{"V20.device-2", ON_ALL, HOSTILE_ANY, bad_rings, 0, 2, 2},
	{"V20.desc-nowhere", ON_ALL, HOSTILE_ANY, bad_rings, 0, 1ULL << 44, 0},
	{"V20.driver-nowhere", ON_ALL, HOSTILE_ANY, bad_rings, 0, 1ULL << 44,
	 1},
	{"V20.device-nowhere", ON_ALL, HOSTILE_ANY, bad_rings, 0, 1ULL << 44,
	 2},
	{"V20.desc-wraps", ON_ALL, HOSTILE_ANY, bad_rings, 0, ~15ULL, 0},
	{"V20.driver-wraps", ON_ALL, HOSTILE_ANY, bad_rings, 0, ~1ULL, 1},
	{"V20.device-wraps", ON_ALL, HOSTILE_ANY, bad_rings, 0, ~3ULL, 2},
	{"V20.device-registers", ON_ALL, HOSTILE_ANY, bad_registers_ring, 0, 0,
	 2},
	{"V20.desc-registers", ON_ALL, HOSTILE_ANY, bad_registers_ring, 0, 0,
	 0},
	{"V20.size-0", ON_ALL, HOSTILE_ANY, bad_size, 0, 0, 0},
	{"V20.size-3", ON_ALL, HOSTILE_ANY, bad_size, 0, 3, 0},
	{"V20.size-ffff", ON_ALL, HOSTILE_ANY, bad_size, 0, 0xffff, 0},
	{"V20.size-8000", ON_ALL, HOSTILE_ANY, bad_size, 0, 0x8000, 0},
};
HOSTILE_CASES(state);
