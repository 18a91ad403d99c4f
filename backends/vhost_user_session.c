// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_session.c - messages of the front-end
 *
 * Theory of operation
 *
 * One function per message, found through a table; the codec has already
 * checked sizes and descriptors. Rings are numbered by the front-end; a number
 * that we don't have ends the session. NUM, BASE and ADDR stop a running ring:
 * what they say is validated when KICK starts it again. Memory that changes
 * under a running ring is validated at once.
 *
 * IN_ORDER is offered because it costs us nothing (virtqueue_push() knows no
 * other order) and lets a driver recycle without reading the used ring's ids:
 * DPDK's moves a third more frames with it.
 *
 * A front-end that asked for it (REPLY_ACK) is told of success and failure;
 * after a failure the session ends anyway, as its state is then anybody's
 * guess, except for an MTU that does not fit.
 *
 * Limits: no log, so no live migration; no in-flight buffer, which only device
 * types that complete out of order need; no back-end channel.
 */
#include "backends/vhost_user_internal.h"

#include <errno.h>
#include <unistd.h>

/* linux/virtio_net.h names them, vhost-user negotiates them */
#define BIT(n) (UINT64_C(1) << (n))

#define FEATURES                                                        \
	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_RING_F_INDIRECT_DESC) |   \
	 BIT(VIRTIO_RING_F_EVENT_IDX) | BIT(VIRTIO_F_ANY_LAYOUT) |      \
	 BIT(VIRTIO_F_IN_ORDER) | BIT(VHOST_USER_F_PROTOCOL_FEATURES) | \
	 BIT(VIRTIO_NET_F_MRG_RXBUF) | BIT(VIRTIO_NET_F_CSUM) |         \
	 BIT(VIRTIO_NET_F_GUEST_CSUM) | BIT(VIRTIO_NET_F_HOST_TSO4) |   \
	 BIT(VIRTIO_NET_F_HOST_TSO6) | BIT(VIRTIO_NET_F_HOST_ECN) |     \
	 BIT(VIRTIO_NET_F_GUEST_TSO4) | BIT(VIRTIO_NET_F_GUEST_TSO6) |  \
	 BIT(VIRTIO_NET_F_GUEST_ECN) | BIT(VIRTIO_NET_F_MTU) |          \
	 BIT(VIRTIO_NET_F_CTRL_VQ) | BIT(VIRTIO_NET_F_MQ))

#define PROTOCOL_FEATURES                       \
	(BIT(VHOST_USER_PROTOCOL_F_MQ) |        \
	 BIT(VHOST_USER_PROTOCOL_F_REPLY_ACK) | \
	 BIT(VHOST_USER_PROTOCOL_F_MTU) |       \
	 BIT(VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS))

/* The smallest MTU of IPv4 (RFC 791); below it nothing works anyway. */
#define MIN_MTU 68

/**
 * struct handler - what a message does
 * @handle:	0, or -errno
 * @replies:	it answers by itself, so REPLY_ACK adds nothing
 */
struct handler {
	int (*handle)(struct vhost_user *vu, struct vhost_user_msg *msg);
	bool replies;
};

static int reply_u64(struct vhost_user *vu, uint64_t value)
{
	return vhost_user_conn_reply(&vu->conn, &value, sizeof(value));
}

static struct vhost_user_ring *ring_lookup(struct vhost_user *vu, uint64_t i)
{
	return i < vu->ring_count ? &vu->rings[i] : NULL;
}

static int get_features(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	(void)msg;
	return reply_u64(vu, FEATURES);
}

static uint16_t port_features(const struct vhost_user *vu)
{
	unsigned features = 0;

	if (vhost_user_has(vu, VIRTIO_NET_F_GUEST_CSUM))
		features |= PORT_CSUM;
	if (vhost_user_has(vu, VIRTIO_NET_F_GUEST_TSO4))
		features |= PORT_TSO4;
	if (vhost_user_has(vu, VIRTIO_NET_F_GUEST_TSO6))
		features |= PORT_TSO6;
	if (vhost_user_has(vu, VIRTIO_NET_F_GUEST_ECN))
		features |= PORT_ECN;
	return (uint16_t)features;
}

/* Features of running rings may not change: header size, event index. */
static int set_features(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	uint64_t features = msg->payload.u64;
	unsigned i;

	if (features & ~FEATURES)
		return -EPROTO;
	for (i = 0; i < vu->ring_count; i++) {
		if (vu->rings[i].started && features != vu->features)
			return -EBUSY;
		if (!(features & BIT(VHOST_USER_F_PROTOCOL_FEATURES)))
			vu->rings[i].enabled = true;
	}
	vu->features = features;
	vu->hdr_len = features & (BIT(VIRTIO_F_VERSION_1) |
				  BIT(VIRTIO_NET_F_MRG_RXBUF))
			      ? HDR_LEN
			      : HDR_LEN_LEGACY;
	vu->port.features = port_features(vu);
	return 0;
}

