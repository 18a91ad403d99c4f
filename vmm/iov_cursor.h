/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iov_cursor.h - pieces of a guest's memory, used up from the front
 *
 * What a chain of descriptors points to, in private struct iovecs: only the
 * bytes themselves belong to the guest, and may change at any moment.
 */
#ifndef VMM_IOV_CURSOR_H
#define VMM_IOV_CURSOR_H

#include <stdint.h>
#include <sys/uio.h>

/**
 * struct iov_cursor - what is left
 * @iov:	none is empty; changed by whoever takes from it
 * @count:	entries left
 */
struct iov_cursor {
	struct iovec *iov;
	unsigned count;
};

/**
 * struct iov_cut - the front of a cursor, as long as a system call may have it
 * @count:	entries; IOV_MAX at most
 * @beyond:	bytes of the last one that are hidden
 */
struct iov_cut {
	unsigned count;
	size_t beyond;
};

/** iov_cursor_skip() - take @len bytes off the front, or all there are */
void iov_cursor_skip(struct iov_cursor *cursor, uint64_t len);

/**
 * iov_cursor_take() - copy @len bytes off the front
 *
 * Each byte is read once, whatever the compiler would like. What the cursor
 * does not have stays as it was in @to.
 */
void iov_cursor_take(struct iov_cursor *cursor, void *to, size_t len);

/** iov_cursor_put() - copy @len bytes to the front, and take it off */
void iov_cursor_put(struct iov_cursor *cursor, const void *from, size_t len);

/** iov_cursor_cut() - show only the first @len bytes for a system call */
struct iov_cut iov_cursor_cut(struct iov_cursor *cursor, uint64_t len);

/** iov_cursor_uncut() - show all again, before anything else is done with it */
void iov_cursor_uncut(struct iov_cursor *cursor, const struct iov_cut *cut);

#endif
