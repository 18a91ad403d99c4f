// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bus.c - which device answers at an address
 */
#include "vmm/bus.h"

#include <errno.h>

#include "core/util.h"

/* The first range that ends behind @addr: the only one that can hold it. */
static unsigned bus_find(const struct bus *bus, uint64_t addr)
{
	unsigned low = 0, high = bus->count;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		const struct bus_range *range = bus->ranges[middle];

		if (addr - range->base < range->len || addr < range->base)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* A guest that reads across the end of a range finds nobody there. */
static struct bus_range *bus_at(const struct bus *bus, uint64_t addr,
				unsigned len)
{
	unsigned i = bus_find(bus, addr);
	struct bus_range *range;

	if (i == bus->count)
		return NULL;
	range = bus->ranges[i];
	if (addr < range->base || addr - range->base > range->len ||
	    range->len - (addr - range->base) < len)
		return NULL;
	return range;
}

int bus_add(struct bus *bus, struct bus_range *range)
{
	unsigned i = bus_find(bus, range->base), at;

	if (!range->len || range->base + (range->len - 1) < range->base)
		return -EEXIST;
	if (i < bus->count &&
	    bus->ranges[i]->base <= range->base + (range->len - 1))
		return -EEXIST;
	if (bus->count == BUS_MAX_RANGES)
		return -ENOSPC;
	for (at = bus->count++; at > i; at--)
		bus->ranges[at] = bus->ranges[at - 1];
	bus->ranges[i] = range;
	return 0;
}

void bus_remove(struct bus *bus, struct bus_range *range)
{
	unsigned i;

	for (i = 0; i < bus->count && bus->ranges[i] != range; i++)
		;
	if (i == bus->count)
		return;
	bus->count--;
	for (; i < bus->count; i++)
		bus->ranges[i] = bus->ranges[i + 1];
}

uint64_t bus_read(const struct bus *bus, uint64_t addr, unsigned len)
{
	struct bus_range *range = bus_at(bus, addr, len);

	if (!range)
		return UINT64_MAX;
	return range->read(range, addr - range->base, len);
}

void bus_write(const struct bus *bus, uint64_t addr, unsigned len,
	       uint64_t value)
{
	struct bus_range *range = bus_at(bus, addr, len);

	if (range)
		range->write(range, addr - range->base, len, value);
}
