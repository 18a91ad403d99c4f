// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arena.c - many small allocations that are freed together
 */
#include "cli/lab/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define CHUNK_SIZE ((size_t)16384)

/**
 * struct arena_chunk - one piece from the system
 * @next:	older one
 * @size:	bytes in @bytes
 * @used:	bytes handed out
 * @bytes:	the memory
 */
struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char bytes[];
};

static struct arena_chunk *chunk_create(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk;

	size = MAX(size, CHUNK_SIZE);
	chunk = calloc(1, sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;
	struct arena_chunk *chunk = arena->chunks;
	void *at;

	size = (size + mask) & ~mask;
	if (!chunk || chunk->size - chunk->used < size)
		chunk = chunk_create(arena, size);
	if (!chunk)
		return NULL;
	at = chunk->bytes + chunk->used;
	chunk->used += size;
	return at;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

void arena_fini(struct arena *arena)
{
	struct arena_chunk *chunk = arena->chunks;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	arena->chunks = NULL;
}
