// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user.c - a port whose other end is a virtio-net driver in a VMM
 *
 * Theory of operation
 *
 * The port is as old as its guest's entry in the lab; sessions come and go. A
 * session begins when a front-end connects and ends when it leaves, breaks the
 * protocol or stops half-way through a message for PATIENCE_NS. Whatever
 * belongs to it (memory, descriptors, rings, features) ends with it.
 *
 * Carrier means: a front-end is connected, a receive ring and a transmit ring
 * run, and there is no fault.
 *
 * A fault switches the port off without ending the session, because a front-end
 * that is disconnected would come back at once and do the same again. It is
 * told through its err eventfd. A broken ring is forgiven when the driver is
 * reset (all rings stop); memory that was taken away, only with the session; an
 * eventfd that made us wait, after BAN_NS, until when nobody may connect.
 * Faults are found in the middle of a batch, perhaps of another port, so the
 * carrier is reported from a deferred call.
 *
 * Limits: one front-end; live migration is not offered.
 */
#include "backends/vhost_user_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_NS (5 * NSEC_PER_SEC)
/* A notification that blocks costs all ports of the worker up to 20 ms. */
#define BAN_NS (10 * NSEC_PER_SEC)
/* How long after a failure to accept the next front-end. */
#define RELISTEN_NS NSEC_PER_SEC
/* Messages of one front-end before others get their turn. */
#define MESSAGES_PER_WAKE 16

void vhost_user_update(struct vhost_user *vu)
{
	unsigned i, inputs = 0;

	vu->output_count = 0;
	for (i = 0; i < vu->ring_count && !vu->fault; i++) {
		struct vhost_user_ring *ring = &vu->rings[i];

		if (!ring->started || !ring->enabled)
			continue;
		if (RING_IS_INPUT(i))
			inputs++;
		else
			vu->outputs[vu->output_count++] = ring;
	}
	port_carrier(&vu->port, inputs && vu->output_count);
	if (!vu->owes_writable)
		return;
	vu->owes_writable = false;
	port_writable(&vu->port);
}

void vhost_user_fault(struct vhost_user *vu, const char *why)
{
	if (vu->fault)
		return;
	vu->fault = why;
	vu->output_count = 0;
	loop_defer(vu->loop, &vu->fault_work);
}

bool vhost_user_notify(struct vhost_user *vu, int fd)
{
	if (!notifier_write(vu->notifier, fd))
		return true;
	vu->banned_until_ns = loop_now_ns(vu->loop) + BAN_NS;
	vhost_user_fault(vu, "its call eventfd is full and blocks");
	return false;
}

bool vhost_user_is_banned(const struct vhost_user *vu)
{
	return loop_now_ns(vu->loop) < vu->banned_until_ns;
}

static void report_fault(struct deferred *deferred)
{
	struct vhost_user *vu;
	unsigned i;

	vu = container_of(deferred, struct vhost_user, fault_work);
	vhost_user_update(vu);
	if (!vu->fault)
		return;
	log_limited(vu->log, &vu->log_limit, LOG_WARNING,
		    "port %s is switched off: %s", vu->port.name, vu->fault);
	for (i = 0; i < vu->ring_count; i++) {
		if (vu->rings[i].err_fd >= 0 && !vhost_user_is_banned(vu))
			vhost_user_notify(vu, vu->rings[i].err_fd);
	}
}

void vhost_user_disconnect(struct vhost_user *vu, const char *why)
{
	unsigned i;

	if (vu->conn.fd < 0)
		return;
	log_limited(vu->log, &vu->log_limit, LOG_INFO,
		    "port %s: front-end gone: %s", vu->port.name, why);
	timer_cancel(vu->loop, &vu->patience);
	timer_cancel(vu->loop, &vu->stall);
	deferred_cancel(&vu->work);
	deferred_cancel(&vu->fault_work);
	watch_remove(&vu->conn_watch);
	vhost_user_conn_close(&vu->conn);
	for (i = 0; i < vu->ring_count; i++)
		vhost_user_ring_reset(&vu->rings[i]);
	guest_memory_clear(&vu->mem);
	vu->is_blocked = vu->is_stalled = false;
	vu->fault = NULL;
	vhost_user_update(vu);
}

