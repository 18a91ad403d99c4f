// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block_overlay.c - writes go to another file, the image stays as it is
 *
 * Theory of operation
 *
 * Image and overlay are looked at as granules. A bit per granule says that the
 * overlay has it, all of it; all others are read from the image. Who writes
 * only a part of a granule that the overlay does not have copies the rest of it
 * first. A file system's blocks are 4096 bytes, as are granules of disks up to
 * 64 GiB, so hardly a write has to copy anything; larger disks have larger
 * granules, which keeps the bits in 2 MiB whatever the disk's size.
 *
 * A bit is set when all of the granule was written. What fails before that
 * leaves rubbish in the overlay that nobody reads, and the guest an error.
 *
 * The overlay is sparse: it takes as much room as was written, and gives back
 * what was discarded.
 *
 * Limits: the bits are in memory, so an overlay ends with its process. There
 * is no writing it back to the image.
 */
#include "vmm/block_overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOUNCE_SIZE 65536ull

static bool has(const struct block_overlay *overlay, uint64_t granule)
{
	return overlay->has[granule / 8] >> (granule % 8) & 1;
}

static uint64_t granule_start(const struct block_overlay *overlay,
			      uint64_t offset)
{
	return offset >> overlay->shift << overlay->shift;
}

/* The last granule ends with the disk. */
static uint64_t granule_end(const struct block_overlay *overlay,
			    uint64_t offset)
{
	uint64_t start = granule_start(overlay, offset);

	return MIN(start + (1ull << overlay->shift), overlay->size);
}

int block_overlay_init(struct block_overlay *overlay, struct err *err)
{
	uint64_t count;

	overlay->shift = 0;
	while (1ull << overlay->shift < BLOCK_GRANULE_MIN ||
	       (overlay->size - 1) >> overlay->shift >= BLOCK_MAX_GRANULES)
		overlay->shift++;
	count = ((overlay->size - 1) >> overlay->shift) + 1;
	overlay->has = calloc(1, (count + 7) / 8);
	overlay->bounce = malloc(BOUNCE_SIZE);
	if (!overlay->has || !overlay->bounce)
		return err_set(err, -ENOMEM, "no memory for an overlay");
	if (ftruncate(overlay->fd, (off_t)overlay->size))
		return err_set(err, -errno,
			       "cannot make its overlay %llu bytes long: %s",
			       (unsigned long long)overlay->size,
			       strerror(errno));
	return 0;
}

void block_overlay_fini(struct block_overlay *overlay)
{
	free(overlay->has);
	free(overlay->bounce);
	overlay->has = overlay->bounce = NULL;
}

/* How far from @offset, up to @len, all is in the same file. */
static uint64_t run_len(const struct block_overlay *overlay, uint64_t offset,
			uint64_t len)
{
	bool is_in = has(overlay, offset >> overlay->shift);
	uint64_t end = offset;

	while (end < offset + len &&
	       has(overlay, end >> overlay->shift) == is_in)
		end = granule_end(overlay, end);
	return MIN(end - offset, len);
}

int block_overlay_read(struct block_overlay *overlay, uint64_t offset,
		       struct iov_cursor *data, uint64_t len)
{
	while (len) {
		uint64_t run = run_len(overlay, offset, len);
		int fd = has(overlay, offset >> overlay->shift)
				 ? overlay->fd
				 : overlay->base_fd;
		int code = block_io_read(fd, offset, data, run);

		if (code)
			return code;
		offset += run;
		len -= run;
	}
	return 0;
}

static int copy(struct block_overlay *overlay, uint64_t offset, uint64_t end)
{
	int code = 0;

	while (offset < end && !code) {
		uint64_t len = MIN(end - offset, BOUNCE_SIZE);
		struct iovec in = {overlay->bounce, len}, out = in;
		struct iov_cursor to = {&in, 1}, from = {&out, 1};

		code = block_io_read(overlay->base_fd, offset, &to, len);
		if (!code)
			code = block_io_write(overlay->fd, offset, &from, len);
		offset += len;
	}
	return code;
}

/* Copy what shares a granule with [@offset, @end) and is not in it. */
static int copy_edges(struct block_overlay *overlay, uint64_t offset,
		      uint64_t end)
{
	int code = 0;

	if (!has(overlay, offset >> overlay->shift))
		code = copy(overlay, granule_start(overlay, offset), offset);
	if (!code && !has(overlay, (end - 1) >> overlay->shift))
		code = copy(overlay, end, granule_end(overlay, end - 1));
	return code;
}

static void mark(struct block_overlay *overlay, uint64_t offset, uint64_t end)
{
	uint64_t granule;

	for (granule = offset >> overlay->shift;
	     granule <= (end - 1) >> overlay->shift; granule++)
		overlay->has[granule / 8] |= (uint8_t)(1 << granule % 8);
}

int block_overlay_write(struct block_overlay *overlay, uint64_t offset,
			struct iov_cursor *data, uint64_t len)
{
	int code;

	if (!len)
		return 0;
	code = copy_edges(overlay, offset, offset + len);
	if (!code)
		code = block_io_write(overlay->fd, offset, data, len);
	if (!code)
		mark(overlay, offset, offset + len);
	return code;
}

/* An overlay never promised to keep room for anything, so it may be a hole. */
int block_overlay_zero(struct block_overlay *overlay, uint64_t offset,
		       uint64_t len)
{
	int code;

	if (!len)
		return 0;
	code = copy_edges(overlay, offset, offset + len);
	if (!code)
		code = block_io_zero(overlay->fd, offset, len, true);
	if (!code)
		mark(overlay, offset, offset + len);
	return code;
}
