/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - many small allocations that are freed together
 */
#ifndef CLI_LAB_ARENA_H
#define CLI_LAB_ARENA_H

#include <stddef.h>

struct arena_chunk;

/**
 * struct arena - memory that lives as long as one lab file is worked on
 * @chunks:	newest first
 *
 * A zeroed struct is an empty arena.
 */
struct arena {
	struct arena_chunk *chunks;
};

/** arena_alloc() - zeroed, aligned memory; NULL when the system has none */
void *arena_alloc(struct arena *arena, size_t size);

/** arena_strndup() - a copy of @len bytes with a NUL behind; NULL as above */
char *arena_strndup(struct arena *arena, const char *text, size_t len);

/** arena_fini() - free everything that came from it; it is then empty */
void arena_fini(struct arena *arena);

#endif
