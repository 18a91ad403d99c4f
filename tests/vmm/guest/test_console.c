// SPDX-License-Identifier: GPL-2.0-or-later
/* test_console.c - finds a port by its name and echoes what the host sends
 * there */
#include "guest/tests.h"
#include "guest/text.h"
#include "guest/vcon.h"

#define PORTS_MS 10000
#define ECHO_MS 60000
#define END_OF_TRANSMISSION 4

/* struct wanted - a port by its name */
struct wanted {
	struct vcon *c;
	const char *name;
	size_t len;
	unsigned port;
};

static bool is_there(void *arg)
{
	struct wanted *w = arg;
	const struct vcon_port *port;

	for (w->port = 0; w->port < w->c->port_count; w->port++) {
		port = &w->c->ports[w->port];
		if (!port->exists)
			continue;
		if (w->len ? same(w->name, w->len, port->name)
			   : port->is_console)
			return true;
	}
	return false;
}

static bool is_open(void *arg)
{
	const struct wanted *w = arg;

	return w->c->ports[w->port].is_open;
}

/* echo() - from the buffer that it came in, until ^D */
static int echo(struct vcon *c, unsigned port)
{
	uint64_t total = 0;
	uint32_t len;
	uint8_t *data;
	bool is_last;

	do {
		len = vcon_receive(c, port, &data, ECHO_MS);
		if (!len)
			return failed("console: nothing came in %u ms, %lu "
				      "bytes before",
				      ECHO_MS, total);
		if (len > VCON_BUFFER_SIZE)
			return failed("console: %u bytes in a buffer of %u",
				      len, VCON_BUFFER_SIZE);
		is_last = data[len - 1] == END_OF_TRANSMISSION;
		if (vcon_send(c, port, data, len))
			return -1;
		vcon_give_back(c, port, data);
		total += len;
	} while (!is_last);
	say("console echoed %lu bytes\n", total);
	return 0;
}

static void say_ports(const struct vcon *c)
{
	unsigned i;

	for (i = 0; i < c->port_count; i++)
		if (c->ports[i].exists)
			say("port %u '%s'%s%s\n", i, c->ports[i].name,
			    c->ports[i].is_console ? " console" : "",
			    c->ports[i].is_open ? " open" : "");
}

static unsigned lost(const struct vcon *c)
{
	unsigned i, sum = 0;

	for (i = 0; i < VIRTIO_QUEUES; i++)
		sum += c->queues[i].lost;
	return sum;
}

/* find_port() - on whichever device has it */
static int find_port(struct wanted *w, struct machine *m)
{
	unsigned n;

	for (n = 0; virtio_find(&w->c->v, m, VIRTIO_CONSOLE, n); n++) {
		if (vcon_start(w->c))
			return -1;
		if (vcon_wait(w->c, is_there, w, PORTS_MS))
			return 0;
		say_ports(w->c);
		if (virtio_reset(&w->c->v))
			return -1;
		*w->c = (struct vcon){0};
	}
	return failed("console: no such port");
}

/* port=NAME is the port, else it is the one that is a console. */
int test_console(struct machine *m)
{
	struct vcon c = {0};
	struct wanted w = {.c = &c};

	w.name = cmdline_word(m, "port", &w.len);
	if (!w.name)
		w.len = 0;
	if (find_port(&w, m))
		return -1;
	if (c.v.features & VCON_F_MULTIPORT &&
	    vcon_control(&c, w.port, VCON_PORT_OPEN, 1))
		return -1;
	if (!vcon_wait(&c, is_open, &w, ECHO_MS))
		return failed("console: nobody opened port %u", w.port);
	say_ports(&c);
	if (echo(&c, w.port))
		return -1;
	if (lost(&c))
		return failed("console: %u interrupts lost", lost(&c));
	return virtio_reset(&c.v);
}
