/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user_internal.h - what the files of the vhost-user back-end share
 *
 * vhost_user.c		the port: create, listen, status, faults, close
 * vhost_user_session.c	messages of the front-end
 * vhost_user_ring.c	rings start and stop, kicks, notifications
 * vhost_user_input.c	frames that the guest transmits
 * vhost_user_output.c	frames that the guest receives
 *
 * The guest's transmit rings have odd numbers, its receive rings even ones
 * (virtio 1.2 5.1.2).
 */
#ifndef BACKENDS_VHOST_USER_INTERNAL_H
#define BACKENDS_VHOST_USER_INTERNAL_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stdint.h>

#include "backends/vhost_user.h"
#include "core/guest_memory.h"
#include "core/vhost_user_msg.h"
#include "core/virtqueue.h"

#define MAX_RINGS (2 * VHOST_USER_MAX_QUEUE_PAIRS)

/* bytes of struct virtio_net_hdr, without and with num_buffers */
#define HDR_LEN_LEGACY 10
#define HDR_LEN 12

/** INPUT_IOVS - tail pieces of one batch: one per frame, and then some */
#define INPUT_IOVS (FRAME_BATCH + 4 * FRAME_MAX_IOV)

#define RING_IS_INPUT(index) ((index)&1)

/**
 * struct vhost_user_ring - one virtqueue as the front-end set it up
 * @vq:		valid while @started
 * @owner:	the port
 * @kick:	its fd is the kick eventfd, owned; -1: none
 * @call_fd:	to notify the driver, owned; -1: it polls
 * @err_fd:	to tell the front-end of a fault, owned; -1: none
 * @started:	SET_VRING_KICK came and no GET_VRING_BASE since
 * @enabled:	SET_VRING_ENABLE
 * @is_full:	output only: a frame waits upstairs for buffers
 * @full_at:	available index up to which there were too few
 * @size:	entries
 * @base:	available index to start with
 * @desc_user:	descriptor table, front-end address
 * @avail_user:	available ring, front-end address
 * @used_user:	used ring, front-end address
 */
struct vhost_user_ring {
	struct virtqueue vq;
	struct vhost_user *owner;
	struct watch kick;
	int call_fd;
	int err_fd;
	bool started;
	bool enabled;
	bool is_full;
	uint16_t full_at;
	uint16_t size;
	uint16_t base;
	uint64_t desc_user;
	uint64_t avail_user;
	uint64_t used_user;
};

/**
 * struct vhost_user_input - one batch of frames from the guest
 * @bufs:	chains that were peeked
 * @ptrs:	frames that are good, for port_input()
 * @drops:	per chain: enum drop_reason, DROP_NONE for a good frame
 * @bad:	per dropped chain: its frame; NULL: it was none
 * @chain_of:	per good frame: number of its chain
 * @frames:	reused, never cleared
 * @iovs:	tails
 * @chain:	the chain that is being taken apart
 * @bounce:	tail of the one frame per batch that has too many pieces
 */
struct vhost_user_input {
	struct virtqueue_buf bufs[FRAME_BATCH];
	struct frame *ptrs[FRAME_BATCH];
	uint8_t drops[FRAME_BATCH];
	struct frame *bad[FRAME_BATCH];
	uint8_t chain_of[FRAME_BATCH];
	struct frame frames[FRAME_BATCH];
	struct iovec iovs[INPUT_IOVS];
	struct virtqueue_chain chain;
	uint8_t bounce[FRAME_MAX_LEN];
};

/**
 * struct vhost_user_output - buffers of the guest that one frame is put into
 * @bufs:	chains that were peeked, for frames that fit one each
 * @count:	chains collected for a frame that needs more
 * @head:	their names
 * @len:	their sizes
 * @steps:	descriptors of all of them
 * @iov_count:	pieces of all of them
 * @iov:	the pieces
 * @chain:	the chain that is being taken apart
 */
struct vhost_user_output {
	struct virtqueue_buf bufs[FRAME_BATCH];
	unsigned count;
	uint16_t head[VIRTQUEUE_MAX_SIZE];
	uint32_t len[VIRTQUEUE_MAX_SIZE];
	unsigned steps;
	unsigned iov_count;
	struct iovec iov[VIRTQUEUE_MAX_IOV];
	struct virtqueue_chain chain;
};

/**
 * struct vhost_user - the port
 * @port:	the contract
 * @loop:	serves it
 * @notifier:	for call eventfds
 * @log:	may be told about front-ends
 * @log_limit:	how often
 * @listen:	the listening socket; its fd is -1 when there is none
 * @relisten:	runs while there are no descriptors for front-ends
 * @conn:	the front-end; its fd is -1 while there is none
 * @conn_watch:	waits for its messages
 * @patience:	runs while a message is half here
 * @stall:	runs while the guest has buffers, but too few for a frame
 * @work:	one round over the input rings
 * @fault_work:	reports a fault from outside of send()
 * @poller:	looks at the rings while the loop spins
 * @features:	acknowledged virtio features
 * @protocol_features: acknowledged vhost-user ones
 * @mem:	the guest's memory
 * @mtu:	from the settings
 * @ring_count:	2 for each queue pair
 * @rings:	input (odd) and output (even)
 * @outputs:	output rings that may be filled
 * @output_count: how many
 * @hdr_len:	bytes in front of each frame
 * @is_polling:	the loop spins; no kicks are wanted
 * @is_blocked:	upstairs is full; nothing is popped until resume()
 * @is_stalled:	drop what the guest's buffers can't hold
 * @owes_writable: upstairs waits for a ring that is served no more
 * @banned_until_ns: no front-end and no forgiveness before that
 * @fault:	why the port is switched off; NULL while it works
 * @input:	scratch
 * @output:	scratch
 */
