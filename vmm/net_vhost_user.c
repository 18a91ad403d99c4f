// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_vhost_user.c - a back-end that is a vhost-user process
 *
 * Theory of operation
 *
 * The front-end of QEMU docs/interop/vhost-user.rst. The back-end gets the
 * guest's memory, and for each ring the eventfd that the driver's notification
 * writes and the one that interrupts the driver; no frame passes through here.
 *
 * The process may end at any time: weft-switch is restarted, and weft-vmm,
 * which can't open a socket, is handed another connected one. A connection that
 * comes while the guest runs may be waiting to be accepted, so its first reply
 * is awaited by the loop; all else is asked and answered at once, or the
 * back-end is one that does not answer.
 *
 * A ring goes on where the last back-end left it (vmm/net_ring.h), which is
 * then kicked and called once: the driver may have notified while nobody was
 * there, or wait for a notification that the last one did not come to send.
 *
 * To stop is to take every ring back (GET_VRING_BASE). A back-end that does not
 * answer is disconnected, and may then write to rings and buffers that the
 * driver has other uses for. It can't do more than that: what it has is this
 * guest's memory, which it could have spoiled all the time before.
 *
 * Limits: one connection; no live migration.
 */
#include "vmm/net_vhost_user_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A weft-switch that starts may take so long to accept. */
#define GREETING_NS (10 * NSEC_PER_SEC)

static void disconnect(struct net_vhost_user *vu)
{
	timer_cancel(vu->machine->loop, &vu->greeting);
	watch_remove(&vu->conn_watch);
	vhost_user_conn_close(&vu->conn);
	vu->backend.is_connected = false;
	vu->device = NULL;
	vu->served = 0;
}

/* The device is told from the loop: it may be in the middle of a call. */
static void lose(struct net_vhost_user *vu, const char *why)
{
	disconnect(vu);
	vu->gone_why = why;
	loop_defer(vu->machine->loop, &vu->gone_work);
}

static void lose_for(struct net_vhost_user *vu, int rc)
{
	if (rc == -ECONNRESET)
		lose(vu, "it closed the connection");
	else if (rc == -ETIMEDOUT)
		lose(vu, "it does not answer");
	else if (rc == -EPROTO)
		lose(vu, "it breaks the vhost-user protocol");
	else
		lose(vu, "the connection fails");
}

static void tell_gone(struct deferred *deferred)
{
	struct net_vhost_user *vu =
		container_of(deferred, struct net_vhost_user, gone_work);

	if (vu->backend.listener)
		vu->backend.listener->gone(vu->backend.listener, vu->gone_why);
}

static void greeting_expired(struct timer *timer)
{
	lose(container_of(timer, struct net_vhost_user, greeting),
	     "it does not answer");
}

/* the first reply of a new connection is here, or its end */
static void greet(struct net_vhost_user *vu)
{
	int rc;

	timer_cancel(vu->machine->loop, &vu->greeting);
	net_vhost_user_begin(vu, NET_VHOST_USER_LIMIT_NS);
	rc = net_vhost_user_greet(vu);
	if (rc)
		lose_for(vu, rc);
	else if (vu->backend.listener)
		vu->backend.listener->connected(vu->backend.listener);
}

/* Nothing is awaited outside of a call: what comes is the end, or nonsense. */
static void conn_readable(struct watch *watch, uint32_t events)
{
	struct net_vhost_user *vu =
		container_of(watch, struct net_vhost_user, conn_watch);
	int rc;

	(void)events;
	if (!vu->backend.is_connected) {
		greet(vu);
		return;
	}
	rc = vhost_user_conn_receive(&vu->conn);
	if (rc < 0)
		lose_for(vu, rc);
}

/*
 * Edge-triggered and never read, so a back-end that plays with the eventfd
 * can't make us wait.
 */
static void err_readable(struct watch *watch, uint32_t events)
{
	struct net_vhost_user *vu =
		container_of(watch, struct net_vhost_user, err);

	(void)events;
	if (vu->device && vu->backend.listener)
		vu->backend.listener->broken(vu->backend.listener);
}

static int open_conn(struct net_vhost_user *vu, int fd)
{
	int rc;

	vhost_user_conn_open_front(&vu->conn, fd);
	net_vhost_user_begin(vu, GREETING_NS);
	rc = net_vhost_user_ask_features(vu);
	if (rc)
		return rc;
	vu->conn_watch.fd = fd;
	return watch_add(vu->machine->loop, &vu->conn_watch, EPOLLIN);
}

static int net_vhost_user_connect(struct net_backend *backend, int fd)
{
	struct net_vhost_user *vu = net_vhost_user_of(backend);
	struct loop *loop = vu->machine->loop;
	int rc;

	disconnect(vu);
	deferred_cancel(&vu->gone_work);
	rc = open_conn(vu, fd);
	if (!rc)
		rc = timer_arm(loop, &vu->greeting,
			       loop_clock_ns(loop) + GREETING_NS);
	if (rc)
		disconnect(vu);
	return rc;
}

