// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console_bed.c - a virtio-console with a driver, for more than one test
 */
#include "unit/cmocka_wrap.h"

#include "unit/console_bed.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int console_bed_open(struct console_bed *bed)
{
	static const char *const names[CONSOLE_PORTS] = {NULL, "port1",
							 "port2"};
	struct console_port_settings ports[CONSOLE_PORTS];
	unsigned i;

	signal(SIGPIPE, SIG_IGN);
	if (machine_bed_open(&bed->machine) ||
	    pci_bus_init(&bed->bus, &bed->machine.machine, NULL))
		return -1;
	for (i = 0; i < CONSOLE_PORTS; i++) {
		int pair[2];

		assert_int_equal(
			socketpair(AF_UNIX,
				   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				   0, pair),
			0);
		bed->hosts[i] = pair[0];
		ports[i] = (struct console_port_settings){names[i], pair[1],
							  dup(pair[1])};
	}
	bed->device = virtio_console_create(&bed->machine.machine, ports,
					    CONSOLE_PORTS, NULL);
	if (!bed->device)
		return -1;
	bed->vp = virtio_pci_create(&bed->bus, bed->device, NULL);
	return bed->vp ? virtio_guest_init(&bed->guest, &bed->machine,
					   VIRTIO_ID_CONSOLE)
		       : -1;
}

int console_bed_close(struct console_bed *bed)
{
	unsigned i;

	virtio_pci_destroy(bed->vp);
	for (i = 0; i < CONSOLE_PORTS; i++) {
		if (bed->hosts[i] >= 0)
			close(bed->hosts[i]);
	}
	return machine_bed_close(&bed->machine);
}

void console_start(struct console_bed *bed)
{
	char text[64];
	unsigned i;

	assert_true(virtio_guest_start(&bed->guest, CONSOLE_FEATURES,
				       2 * (CONSOLE_PORTS + 1)));
	console_listen(bed, 4 * CONSOLE_PORTS);
	console_control(bed, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY,
			1);
	for (i = 0; i < CONSOLE_PORTS; i++) {
		console_control(bed, i, VIRTIO_CONSOLE_PORT_READY, 1);
		console_control(bed, i, VIRTIO_CONSOLE_PORT_OPEN, 1);
	}
	while (*console_told(bed, text))
		;
}

void console_control(struct console_bed *bed, uint32_t id, uint16_t event,
		     uint16_t value)
{
	const struct virtio_console_control control = {
		htole32(id), htole16(event), htole16(value)};
	struct virtqueue_piece piece = {.len = sizeof(control)};
	uint32_t len;

	piece.gpa = virtio_guest_alloc(&bed->guest, sizeof(control));
	memcpy(virtio_guest_at(&bed->guest, piece.gpa), &control,
	       sizeof(control));
	assert_true(virtio_guest_add(&bed->guest, CONSOLE_CONTROL_OUT, &piece,
				     1, 0) >= 0);
	virtio_guest_kick(&bed->guest, CONSOLE_CONTROL_OUT);
	assert_true(virtio_guest_get(&bed->guest, CONSOLE_CONTROL_OUT, &len) >=
		    0);
	assert_int_equal(len, 0);
}

/* One buffer: what is told is looked at one by one, before more is told. */
void console_listen(struct console_bed *bed, unsigned count)
{
	struct virtqueue_piece piece = {.len = 128};

	while (count--) {
		piece.gpa = virtio_guest_alloc(&bed->guest, piece.len);
		assert_true(virtio_guest_add(&bed->guest, CONSOLE_CONTROL_IN,
					     &piece, 0, 1) >= 0);
	}
	virtio_guest_kick(&bed->guest, CONSOLE_CONTROL_IN);
}

const char *console_told(struct console_bed *bed, char *text)
{
	static const char *const events[] = {"ready", "add",     "remove",
					     "ready", "console", "resize",
					     "open",  "name"};
	struct virtqueue_driver *driver =
		&bed->guest.queues[CONSOLE_CONTROL_IN].driver;
	const struct virtio_console_control *control;
	uint32_t len;
	int head = virtio_guest_get(&bed->guest, CONSOLE_CONTROL_IN, &len);

	text[0] = '\0';
	if (head < 0)
		return text;
	assert_true(len >= sizeof(*control));
	control =
		virtio_guest_at(&bed->guest, le64toh(driver->desc[head].addr));
	assert_true(le16toh(control->event) < ARRAY_SIZE(events));
	snprintf(text, 64, "%s %u %u%s%.*s", events[le16toh(control->event)],
		 le32toh(control->id), le16toh(control->value),
		 len > sizeof(*control) ? " " : "",
		 (int)(len - sizeof(*control)), (const char *)(control + 1));
	return text;
}

uint64_t console_give(struct console_bed *bed, unsigned port, uint32_t len)
{
	struct virtqueue_piece piece = {.len = len};

	piece.gpa = virtio_guest_alloc(&bed->guest, len);
	assert_true(virtio_guest_add(&bed->guest, console_in(port), &piece, 0,
				     1) >= 0);
	virtio_guest_kick(&bed->guest, console_in(port));
	return piece.gpa;
}

int console_took(struct console_bed *bed, unsigned port)
{
	uint32_t len;
	int head;

	machine_bed_run(&bed->machine);
	head = virtio_guest_get(&bed->guest, console_in(port), &len);
	return head < 0 ? head : (int)len;
}

void console_say(struct console_bed *bed, unsigned port, const void *bytes,
		 uint32_t len)
{
	struct virtqueue_piece piece = {.len = len};

	piece.gpa = virtio_guest_alloc(&bed->guest, len);
	memcpy(virtio_guest_at(&bed->guest, piece.gpa), bytes, len);
	assert_true(virtio_guest_add(&bed->guest, console_in(port) + 1, &piece,
				     1, 0) >= 0);
	virtio_guest_kick(&bed->guest, console_in(port) + 1);
}

bool console_said(struct console_bed *bed, unsigned port)
{
	uint32_t len;

	machine_bed_run(&bed->machine);
	if (virtio_guest_get(&bed->guest, console_in(port) + 1, &len) < 0)
		return false;
	assert_int_equal(len, 0);
	return true;
}

ssize_t console_heard(struct console_bed *bed, unsigned port, void *bytes,
		      size_t size)
{
	ssize_t len = read(bed->hosts[port], bytes, size);

	return len < 0 ? -errno : len;
}