struct vhost_user {
	struct port port;
	struct loop *loop;
	struct notifier *notifier;
	const struct log *log;
	struct log_limit log_limit;
	struct watch listen;
	struct vhost_user_conn conn;
	struct watch conn_watch;
	struct timer relisten;
	struct timer patience;
	struct timer stall;
	struct deferred work;
	struct deferred fault_work;
	struct poller poller;
	uint64_t features;
	uint64_t protocol_features;
	struct guest_memory mem;
	uint16_t mtu;
	unsigned ring_count;
	struct vhost_user_ring rings[MAX_RINGS];
	struct vhost_user_ring *outputs[VHOST_USER_MAX_QUEUE_PAIRS];
	unsigned output_count;
	uint16_t hdr_len;
	bool is_polling;
	bool is_blocked;
	bool is_stalled;
	bool owes_writable;
	uint64_t banned_until_ns;
	const char *fault;
	struct vhost_user_input input;
	struct vhost_user_output output;
};

static inline bool vhost_user_has(const struct vhost_user *vu, unsigned bit)
{
	return vu->features >> bit & 1;
}

static inline bool vhost_user_protocol_has(const struct vhost_user *vu,
					   unsigned bit)
{
	return vu->protocol_features >> bit & 1;
}

/* vhost_user.c */

/** vhost_user_fault() - switch the port off; callable from anywhere */
void vhost_user_fault(struct vhost_user *vu, const char *why);

/**
 * vhost_user_notify() - write an eventfd of the front-end
 *
 * Return: false when that blocked: the port is switched off then, for long
 * enough that doing it again and again costs the other ports next to nothing.
 */
bool vhost_user_notify(struct vhost_user *vu, int fd);

/** vhost_user_is_banned() - is it too early after a vhost_user_notify()? */
bool vhost_user_is_banned(const struct vhost_user *vu);

/** vhost_user_disconnect() - end the session; @why for the log */
void vhost_user_disconnect(struct vhost_user *vu, const char *why);

/** vhost_user_update() - rings or features changed: outputs, carrier */
void vhost_user_update(struct vhost_user *vu);

/* vhost_user_session.c */

/** vhost_user_session_init() - before a front-end's first message */
void vhost_user_session_init(struct vhost_user *vu);

/**
 * vhost_user_session_handle() - do what the message in @vu->conn asks for
 *
 * Return: 0; -errno when the session can't go on.
 */
int vhost_user_session_handle(struct vhost_user *vu);

/* vhost_user_ring.c */

/** vhost_user_ring_init() - a ring that nobody set up yet */
void vhost_user_ring_init(struct vhost_user *vu, unsigned index);

/** vhost_user_ring_give_up() - no frame can wait for buffers of @ring now */
void vhost_user_ring_give_up(struct vhost_user_ring *ring);

/** vhost_user_ring_start() - validate and begin to serve; 0 or -errno */
int vhost_user_ring_start(struct vhost_user_ring *ring);

/** vhost_user_ring_stop() - serve no more; remembers where it was */
void vhost_user_ring_stop(struct vhost_user_ring *ring);

/** vhost_user_ring_reset() - stop, close its descriptors, forget */
void vhost_user_ring_reset(struct vhost_user_ring *ring);

/** vhost_user_ring_relocate() - memory changed under a started ring */
int vhost_user_ring_relocate(struct vhost_user_ring *ring);

/** vhost_user_ring_set_kick() - own @fd (-1: none) as the kick eventfd */
int vhost_user_ring_set_kick(struct vhost_user_ring *ring, int fd);

/** vhost_user_ring_flush() - publish and notify; checks for faults */
void vhost_user_ring_flush(struct vhost_user_ring *ring);

/** vhost_user_work() - deferred: one batch from each input ring */
void vhost_user_work(struct deferred *deferred);

/** vhost_user_poll() - poller: the same, and full outputs; true if it did */
bool vhost_user_poll(struct poller *poller);

/** vhost_user_poll_end() - poller: the loop is about to sleep */
void vhost_user_poll_end(struct poller *poller);

/* vhost_user_input.c */

/** vhost_user_input_batch() - hand up one batch; true when there was one */
bool vhost_user_input_batch(struct vhost_user_ring *ring);

/* vhost_user_output.c */

/** vhost_user_send() - port_ops.send */
unsigned vhost_user_send(struct port *port, struct frame **frames, unsigned n);

#endif