static void wake(const struct net_vhost_user *vu)
{
	unsigned i;

	for (i = 0; i < NET_BACKEND_MAX_RINGS; i++) {
		if (net_vhost_user_serves(vu, i))
			net_ring_wake(&vu->device->queues[i]);
	}
}

static int net_vhost_user_start(struct net_backend *backend,
				struct virtio_device *device, unsigned rings,
				unsigned pairs)
{
	struct net_vhost_user *vu = net_vhost_user_of(backend);
	unsigned i;
	int rc;

	if (!backend->is_connected)
		return -ENOTCONN;
	vu->device = device;
	for (i = 0; i < rings; i++)
		vu->served |= (uint32_t)device->queues[i].enabled << i;
	net_vhost_user_begin(vu, NET_VHOST_USER_LIMIT_NS);
	rc = net_vhost_user_start_rings(vu, pairs);
	if (!rc) {
		wake(vu);
		return 0;
	}
	vu->device = NULL;
	vu->served = 0;
	if (rc == -EFAULT)
		return rc;
	lose_for(vu, rc);
	return -ENOTCONN;
}

static void net_vhost_user_stop(struct net_backend *backend)
{
	struct net_vhost_user *vu = net_vhost_user_of(backend);
	int rc;

	if (!vu->device)
		return;
	net_vhost_user_begin(vu, NET_VHOST_USER_LIMIT_NS);
	rc = net_vhost_user_stop_rings(vu);
	vu->device = NULL;
	vu->served = 0;
	if (rc)
		lose_for(vu, rc);
}

/* one that went while it was told is told again by start() */
static int net_vhost_user_enable(struct net_backend *backend, unsigned pairs)
{
	struct net_vhost_user *vu = net_vhost_user_of(backend);
	int rc;

	if (!vu->device)
		return 0;
	net_vhost_user_begin(vu, NET_VHOST_USER_LIMIT_NS);
	rc = net_vhost_user_enable_rings(vu, pairs);
	if (rc)
		lose_for(vu, rc);
	else
		wake(vu);
	return 0;
}

static void net_vhost_user_destroy(struct net_backend *backend)
{
	struct net_vhost_user *vu = net_vhost_user_of(backend);

	net_vhost_user_stop(backend);
	disconnect(vu);
	deferred_cancel(&vu->gone_work);
	watch_remove(&vu->err);
	if (vu->err.fd >= 0)
		close(vu->err.fd);
	free(vu);
}

static const struct net_backend_ops net_vhost_user_ops = {
	.start = net_vhost_user_start,
	.stop = net_vhost_user_stop,
	.enable = net_vhost_user_enable,
	.connect = net_vhost_user_connect,
	.destroy = net_vhost_user_destroy,
};

static struct net_vhost_user *allocate(struct machine *machine)
{
	struct net_vhost_user *vu = calloc(1, sizeof(*vu));

	if (!vu)
		return NULL;
	vu->backend.ops = &net_vhost_user_ops;
	vu->backend.features = NET_BACKEND_UNKNOWN;
	vu->backend.max_pairs = NET_BACKEND_MAX_PAIRS;
	vu->machine = machine;
	vhost_user_conn_init(&vu->conn);
	vu->conn_watch.ready = conn_readable;
	vu->conn_watch.name = "vhost-user back-end";
	vu->greeting.expired = greeting_expired;
	deferred_init(&vu->gone_work, tell_gone);
	vu->err.ready = err_readable;
	vu->err.name = "vhost-user fault";
	vu->err.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return vu;
}

static int open_first(struct net_vhost_user *vu, int fd)
{
	int rc;

	if (vu->err.fd < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = watch_add(vu->machine->loop, &vu->err, EPOLLIN | EPOLLET);
	if (fd < 0)
		return rc;
	vhost_user_conn_open_front(&vu->conn, fd);
	if (!rc)
		rc = open_conn(vu, fd);
	return rc ? rc : net_vhost_user_greet(vu);
}

struct net_backend *net_vhost_user_create(struct machine *machine, int fd,
					  struct err *err)
{
	struct net_vhost_user *vu = allocate(machine);
	int rc;

	if (!vu) {
		if (fd >= 0)
			close(fd);
		err_set(err, -ENOMEM, "no memory for a vhost-user back-end");
		return NULL;
	}
	rc = open_first(vu, fd);
	if (!rc)
		return &vu->backend;
	err_set(err, rc,
		"the vhost-user back-end can't be used: %s; is it one for "
		"virtio 1.0 devices?",
		strerror(-rc));
	net_vhost_user_destroy(&vu->backend);
	return NULL;
}
