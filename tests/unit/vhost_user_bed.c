// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_bed.c - a vhost-user port, its loop, its upper side, its front-end
 */
#include "unit/cmocka_wrap.h"

#include "unit/vhost_user_bed.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HDR_LEN 12

static unsigned bed_input(void *ctx, struct port *port, struct frame **frames,
			  unsigned n)
{
	struct bed *bed = ctx;
	unsigned i;

	(void)port;
	for (i = 0; i < n && bed->count < bed->limit; i++, bed->count++) {
		size_t len;

		assert_true(bed->count < BED_MAX_FRAMES);
		if (!bed->keep_first || !bed->count) {
			len = frame_copy(frames[i], 0, bed->last,
					 BED_FRAME_SIZE);
			assert_int_equal(len, frames[i]->len);
		}
		bed->len[bed->count] = frames[i]->len;
		bed->hdr[bed->count] = frames[i]->hdr;
		bed->first[bed->count] = bed->last[ETH_HLEN];
	}
	return i;
}

static void bed_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void bed_writable(void *ctx, struct port *port)
{
	struct bed *bed = ctx;

	(void)port;
	bed->writable++;
}

static const struct port_upper upper = {
	.input = bed_input,
	.carrier = bed_carrier,
	.writable = bed_writable,
};

static int bed_listen(struct bed *bed)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* abstract: nothing to clean up */
	snprintf(bed->listen, sizeof(bed->listen), "weft-test-%d", getpid());
	snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "%s",
		 bed->listen);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

int bed_set_up(void **state)
{
	struct bed *bed = *state;
	struct vhost_user_settings settings = {.name = "web1:0",
					       .connected_fd = -1,
					       .mtu = 1500,
					       .queue_pairs = 2,
					       .log = &bed->log};

	memset(bed, 0, sizeof(*bed));
	fake_clock_init(&bed->clock, NSEC_PER_SEC);
	bed->log = (struct log){LOG_ERROR, "test", &bed->clock.clock};
	bed->loop = loop_create(&bed->clock.clock, NULL);
	assert_non_null(bed->loop);
	assert_int_equal(notifier_init(&bed->notifier, NULL), 0);
	assert_int_equal(sigbus_stack_init(&bed->stack, NULL), 0);
	settings.listen_fd = bed_listen(bed);
	bed->vu = vhost_user_create(bed->loop, &bed->notifier, &settings, NULL);
	assert_non_null(bed->vu);
	bed->port = vhost_user_port(bed->vu);
	bed->limit = BED_MAX_FRAMES;
	port_plug(bed->port, &upper, bed);
	assert_true(front_end_init(&bed->fe));
	return 0;
}

int bed_tear_down(void **state)
{
	struct bed *bed = *state;

	front_end_fini(&bed->fe);
	port_unplug(bed->port);
	bed->port->ops->close(bed->port);
	sigbus_stack_fini(&bed->stack);
	notifier_fini(&bed->notifier);
	loop_destroy(bed->loop);
	return 0;
}

void bed_run(struct bed *bed)
{
	unsigned i;

	/* a loop that spins looks at descriptors every 64 rounds only */
	for (i = 0; i < 200; i++)
		loop_run_once(bed->loop, 0);
}

int bed_connect_without_running(struct bed *bed)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "%s",
		 bed->listen);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	return fd;
}

int bed_connect(struct bed *bed)
{
	int fd = bed_connect_without_running(bed);

	bed_run(bed);
	return fd;
}

void bed_start(struct bed *bed, uint64_t features, unsigned rings)
{
	bed->fe.sock = bed_connect(bed);
	assert_true(front_end_start(&bed->fe, features, rings));
	bed_run(bed);
	assert_true(bed->port->carrier);
}

bool bed_is_closed(struct bed *bed)
{
	uint8_t byte;
	ssize_t n;

	bed_run(bed);
	do {
		n = recv(bed->fe.sock, &byte, 1, MSG_DONTWAIT);
	} while (n > 0);
	/* a socket closed with unread bytes says ECONNRESET, else it ends */
	return n == 0 || errno == ECONNRESET;
}

unsigned bed_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

unsigned bed_maps(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	unsigned n = 0;
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

void bed_transmit(struct bed *bed, unsigned buffer, uint32_t len,
		  const struct vnet_hdr *hdr)
{
	struct virtqueue_piece piece = front_end_piece(buffer, HDR_LEN + len);
	uint8_t *data = front_end_data(&bed->fe, buffer);

	memset(data, 0, HDR_LEN);
	if (hdr)
		memcpy(data, hdr, sizeof(*hdr));
	memset(data + HDR_LEN, (int)buffer, len);
	data[HDR_LEN] = 2;
	data[HDR_LEN + 6] = 2;
	assert_true(virtqueue_driver_add(&bed->fe.rings[1], &piece, 1, 0) >= 0);
	if (virtqueue_driver_publish(&bed->fe.rings[1]))
		front_end_kick(&bed->fe, 1);
}

void bed_offer(struct bed *bed, unsigned buffer, uint32_t len)
{
	struct virtqueue_piece piece = front_end_piece(buffer, len);

	assert_true(virtqueue_driver_add(&bed->fe.rings[0], &piece, 0, 1) >= 0);
	if (virtqueue_driver_publish(&bed->fe.rings[0]))
		front_end_kick(&bed->fe, 0);
}

bool bed_send(struct bed *bed, uint32_t len, uint8_t first)
{
	static uint8_t data[BED_FRAME_SIZE];
	struct frame frame, *frames = &frame;
	struct iovec tail;
	uint32_t i;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7);
	data[ETH_HLEN] = first;
	frame_set_data(&frame, data, len, &tail);
	return port_send(bed->port, &frames, 1) == 1;
}

uint64_t bed_drops(const struct bed *bed, enum drop_reason reason)
{
	return bed->port->counters.drops[reason];
}

unsigned bed_used(struct bed *bed, unsigned ring)
{
	uint32_t len;
	unsigned n = 0;

	while (virtqueue_driver_get(&bed->fe.rings[ring], &len) >= 0)
		n++;
	return n;
}
