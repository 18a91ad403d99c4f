// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_memory.c - bounds-checked access to memory that a guest shares with us
 *
 * Theory of operation
 *
 * Regions never overlap, neither in guest-physical nor in VMM addresses, so a
 * translation has at most one answer. All comparisons are "offset into region,
 * then what is left of it", which can't overflow; start + size is computed
 * once, on the way in, and refused when it wraps.
 *
 * @last never is NULL: without regions it points to an entry of size 0.
 *
 * Limits: a range that spans two regions is only served as pieces
 * (guest_memory_map()); rings have to lie in one region.
 */
#include "core/guest_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/sigbus_guard.h"

void guest_memory_init(struct guest_memory *mem)
{
	memset(mem, 0, sizeof(*mem));
	mem->last = &mem->regions[0];
}

static void unmap_region(struct guest_region *region)
{
	if (!region->map)
		return;
	sigbus_guard_remove(region->guard);
	munmap(region->map, region->map_size);
}

void guest_memory_clear(struct guest_memory *mem)
{
	unsigned i;

	for (i = 0; i < mem->count; i++)
		unmap_region(&mem->regions[i]);
	guest_memory_init(mem);
}

static bool overlaps(uint64_t a, uint64_t b, uint64_t a_size, uint64_t b_size)
{
	return a < b ? b - a < a_size : a - b < b_size;
}

static int check_settings(const struct guest_memory *mem,
			  const struct guest_region_settings *new)
{
	uint64_t end;
	unsigned i;

	if (!new->size || __builtin_add_overflow(new->gpa, new->size, &end) ||
	    __builtin_add_overflow(new->user_addr, new->size, &end))
		return -EINVAL;
	for (i = 0; i < mem->count; i++) {
		const struct guest_region *old = &mem->regions[i];

		if (overlaps(old->gpa, new->gpa, old->size, new->size) ||
		    overlaps(old->user_addr, new->user_addr, old->size,
			     new->size))
			return -EINVAL;
	}
	return mem->count == GUEST_MEMORY_MAX_REGIONS ? -ENOSPC : 0;
}

/*
 * A FUSE file never answers, a pipe or device has no pages, a read-only file
 * faults at the first used index: refuse all before mapping anything.
 */
static int check_file(int fd, const struct guest_region_settings *settings,
		      struct guest_region *region, uint64_t *page_size)
{
	uint64_t end;
	struct statfs fs;
	struct stat st;
	int mode;

	mode = fcntl(fd, F_GETFL);
	if (mode < 0 || (mode & O_PATH) || (mode & O_ACCMODE) != O_RDWR)
		return -EACCES;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || fstatfs(fd, &fs))
		return -EACCES;
	if (fs.f_type == HUGETLBFS_MAGIC)
		*page_size = (uint64_t)fs.f_bsize;
	else if (fs.f_type == TMPFS_MAGIC)
		*page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	else
		return -EACCES;
	region->dev = st.st_dev;
	region->ino = st.st_ino;
	if (__builtin_add_overflow(settings->fd_offset, settings->size, &end) ||
	    end > INT64_MAX)
		return -EINVAL;
	return (uint64_t)st.st_size < end ? -ERANGE : 0;
}

