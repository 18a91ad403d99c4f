// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_view.c - a capture's stream as lines for people or programs
 *
 * The stream is pcapng as weft-switch writes it (switch/capture/pcapng.h): of
 * the format no more is read than is written there.
 */
#include "cli/cmd/capture_view.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cmd/frame_text.h"
#include "cli/cmd/print.h"
#include "core/port.h"
#include "switch/capture/pcapng.h"

#define MAX_INTERFACES 4096
#define BLOCK_INTERFACE 1
#define BLOCK_PACKET 6
#define OPT_COMMENT 1
#define IF_NAME 2
#define EPB_FLAGS 2
#define NS_PER_S UINT64_C(1000000000)

/**
 * struct capture_view - what has come
 * @json:	print objects
 * @count:	names known
 * @names:	of the interfaces, by number
 * @len:	bytes of @data
 * @data:	blocks that are not whole yet
 */
struct capture_view {
	bool json;
	unsigned count;
	char names[MAX_INTERFACES][PORT_NAME_SIZE];
	size_t len;
	uint8_t data[2 * PCAPNG_BLOCK_MAX];
};

/**
 * struct view_packet - a frame to be printed
 * @stamp_ns:	since 1970
 * @port:	where
 * @data:	@captured bytes
 * @captured:	how many
 * @len:	of the frame
 * @flags:	PCAPNG_INBOUND or PCAPNG_OUTBOUND
 * @comment:	or empty
 */
struct view_packet {
	uint64_t stamp_ns;
	const char *port;
	const uint8_t *data;
	uint32_t captured;
	uint32_t len;
	uint32_t flags;
	char comment[PCAPNG_TEXT_MAX + 1];
};

struct capture_view *capture_view_create(bool json)
{
	struct capture_view *view = calloc(1, sizeof(*view));

	if (view)
		view->json = json;
	return view;
}

void capture_view_destroy(struct capture_view *view)
{
	free(view);
}

static uint32_t u32_at(const uint8_t *data)
{
	uint32_t value;

	memcpy(&value, data, sizeof(value));
	return value;
}

/* The value of an option, and its length; NULL when it is not there. */
static const uint8_t *find_option(const uint8_t *data, size_t len,
				  uint16_t wanted, uint16_t *value_len)
{
	while (len >= 4) {
		uint16_t code, size;
		size_t step;

		memcpy(&code, data, sizeof(code));
		memcpy(&size, data + 2, sizeof(size));
		step = 4 + ((size + 3u) & ~3u);
		if (!code || step > len)
			return NULL;
		*value_len = size;
		if (code == wanted)
			return data + 4;
		data += step;
		len -= step;
	}
	return NULL;
}

static void copy_option(const uint8_t *data, size_t len, uint16_t wanted,
			char *text, size_t size)
{
	uint16_t value_len = 0;
	const uint8_t *value = find_option(data, len, wanted, &value_len);

	snprintf(text, size, "%.*s", value ? (int)value_len : 0,
		 value ? (const char *)value : "");
}

static void take_interface(struct capture_view *view, const uint8_t *body,
			   size_t len)
{
	if (view->count == MAX_INTERFACES || len < 8)
		return;
	copy_option(body + 8, len - 8, IF_NAME, view->names[view->count++],
		    PORT_NAME_SIZE);
}

static const char *direction_of(const struct view_packet *packet)
{
	return packet->flags == PCAPNG_INBOUND ? "in" : "out";
}

static void print_json_line(const struct view_packet *packet, const char *text)
{
	json_t *line;

	line = json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:s}", "schema",
			 "weft.frame/1", "time_ns",
			 (json_int_t)packet->stamp_ns, "port", packet->port,
			 "direction", direction_of(packet), "length",
			 (json_int_t)packet->len, "captured",
			 (json_int_t)packet->captured, "text", text);
	if (packet->comment[0])
		json_object_set_new(line, "comment",
				    json_string(packet->comment));
	json_dumpf(line, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(line);
}

static void print_line(const struct view_packet *packet, const char *text)
{
	time_t s = (time_t)(packet->stamp_ns / NS_PER_S);
	char clock[16] = "";
	struct tm tm = {0};

	localtime_r(&s, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%06u ", clock,
	       (unsigned)(packet->stamp_ns % NS_PER_S / 1000));
	print_safe(stdout, packet->port);
	printf(" %-3s ", direction_of(packet));
	print_safe(stdout, text);
	printf(", length %u", packet->len);
	if (packet->comment[0]) {
		fputs(" (", stdout);
		print_safe(stdout, packet->comment);
		putchar(')');
	}
	putchar('\n');
}

static void take_packet(struct capture_view *view, const uint8_t *body,
			size_t len)
{
	struct view_packet packet = {.port = "?"};
	char text[FRAME_TEXT_SIZE];
	const uint8_t *flags;
	uint16_t size = 0;
	size_t padded;

	if (len < 20)
		return;
	packet.captured = u32_at(body + 12);
	packet.len = u32_at(body + 16);
	padded = 20 + (((size_t)packet.captured + 3) & ~(size_t)3);
	if (padded > len)
		return;
	if (u32_at(body) < view->count)
		packet.port = view->names[u32_at(body)];
	packet.stamp_ns = (uint64_t)u32_at(body + 4) << 32 | u32_at(body + 8);
	packet.data = body + 20;
	copy_option(body + padded, len - padded, OPT_COMMENT, packet.comment,
		    sizeof(packet.comment));
	flags = find_option(body + padded, len - padded, EPB_FLAGS, &size);
	packet.flags = flags && size == 4 ? u32_at(flags) : 0;
	frame_text(packet.data, packet.captured, text);
	if (view->json)
		print_json_line(&packet, text);
	else
		print_line(&packet, text);
}

/* Blocks that are whole; how many bytes of them, or -EPROTO. */
static ssize_t take_blocks(struct capture_view *view)
{
	size_t at = 0;

	while (view->len - at >= 12) {
		const uint8_t *block = view->data + at;
		uint32_t size = u32_at(block + 4);

		if (size < 12 || size % 4 || size > PCAPNG_BLOCK_MAX)
			return -EPROTO;
		if (size > view->len - at)
			break;
		if (u32_at(block) == BLOCK_INTERFACE)
			take_interface(view, block + 8, size - 12);
		if (u32_at(block) == BLOCK_PACKET)
			take_packet(view, block + 8, size - 12);
		at += size;
	}
	return (ssize_t)at;
}

int capture_view_read(struct capture_view *view, int fd)
{
	ssize_t got = read(fd, view->data + view->len,
			   sizeof(view->data) - view->len);
	ssize_t done;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (got == 0)
		return 0;
	view->len += (size_t)got;
	done = take_blocks(view);
	if (done < 0)
		return (int)done;
	memmove(view->data, view->data + done, view->len - (size_t)done);
	view->len -= (size_t)done;
	return fflush(stdout) ? -EPIPE : 1;
}
