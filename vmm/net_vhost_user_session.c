// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_vhost_user_session.c - messages to the back-end and its replies
 *
 * Theory of operation
 *
 * Messages are handled in the order in which they were sent, so most of them
 * are sent without a wait in between. A wait comes where the answer matters:
 * for features, for memory, once when all is set up, and for each ring that is
 * taken back. Where the back-end can't acknowledge (REPLY_ACK), a question that
 * it must answer stands in for that: it has done by then what came before.
 *
 * A wait is bounded by the limit of the call that it is part of. The I/O thread
 * does nothing else meanwhile; that is one guest's loss, whose network has
 * stopped anyway.
 *
 * A ring is enabled before it is started: one that runs but is not enabled is
 * drained (vhost-user.rst, "Ring states"), and what a driver transmitted while
 * nobody was there would be lost.
 *
 * Limits: no log, no in-flight buffer, no back-end channel.
 */
#include "vmm/net_vhost_user_internal.h"

#include <errno.h>
#include <poll.h>

#define BIT(n) (UINT64_C(1) << (n))

#define PROTOCOL_FEATURES                       \
	(BIT(VHOST_USER_PROTOCOL_F_MQ) |        \
	 BIT(VHOST_USER_PROTOCOL_F_REPLY_ACK) | \
	 BIT(VHOST_USER_PROTOCOL_F_MTU))

static bool protocol_has(const struct net_vhost_user *vu, unsigned bit)
{
	return vu->protocol >> bit & 1;
}

void net_vhost_user_begin(struct net_vhost_user *vu, uint64_t limit_ns)
{
	vu->deadline_ns = loop_clock_ns(vu->machine->loop) + limit_ns;
}

