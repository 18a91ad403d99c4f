/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.h - a port whose other end is a VMM on a unix stream socket
 *
 * For VMMs without vhost-user, and for test programs: each frame has its length
 * in front, 4 bytes, big-endian, as QEMU's -netdev stream and -netdev socket
 * have it. One client at a time; when it goes, the port loses its carrier and
 * the next one may come.
 */
#ifndef BACKENDS_STREAM_H
#define BACKENDS_STREAM_H

#include <stdint.h>

#include "core/err.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/port.h"

struct stream;

/**
 * struct stream_settings - how a port is to be
 * @name:	"ext:0"
 * @listen_fd:	a listening, non-blocking unix stream socket; -1: none
 * @mtu:	largest IP packet, as the network has it
 * @log:	for words about clients that come and go; outlives the port
 */
struct stream_settings {
	const char *name;
	int listen_fd;
	uint16_t mtu;
	const struct log *log;
};

/**
 * stream_create() - open the port for clients
 * @loop:	of the worker that the port belongs to
 * @settings:	copied; the descriptor belongs to the port on success only
 * @err:	says why when NULL is returned
 *
 * Return: the stream; its port's close() frees it and closes the descriptor.
 */
struct stream *stream_create(struct loop *loop,
			     const struct stream_settings *settings,
			     struct err *err);

/** stream_port() - what is plugged into a network */
struct port *stream_port(struct stream *stream);

/**
 * stream_connect() - serve a client on a socket that is connected
 * @stream:	the port
 * @fd:		non-blocking; belongs to the port from now on, also on failure
 *
 * Return: 0; -EBUSY while another client is there; -errno.
 */
int stream_connect(struct stream *stream, int fd);

#endif
