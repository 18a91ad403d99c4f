/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rng.h - the entropy device (virtio 1.2 5.4) */
#ifndef GUEST_RNG_H
#define GUEST_RNG_H

#include "guest/virtio.h"

/* struct rng - the device, and a page that it fills */
struct rng {
	struct virtio v;
	struct virtq queue;
	uint8_t *page;
};

/* rng_start() - from reset to DRIVER_OK; again after each reset */
int rng_start(struct rng *r);

/* rng_read() - asks for @len bytes, at most a page; how many came, or -1 */
int rng_read(struct rng *r, uint32_t len);

#endif
