/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console_internal.h - a virtio-console, for the files that it is made of
 */
#ifndef VMM_CONSOLE_INTERNAL_H
#define VMM_CONSOLE_INTERNAL_H

#include "vmm/console_port.h"

/* Queues 0 and 1 are port 0's, 4 and 5 port 1's, and so on. */
#define CONSOLE_CONTROL_IN 2
#define CONSOLE_CONTROL_OUT 3

/**
 * struct virtio_console - the device
 * @device:	what the transport sees
 * @count:	valid entries of @ports
 * @ports:	port n of the driver
 * @chain:	being served
 */
struct virtio_console {
	struct virtio_device device;
	unsigned count;
	struct console_port ports[CONSOLE_MAX_PORTS];
	struct virtqueue_chain chain;
};

/** console_control_serve() - obey the driver, and tell it what there is to tell
 */
void console_control_serve(struct virtio_console *console);

/** console_control_ended() - the host's side of @port will say no more */
void console_control_ended(struct virtio_console *console,
			   struct console_port *port);

#endif
