/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng.h - the blocks of a pcapng file, as bytes
 *
 * draft-ietf-opsawg-pcapng: Section Header, Interface Description, Enhanced
 * Packet and Interface Statistics Blocks, in the host's byte order, as the
 * format has it. Every block is made whole or not at all, so a writer that
 * writes whole blocks leaves a file that can be read up to its end.
 */
#ifndef SWITCH_CAPTURE_PCAPNG_H
#define SWITCH_CAPTURE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/frame.h"

/** PCAPNG_TEXT_MAX - longest text of an option, in bytes */
#define PCAPNG_TEXT_MAX 512
/** PCAPNG_BLOCK_MAX - no block is longer */
#define PCAPNG_BLOCK_MAX (FRAME_MAX_LEN + 4 * PCAPNG_TEXT_MAX)

/* epb_flags, bits 0 and 1 */
#define PCAPNG_INBOUND 1
#define PCAPNG_OUTBOUND 2

/**
 * struct pcapng - where blocks go
 * @data:	@size bytes
 * @size:	room
 * @len:	used
 */
struct pcapng {
	uint8_t *data;
	size_t size;
	size_t len;
};

/**
 * struct pcapng_packet - one frame
 * @interface:	number of its interface in this section
 * @stamp_ns:	nanoseconds since 1970
 * @data:	@captured bytes
 * @captured:	of @len
 * @len:	of the frame
 * @direction:	PCAPNG_INBOUND or PCAPNG_OUTBOUND
 * @lost:	frames that could not be captured before this one
 * @comment:	or NULL
 */
struct pcapng_packet {
	uint32_t interface;
	uint64_t stamp_ns;
	const uint8_t *data;
	uint32_t captured;
	uint32_t len;
	uint8_t direction;
	uint64_t lost;
	const char *comment;
};

/**
 * struct pcapng_interface - one port
 * @name:	"web1:0"
 * @filter:	words of the filter, or NULL
 * @snaplen:	most bytes of a frame
 */
struct pcapng_interface {
	const char *name;
	const char *filter;
	uint32_t snaplen;
};

/**
 * struct pcapng_statistics - what an interface has seen
 * @interface:	number
 * @start_ns:	of the capture, since 1970
 * @stamp_ns:	of these counts
 * @received:	frames that passed, or died, at the port
 * @dropped:	of these: died at the port
 * @accepted:	of @received: the filter let them through
 * @lost:	of @accepted: could not be captured
 * @written:	of @accepted: are in the file
 */
struct pcapng_statistics {
	uint32_t interface;
	uint64_t start_ns;
	uint64_t stamp_ns;
	uint64_t received;
	uint64_t dropped;
	uint64_t accepted;
	uint64_t lost;
	uint64_t written;
};

/**
 * pcapng_block() - the block at @data, which is whole
 * @interface:	set to that of a packet; UINT32_MAX: it is another block
 *
 * Return: its length.
 */
size_t pcapng_block(const uint8_t *data, uint32_t *interface);

/* Each returns false, with nothing added, when there is no room. */

/** pcapng_add_section() - SHB; interfaces are numbered from 0 behind it */
bool pcapng_add_section(struct pcapng *out, const char *application);

/** pcapng_add_interface() - IDB */
bool pcapng_add_interface(struct pcapng *out,
			  const struct pcapng_interface *interface);

/** pcapng_add_packet() - EPB */
bool pcapng_add_packet(struct pcapng *out, const struct pcapng_packet *packet);

/** pcapng_add_statistics() - ISB */
bool pcapng_add_statistics(struct pcapng *out,
			   const struct pcapng_statistics *statistics);

#endif
