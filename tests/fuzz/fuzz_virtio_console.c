// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtio_console.c - what a driver and a host do with ports, in any order
 *
 * Input: a byte of flags (FLAG_*), then steps: a byte that says what (enum
 * step), and what belongs to it. Chains take their bytes from a window of RAM
 * that the whole input is copied to first, so control messages are made of it.
 *
 * Whatever the steps are: no chain has more written to it than it has room, and
 * after a reset a named port carries bytes both ways while its host is there.
 */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/fuzz_ops.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define PORTS 2
#define QUEUES (2 * (PORTS + 1))
#define WINDOW_AT 0x10000
#define WINDOW_SIZE 0x10000
#define MAX_PIECES 30
/* Room for steps, and for what follows them. */
#define MAX_STEPS 256

#define FLAG_MULTIPORT 1
#define FLAG_EVENT_IDX 2

/* What is done: low bits of a step's first byte; the rest is a queue or port.
 */
enum step {
	STEP_CHAIN,    /* numbers of pieces; offset and length of each */
	STEP_CONTROL,  /* a control message of 8 bytes */
	STEP_SAY,      /* bytes that the host says */
	STEP_HEAR,     /* the host reads */
	STEP_SHUTDOWN, /* the host says no more */
	STEP_CLOSE,    /* the host goes */
	STEP_RESTART,  /* the driver begins anew */
	STEP_KICK,     /* it notifies for nothing */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct fixture - a machine with a console
 * @bed:	the machine
 * @bus:	its bus
 * @vp:		the console
 * @guest:	its driver
 * @hosts:	other ends of the ports; -1: gone
 * @flags:	of the input
 * @room:	writable bytes of each chain
 */
struct fixture {
	struct machine_bed bed;
	struct pci_bus bus;
	struct virtio_pci *vp;
	struct virtio_guest guest;
	int hosts[PORTS];
	uint8_t flags;
	uint64_t room[QUEUES][VIRTIO_QUEUE_SIZE];
};

static unsigned queue_count(const struct fixture *f)
{
	return f->flags & FLAG_MULTIPORT ? QUEUES : 2;
}

static void start(struct fixture *f)
{
	uint64_t features = 1ull << VIRTIO_F_VERSION_1;

	if (f->flags & FLAG_MULTIPORT)
		features |= 1ull << VIRTIO_CONSOLE_F_MULTIPORT;
	if (f->flags & FLAG_EVENT_IDX)
		features |= 1ull << VIRTIO_RING_F_EVENT_IDX;
	f->guest.next = VIRTIO_GUEST_RAM;
	fuzz_check(virtio_guest_start(&f->guest, features, queue_count(f)));
}

static void open_console(struct fixture *f)
{
	struct console_port_settings ports[PORTS] = {{NULL, -1, -1},
						     {"port", -1, -1}};
	unsigned i;

	for (i = 0; i < PORTS; i++) {
		int pair[2];

		fuzz_check(!socketpair(
			AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
			pair));
		f->hosts[i] = pair[0];
		ports[i].in_fd = pair[1];
		ports[i].out_fd = dup(pair[1]);
	}
	fuzz_check(!machine_bed_open(&f->bed));
	fuzz_check(!pci_bus_init(&f->bus, &f->bed.machine, NULL));
	f->vp = virtio_pci_create(
		&f->bus,
		virtio_console_create(&f->bed.machine, ports, PORTS, NULL),
		NULL);
	fuzz_check(f->vp &&
		   !virtio_guest_init(&f->guest, &f->bed, VIRTIO_ID_CONSOLE));
}

static void add(struct fixture *f, unsigned queue,
		const struct virtqueue_piece *pieces, unsigned readable,
		unsigned writable)
{
	uint64_t room = 0;
	unsigned i;
	int head;

	head = virtio_guest_add(&f->guest, queue, pieces, readable, writable);
	for (i = readable; i < readable + writable; i++)
		room += pieces[i].len;
	if (head >= 0)
		f->room[queue][head] = room;
}

/* Returns bytes used; 0 at the end of the input. */
static size_t step_chain(struct fixture *f, unsigned queue, const uint8_t *data,
			 size_t size)
{
	struct virtqueue_piece pieces[MAX_PIECES];
	unsigned i, readable, writable;

	if (!size)
		return 0;
	readable = data[0] & 15;
	writable = data[0] >> 4;
	if (readable + writable == 0 || 1 + 4 * (readable + writable) > size)
		return 0;
	for (i = 0; i < readable + writable; i++) {
		const uint8_t *piece = data + 1 + i * 4;

		pieces[i].gpa = WINDOW_AT + (piece[0] | piece[1] << 8);
		pieces[i].len = piece[2] | piece[3] << 8;
	}
	add(f, queue, pieces, readable, writable);
	return 1 + i * 4;
}

static size_t step_control(struct fixture *f, size_t offset, size_t size)
{
	const struct virtqueue_piece piece = {WINDOW_AT + offset, 8};

	if (size < 8)
		return 0;
	if (f->flags & FLAG_MULTIPORT)
		add(f, 3, &piece, 1, 0);
	return 8;
}

static size_t step_say(int host, const uint8_t *data, size_t size)
{
	size_t len = size ? MIN(size - 1, (size_t)data[0]) : 0;

	if (host >= 0 && len && write(host, data + 1, len) < 0)
		return len + 1;
	return len + 1;
}

static void step_hear(int host)
{
	static uint8_t bytes[65536];

	while (host >= 0 && read(host, bytes, sizeof(bytes)) > 0)
		;
}

static void go(struct fixture *f, unsigned port)
{
	if (f->hosts[port] >= 0)
		close(f->hosts[port]);
	f->hosts[port] = -1;
}

static size_t do_step(struct fixture *f, const uint8_t *data, size_t at,
		      size_t size)
{
	unsigned queue = (data[at] >> 3) % queue_count(f);
	unsigned port = (data[at] >> 3) % PORTS;
	enum step step = data[at] & 7;

	at++;
	switch (step) {
	case STEP_CHAIN:
		return step_chain(f, queue, data + at, size - at);
	case STEP_CONTROL:
		return step_control(f, at, size - at);
	case STEP_SAY:
		return step_say(f->hosts[port], data + at, size - at);
	case STEP_HEAR:
		step_hear(f->hosts[port]);
		return 0;
	case STEP_SHUTDOWN:
		shutdown(f->hosts[port], SHUT_WR);
		return 0;
	case STEP_CLOSE:
		go(f, port);
		return 0;
	case STEP_RESTART:
		start(f);
		return 0;
	case STEP_KICK:
		return 0;
	}
	return 0;
}

static void serve(struct fixture *f)
{
	unsigned i;

	for (i = 0; i < queue_count(f); i++)
		virtio_guest_kick(&f->guest, i);
	for (i = 0; i < queue_count(f); i++) {
		uint32_t len;
		int head;

		while ((head = virtio_guest_get(&f->guest, i, &len)) >= 0)
			fuzz_check(len <= f->room[i][head]);
		fuzz_check(head == -EAGAIN);
	}
	if (virtio_guest_status(&f->guest) & VIRTIO_CONFIG_S_NEEDS_RESET)
		start(f);
}

/* The console of a driver that knows no more than that. */
static void check_alive(struct fixture *f)
{
	const struct virtqueue_piece piece = {WINDOW_AT, 1};
	uint32_t len;

	f->flags = 0;
	start(f);
	step_hear(f->hosts[0]);
	machine_bed_run(&f->bed);
	add(f, 1, &piece, 1, 0);
	virtio_guest_kick(&f->guest, 1);
	fuzz_check(virtio_guest_get(&f->guest, 1, &len) >= 0);
	if (f->hosts[0] >= 0)
		fuzz_check(read(f->hosts[0], &len, sizeof(len)) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fixture f;
	unsigned i, steps;
	size_t at = 1;

	if (!size || size > WINDOW_SIZE)
		return 0;
	signal(SIGPIPE, SIG_IGN);
	f.flags = data[0];
	open_console(&f);
	start(&f);
	memcpy(virtio_guest_at(&f.guest, WINDOW_AT), data, size);
	for (steps = 0; at < size && steps < MAX_STEPS; steps++) {
		at += 1 + do_step(&f, data, at, size);
		serve(&f);
	}
	check_alive(&f);
	virtio_pci_destroy(f.vp);
	for (i = 0; i < PORTS; i++)
		go(&f, i);
	fuzz_check(!machine_bed_close(&f.bed));
	return 0;
}
