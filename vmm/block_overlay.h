/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block_overlay.h - writes go to another file, the image stays as it is
 */
#ifndef VMM_BLOCK_OVERLAY_H
#define VMM_BLOCK_OVERLAY_H

#include "core/err.h"
#include "vmm/block_io.h"

/** BLOCK_GRANULE_MIN - smallest granule: what file systems write at once */
#define BLOCK_GRANULE_MIN 4096
/** BLOCK_MAX_GRANULES - of one overlay: 2 MiB of bits */
#define BLOCK_MAX_GRANULES (1ull << 24)

/**
 * struct block_overlay - an image and what was written over it
 * @base_fd:	the image, only read; borrowed
 * @fd:		the overlay, same offsets; borrowed; -1: there is none
 * @size:	bytes of both
 * @shift:	a granule has 1 << @shift bytes
 * @has:	a bit per granule: it is in the overlay
 * @bounce:	a piece of a granule on its way from one to the other
 */
struct block_overlay {
	int base_fd;
	int fd;
	uint64_t size;
	unsigned shift;
	uint8_t *has;
	uint8_t *bounce;
};

/**
 * block_overlay_init() - begin with nothing written
 * @overlay:	@base_fd, @fd and @size are filled, the rest is by this
 *
 * The file is made as long as the image, and must be empty.
 */
int block_overlay_init(struct block_overlay *overlay, struct err *err);

/** block_overlay_fini() - free its memory; no-op when not initialised */
void block_overlay_fini(struct block_overlay *overlay);

/* Each within @size, which the caller has checked; @data as in block_io.h. */

/** block_overlay_read() - granule by granule from where it is */
int block_overlay_read(struct block_overlay *overlay, uint64_t offset,
		       struct iov_cursor *data, uint64_t len);

/** block_overlay_write() - and take the rest of a granule from the image */
int block_overlay_write(struct block_overlay *overlay, uint64_t offset,
			struct iov_cursor *data, uint64_t len);

/** block_overlay_zero() - let it read as zeros */
int block_overlay_zero(struct block_overlay *overlay, uint64_t offset,
		       uint64_t len);

#endif
