// SPDX-License-Identifier: GPL-2.0-or-later
/* test_msix.c - a masked vector keeps its interrupt until it is unmasked
 *
 * On the entropy device: one request, one interrupt. Masked by the vector's own
 * bit, and by the function's; the pending bit is there meanwhile.
 */
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/rng.h"
#include "guest/tests.h"
#include "guest/text.h"

#define MSIX_CONTROL 2
#define MSIX_ENABLE 0x8000
#define MSIX_FUNCTION_MASK 0x4000
#define ENTRY_SIZE 16
#define ENTRY_CONTROL 12
#define WAIT_MS 2000

static void mask_vector(struct rng *r, bool on)
{
	write32(r->v.msix_table + r->queue.entry * ENTRY_SIZE + ENTRY_CONTROL,
		on);
}

static void mask_function(struct rng *r, bool on)
{
	pci_write(&r->v.pci, r->v.msix_cap + MSIX_CONTROL, 2,
		  MSIX_ENABLE | (on ? MSIX_FUNCTION_MASK : 0));
}

static bool is_pending(const struct rng *r)
{
	uint64_t at = r->v.msix_pba + r->queue.entry / 64 * 8;

	return read64(at) >> r->queue.entry % 64 & 1;
}

static bool is_used(void *arg)
{
	return virtq_has_used(arg);
}

static bool is_interrupted(void *arg)
{
	const struct virtq *q = arg;

	return q->irqs != q->seen;
}

static int masked_request(struct rng *r, void (*mask)(struct rng *r, bool on),
			  const char *what)
{
	struct virtq_buffer buffer = {(uint64_t)r->page, 16, true};
	struct machine *m = r->v.machine;
	uint32_t len;

	mask(r, true);
	virtq_add(&r->queue, &buffer, 1);
	virtq_kick(&r->queue);
	if (!wait_for(m, is_used, &r->queue, WAIT_MS))
		return failed("msix: no answer while %s is masked", what);
	/* The interrupt, if there is one, is behind the index by a moment. */
	if (wait_for(m, is_interrupted, &r->queue, 50))
		return failed("msix: interrupt while %s is masked", what);
	if (!is_pending(r))
		return failed("msix: nothing pending while %s is masked", what);
	mask(r, false);
	if (!wait_for(m, is_interrupted, &r->queue, WAIT_MS))
		return failed("msix: no interrupt after %s was unmasked", what);
	if (is_pending(r))
		return failed("msix: still pending after %s was unmasked",
			      what);
	virtq_pop(&r->queue, &len);
	r->queue.seen = r->queue.irqs;
	return 0;
}

int test_msix(struct machine *m)
{
	struct rng r = {0};
	unsigned i;

	if (virtio_need(&r.v, m, VIRTIO_RNG) || rng_start(&r))
		return -1;
	if (!r.v.uses_msix)
		return failed("msix: the entropy device has none");
	for (i = 0; i < 5; i++) {
		if (masked_request(&r, mask_vector, "the vector") ||
		    masked_request(&r, mask_function, "the function") ||
		    rng_read(&r, 16) < 0)
			return -1;
	}
	say("msix %u interrupts, %u stray\n", r.queue.irqs, irq_stray());
	return virtio_reset(&r.v);
}
