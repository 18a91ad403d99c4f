// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console_control.c - control messages of a virtio-console (1.2 5.3.6.2)
 *
 * Theory of operation
 *
 * What the driver is to be told is a set of bits per port, not a list of
 * messages: however often it asks, and whether or not it gives buffers, there
 * is nothing that grows. Order within a port is that of the bits. The driver
 * asks by saying that it is ready: the device, then each port.
 *
 * A message for a port that does not exist, of an unknown kind, or too short is
 * ignored. A buffer that a message of ours does not fit into goes back empty,
 * and the message waits for the next one.
 *
 * Limits: no VIRTIO_CONSOLE_RESIZE: kernels disagree on the order of its
 * fields, so whatever is sent is wrong for some of them.
 */
#include <linux/virtio_console.h>
#include <string.h>

#include "vmm/console_internal.h"
#include "vmm/iov_cursor.h"

/* The driver may go on as fast as we do, so an end is not left to it. */
#define PASS_MESSAGES VIRTIO_QUEUE_SIZE

static_assert(sizeof(struct virtio_console_control) == 8, "virtio 1.2 5.3.6.2");

/**
 * enum tell - bits of console_port.tell, in the order of their messages
 * @TELL_ADD:	there is this port
 * @TELL_CONSOLE: it is a console
 * @TELL_NAME:	it has a name
 * @TELL_OPEN:	somebody is there on the host, or no more
 */
enum tell {
	TELL_ADD = 1,
	TELL_CONSOLE = 2,
	TELL_NAME = 4,
	TELL_OPEN = 8,
};

/**
 * struct message - to the driver
 * @control:	little-endian
 * @text:	behind it
 * @len:	bytes of both
 * @port:	that it is about
 * @bit:	that it stands for
 */
struct message {
	struct virtio_console_control control;
	char text[CONSOLE_NAME_SIZE];
	size_t len;
	struct console_port *port;
	unsigned bit;
};

static_assert(offsetof(struct message, text) == 8, "one piece on the wire");

static void message_fill(struct message *message, unsigned event,
			 unsigned value)
{
	message->control.event = htole16((uint16_t)event);
	message->control.value = htole16((uint16_t)value);
	message->len = sizeof(message->control);
}

static void message_fill_for(struct message *message)
{
	const struct console_port *port = message->port;

	switch (message->bit) {
	case TELL_ADD:
		message_fill(message, VIRTIO_CONSOLE_PORT_ADD, 1);
		break;
	case TELL_CONSOLE:
		message_fill(message, VIRTIO_CONSOLE_CONSOLE_PORT, 1);
		break;
	case TELL_NAME:
		message_fill(message, VIRTIO_CONSOLE_PORT_NAME, 1);
		/* With its NUL, as QEMU does: some drivers look for it. */
		memcpy(message->text, port->name, strlen(port->name) + 1);
		message->len += strlen(port->name) + 1;
		break;
	case TELL_OPEN:
		message_fill(message, VIRTIO_CONSOLE_PORT_OPEN,
			     !port->in_ended);
		break;
	}
}

/* Returns false when there is nothing to tell. */
static bool message_next(struct virtio_console *console,
			 struct message *message)
{
	unsigned id = 0;

	while (id < console->count && !console->ports[id].tell)
		id++;
	if (id == console->count)
		return false;
	memset(message, 0, sizeof(*message));
	message->port = &console->ports[id];
	message->bit = message->port->tell & -message->port->tell;
	message->control.id = htole32(id);
	message_fill_for(message);
	return true;
}

/* Returns false when there is no buffer, or the queue is broken. */
static bool message_send(struct virtio_console *console, struct virtqueue *vq,
			 const struct message *message)
{
	struct virtqueue_chain *chain = &console->chain;
	struct iov_cursor room;
	struct virtqueue_buf buf;
	bool fits;

	if (!virtqueue_peek(vq, 0, VIRTQUEUE_WRITE, &buf, 1) ||
	    virtqueue_walk(vq, buf.head, chain))
		return false;
	room = (struct iov_cursor){chain->iov + chain->readable,
				   chain->writable};
	fits = chain->writable_len >= message->len;
	if (fits) {
		iov_cursor_put(&room, message, message->len);
		message->port->tell &= ~message->bit;
	}
	virtqueue_push(vq, buf.head, fits ? (uint32_t)message->len : 0);
	return true;
}

/*
 * Returns true when there may be more to do at once. The driver may add small
 * buffers as fast as they go back, so an end is not left to it.
 */
static bool tell_some(struct virtio_console *console, struct virtqueue *vq)
{
	struct message message;
	unsigned i;

	for (i = 0; i < PASS_MESSAGES; i++) {
		if (!message_next(console, &message) ||
		    !message_send(console, vq, &message))
			return false;
	}
	return true;
}

static void device_ready(struct virtio_console *console)
{
	unsigned id;

	for (id = 0; id < console->count; id++)
		console->ports[id].tell |= TELL_ADD;
}

static void port_ready(struct console_port *port, bool is_ready)
{
	if (!is_ready) {
		port->tell = 0;
		console_port_set_open(port, false);
		return;
	}
	port->tell |= TELL_OPEN;
	port->tell |= console_port_is_console(port) ? TELL_CONSOLE : TELL_NAME;
}

/* Anything may be in it; what no driver says is ignored. */
static void obey(struct virtio_console *console,
		 const struct virtio_console_control *control)
{
	unsigned event = le16toh(control->event), id = le32toh(control->id);
	bool value = le16toh(control->value) == 1;

	if (event == VIRTIO_CONSOLE_DEVICE_READY && value)
		device_ready(console);
	if (id >= console->count)
		return;
	if (event == VIRTIO_CONSOLE_PORT_READY)
		port_ready(&console->ports[id], value);
	if (event == VIRTIO_CONSOLE_PORT_OPEN)
		console_port_set_open(&console->ports[id], value);
}

static bool obey_some(struct virtio_console *console, struct virtqueue *vq)
{
	struct virtqueue_chain *chain = &console->chain;
	unsigned i;

	for (i = 0; i < PASS_MESSAGES; i++) {
		struct virtio_console_control control;
		struct iov_cursor data;
		struct virtqueue_buf buf;

		if (!virtqueue_peek(vq, 0, VIRTQUEUE_READ, &buf, 1) ||
		    virtqueue_walk(vq, buf.head, chain))
			return false;
		virtqueue_push(vq, buf.head, 0);
		if (chain->readable_len < sizeof(control))
			continue;
		data = (struct iov_cursor){chain->iov, chain->readable};
		iov_cursor_take(&data, &control, sizeof(control));
		obey(console, &control);
	}
	return true;
}

static void serve_queue(struct virtio_console *console, unsigned index,
			bool (*some)(struct virtio_console *console,
				     struct virtqueue *vq))
{
	struct virtio_queue *queue = &console->device.queues[index];

	if (!virtio_queue_is_open(queue))
		return;
	if (some(console, &queue->vq))
		virtio_queue_again(queue);
	virtio_queue_flush(queue);
}

void console_control_serve(struct virtio_console *console)
{
	serve_queue(console, CONSOLE_CONTROL_OUT, obey_some);
	serve_queue(console, CONSOLE_CONTROL_IN, tell_some);
}

void console_control_ended(struct virtio_console *console,
			   struct console_port *port)
{
	port->tell |= TELL_OPEN;
	virtio_queue_again(&console->device.queues[CONSOLE_CONTROL_IN]);
}
