// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_vhost_user.c - a session whose messages are the input
 *
 * Input: records of one byte of descriptors (low nibble: how many, high nibble:
 * which kind), two bytes of length, and so many bytes of the stream. Kind 0 is
 * a memfd, 1 an eventfd, 2 a pipe, 3 /dev/zero. Kind 15 is written into the
 * memfd instead, at page number low nibble, and kicks.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/vhost_user.h"
#include "core/bytes.h"
#include "core/sigbus_guard.h"

#define MAX_FDS 9
#define KINDS 4
#define MEMORY (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct fake_clock clock;
	struct log log;
	struct loop *loop;
	struct notifier notifier;
	struct sigbus_stack stack;
	int fds[KINDS];
	uint8_t *memory;
};

static unsigned input(void *ctx, struct port *port, struct frame **frames,
		      unsigned n)
{
	static uint8_t bytes[FRAME_MAX_LEN];
	unsigned i;

	(void)ctx;
	(void)port;
	for (i = 0; i < n; i++)
		frame_copy(frames[i], 0, bytes, sizeof(bytes));
	return n;
}

static void carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

static void must(bool ok)
{
	if (!ok)
		abort();
}

static struct world *world_create(void)
{
	struct world *world = calloc(1, sizeof(*world));
	int pipe_fds[2];

	must(world != NULL);
	fake_clock_init(&world->clock, NSEC_PER_SEC);
	world->log = (struct log){LOG_ERROR, "fuzz", &world->clock.clock};
	world->loop = loop_create(&world->clock.clock, NULL);
	must(world->loop && !notifier_init(&world->notifier, NULL) &&
	     !sigbus_stack_init(&world->stack, NULL));
	world->fds[0] = memfd_create("guest", MFD_CLOEXEC);
	must(!ftruncate(world->fds[0], MEMORY));
	world->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED,
			     world->fds[0], 0);
	must(world->memory != MAP_FAILED);
	world->fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(!pipe2(pipe_fds, O_CLOEXEC));
	world->fds[2] = pipe_fds[1];
	world->fds[3] = open("/dev/zero", O_RDWR | O_CLOEXEC);
	return world;
}

static void send_record(const struct world *world, int sock, uint8_t kinds,
			const uint8_t *bytes, size_t len)
{
	unsigned i, n = MIN(kinds & 15u, MAX_FDS);
	union {
		char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec iov = {(void *)(uintptr_t)bytes, len};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cmsg;

	if (n) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (i = 0; i < n; i++)
			memcpy(CMSG_DATA(cmsg) + i * sizeof(int),
			       &world->fds[(kinds >> 4) % KINDS], sizeof(int));
	}
	if (sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return; /* the session has ended; go on all the same */
}

static void play(struct world *world, int sock, const uint8_t *data,
		 size_t size)
{
	unsigned i;

	while (size > 3) {
		size_t len = MIN(be16_load(data + 1), size - 3);
		uint8_t drain[256];

		if (data[0] >> 4 == 15) {
			memcpy(world->memory + (data[0] & 15) * 4096, data + 3,
			       MIN(len, 4096));
			eventfd_write(world->fds[1], 1);
		} else if (len) {
			send_record(world, sock, data[0], data + 3, len);
		}
		for (i = 0; i < 3; i++)
			loop_run_once(world->loop, 0);
		while (recv(sock, drain, sizeof(drain), MSG_DONTWAIT) > 0)
			;
		data += 3 + len;
		size -= 3 + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct port_upper upper = {
		.input = input,
		.carrier = carrier,
		.writable = writable,
	};
	static struct world *world;
	struct vhost_user_settings settings = {
		.name = "fuzz", .listen_fd = -1, .mtu = 1500, .queue_pairs = 2};
	struct frame frame, *frames = &frame;
	uint8_t bytes[60] = {2};
	struct iovec tail;
	struct port *port;
	int pair[2];

	if (!world)
		world = world_create();
	memset(world->memory, 0, 65536);
	settings.log = &world->log;
	must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	settings.connected_fd = pair[0];
	port = vhost_user_port(vhost_user_create(world->loop, &world->notifier,
						 &settings, NULL));
	port_plug(port, &upper, NULL);
	play(world, pair[1], data, size);
	frame_set_data(&frame, bytes, sizeof(bytes), &tail);
	port_send(port, &frames, 1);
	world->clock.ns += 10 * NSEC_PER_SEC;
	loop_run_once(world->loop, 0);
	port_unplug(port);
	port->ops->close(port);
	close(pair[1]);
	return 0;
}
