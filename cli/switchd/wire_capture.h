/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_capture.h - messages of wire.h about captures
 *
 * A capture is put together with WIRE_CAPTURE_ADD, its filter's code in pieces,
 * its targets one by one, and begins with WIRE_CAPTURE_START. Once it has begun
 * it ends with the event WIRE_CAPTURE_ENDED, whatever ends it; before that come
 * the counts of each port.
 */
#ifndef CLI_SWITCHD_WIRE_CAPTURE_H
#define CLI_SWITCHD_WIRE_CAPTURE_H

#include <linux/filter.h>
#include <stdint.h>

#include "cli/switchd/wire_header.h"
#include "core/port.h"

/** CAPTURES_MAX - captures of a lab at a time; numbers are below this */
#define CAPTURES_MAX 16
/** CAPTURE_MAX_TARGETS - ports and networks that one capture names */
#define CAPTURE_MAX_TARGETS 64

#define WIRE_CAPTURE_TEXT_SIZE 512
#define WIRE_CAPTURE_CODE_MAX 64

/** enum wire_capture_target_kind - what is captured */
enum wire_capture_target_kind {
	WIRE_CAPTURE_PORT,    /* number of a port */
	WIRE_CAPTURE_NETWORK, /* number of a network: all its ports */
	WIRE_CAPTURE_GATEWAY, /* number of a network: its service port */
	WIRE_CAPTURE_MEMBER,  /* wire_cable_port() of an uplink's member */
};

/**
 * struct wire_capture_add - begin to put a capture together; one fd comes along
 * @header:	type and id
 * @capture:	number chosen by labd
 * @snaplen:	most bytes of a frame; 0: all
 * @max_frames:	ends after so many; 0: never
 * @last_ms:	not what passes from now on, but what passed in this time
 * @is_file:	the descriptor is a regular file, else a non-blocking pipe or
 *		socket
 * @offset:	of a file: where it ends
 * @filter:	its words, for the file
 */
struct wire_capture_add {
	struct wire_header header;
	uint32_t capture;
	uint32_t snaplen;
	uint64_t max_frames;
	uint64_t last_ms;
	uint64_t offset;
	uint8_t is_file;
	char filter[WIRE_CAPTURE_TEXT_SIZE];
};

/**
 * struct wire_capture_code - the next instructions of the filter
 * @header:	type and id
 * @capture:	number of the capture
 * @count:	entries of @code
 * @code:	instructions
 */
struct wire_capture_code {
	struct wire_header header;
	uint32_t capture;
	uint32_t count;
	struct sock_filter code[WIRE_CAPTURE_CODE_MAX];
};

/**
 * struct wire_capture_target - one more thing to capture
 * @header:	type and id
 * @capture:	number of the capture
 * @kind:	enum wire_capture_target_kind
 * @number:	of the port or network
 */
struct wire_capture_target {
	struct wire_header header;
	uint32_t capture;
	uint32_t kind;
	uint32_t number;
};

/**
 * struct wire_capture_ref - start, stop or query a capture
 * @header:	type and id
 * @capture:	number of the capture
 */
struct wire_capture_ref {
	struct wire_header header;
	uint32_t capture;
};

/**
 * struct wire_capture_counts - of all ports (answer to WIRE_CAPTURE_QUERY), or
 * of one (event WIRE_CAPTURE_COUNTS, when it has ended)
 * @header:	type and id
 * @capture:	number of the capture
 * @ports:	ports seen so far
 * @received:	frames that passed, or died, at the ports
 * @dropped:	of these: died there
 * @accepted:	of @received: the filter let them through
 * @lost:	of @accepted: the capture was too slow for them
 * @written:	of @accepted: are in the file
 * @port:	name of the one
 */
struct wire_capture_counts {
	struct wire_header header;
	uint32_t capture;
	uint32_t ports;
	uint64_t received;
	uint64_t dropped;
	uint64_t accepted;
	uint64_t lost;
	uint64_t written;
	char port[PORT_NAME_SIZE];
};

/**
 * struct wire_capture_ended - the descriptor is closed
 * @header:	type and id
 * @capture:	number of the capture
 * @code:	0: as asked; else -errno
 * @reached_ms:	with last_ms: how far memory went back, when that was less
 * @text:	why
 */
struct wire_capture_ended {
	struct wire_header header;
	uint32_t capture;
	int32_t code;
	uint64_t reached_ms;
	char text[WIRE_CAPTURE_TEXT_SIZE];
};

#endif
