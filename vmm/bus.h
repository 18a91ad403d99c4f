/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bus.h - which device answers at an address
 *
 * One bus for port I/O and one for memory-mapped I/O. A device embeds a struct
 * bus_range for each of its ranges and finds itself with container_of().
 */
#ifndef VMM_BUS_H
#define VMM_BUS_H

#include <stdint.h>

/** BUS_MAX_RANGES - more than all devices of a full machine have */
#define BUS_MAX_RANGES 128

/**
 * struct bus_range - addresses that one device answers
 * @base:	first address
 * @len:	how many, not 0
 * @read:	@len is 1, 2, 4 or 8, and all of it is inside of the range; the
 *		answer is a number, little-endian on the bus
 * @write:	likewise; @value has no bits beyond @len
 *
 * A guest may use any width at any offset: a device answers what it does not
 * know with 0 or all ones, and ignores such writes.
 */
struct bus_range {
	uint64_t base;
	uint64_t len;
	uint64_t (*read)(struct bus_range *range, uint64_t offset,
			 unsigned len);
	void (*write)(struct bus_range *range, uint64_t offset, unsigned len,
		      uint64_t value);
};

/**
 * struct bus - ranges, sorted by address
 * @count:	valid entries of @ranges
 * @ranges:	belong to their devices; no two overlap
 */
struct bus {
	unsigned count;
	struct bus_range *ranges[BUS_MAX_RANGES];
};

/**
 * bus_add() - let @range answer
 *
 * Return: 0; -EEXIST when it overlaps another, or wraps; -ENOSPC.
 */
int bus_add(struct bus *bus, struct bus_range *range);

/** bus_remove() - no-op when it was not added */
void bus_remove(struct bus *bus, struct bus_range *range);

/**
 * bus_read() - what a guest reads at @addr
 * @len:	bytes, 1 to 8
 *
 * Return: all ones where nobody answers, as on a real bus.
 */
uint64_t bus_read(const struct bus *bus, uint64_t addr, unsigned len);

/** bus_write() - nobody there: nothing happens */
void bus_write(const struct bus *bus, uint64_t addr, unsigned len,
	       uint64_t value);

#endif
