// SPDX-License-Identifier: GPL-2.0-or-later
/* paging.c - adds what is above 4 GiB to the page tables of boot.S, by
 * gibibytes */
#include "guest/paging.h"
#include "guest/boot.h"
#include "guest/io.h"

#define GIB 0x40000000ULL
#define TABLE_BITS 0x000ffffffffff000ULL

extern uint64_t page_tables[512];

/* next_table() - the table that an entry points to, made if there is none */
static uint64_t *next_table(struct machine *m, uint64_t *entry)
{
	if (!*entry)
		*entry = (uint64_t)pages(m, 1) | PAGE_TABLE;
	return (uint64_t *)(*entry & TABLE_BITS);
}

static void map_gib(struct machine *m, uint64_t at)
{
	uint64_t *pointers = next_table(m, &page_tables[at >> 39 & 511]);
	uint64_t *entry = &pointers[at >> 30 & 511], *directory;
	unsigned i;

	if (*entry)
		return;
	directory = next_table(m, entry);
	for (i = 0; i < 512; i++)
		directory[i] = (at & ~(GIB - 1)) + i * 0x200000ULL + PAGE_2M;
}

void map_identity(struct machine *m, uint64_t at, uint64_t len)
{
	uint64_t gib;

	for (gib = at & ~(GIB - 1); gib < at + len; gib += GIB)
		map_gib(m, gib);
}
