// SPDX-License-Identifier: GPL-2.0-or-later
/* rng.c - asks the entropy device for bytes, and tests that they are some */
#include "guest/rng.h"
#include "guest/tests.h"
#include "guest/text.h"

#define PAGE 4096
#define READS 20
#define READ_LEN 64

int rng_start(struct rng *r)
{
	if (!r->page)
		r->page = pages(r->v.machine, 1);
	if (virtio_begin(&r->v, VIRTIO_F_EVENT_IDX) ||
	    virtio_queue(&r->v, &r->queue, 0, 0))
		return -1;
	return virtio_run(&r->v);
}

int rng_read(struct rng *r, uint32_t len)
{
	struct virtq_buffer buffer = {(uint64_t)r->page, len, true};
	uint32_t got;

	if (virtq_add(&r->queue, &buffer, 1) == VIRTQ_NONE)
		return failed("rng: queue is full");
	virtq_kick(&r->queue);
	if (!virtq_wait(&r->queue, r->v.machine->patience_ms))
		return failed("rng: nothing in %lu ms",
			      r->v.machine->patience_ms);
	if (virtq_pop(&r->queue, &got) == VIRTQ_NONE)
		return -1;
	if (!got || got > len)
		return failed("rng: %u bytes of %u", got, len);
	return (int)got;
}

/* is_plain() - zeros, or what was there before: nobody wrote entropy there */
static bool is_plain(const uint8_t *bytes, unsigned len)
{
	unsigned i, zeros = 0;

	for (i = 0; i < len; i++)
		zeros += !bytes[i];
	return zeros > len / 2;
}

int test_rng(struct machine *m)
{
	struct rng r = {0};
	unsigned i, all = 0;
	int len;

	if (virtio_need(&r.v, m, VIRTIO_RNG) || rng_start(&r))
		return -1;
	for (i = 0; i < READS; i++) {
		memset(r.page, 0, READ_LEN);
		len = rng_read(&r, READ_LEN);
		if (len < 0)
			return -1;
		if (len >= 16 && is_plain(r.page, (unsigned)len))
			return failed("rng: bytes are zeros");
		all += (unsigned)len;
	}
	say("rng %u bytes in %u reads, %u interrupts\n", all, READS,
	    r.queue.irqs);
	return r.queue.lost ? failed("rng: %u interrupts lost", r.queue.lost)
			    : virtio_reset(&r.v);
}
