/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console_port.h - bytes between a descriptor and a pair of queues
 */
#ifndef VMM_CONSOLE_PORT_H
#define VMM_CONSOLE_PORT_H

#include "vmm/devices.h"

/** CONSOLE_NAME_SIZE - name of a port, terminated */
#define CONSOLE_NAME_SIZE 64

/**
 * struct console_port - one port of a virtio-console
 * @in_fd:	what the host says; -1: nothing
 * @out_fd:	where what the guest says goes; -1: nowhere
 * @name:	empty: a console
 * @in:		receiveq: what the host says
 * @out:	transmitq: what the guest says
 * @ended:	called when the host will say no more; serves nothing itself
 * @in_watch:	of @in_fd, edge-triggered
 * @out_watch:	of @out_fd, likewise
 * @chain:	being served; shared with the other ports
 * @sent:	bytes of the first chain of @out that are written already
 * @lost:	bytes that a console's guest said and nobody took
 * @tell:	what the driver is to be told; see virtio_console.c
 * @is_open:	the guest listens
 * @may_read:	reading was not in vain since the last edge
 * @may_write:	likewise
 * @in_ended:	the host will say no more
 * @out_ended:	the host will take no more
 */
struct console_port {
	int in_fd;
	int out_fd;
	char name[CONSOLE_NAME_SIZE];
	struct virtio_queue *in;
	struct virtio_queue *out;
	void (*ended)(struct console_port *port);
	struct watch in_watch;
	struct watch out_watch;
	struct virtqueue_chain *chain;
	uint64_t sent;
	uint64_t lost;
	unsigned tell;
	bool is_open;
	bool may_read;
	bool may_write;
	bool in_ended;
	bool out_ended;
};

/**
 * console_port_init() - take a port's descriptors over
 * @port:	zeroed but for @in, @out, @ended and @chain
 */
void console_port_init(struct console_port *port,
		       const struct console_port_settings *settings);

/** console_port_check() - 0, or -EINVAL with a sentence: why it can't be */
int console_port_check(const struct console_port *port,
		       const struct console_port_settings *settings,
		       struct err *err);

/** console_port_fini() - close it; it was stopped */
void console_port_fini(struct console_port *port);

/**
 * console_port_start() - watch the descriptor; its queues are open
 * @is_open:	the guest need not say that it listens
 */
int console_port_start(struct console_port *port, bool is_open);

/** console_port_stop() - no-op when it was not started */
void console_port_stop(struct console_port *port);

/** console_port_serve() - move what can be moved; its driver notified */
void console_port_serve(struct console_port *port);

/** console_port_set_open() - the guest began or ceased to listen */
void console_port_set_open(struct console_port *port, bool is_open);

static inline bool console_port_is_console(const struct console_port *port)
{
	return !port->name[0];
}

#endif