static int set_owner(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	(void)vu;
	(void)msg;
	return 0;
}

/* Its meaning changed over time; stopping the rings is right for all. */
static int reset_owner(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	unsigned i;

	(void)msg;
	for (i = 0; i < vu->ring_count; i++)
		vhost_user_ring_stop(&vu->rings[i]);
	return 0;
}

static int add_region(struct vhost_user *vu, int fd,
		      const struct vhost_user_region *region)
{
	struct guest_region_settings settings = {.gpa = region->guest_addr,
						 .size = region->size,
						 .user_addr = region->user_addr,
						 .fd_offset =
							 region->mmap_offset};

	return guest_memory_add(&vu->mem, &settings, fd);
}

static int relocate_rings(struct vhost_user *vu)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < vu->ring_count && !rc; i++)
		rc = vhost_user_ring_relocate(&vu->rings[i]);
	return rc;
}

static int set_mem_table(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	const struct vhost_user_memory *table = &msg->payload.memory;
	unsigned i;
	int rc = 0;

	guest_memory_clear(&vu->mem);
	for (i = 0; i < table->count && !rc; i++)
		rc = add_region(vu, msg->fds[i], &table->regions[i]);
	return rc ? rc : relocate_rings(vu);
}

static int add_mem_reg(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	return add_region(vu, msg->fds[0], &msg->payload.slot.region);
}

static int rem_mem_reg(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	const struct vhost_user_region *region = &msg->payload.slot.region;
	struct guest_region_settings settings = {.gpa = region->guest_addr,
						 .size = region->size,
						 .user_addr =
							 region->user_addr};

	/* QEMU 7.2 removes a region once for every queue pair */
	if (guest_memory_remove(&vu->mem, &settings))
		return 0;
	return relocate_rings(vu);
}

static int get_max_mem_slots(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	(void)msg;
	return reply_u64(vu, GUEST_MEMORY_MAX_REGIONS);
}

static int set_vring_num(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	const struct vhost_user_vring_state *state = &msg->payload.state;
	struct vhost_user_ring *ring = ring_lookup(vu, state->index);

	if (!ring || !state->num || state->num > VIRTQUEUE_MAX_SIZE ||
	    (state->num & (state->num - 1)))
		return -EPROTO;
	vhost_user_ring_stop(ring);
	ring->size = (uint16_t)state->num;
	return 0;
}

static int set_vring_addr(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	const struct vhost_user_vring_addr *addr = &msg->payload.addr;
	struct vhost_user_ring *ring = ring_lookup(vu, addr->index);

	if (!ring)
		return -EPROTO;
	vhost_user_ring_stop(ring);
	ring->desc_user = addr->desc_user;
	ring->avail_user = addr->avail_user;
	ring->used_user = addr->used_user;
	return 0;
}

static int set_vring_base(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	const struct vhost_user_vring_state *state = &msg->payload.state;
	struct vhost_user_ring *ring = ring_lookup(vu, state->index);

	if (!ring || state->num > UINT16_MAX)
		return -EPROTO;
	vhost_user_ring_stop(ring);
	ring->base = (uint16_t)state->num;
	return 0;
}

/* A driver that is reset ends all its rings; that also forgives its faults. */
static void forgive(struct vhost_user *vu)
{
	unsigned i;

	for (i = 0; i < vu->ring_count; i++) {
		if (vu->rings[i].started)
			return;
	}
	if (!guest_memory_is_poisoned(&vu->mem) && !vhost_user_is_banned(vu))
		vu->fault = NULL;
}

static int get_vring_base(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	struct vhost_user_vring_state state = msg->payload.state;
	struct vhost_user_ring *ring = ring_lookup(vu, state.index);

	if (!ring)
		return -EPROTO;
	vhost_user_ring_stop(ring);
	forgive(vu);
	state.num = ring->base;
	return vhost_user_conn_reply(&vu->conn, &state, sizeof(state));
}

/* take the descriptor of the message; -1 when it has none; -EPROTO */
static int take_eventfd(struct vhost_user_msg *msg, int *fd)
{
	*fd = -1;
	if (!msg->fd_count)
		return 0;
	if (!notifier_is_eventfd(msg->fds[0]))
		return -EPROTO;
	*fd = msg->fds[0];
	msg->fds[0] = -1;
	return 0;
}

static struct vhost_user_ring *ring_of_fd(struct vhost_user *vu,
					  const struct vhost_user_msg *msg)
{
	if (msg->payload.u64 &
	    ~(uint64_t)(VHOST_USER_VRING_INDEX_MASK | VHOST_USER_VRING_NO_FD))
		return NULL;
	return ring_lookup(vu, msg->payload.u64 & VHOST_USER_VRING_INDEX_MASK);
}

