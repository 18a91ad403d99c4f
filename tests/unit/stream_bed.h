/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream_bed.h - a stream port on a real unix socket, its client, and a network
 * that notes what it gets
 */
#ifndef UNIT_STREAM_BED_H
#define UNIT_STREAM_BED_H

#include <sys/un.h>

#include "backends/stream.h"

#define BED_SEEN_MAX 1024
/* In a frame: last byte of the source address. */
#define BED_NUMBER_AT 11
/* The length in front of each frame. */
#define BED_HLEN 4

/**
 * struct stream_bed - the fixture
 * @fake:	the port's time
 * @log:	of the port
 * @loop:	of the port
 * @port:	under test, plugged in
 * @address:	where it listens
 * @address_len: bytes of it
 * @peer:	the client, non-blocking; -1 when it left
 * @accept:	frames that the network still takes
 * @calls:	times that frames were offered
 * @count:	frames taken
 * @writable:	times that the port said it has room again
 * @carrier_changes: times that it told of its carrier
 * @lens:	of the frames taken
 * @numbers:	of the frames taken, see bed_make_frame()
 * @data:	the last one
 */
struct stream_bed {
	struct fake_clock fake;
	struct log log;
	struct loop *loop;
	struct port *port;
	struct sockaddr_un address;
	socklen_t address_len;
	int peer;
	unsigned accept;
	unsigned calls;
	unsigned count;
	unsigned writable;
	unsigned carrier_changes;
	uint32_t lens[BED_SEEN_MAX];
	uint8_t numbers[BED_SEEN_MAX];
	uint8_t data[FRAME_MAX_LEN];
};

/** stream_bed_setup() - for cmocka: a port with a client */
int stream_bed_setup(void **state);

/** stream_bed_teardown() - for cmocka */
int stream_bed_teardown(void **state);

/** bed_run() - some rounds of the loop: whatever is due is done */
void bed_run(struct stream_bed *f);

/** bed_sleeps() - has the loop nothing to do, or does something wake it? */
bool bed_sleeps(struct stream_bed *f);

/** bed_connect() - one more client; its descriptor */
int bed_connect(struct stream_bed *f);

/** bed_make_frame() - a frame with its length in front; bytes of both */
size_t bed_make_frame(uint8_t *data, uint32_t len, uint8_t number);

/** bed_send() - the client sends a frame of @len bytes */
void bed_send(struct stream_bed *f, uint32_t len, uint8_t number);

/** bed_send_length() - the client sends a length and nothing behind it */
void bed_send_length(struct stream_bed *f, uint32_t len);

/** bed_receive() - all that is there for a client; 0 also when hung up on */
size_t bed_receive(int fd, uint8_t *data, size_t size);

#endif
