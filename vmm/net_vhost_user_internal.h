/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_vhost_user_internal.h - what the files of the vhost-user front-end share
 *
 * net_vhost_user.c		connections come and go, rings start and stop
 * net_vhost_user_session.c	messages to the back-end and its replies
 */
#ifndef VMM_NET_VHOST_USER_INTERNAL_H
#define VMM_NET_VHOST_USER_INTERNAL_H

#include "core/vhost_user_msg.h"
#include "vmm/net_backend.h"
#include "vmm/net_ring.h"

/** NET_VHOST_USER_LIMIT_NS - longest that a call waits for a back-end that was
 * heard of */
#define NET_VHOST_USER_LIMIT_NS (2 * NSEC_PER_SEC)

/**
 * struct net_vhost_user - a back-end in another process
 * @backend:	the contract
 * @machine:	whose memory it gets
 * @conn:	to the back-end; its fd is -1 while there is none
 * @conn_watch:	waits for the first reply, and then for the end
 * @err:	its fd is an eventfd, written by the back-end for a broken ring
 * @greeting:	runs until the first reply of a new connection
 * @gone_work:	tells the device that the back-end is gone
 * @gone_why:	static text for it
 * @offered:	features of the back-end, those of vhost-user included
 * @protocol:	vhost-user features that are in use
 * @has_memory:	the back-end has our memory table
 * @device:	whose rings it serves; NULL: none
 * @served:	bit n: ring n
 * @deadline_ns: when the present call gives up
 */
struct net_vhost_user {
	struct net_backend backend;
	struct machine *machine;
	struct vhost_user_conn conn;
	struct watch conn_watch;
	struct watch err;
	struct timer greeting;
	struct deferred gone_work;
	const char *gone_why;
	uint64_t offered;
	uint64_t protocol;
	bool has_memory;
	struct virtio_device *device;
	uint32_t served;
	uint64_t deadline_ns;
};

static inline struct net_vhost_user *
net_vhost_user_of(struct net_backend *backend)
{
	return container_of(backend, struct net_vhost_user, backend);
}

static inline bool net_vhost_user_serves(const struct net_vhost_user *vu,
					 unsigned ring)
{
	return vu->served >> ring & 1;
}

/** net_vhost_user_begin() - a call that gives up after @limit_ns begins */
void net_vhost_user_begin(struct net_vhost_user *vu, uint64_t limit_ns);

/*
 * All of these return 0; -ETIMEDOUT when the limit is over; -ECONNRESET at the
 * end of the connection; -EPROTO when the back-end answers nonsense, or that it
 * could not do it. The connection is of no use after any of them.
 */

/** net_vhost_user_ask_features() - send the first question; no wait */
int net_vhost_user_ask_features(struct net_vhost_user *vu);

/** net_vhost_user_greet() - its answer, and all else before the first start */
int net_vhost_user_greet(struct net_vhost_user *vu);

/**
 * net_vhost_user_start_rings() - hand over features, memory and rings
 * @pairs:	that are in use at once
 *
 * Return: also -EFAULT when a ring is not in RAM; the connection is fine then.
 */
int net_vhost_user_start_rings(struct net_vhost_user *vu, unsigned pairs);

/** net_vhost_user_enable_rings() - those of the first @pairs, and no others */
int net_vhost_user_enable_rings(struct net_vhost_user *vu, unsigned pairs);

/** net_vhost_user_stop_rings() - take them back */
int net_vhost_user_stop_rings(struct net_vhost_user *vu);

#endif
