// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_console.c - consoles and named ports (virtio 1.2 5.3)
 *
 * Theory of operation
 *
 * Queues 0 and 1 are of port 0, 2 and 3 carry control messages, then comes a
 * pair for each further port. A driver without VIRTIO_CONSOLE_F_MULTIPORT has
 * port 0, always open, and nothing else.
 *
 * console_port.c moves the bytes of a port, console_control.c speaks with the
 * driver about ports.
 *
 * Limits: all ports are there from the start. No emergency writes.
 */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm/console_internal.h"

/* Simple communication controller of no special kind. */
#define CLASS_CODE 0x078000
/* Without emerg_wr. */
#define CONFIG_SIZE offsetof(struct virtio_console_config, emerg_wr)

static_assert(2 * (CONSOLE_MAX_PORTS + 1) <= VIRTIO_MAX_QUEUES,
	      "a pair for each port and one for control");

static struct virtio_console *console_of(struct virtio_device *device)
{
	return container_of(device, struct virtio_console, device);
}

/* Number of a port's first queue. */
static unsigned port_queue(unsigned port)
{
	return port ? 2 * (port + 1) : 0;
}

static void control_kicked(struct virtio_queue *queue)
{
	console_control_serve(console_of(queue->device));
}

static void port_kicked(struct virtio_queue *queue)
{
	struct virtio_console *console = console_of(queue->device);
	unsigned index = (unsigned)(queue - console->device.queues);

	console_port_serve(&console->ports[index < 2 ? 0 : index / 2 - 1]);
}

static void port_ended(struct console_port *port)
{
	console_control_ended(console_of(port->in->device), port);
}

static void config_read(struct virtio_device *device, unsigned offset,
			void *data, unsigned len)
{
	const struct virtio_console_config config = {
		.max_nr_ports = htole32(console_of(device)->count),
	};

	memcpy(data, (const uint8_t *)&config + offset, len);
}

static int open_queue(struct virtio_queue *queue,
		      void (*serve)(struct virtio_queue *queue))
{
	return queue->enabled ? virtio_queue_open(queue, serve) : 0;
}

static int start_port(struct console_port *port, bool is_open)
{
	int code = open_queue(port->in, port_kicked);

	if (!code)
		code = open_queue(port->out, port_kicked);
	port->tell = 0;
	return code ? code : console_port_start(port, is_open);
}

/* Without MULTIPORT all but port 0 is as if it were not there. */
static int start(struct virtio_device *device)
{
	struct virtio_console *console = console_of(device);
	unsigned i;
	int code;

	if (!virtio_has(device, VIRTIO_CONSOLE_F_MULTIPORT))
		return start_port(&console->ports[0], true);
	code = open_queue(&device->queues[CONSOLE_CONTROL_IN], control_kicked);
	if (!code)
		code = open_queue(&device->queues[CONSOLE_CONTROL_OUT],
				  control_kicked);
	for (i = 0; i < console->count && !code; i++)
		code = start_port(&console->ports[i], false);
	return code;
}

static void stop(struct virtio_device *device)
{
	struct virtio_console *console = console_of(device);
	unsigned i;

	for (i = 0; i < console->count; i++)
		console_port_stop(&console->ports[i]);
	for (i = 0; i < device->queue_count; i++)
		virtio_queue_close(&device->queues[i]);
}

static void destroy(struct virtio_device *device)
{
	struct virtio_console *console = console_of(device);
	unsigned i;

	for (i = 0; i < console->count; i++)
		console_port_fini(&console->ports[i]);
	free(console);
}

static const struct virtio_device_ops console_ops = {
	.config_read = config_read,
	.start = start,
	.stop = stop,
	.destroy = destroy,
};

static void init_device(struct virtio_console *console, struct machine *machine,
			unsigned count)
{
	unsigned i;

	console->count = count;
	console->device = (struct virtio_device){
		.ops = &console_ops,
		.name = "console",
		.id = VIRTIO_ID_CONSOLE,
		.class_code = CLASS_CODE,
		.features = 1ull << VIRTIO_F_VERSION_1 |
			    1ull << VIRTIO_RING_F_INDIRECT_DESC |
			    1ull << VIRTIO_RING_F_EVENT_IDX |
			    1ull << VIRTIO_CONSOLE_F_MULTIPORT,
		.config_size = CONFIG_SIZE,
		.queue_count = port_queue(count),
		.machine = machine,
	};
	for (i = 0; i < console->device.queue_count; i++)
		console->device.queues[i].max_size = VIRTIO_QUEUE_SIZE;
}

static void init_ports(struct virtio_console *console,
		       const struct console_port_settings *settings)
{
	unsigned i;

	for (i = 0; i < console->count; i++) {
		struct console_port *port = &console->ports[i];

		port->in = &console->device.queues[port_queue(i)];
		port->out = port->in + 1;
		port->ended = port_ended;
		port->chain = &console->chain;
		console_port_init(port, &settings[i]);
	}
}

static int check(struct virtio_console *console,
		 const struct console_port_settings *settings, struct err *err)
{
	unsigned i;
	int code = 0;

	for (i = 0; i < console->count && !code; i++)
		code = console_port_check(&console->ports[i], &settings[i],
					  err);
	return code;
}

struct virtio_device *
virtio_console_create(struct machine *machine,
		      const struct console_port_settings *ports, unsigned count,
		      struct err *err)
{
	bool is_possible = count && count <= CONSOLE_MAX_PORTS;
	struct virtio_console *console;
	unsigned i;

	console = is_possible ? calloc(1, sizeof(*console)) : NULL;
	if (!console) {
		for (i = 0; i < count; i++) {
			close(ports[i].in_fd);
			close(ports[i].out_fd);
		}
		err_set(err, is_possible ? -ENOMEM : -EINVAL,
			"cannot make a console of %u ports: 1 to %d", count,
			CONSOLE_MAX_PORTS);
		return NULL;
	}
	init_device(console, machine, count);
	init_ports(console, ports);
	if (!check(console, ports, err))
		return &console->device;
	destroy(&console->device);
	return NULL;
}

uint64_t virtio_console_lost(const struct virtio_device *device, unsigned port)
{
	return container_of(device, struct virtio_console, device)
		->ports[port]
		.lost;
}
