// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcon.c - a console device with ports (virtio 1.2 5.3)
 *
 * Theory of operation: the driver says "ready", the device names its ports one
 * by one on the control queue, the driver says "ready" to each, and then the
 * device tells the port's name and whether somebody has it open. All of that is
 * read in vcon_poll(); ports' data are a test's business.
 *
 * Limits: the first four ports; names are cut to 31 characters.
 */
#include "guest/vcon.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define CONFIG_MAX_PORTS 4
#define CONTROL_SIZE 128

unsigned vcon_port_queue(unsigned port)
{
	return port ? 2 * port + 2 : 0;
}

uint8_t *vcon_buffer(const struct vcon *c, unsigned queue, unsigned n)
{
	return c->memory + (queue * VCON_BUFFERS + n) * VCON_BUFFER_SIZE;
}

static void offer(struct vcon *c, unsigned queue, uint8_t *at)
{
	uint32_t len =
		queue == VCON_CONTROL_RX ? CONTROL_SIZE : VCON_BUFFER_SIZE;
	struct virtq_buffer b = {(uint64_t)at, len, true};

	virtq_add(&c->queues[queue], &b, 1);
}

/* A device may drop what it has to tell while there is no buffer for it, so
 * there are many small ones for control. */
static void offer_all(struct vcon *c, unsigned queue)
{
	uint32_t at, step = VCON_BUFFER_SIZE;

	if (queue == VCON_CONTROL_RX)
		step = CONTROL_SIZE;
	for (at = 0; at < VCON_BUFFERS * VCON_BUFFER_SIZE; at += step)
		offer(c, queue, vcon_buffer(c, queue, 0) + at);
	virtq_kick(&c->queues[queue]);
}

static int set_up_queues(struct vcon *c)
{
	unsigned i, count = 2;

	if (c->v.features & VCON_F_MULTIPORT)
		count = 2 + 2 * c->port_count;
	for (i = 0; i < count; i++)
		if (virtio_queue(&c->v, &c->queues[i], (uint16_t)i, 0))
			return -1;
	return 0;
}

int vcon_start(struct vcon *c)
{
	unsigned i;

	if (!c->memory)
		c->memory =
			pages(c->v.machine, VIRTIO_QUEUES * VCON_BUFFERS *
						    VCON_BUFFER_SIZE / 4096);
	for (i = 0; i < VCON_PORTS; i++)
		c->ports[i] = (struct vcon_port){0};
	if (virtio_begin(&c->v, VIRTIO_F_EVENT_IDX | VCON_F_MULTIPORT))
		return -1;
	c->port_count = 1;
	if (c->v.features & VCON_F_MULTIPORT)
		c->port_count = read32(c->v.config.at + CONFIG_MAX_PORTS);
	if (c->port_count > VCON_PORTS)
		c->port_count = VCON_PORTS;
	if (!c->port_count)
		return failed("console: no ports");
	if (set_up_queues(c) || virtio_run(&c->v))
		return -1;
	for (i = 0; i < c->port_count; i++)
		offer_all(c, vcon_port_queue(i));
	if (!(c->v.features & VCON_F_MULTIPORT)) {
		c->ports[0].exists = c->ports[0].is_open = true;
		return 0;
	}
	offer_all(c, VCON_CONTROL_RX);
	return vcon_control(c, 0, VCON_DEVICE_READY, 1);
}

static int send(struct vcon *c, unsigned queue, const void *data, uint32_t len)
{
	struct virtq *q = &c->queues[queue];
	struct virtq_buffer b = {(uint64_t)data, len, false};
	uint32_t used;

	if (virtq_add(q, &b, 1) == VIRTQ_NONE)
		return failed("console: queue %u is full", queue);
	virtq_kick(q);
	if (!virtq_wait(q, c->v.machine->patience_ms))
		return failed("console: queue %u takes nothing", queue);
	virtq_pop(q, &used);
	return 0;
}

int vcon_control(struct vcon *c, uint32_t id, uint16_t event, uint16_t value)
{
	struct vcon_control *message =
		(struct vcon_control *)vcon_buffer(c, VCON_CONTROL_TX, 0);

	*message = (struct vcon_control){id, event, value};
	return send(c, VCON_CONTROL_TX, message, sizeof(*message));
}

int vcon_send(struct vcon *c, unsigned port, const uint8_t *data, uint32_t len)
{
	return send(c, vcon_port_queue(port) + 1, data, len);
}

static void take_name(struct vcon_port *port, const uint8_t *name, uint32_t len)
{
	if (len >= VCON_NAME_SIZE)
		len = VCON_NAME_SIZE - 1;
	memcpy(port->name, name, len);
	port->name[len] = '\0';
}

static void hear(struct vcon *c, const uint8_t *at, uint32_t len)
{
	const struct vcon_control *message = (const struct vcon_control *)at;
	struct vcon_port *port;

	if (len < sizeof(*message) || message->id >= c->port_count)
		return;
	port = &c->ports[message->id];
	switch (message->event) {
	case VCON_DEVICE_ADD:
		port->exists = true;
		vcon_control(c, message->id, VCON_PORT_READY, 1);
		break;
	case VCON_DEVICE_REMOVE:
		port->exists = false;
		break;
	case VCON_CONSOLE_PORT:
		port->is_console = true;
		vcon_control(c, message->id, VCON_PORT_OPEN, 1);
		break;
	case VCON_PORT_OPEN:
		port->is_open = message->value;
		break;
	case VCON_PORT_NAME:
		take_name(port, at + sizeof(*message),
			  len - (uint32_t)sizeof(*message));
		break;
	default:
		break;
	}
}

void vcon_poll(struct vcon *c)
{
	struct virtq *q = &c->queues[VCON_CONTROL_RX];
	uint16_t head;
	uint32_t len;
	uint8_t *at;

	while ((head = virtq_pop(q, &len)) != VIRTQ_NONE) {
		at = (uint8_t *)q->desc[head].addr;
		if (len <= CONTROL_SIZE)
			hear(c, at, len);
		offer(c, VCON_CONTROL_RX, at);
		virtq_kick(q);
	}
}

struct vcon_waiter {
	struct vcon *c;
	bool (*done)(void *arg);
	void *arg;
};

static bool poll_if_told(void *arg)
{
	struct vcon_waiter *w = arg;

	if (w->c->v.features & VCON_F_MULTIPORT &&
	    virtq_told(&w->c->queues[VCON_CONTROL_RX]))
		vcon_poll(w->c);
	return w->done(w->arg);
}

bool vcon_wait(struct vcon *c, bool (*done)(void *arg), void *arg, uint64_t ms)
{
	struct vcon_waiter w = {c, done, arg};

	return wait_for(c->v.machine, poll_if_told, &w, ms);
}

uint32_t vcon_receive(struct vcon *c, unsigned port, uint8_t **data,
		      uint64_t ms)
{
	struct virtq *q = &c->queues[vcon_port_queue(port)];
	uint16_t head;
	uint32_t len;

	if (!virtq_wait(q, ms))
		return 0;
	head = virtq_pop(q, &len);
	if (head == VIRTQ_NONE)
		return 0;
	*data = (uint8_t *)q->desc[head].addr;
	return len;
}

void vcon_give_back(struct vcon *c, unsigned port, uint8_t *data)
{
	unsigned queue = vcon_port_queue(port);

	offer(c, queue, data);
	virtq_kick(&c->queues[queue]);
}
