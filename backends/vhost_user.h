/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user.h - a port whose other end is a virtio-net driver in a VMM
 *
 * The back-end of QEMU docs/interop/vhost-user.rst. One front-end at a time;
 * when it goes, the port loses its carrier and the next one may come.
 */
#ifndef BACKENDS_VHOST_USER_H
#define BACKENDS_VHOST_USER_H

#include "core/err.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/notify.h"
#include "core/port.h"

/** VHOST_USER_MAX_QUEUE_PAIRS - most queue pairs of one port */
#define VHOST_USER_MAX_QUEUE_PAIRS 8

struct vhost_user;

/**
 * struct vhost_user_settings - how a port is to be
 * @name:	"web1:0"
 * @listen_fd:	a listening, non-blocking Unix stream socket; -1: none
 * @connected_fd: a connected one, served first; -1: none
 * @mtu:	largest IP packet, as the network has it
 * @queue_pairs: 1 to VHOST_USER_MAX_QUEUE_PAIRS
 * @log:	for words about front-ends that come and go
 */
struct vhost_user_settings {
	const char *name;
	int listen_fd;
	int connected_fd;
	uint16_t mtu;
	unsigned queue_pairs;
	const struct log *log;
};

/**
 * vhost_user_create() - open the port for front-ends
 * @loop:	serves it; the caller is on its thread
 * @notifier:	of that thread; outlives the port
 * @settings:	descriptors belong to the port once this succeeded
 * @err:	says why when NULL is returned
 *
 * Ends with the port's close().
 */
struct vhost_user *vhost_user_create(struct loop *loop,
				     struct notifier *notifier,
				     const struct vhost_user_settings *settings,
				     struct err *err);

/** vhost_user_port() - what to plug in */
struct port *vhost_user_port(struct vhost_user *vu);

/**
 * vhost_user_connect() - serve a front-end on a socket that is connected
 * @vu:		the port
 * @fd:		belongs to the port from now on, also on failure
 *
 * Return: 0; -EBUSY while another front-end is connected, and for some seconds
 * after one that made us wait.
 */
int vhost_user_connect(struct vhost_user *vu, int fd);

#endif
