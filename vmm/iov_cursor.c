// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iov_cursor.c - pieces of a guest's memory, used up from the front
 */
#include "vmm/iov_cursor.h"

#include <limits.h>
#include <string.h>

#include "core/util.h"

void iov_cursor_skip(struct iov_cursor *cursor, uint64_t len)
{
	while (len && cursor->count) {
		struct iovec *iov = cursor->iov;

		if (len < iov->iov_len) {
			iov->iov_base = (uint8_t *)iov->iov_base + len;
			iov->iov_len -= len;
			return;
		}
		len -= iov->iov_len;
		cursor->iov++;
		cursor->count--;
	}
}

void iov_cursor_take(struct iov_cursor *cursor, void *to, size_t len)
{
	uint8_t *at = to;

	while (len && cursor->count) {
		size_t part = MIN(len, cursor->iov->iov_len);

		memcpy(at, cursor->iov->iov_base, part);
		iov_cursor_skip(cursor, part);
		at += part;
		len -= part;
	}
	/* the copy is private; keep the compiler from reading it again */
	__asm__ volatile("" ::: "memory");
}

void iov_cursor_put(struct iov_cursor *cursor, const void *from, size_t len)
{
	const uint8_t *at = from;

	while (len && cursor->count) {
		size_t part = MIN(len, cursor->iov->iov_len);

		memcpy(cursor->iov->iov_base, at, part);
		iov_cursor_skip(cursor, part);
		at += part;
		len -= part;
	}
}

struct iov_cut iov_cursor_cut(struct iov_cursor *cursor, uint64_t len)
{
	struct iov_cut cut = {0};
	uint64_t total = 0;

	while (cut.count < cursor->count && cut.count < IOV_MAX && total < len)
		total += cursor->iov[cut.count++].iov_len;
	if (total <= len)
		return cut;
	cut.beyond = total - len;
	cursor->iov[cut.count - 1].iov_len -= cut.beyond;
	return cut;
}

void iov_cursor_uncut(struct iov_cursor *cursor, const struct iov_cut *cut)
{
	if (cut->count)
		cursor->iov[cut->count - 1].iov_len += cut->beyond;
}