static int map_file(struct guest_region *region, int fd, uint64_t page,
		    atomic_bool *poisoned)
{
	uint64_t skip = region->fd_offset & (page - 1);
	uint64_t len = (skip + region->size + page - 1) & ~(page - 1);
	uint8_t *base, *start;

	/* one guard page each side, one to align a huge page */
	region->map_size = len + 3 * page;
	region->map = mmap(NULL, region->map_size, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (region->map == MAP_FAILED)
		return -errno;
	base = region->map;
	start = base + page;
	start += -(uintptr_t)start & (page - 1);
	if (mmap(start, len, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd,
		 (off_t)(region->fd_offset - skip)) == MAP_FAILED)
		region->guard = -errno;
	else
		region->guard = sigbus_guard_add(start, len, poisoned);
	region->host = start + skip;
	if (region->guard >= 0)
		return 0;
	munmap(region->map, region->map_size);
	return region->guard;
}

static bool is_mapped(const struct guest_memory *mem,
		      const struct guest_region *new)
{
	unsigned i;

	for (i = 0; i < mem->count; i++) {
		const struct guest_region *old = &mem->regions[i];

		if (old->gpa == new->gpa && old->size == new->size &&
		    old->user_addr == new->user_addr &&
		    old->fd_offset == new->fd_offset && old->map &&
		    old->dev == new->dev && old->ino == new->ino)
			return true;
	}
	return false;
}

int guest_memory_add(struct guest_memory *mem,
		     const struct guest_region_settings *settings, int fd)
{
	struct guest_region region = {.gpa = settings->gpa,
				      .size = settings->size,
				      .user_addr = settings->user_addr,
				      .fd_offset = settings->fd_offset};
	uint64_t page = 0;
	int rc;

	rc = check_file(fd, settings, &region, &page);
	if (!rc && is_mapped(mem, &region))
		return 0;
	if (!rc)
		rc = check_settings(mem, settings);
	if (!rc)
		rc = map_file(&region, fd, page, &mem->poisoned);
	if (!rc)
		mem->regions[mem->count++] = region;
	return rc;
}

int guest_memory_add_own(struct guest_memory *mem,
			 const struct guest_region_settings *settings,
			 void *host)
{
	int rc = check_settings(mem, settings);

	if (rc)
		return rc;
	mem->regions[mem->count++] =
		(struct guest_region){.gpa = settings->gpa,
				      .size = settings->size,
				      .user_addr = settings->user_addr,
				      .host = host};
	return 0;
}

int guest_memory_remove(struct guest_memory *mem,
			const struct guest_region_settings *settings)
{
	unsigned i;

	for (i = 0; i < mem->count; i++) {
		struct guest_region *region = &mem->regions[i];

		if (region->gpa != settings->gpa ||
		    region->size != settings->size ||
		    region->user_addr != settings->user_addr)
			continue;
		unmap_region(region);
		*region = mem->regions[--mem->count];
		mem->regions[mem->count] = (struct guest_region){0};
		mem->last = &mem->regions[0];
		return 0;
	}
	return -ENOENT;
}

static const struct guest_region *lookup(struct guest_memory *mem, uint64_t gpa)
{
	unsigned i;

	for (i = 0; i < mem->count; i++) {
		if (gpa - mem->regions[i].gpa < mem->regions[i].size) {
			mem->last = &mem->regions[i];
			return mem->last;
		}
	}
	return NULL;
}

void *guest_memory_at_slow(struct guest_memory *mem, uint64_t gpa, size_t len)
{
	const struct guest_region *region = lookup(mem, gpa);

	if (!region || len > region->size - (gpa - region->gpa))
		return NULL;
	return region->host + (gpa - region->gpa);
}

unsigned guest_memory_map(struct guest_memory *mem, uint64_t gpa, size_t len,
			  struct iovec *iov, unsigned max)
{
	unsigned n = 0;

	while (len) {
		const struct guest_region *region = lookup(mem, gpa);
		uint64_t offset;
		size_t part;

		if (!region || n == max)
			return 0;
		offset = gpa - region->gpa;
		part = MIN(len, region->size - offset);
		iov[n].iov_base = region->host + offset;
		iov[n++].iov_len = part;
		gpa += part;
		len -= part;
	}
	return n;
}

bool guest_memory_read(struct guest_memory *mem, uint64_t gpa, void *dst,
		       size_t len)
{
	struct iovec iov[2];
	uint8_t *out = dst;
	unsigned i, n;

	n = guest_memory_map(mem, gpa, len, iov, ARRAY_SIZE(iov));
	for (i = 0; i < n; i++) {
		memcpy(out, iov[i].iov_base, iov[i].iov_len);
		out += iov[i].iov_len;
	}
	return n != 0;
}

void *guest_memory_at_user(const struct guest_memory *mem, uint64_t user_addr,
			   uint64_t len)
{
	unsigned i;

	for (i = 0; i < mem->count; i++) {
		const struct guest_region *region = &mem->regions[i];
		uint64_t offset = user_addr - region->user_addr;

		if (offset < region->size && len <= region->size - offset)
			return region->host + offset;
	}
	return NULL;
}
