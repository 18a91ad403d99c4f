// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cable.c - what a frame costs on its way through networks and cables
 *
 * usage: cable
 *
 * Batches of 32 frames, or of 16 long ones, from a port that has them to a
 * port that only counts, all in memory: through one network, and through two
 * and three with cables in between. The differences are the cables, and a
 * network each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "switch/uplink/cable.h"
#include "switch/network.h"

#define BATCH 32
#define LONG_BATCH 16 /* more of 64 KiB are not under way at once */
#define MOST_NETS 3
#define PACKETS 4096
#define CHUNKS 8192
#define BATCHES 100000
#define FIRST 1 /* last bytes of addresses */
#define LAST 2

/**
 * struct toy - where frames come from, or go to
 * @port:	its port
 * @count:	frames that it was sent
 */
struct toy {
	struct port port;
	uint64_t count;
};

/**
 * struct row - networks in a row
 * @clock:	the loop's
 * @loop:	everything runs on it
 * @pool:	for frames under way
 * @nets:	how many
 * @net:	from the first to the last
 * @first:	where frames come from
 * @last:	where they go
 */
struct row {
	struct clock clock;
	struct loop *loop;
	struct packet_pool *pool;
	unsigned nets;
	struct network *net[MOST_NETS];
	struct toy first;
	struct toy last;
};

static unsigned toy_send(struct port *port, struct frame **frames, unsigned n)
{
	(void)frames;
	container_of(port, struct toy, port)->count += n;
	return n;
}

static const struct port_ops toy_ops = {.send = toy_send};

static int plug(struct network *network, struct port *port)
{
	const struct network_port_options none = {0};

	return network_add_port(network, port, &none);
}

static int toy_plug(struct toy *toy, struct network *network)
{
	port_init(&toy->port, &toy_ops, "toy");
	port_carrier(&toy->port, true);
	return plug(network, &toy->port);
}

static int build(struct row *row, struct err *err)
{
	const struct network_options options = {.name = "bench", .seed = 1};
	static struct offload_scratch scratch;
	struct network_env env;
	int code = 0;

	clock_init_monotonic(&row->clock);
	row->loop = loop_create(&row->clock, err);
	row->pool = packet_pool_create(PACKETS, CHUNKS, err);
	if (!row->loop || !row->pool)
		return err->code;
	env = (struct network_env){row->loop, row->pool, &scratch};
	for (unsigned i = 0; i < row->nets; i++) {
		struct cable *cable;

		row->net[i] = network_create(&env, &options, err);
		if (!row->net[i])
			return err->code;
		if (!i)
			continue;
		cable = cable_create(row->loop, row->pool, "a", "b", 1500, err);
		if (!cable)
			return err->code;
		code |= plug(row->net[i - 1], cable_port(cable, 0));
		code |= plug(row->net[i], cable_port(cable, 1));
	}
	code |= toy_plug(&row->first, row->net[0]);
	code |= toy_plug(&row->last, row->net[row->nets - 1]);
	return code ? err_set(err, code, "no room in a network") : 0;
}

static void fill(uint8_t *data, uint8_t dst, uint8_t src)
{
	memset(data, 0, 2 * MAC_LEN);
	data[0] = data[MAC_LEN] = 2;
	data[MAC_LEN - 1] = dst;
	data[2 * MAC_LEN - 1] = src;
}

static void run(struct row *row)
{
	for (unsigned i = 0; i < MOST_NETS; i++)
		loop_run_once(row->loop, 0);
}

/* So that nothing is flooded. */
static void make_known(struct row *row)
{
	struct frame frame, *batch = &frame;
	uint8_t data[ETH_HLEN + 46] = {0};
	struct iovec tail;

	fill(data, FIRST, LAST);
	frame_set_data(&frame, data, sizeof(data), &tail);
	port_input(&row->last.port, &batch, 1);
	run(row);
}

/* Nanoseconds a frame of @len bytes. */
static double pass(struct row *row, uint32_t len)
{
	static struct frame frames[BATCH];
	static uint8_t data[FRAME_MAX_LEN];
	struct iovec tails[BATCH];
	struct frame *batch[BATCH];
	unsigned i, round, batches = BATCHES / (1 + len / 1000);
	unsigned n = len < 2 * PACKET_CHUNK_SIZE ? BATCH : LONG_BATCH;
	uint64_t begin_ns;

	make_known(row);
	fill(data, LAST, FIRST);
	row->last.count = 0;
	begin_ns = clock_now_ns(&row->clock);
	for (round = 0; round < batches; round++) {
		for (i = 0; i < n; i++) {
			batch[i] = &frames[i];
			frame_set_data(&frames[i], data, len, &tails[i]);
		}
		port_input(&row->first.port, batch, n);
		loop_run_once(row->loop, 0);
	}
	run(row);
	if (row->last.count != (uint64_t)batches * n)
		fprintf(stderr, "%" PRIu64 " of %u frames arrived\n",
			row->last.count, batches * n);
	return (double)(clock_now_ns(&row->clock) - begin_ns) / batches / n;
}

int main(void)
{
	static const uint32_t lens[] = {60, 1514, 65000};
	static struct row rows[MOST_NETS];
	struct err err = {0};
	unsigned i, nets;

	puts("ns a frame    1 network   2 networks   3 networks");
	for (nets = 1; nets <= MOST_NETS; nets++) {
		rows[nets - 1].nets = nets;
		if (build(&rows[nets - 1], &err)) {
			fprintf(stderr, "cable: %s\n", err.msg);
			return 1;
		}
	}
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		printf("%5u bytes", lens[i]);
		for (nets = 0; nets < MOST_NETS; nets++)
			printf("%13.1f", pass(&rows[nets], lens[i]));
		putchar('\n');
	}
	return 0;
}
