/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_memory.h - bounds-checked access to memory that a guest shares with us
 *
 * A guest's memory is up to GUEST_MEMORY_MAX_REGIONS regions, each known by two
 * addresses: the guest-physical one, which descriptors carry, and the one in
 * the address space of its VMM, which vhost-user uses for ring addresses.
 * Nothing here trusts either. What a pointer from here points to may change at
 * any moment: copy it once, then judge the copy.
 */
#ifndef CORE_GUEST_MEMORY_H
#define CORE_GUEST_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "core/util.h"

/** GUEST_MEMORY_MAX_REGIONS - memory slots of one guest */
#define GUEST_MEMORY_MAX_REGIONS 32

/**
 * struct guest_region_settings - a region as a peer describes it
 * @gpa:	guest-physical address of its first byte
 * @size:	bytes, not 0
 * @user_addr:	address of its first byte in the VMM
 * @fd_offset:	where it starts in the file; need not be page-aligned
 */
struct guest_region_settings {
	uint64_t gpa;
	uint64_t size;
	uint64_t user_addr;
	uint64_t fd_offset;
};

/**
 * struct guest_region - a region that is mapped
 * @gpa:	guest-physical address of its first byte
 * @size:	bytes
 * @user_addr:	address of its first byte in the VMM
 * @fd_offset:	where it starts in the file
 * @dev:	device of the file; 0: not ours
 * @ino:	inode of the file
 * @host:	our pointer to its first byte
 * @map:	reservation to unmap, guard pages included; NULL: not ours
 * @map_size:	bytes of @map
 * @guard:	handle of the SIGBUS guard
 */
struct guest_region {
	uint64_t gpa;
	uint64_t size;
	uint64_t user_addr;
	uint64_t fd_offset;
	dev_t dev;
	ino_t ino;
	uint8_t *host;
	void *map;
	size_t map_size;
	int guard;
};

/**
 * struct guest_memory - all memory of one guest
 * @last:	region of the last translation: nearly always the next one's too
 * @count:	valid entries of @regions
 * @poisoned:	a region was taken away and reads as zeros now; see
 *		sigbus_guard.h. Whoever translates looks at it once a batch.
 * @regions:	in the order they were added; no two overlap
 */
struct guest_memory {
	const struct guest_region *last;
	unsigned count;
	atomic_bool poisoned;
	struct guest_region regions[GUEST_MEMORY_MAX_REGIONS];
};

/** guest_memory_init() - no memory yet; @mem must not move from here on */
void guest_memory_init(struct guest_memory *mem);

/** guest_memory_clear() - unmap everything; all pointers into it end here */
void guest_memory_clear(struct guest_memory *mem);

/**
 * guest_memory_add() - map a region of a file that a peer passed
 * @mem:	where to
 * @settings:	what the peer says; checked
 * @fd:		stays with the caller, who may close it at once
 *
 * Only memfd, tmpfs and hugetlbfs files, opened for reading and writing, that
 * are large enough: any other file can block, fail or change size in more ways
 * than we could guard against. Guard pages surround the mapping. A region that
 * is there already, of the same file, is left as it is: QEMU 7.2 adds each once
 * for every queue pair.
 *
 * Return: 0; -EINVAL nonsense or overlap; -ENOSPC too many regions; -EACCES
 * wrong kind of file or access mode; -ERANGE file too short; what mmap() says.
 */
int guest_memory_add(struct guest_memory *mem,
		     const struct guest_region_settings *settings, int fd);

/** guest_memory_add_own() - the same for memory that the caller already has */
int guest_memory_add_own(struct guest_memory *mem,
			 const struct guest_region_settings *settings,
			 void *host);

/**
 * guest_memory_remove() - unmap the region that @settings describes
 *
 * Return: 0, or -ENOENT. @settings->fd_offset is not looked at.
 */
int guest_memory_remove(struct guest_memory *mem,
			const struct guest_region_settings *settings);

/** guest_memory_at_slow() - guest_memory_at() without the short way */
void *guest_memory_at_slow(struct guest_memory *mem, uint64_t gpa, size_t len);

/**
 * guest_memory_at() - our pointer to @len bytes at @gpa
 *
 * Return: NULL unless all bytes are in one region.
 */
static inline void *guest_memory_at(struct guest_memory *mem, uint64_t gpa,
				    size_t len)
{
	const struct guest_region *region = mem->last;
	uint64_t offset = gpa - region->gpa;

	if (LIKELY(offset < region->size && len <= region->size - offset))
		return region->host + offset;
	return guest_memory_at_slow(mem, gpa, len);
}

/**
 * guest_memory_map() - our pointers to @len bytes at @gpa, region by region
 * @mem:	where
 * @gpa:	guest-physical address
 * @len:	bytes, not 0
 * @iov:	filled
 * @max:	room in @iov
 *
 * Return: entries filled; 0 when not all is mapped or @iov is too short.
 */
unsigned guest_memory_map(struct guest_memory *mem, uint64_t gpa, size_t len,
			  struct iovec *iov, unsigned max);

/** guest_memory_read() - copy private memory out of it; false if not mapped */
bool guest_memory_read(struct guest_memory *mem, uint64_t gpa, void *dst,
		       size_t len);

/**
 * guest_memory_at_user() - our pointer for an address of the VMM
 *
 * Return: NULL unless all @len bytes are in one region.
 */
void *guest_memory_at_user(const struct guest_memory *mem, uint64_t user_addr,
			   uint64_t len);

/** guest_memory_is_poisoned() - was memory taken away since init or clear? */
static inline bool guest_memory_is_poisoned(const struct guest_memory *mem)
{
	return atomic_load_explicit(&mem->poisoned, memory_order_relaxed);
}

#endif
