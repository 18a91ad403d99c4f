/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.h - a port on the kernel's network stack: one tap interface
 *
 * The interface is opened and set up by somebody with the right to do so
 * (cli/host/tap_open.h) and handed in as a file descriptor; the same descriptor
 * serves a network namespace's eth0 and a host's own leg in a network.
 */
#ifndef BACKENDS_TAP_H
#define BACKENDS_TAP_H

#include <stdint.h>

#include "core/err.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/port.h"

struct tap;

/**
 * struct tap_settings - what makes a tap port
 * @name:	of the port: "host1:0"
 * @fd:		non-blocking; IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, a header of
 *		sizeof(struct vnet_hdr) bytes, little-endian
 * @mtu:	of the interface
 * @log:	for the one line when the interface goes away; outlives the tap
 */
struct tap_settings {
	const char *name;
	int fd;
	uint16_t mtu;
	const struct log *log;
};

/**
 * tap_create() - make a port of a tap descriptor
 * @loop:	of the worker that the port belongs to
 * @settings:	copied; @settings->fd belongs to the tap on success only
 * @err:	says why when NULL is returned
 *
 * Return: the tap; its port's close() frees it and closes the descriptor.
 */
struct tap *tap_create(struct loop *loop, const struct tap_settings *settings,
		       struct err *err);

/** tap_port() - what is plugged into a network */
struct port *tap_port(struct tap *tap);

#endif