static int set_vring_kick(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	struct vhost_user_ring *ring = ring_of_fd(vu, msg);
	int fd;

	if (!ring || take_eventfd(msg, &fd))
		return -EPROTO;
	if (vhost_user_ring_set_kick(ring, fd))
		return -EPROTO;
	vhost_user_ring_stop(ring);
	return vhost_user_ring_start(ring);
}

static void replace_fd(int *slot, int fd)
{
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

static int set_vring_call(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	struct vhost_user_ring *ring = ring_of_fd(vu, msg);
	int fd;

	if (!ring || take_eventfd(msg, &fd))
		return -EPROTO;
	replace_fd(&ring->call_fd, fd);
	return 0;
}

static int set_vring_err(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	struct vhost_user_ring *ring = ring_of_fd(vu, msg);
	int fd;

	if (!ring || take_eventfd(msg, &fd))
		return -EPROTO;
	replace_fd(&ring->err_fd, fd);
	return 0;
}

static int get_protocol_features(struct vhost_user *vu,
				 struct vhost_user_msg *msg)
{
	(void)msg;
	return reply_u64(vu, PROTOCOL_FEATURES);
}

static int set_protocol_features(struct vhost_user *vu,
				 struct vhost_user_msg *msg)
{
	if (msg->payload.u64 & ~PROTOCOL_FEATURES)
		return -EPROTO;
	vu->protocol_features = msg->payload.u64;
	return 0;
}

static int get_queue_num(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	(void)msg;
	return reply_u64(vu, vu->ring_count / 2);
}

static int set_vring_enable(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	const struct vhost_user_vring_state *state = &msg->payload.state;
	struct vhost_user_ring *ring = ring_lookup(vu, state->index);

	if (!ring || state->num > 1)
		return -EPROTO;
	ring->enabled = state->num;
	if (!ring->enabled)
		vhost_user_ring_give_up(ring);
	return 0;
}

static int net_set_mtu(struct vhost_user *vu, struct vhost_user_msg *msg)
{
	if (msg->payload.u64 < MIN_MTU || msg->payload.u64 > UINT16_MAX)
		return -ERANGE;
	vu->port.mtu = (uint16_t)MIN(msg->payload.u64, vu->mtu);
	return 0;
}

static const struct handler handlers[VHOST_USER_REQUEST_COUNT] = {
	[VHOST_USER_GET_FEATURES] = {get_features, true},
	[VHOST_USER_SET_FEATURES] = {set_features, false},
	[VHOST_USER_SET_OWNER] = {set_owner, false},
	[VHOST_USER_RESET_OWNER] = {reset_owner, false},
	[VHOST_USER_SET_MEM_TABLE] = {set_mem_table, false},
	[VHOST_USER_SET_VRING_NUM] = {set_vring_num, false},
	[VHOST_USER_SET_VRING_ADDR] = {set_vring_addr, false},
	[VHOST_USER_SET_VRING_BASE] = {set_vring_base, false},
	[VHOST_USER_GET_VRING_BASE] = {get_vring_base, true},
	[VHOST_USER_SET_VRING_KICK] = {set_vring_kick, false},
	[VHOST_USER_SET_VRING_CALL] = {set_vring_call, false},
	[VHOST_USER_SET_VRING_ERR] = {set_vring_err, false},
	[VHOST_USER_GET_PROTOCOL_FEATURES] = {get_protocol_features, true},
	[VHOST_USER_SET_PROTOCOL_FEATURES] = {set_protocol_features, false},
	[VHOST_USER_GET_QUEUE_NUM] = {get_queue_num, true},
	[VHOST_USER_SET_VRING_ENABLE] = {set_vring_enable, false},
	[VHOST_USER_NET_SET_MTU] = {net_set_mtu, false},
	[VHOST_USER_GET_MAX_MEM_SLOTS] = {get_max_mem_slots, true},
	[VHOST_USER_ADD_MEM_REG] = {add_mem_reg, false},
	[VHOST_USER_REM_MEM_REG] = {rem_mem_reg, false},
};

void vhost_user_session_init(struct vhost_user *vu)
{
	vu->features = vu->protocol_features = 0;
	vu->hdr_len = HDR_LEN_LEGACY;
	vu->port.features = 0;
	vu->port.mtu = vu->mtu;
}

int vhost_user_session_handle(struct vhost_user *vu)
{
	struct vhost_user_msg *msg = &vu->conn.msg;
	const struct handler *handler = &handlers[msg->header.request];
	bool ack = (msg->header.flags & VHOST_USER_NEED_REPLY) &&
		   vhost_user_protocol_has(vu, VHOST_USER_PROTOCOL_F_REPLY_ACK);
	int rc, sent = 0;

	rc = handler->handle(vu, msg);
	if (ack && !handler->replies)
		sent = reply_u64(vu, rc ? 1 : 0);
	if (msg->header.request == VHOST_USER_NET_SET_MTU)
		rc = 0;
	return rc ? rc : sent;
}