static int wait_for(struct net_vhost_user *vu, short events)
{
	struct pollfd ready = {.fd = vu->conn.fd, .events = events};
	uint64_t now = loop_clock_ns(vu->machine->loop);
	uint64_t left = now < vu->deadline_ns ? vu->deadline_ns - now : 0;
	int n = poll(&ready, 1, (int)(left / NSEC_PER_MSEC));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int say(struct net_vhost_user *vu, const struct vhost_user_msg *msg)
{
	int rc = vhost_user_conn_request(&vu->conn, msg);

	while (rc == -EAGAIN) {
		rc = wait_for(vu, POLLOUT);
		if (!rc)
			rc = vhost_user_conn_request(&vu->conn, msg);
	}
	return rc == -EPIPE ? -ECONNRESET : rc;
}

/* the reply is in vu->conn.msg then */
static int hear(struct net_vhost_user *vu)
{
	int rc = vhost_user_conn_receive(&vu->conn);

	while (!rc) {
		rc = wait_for(vu, POLLIN);
		if (!rc)
			rc = vhost_user_conn_receive(&vu->conn);
	}
	if (rc < 0)
		return rc;
	vhost_user_conn_finish(&vu->conn);
	return 0;
}

static int say_u64(struct net_vhost_user *vu, uint32_t request, uint64_t value)
{
	struct vhost_user_msg msg = {.header.request = request,
				     .payload.u64 = value};

	return say(vu, &msg);
}

static int say_state(struct net_vhost_user *vu, uint32_t request,
		     unsigned index, unsigned num)
{
	struct vhost_user_msg msg = {.header.request = request,
				     .payload.state = {index, num}};

	return say(vu, &msg);
}

static int say_fd(struct net_vhost_user *vu, uint32_t request, unsigned index,
		  int fd)
{
	struct vhost_user_msg msg = {.header.request = request,
				     .payload.u64 = index,
				     .fds[0] = fd,
				     .fd_count = 1};

	return say(vu, &msg);
}

static int ask_u64(struct net_vhost_user *vu, uint32_t request, uint64_t *value)
{
	int rc = say_u64(vu, request, 0);

	if (!rc)
		rc = hear(vu);
	if (!rc)
		*value = vu->conn.msg.payload.u64;
	return rc;
}

/* @msg and all before it were done when this returns 0 */
static int say_and_wait(struct net_vhost_user *vu, struct vhost_user_msg *msg)
{
	uint64_t ignored;
	int rc;

	if (protocol_has(vu, VHOST_USER_PROTOCOL_F_REPLY_ACK))
		msg->header.flags = VHOST_USER_NEED_REPLY;
	rc = say(vu, msg);
	if (rc)
		return rc;
	if (!msg->header.flags)
		return ask_u64(vu, VHOST_USER_GET_FEATURES, &ignored);
	rc = hear(vu);
	if (rc)
		return rc;
	return vu->conn.msg.payload.u64 ? -EPROTO : 0;
}

int net_vhost_user_ask_features(struct net_vhost_user *vu)
{
	int rc = say_u64(vu, VHOST_USER_SET_OWNER, 0);

	return rc ? rc : say_u64(vu, VHOST_USER_GET_FEATURES, 0);
}

static int agree_on_protocol(struct net_vhost_user *vu)
{
	uint64_t value;
	int rc;

	vu->protocol = 0;
	vu->backend.max_pairs = 1;
	if (!(vu->offered & BIT(VHOST_USER_F_PROTOCOL_FEATURES)))
		return 0;
	rc = ask_u64(vu, VHOST_USER_GET_PROTOCOL_FEATURES, &value);
	if (rc)
		return rc;
	vu->protocol = value & PROTOCOL_FEATURES;
	rc = say_u64(vu, VHOST_USER_SET_PROTOCOL_FEATURES, vu->protocol);
	if (rc || !protocol_has(vu, VHOST_USER_PROTOCOL_F_MQ))
		return rc;
	rc = ask_u64(vu, VHOST_USER_GET_QUEUE_NUM, &value);
	if (!rc && !value)
		return -EPROTO;
	if (!rc)
		vu->backend.max_pairs =
			(unsigned)MIN(value, NET_BACKEND_MAX_PAIRS);
	return rc;
}

int net_vhost_user_greet(struct net_vhost_user *vu)
{
	int rc = hear(vu);

	if (rc)
		return rc;
	vu->offered = vu->conn.msg.payload.u64;
	if (!(vu->offered & BIT(VIRTIO_F_VERSION_1)))
		return -EPROTO;
	rc = agree_on_protocol(vu);
	if (rc)
		return rc;
	vu->has_memory = false;
	vu->backend.features =
		vu->offered & ~BIT(VHOST_USER_F_PROTOCOL_FEATURES);
	vu->backend.is_connected = true;
	return 0;
}

static int set_features(struct net_vhost_user *vu)
{
	uint64_t features = vu->device->driver_features;

	features |= BIT(VHOST_USER_F_PROTOCOL_FEATURES);
	return say_u64(vu, VHOST_USER_SET_FEATURES, features & vu->offered);
}

static int set_mtu(struct net_vhost_user *vu)
{
	if (!protocol_has(vu, VHOST_USER_PROTOCOL_F_MTU) || !vu->backend.mtu ||
	    !virtio_has(vu->device, VIRTIO_NET_F_MTU))
		return 0;
	return say_u64(vu, VHOST_USER_NET_SET_MTU, vu->backend.mtu);
}

/* once per connection: a machine's memory stays where it is */
static int set_memory(struct net_vhost_user *vu)
{
	const struct vm_memory *ram = &vu->machine->ram;
	struct vhost_user_msg msg = {.header.request =
					     VHOST_USER_SET_MEM_TABLE};
	struct vhost_user_region *regions = msg.payload.memory.regions;
	unsigned i;
	int rc;

	if (vu->has_memory)
		return 0;
	static_assert(VM_MEMORY_REGIONS <= VHOST_USER_MAX_REGIONS,
		      "RAM fits one message");
	for (i = 0; i < ram->count; i++) {
		regions[i] = (struct vhost_user_region){
			.guest_addr = ram->regions[i].gpa,
			.size = ram->regions[i].size,
			.user_addr = ram->regions[i].user_addr,
			.mmap_offset = ram->regions[i].fd_offset};
		msg.fds[i] = ram->fd;
	}
	msg.payload.memory.count = msg.fd_count = ram->count;
	rc = say_and_wait(vu, &msg);
	vu->has_memory = !rc;
	return rc;
}

/* our own addresses, as the memory table has them */
static int say_addr(struct net_vhost_user *vu, unsigned index,
		    const struct net_ring *ring)
{
	struct vhost_user_msg msg = {
		.header.request = VHOST_USER_SET_VRING_ADDR,
		.payload.addr = {.index = index,
				 .desc_user = (uintptr_t)ring->desc,
				 .avail_user = (uintptr_t)ring->avail,
				 .used_user = (uintptr_t)ring->used}};

	return say(vu, &msg);
}

static int start_ring(struct net_vhost_user *vu, unsigned index)
{
	const struct virtio_queue *queue = &vu->device->queues[index];
	struct net_ring ring;
	int rc;

	rc = net_ring_locate(queue, &ring);
	if (!rc)
		rc = say_state(vu, VHOST_USER_SET_VRING_NUM, index,
			       queue->size);
	if (!rc)
		rc = say_state(vu, VHOST_USER_SET_VRING_BASE, index, ring.base);
	if (!rc)
		rc = say_addr(vu, index, &ring);
	if (!rc)
		rc = say_fd(vu, VHOST_USER_SET_VRING_CALL, index,
			    queue->call_fd);
	if (!rc)
		rc = say_fd(vu, VHOST_USER_SET_VRING_ERR, index, vu->err.fd);
	if (!rc)
		rc = say_fd(vu, VHOST_USER_SET_VRING_KICK, index,
			    queue->kick_fd);
	return rc;
}

/* each ring says whether it is in use, also one that was before */
static int say_enabled(struct net_vhost_user *vu, unsigned pairs)
{
	unsigned i;
	int rc = 0;

	if (!(vu->offered & BIT(VHOST_USER_F_PROTOCOL_FEATURES)))
		return 0; /* such rings are always enabled */
	for (i = 0; i < NET_BACKEND_MAX_RINGS && !rc; i++) {
		if (net_vhost_user_serves(vu, i))
			rc = say_state(vu, VHOST_USER_SET_VRING_ENABLE, i,
				       i / 2 < pairs);
	}
	return rc;
}

static int wait_till_done(struct net_vhost_user *vu)
{
	uint64_t ignored;

	return ask_u64(vu, VHOST_USER_GET_FEATURES, &ignored);
}

int net_vhost_user_enable_rings(struct net_vhost_user *vu, unsigned pairs)
{
	int rc = say_enabled(vu, pairs);

	return rc ? rc : wait_till_done(vu);
}

static int check_rings(struct net_vhost_user *vu)
{
	struct net_ring ring;
	unsigned i;
	int rc = 0;

	for (i = 0; i < NET_BACKEND_MAX_RINGS && !rc; i++) {
		if (net_vhost_user_serves(vu, i))
			rc = net_ring_locate(&vu->device->queues[i], &ring);
	}
	return rc;
}

int net_vhost_user_start_rings(struct net_vhost_user *vu, unsigned pairs)
{
	unsigned i;
	int rc;

	rc = check_rings(vu);
	if (!rc)
		rc = set_features(vu);
	if (!rc)
		rc = set_mtu(vu);
	if (!rc)
		rc = set_memory(vu);
	if (!rc)
		rc = say_enabled(vu, pairs);
	for (i = 0; i < NET_BACKEND_MAX_RINGS && !rc; i++) {
		if (net_vhost_user_serves(vu, i))
			rc = start_ring(vu, i);
	}
	return rc ? rc : wait_till_done(vu);
}

int net_vhost_user_stop_rings(struct net_vhost_user *vu)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < NET_BACKEND_MAX_RINGS && !rc; i++) {
		if (!net_vhost_user_serves(vu, i))
			continue;
		rc = say_state(vu, VHOST_USER_GET_VRING_BASE, i, 0);
		if (!rc)
			rc = hear(vu);
		if (!rc && vu->conn.msg.payload.state.index != i)
			rc = -EPROTO;
	}
	return rc;
}
