// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pcapng.c - the blocks of a pcapng file, as bytes
 */
#include "switch/capture/pcapng.h"

#include <string.h>

#include "core/util.h"

/* Block types and option codes of draft-ietf-opsawg-pcapng, sections 3 and 4.
 */
#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_ETHERNET 1u

#define OPT_END 0
#define OPT_COMMENT 1
#define SHB_USERAPPL 4
#define IF_NAME 2
#define IF_TSRESOL 9
#define IF_FILTER 11
#define EPB_FLAGS 2
#define EPB_DROPCOUNT 4
#define ISB_STARTTIME 2
#define ISB_ENDTIME 3
#define ISB_IFRECV 4
#define ISB_IFDROP 5
#define ISB_FILTERACCEPT 6
#define ISB_OSDROP 7
#define ISB_USRDELIV 8

#define TSRESOL_NS 9
/* if_filter begins with a code: 0 says that the filter's words follow */
#define FILTER_IS_TEXT 0

static void put(struct pcapng *out, const void *data, size_t len)
{
	memcpy(out->data + out->len, data, len);
	out->len += len;
}

static void put_u16(struct pcapng *out, uint16_t value)
{
	put(out, &value, sizeof(value));
}

static void put_u32(struct pcapng *out, uint32_t value)
{
	put(out, &value, sizeof(value));
}

/* The high half comes first, in either byte order. */
static void put_time(struct pcapng *out, uint64_t ns)
{
	put_u32(out, (uint32_t)(ns >> 32));
	put_u32(out, (uint32_t)ns);
}

static void pad(struct pcapng *out)
{
	static const uint8_t zeroes[4];

	put(out, zeroes, -out->len & 3);
}

static void put_option(struct pcapng *out, uint16_t code, const void *data,
		       size_t len)
{
	put_u16(out, code);
	put_u16(out, (uint16_t)len);
	put(out, data, len);
	pad(out);
}

static void put_text(struct pcapng *out, uint16_t code, const char *text)
{
	if (text && *text)
		put_option(out, code, text, strnlen(text, PCAPNG_TEXT_MAX));
}

static void put_count(struct pcapng *out, uint16_t code, uint64_t count)
{
	put_option(out, code, &count, sizeof(count));
}

static void put_moment(struct pcapng *out, uint16_t code, uint64_t ns)
{
	const uint32_t halves[2] = {(uint32_t)(ns >> 32), (uint32_t)ns};

	put_option(out, code, halves, sizeof(halves));
}

/* Begin a block in what room is left; false when it might not fit. */
static bool block_begin(const struct pcapng *out, struct pcapng *block,
			uint32_t type, size_t payload)
{
	if (out->size - out->len < payload + 4 * PCAPNG_TEXT_MAX)
		return false;
	block->data = out->data + out->len;
	block->size = out->size - out->len;
	block->len = 0;
	put_u32(block, type);
	put_u32(block, 0);
	return true;
}

static bool block_end(struct pcapng *out, struct pcapng *block)
{
	uint32_t len = (uint32_t)block->len + sizeof(len);

	put_u32(block, len);
	memcpy(block->data + 4, &len, sizeof(len));
	out->len += len;
	return true;
}

size_t pcapng_block(const uint8_t *data, uint32_t *interface)
{
	uint32_t head[3];

	memcpy(head, data, sizeof(head));
	*interface = head[0] == BLOCK_PACKET ? head[2] : UINT32_MAX;
	return head[1];
}

bool pcapng_add_section(struct pcapng *out, const char *application)
{
	struct pcapng block;

	if (!block_begin(out, &block, BLOCK_SECTION, 0))
		return false;
	put_u32(&block, BYTE_ORDER_MAGIC);
	put_u16(&block, 1);
	put_u16(&block, 0);
	/* its length: not known, and a file that is cut off stays right */
	put_u32(&block, UINT32_MAX);
	put_u32(&block, UINT32_MAX);
	put_text(&block, SHB_USERAPPL, application);
	put_option(&block, OPT_END, "", 0);
	return block_end(out, &block);
}

bool pcapng_add_interface(struct pcapng *out,
			  const struct pcapng_interface *interface)
{
	const uint8_t tsresol = TSRESOL_NS;
	char filter[1 + PCAPNG_TEXT_MAX];
	struct pcapng block;
	size_t len;

	if (!block_begin(out, &block, BLOCK_INTERFACE, 0))
		return false;
	put_u16(&block, LINKTYPE_ETHERNET);
	put_u16(&block, 0);
	put_u32(&block, interface->snaplen);
	put_text(&block, IF_NAME, interface->name);
	put_option(&block, IF_TSRESOL, &tsresol, sizeof(tsresol));
	if (interface->filter && *interface->filter) {
		len = strnlen(interface->filter, PCAPNG_TEXT_MAX);
		filter[0] = FILTER_IS_TEXT;
		memcpy(filter + 1, interface->filter, len);
		put_option(&block, IF_FILTER, filter, len + 1);
	}
	put_option(&block, OPT_END, "", 0);
	return block_end(out, &block);
}

bool pcapng_add_packet(struct pcapng *out, const struct pcapng_packet *packet)
{
	const uint32_t flags = packet->direction;
	struct pcapng block;

	if (!block_begin(out, &block, BLOCK_PACKET, packet->captured))
		return false;
	put_u32(&block, packet->interface);
	put_time(&block, packet->stamp_ns);
	put_u32(&block, packet->captured);
	put_u32(&block, packet->len);
	if (packet->captured)
		put(&block, packet->data, packet->captured);
	pad(&block);
	put_text(&block, OPT_COMMENT, packet->comment);
	put_option(&block, EPB_FLAGS, &flags, sizeof(flags));
	if (packet->lost)
		put_count(&block, EPB_DROPCOUNT, packet->lost);
	put_option(&block, OPT_END, "", 0);
	return block_end(out, &block);
}

bool pcapng_add_statistics(struct pcapng *out,
			   const struct pcapng_statistics *statistics)
{
	struct pcapng block;

	if (!block_begin(out, &block, BLOCK_STATISTICS, 0))
		return false;
	put_u32(&block, statistics->interface);
	put_time(&block, statistics->stamp_ns);
	put_moment(&block, ISB_STARTTIME, statistics->start_ns);
	put_moment(&block, ISB_ENDTIME, statistics->stamp_ns);
	put_count(&block, ISB_IFRECV, statistics->received);
	put_count(&block, ISB_IFDROP, statistics->dropped);
	put_count(&block, ISB_FILTERACCEPT, statistics->accepted);
	put_count(&block, ISB_OSDROP, statistics->lost);
	put_count(&block, ISB_USRDELIV, statistics->written);
	put_option(&block, OPT_END, "", 0);
	return block_end(out, &block);
}