static void disconnect_for(struct vhost_user *vu, int rc)
{
	char why[96];

	snprintf(why, sizeof(why), "bad message %s: %s",
		 vhost_user_request_name(vu->conn.msg.header.request),
		 strerror(-rc));
	vhost_user_disconnect(vu, rc == -ECONNRESET ? "it closed" : why);
}

/* Mapping memory takes longer than anything else: one of these a turn. */
static bool maps_memory(uint32_t request)
{
	return request == VHOST_USER_SET_MEM_TABLE ||
	       request == VHOST_USER_ADD_MEM_REG ||
	       request == VHOST_USER_REM_MEM_REG;
}

static void conn_readable(struct watch *watch, uint32_t events)
{
	struct vhost_user *vu;
	unsigned i;
	int rc = 1;

	(void)events;
	vu = container_of(watch, struct vhost_user, conn_watch);
	for (i = 0; i < MESSAGES_PER_WAKE && rc > 0; i++) {
		rc = vhost_user_conn_receive(&vu->conn);
		if (rc <= 0)
			break;
		rc = vhost_user_session_handle(vu);
		if (rc)
			break;
		vhost_user_conn_finish(&vu->conn);
		vhost_user_update(vu);
		rc = 1;
		if (maps_memory(vu->conn.msg.header.request))
			break;
	}
	if (rc < 0)
		disconnect_for(vu, rc);
	else if (!vhost_user_conn_is_partial(&vu->conn))
		timer_cancel(vu->loop, &vu->patience);
	else if (!timer_is_armed(&vu->patience) &&
		 timer_arm(vu->loop, &vu->patience,
			   loop_now_ns(vu->loop) + PATIENCE_NS))
		vhost_user_disconnect(vu, "no memory for a timer");
}

static void patience_expired(struct timer *timer)
{
	vhost_user_disconnect(container_of(timer, struct vhost_user, patience),
			      "half a message and no more");
}

/* the guest added nothing: let the frame that waits be dropped */
static void stall_expired(struct timer *timer)
{
	struct vhost_user *vu = container_of(timer, struct vhost_user, stall);

	vu->is_stalled = true;
	port_writable(&vu->port);
}

int vhost_user_connect(struct vhost_user *vu, int fd)
{
	int rc;

	if (vu->conn.fd >= 0 || vhost_user_is_banned(vu)) {
		close(fd);
		return -EBUSY;
	}
	vu->conn_watch.fd = fd;
	rc = watch_add(vu->loop, &vu->conn_watch, EPOLLIN);
	if (rc) {
		close(fd);
		return rc;
	}
	vhost_user_conn_open(&vu->conn, fd);
	vhost_user_session_init(vu);
	return 0;
}

static void relisten_expired(struct timer *timer)
{
	struct vhost_user *vu =
		container_of(timer, struct vhost_user, relisten);

	watch_change(&vu->listen, EPOLLIN);
}

/* The socket would stay readable, and the loop go round for nothing else. */
static void accept_later(struct vhost_user *vu)
{
	log_limited(vu->log, &vu->log_limit, LOG_WARNING,
		    "port %s: cannot accept a front-end: %s", vu->port.name,
		    strerror(errno));
	if (!timer_arm(vu->loop, &vu->relisten,
		       loop_now_ns(vu->loop) + RELISTEN_NS))
		watch_change(&vu->listen, 0);
}

static void listen_readable(struct watch *watch, uint32_t events)
{
	struct vhost_user *vu = container_of(watch, struct vhost_user, listen);
	int fd;

	(void)events;
	fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			accept_later(vu);
		return;
	}
	if (vhost_user_connect(vu, fd))
		log_limited(vu->log, &vu->log_limit, LOG_WARNING,
			    "port %s: refused a front-end, %s", vu->port.name,
			    vu->conn.fd >= 0 ? "there is one"
					     : "the last one made us wait");
}

static void vhost_user_resume(struct port *port)
{
	struct vhost_user *vu = container_of(port, struct vhost_user, port);

	vu->is_blocked = false;
	loop_defer(vu->loop, &vu->work);
}

static void vhost_user_status(struct port *port, struct port_status *status)
{
	struct vhost_user *vu = container_of(port, struct vhost_user, port);
	size_t size = sizeof(status->detail);

	if (vu->fault)
		snprintf(status->fault, sizeof(status->fault), "%s", vu->fault);
	if (vu->conn.fd < 0)
		snprintf(status->detail, size, "vhost-user, no front-end");
	else if (!vu->output_count)
		snprintf(status->detail, size,
			 "vhost-user, front-end connected, driver not ready");
	else
		snprintf(status->detail, size,
			 "vhost-user, driver ready, %u queue pair%s",
			 vu->output_count, vu->output_count == 1 ? "" : "s");
}

static void vhost_user_close(struct port *port)
{
	struct vhost_user *vu = container_of(port, struct vhost_user, port);

	vhost_user_disconnect(vu, "the port is removed");
	poller_remove(&vu->poller);
	timer_cancel(vu->loop, &vu->relisten);
	watch_remove(&vu->listen);
	if (vu->listen.fd >= 0)
		close(vu->listen.fd);
	free(vu);
}

static const struct port_ops vhost_user_ops = {
	.send = vhost_user_send,
	.resume = vhost_user_resume,
	.status = vhost_user_status,
	.close = vhost_user_close,
};

static void vhost_user_init(struct vhost_user *vu, struct loop *loop,
			    struct notifier *notifier,
			    const struct vhost_user_settings *settings)
{
	unsigned i;

	port_init(&vu->port, &vhost_user_ops, settings->name);
	vu->port.can_wait = true;
	vu->loop = loop;
	vu->notifier = notifier;
	vu->log = settings->log;
	vu->mtu = vu->port.mtu = settings->mtu;
	vu->listen.fd = settings->listen_fd;
	vu->listen.ready = listen_readable;
	vu->listen.name = "vhost-user listen";
	vhost_user_conn_init(&vu->conn);
	vu->conn_watch.ready = conn_readable;
	vu->conn_watch.name = "vhost-user message";
	vu->relisten.expired = relisten_expired;
	vu->patience.expired = patience_expired;
	vu->stall.expired = stall_expired;
	deferred_init(&vu->work, vhost_user_work);
	deferred_init(&vu->fault_work, report_fault);
	guest_memory_init(&vu->mem);
	vu->ring_count = 2 * settings->queue_pairs;
	for (i = 0; i < vu->ring_count; i++)
		vhost_user_ring_init(vu, i);
	vu->poller.poll = vhost_user_poll;
	vu->poller.end = vhost_user_poll_end;
	poller_add(loop, &vu->poller);
}

struct vhost_user *vhost_user_create(struct loop *loop,
				     struct notifier *notifier,
				     const struct vhost_user_settings *settings,
				     struct err *err)
{
	struct vhost_user *vu;
	int rc = 0;

	if (!settings->queue_pairs ||
	    settings->queue_pairs > VHOST_USER_MAX_QUEUE_PAIRS) {
		err_set(err, -EINVAL, "port %s: queue pairs must be 1 to %u",
			settings->name, VHOST_USER_MAX_QUEUE_PAIRS);
		return NULL;
	}
	vu = calloc(1, sizeof(*vu));
	if (!vu) {
		err_set(err, -ENOMEM, "no memory for port %s", settings->name);
		return NULL;
	}
	vhost_user_init(vu, loop, notifier, settings);
	if (settings->listen_fd >= 0)
		rc = watch_add(loop, &vu->listen, EPOLLIN);
	if (!rc && settings->connected_fd >= 0)
		rc = vhost_user_connect(vu, settings->connected_fd);
	if (!rc)
		return vu;
	err_set(err, rc, "port %s: cannot watch its socket: %s", settings->name,
		strerror(-rc));
	watch_remove(&vu->listen);
	poller_remove(&vu->poller);
	free(vu);
	return NULL;
}

struct port *vhost_user_port(struct vhost_user *vu)
{
	return &vu->port;
}
