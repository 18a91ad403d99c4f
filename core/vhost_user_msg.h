/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user_msg.h - vhost-user messages and the socket that carries them
 *
 * QEMU docs/interop/vhost-user.rst. All numbers are in host byte order. The
 * peer is any local process: a message that does not have exactly the size and
 * the number of file descriptors that its kind calls for ends the connection,
 * and every descriptor that came with it is closed.
 *
 * Either side: a back-end receives requests and may reply to them, a front-end
 * sends them and receives the replies.
 */
#ifndef CORE_VHOST_USER_MSG_H
#define CORE_VHOST_USER_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/util.h"

/** VHOST_USER_MAX_FDS - most descriptors of one message */
#define VHOST_USER_MAX_FDS 8
/** VHOST_USER_MAX_REGIONS - regions that one SET_MEM_TABLE can carry */
#define VHOST_USER_MAX_REGIONS 8

#define VHOST_USER_VERSION 1
#define VHOST_USER_VERSION_MASK 3
#define VHOST_USER_REPLY (1 << 2)
#define VHOST_USER_NEED_REPLY (1 << 3)

/* in the u64 of SET_VRING_KICK, _CALL and _ERR */
#define VHOST_USER_VRING_INDEX_MASK 0xff
#define VHOST_USER_VRING_NO_FD 0x100

/** VHOST_USER_F_PROTOCOL_FEATURES - the one feature bit of vhost-user's own */
#define VHOST_USER_F_PROTOCOL_FEATURES 30

/** enum vhost_user_request - the messages that we understand */
enum vhost_user_request {
	VHOST_USER_GET_FEATURES = 1,
	VHOST_USER_SET_FEATURES = 2,
	VHOST_USER_SET_OWNER = 3,
	VHOST_USER_RESET_OWNER = 4,
	VHOST_USER_SET_MEM_TABLE = 5,
	VHOST_USER_SET_VRING_NUM = 8,
	VHOST_USER_SET_VRING_ADDR = 9,
	VHOST_USER_SET_VRING_BASE = 10,
	VHOST_USER_GET_VRING_BASE = 11,
	VHOST_USER_SET_VRING_KICK = 12,
	VHOST_USER_SET_VRING_CALL = 13,
	VHOST_USER_SET_VRING_ERR = 14,
	VHOST_USER_GET_PROTOCOL_FEATURES = 15,
	VHOST_USER_SET_PROTOCOL_FEATURES = 16,
	VHOST_USER_GET_QUEUE_NUM = 17,
	VHOST_USER_SET_VRING_ENABLE = 18,
	VHOST_USER_NET_SET_MTU = 20,
	VHOST_USER_GET_MAX_MEM_SLOTS = 36,
	VHOST_USER_ADD_MEM_REG = 37,
	VHOST_USER_REM_MEM_REG = 38,
	VHOST_USER_REQUEST_COUNT,
};

/** enum vhost_user_protocol_feature - bit numbers */
enum vhost_user_protocol_feature {
	VHOST_USER_PROTOCOL_F_MQ = 0,
	VHOST_USER_PROTOCOL_F_REPLY_ACK = 3,
	VHOST_USER_PROTOCOL_F_MTU = 4,
	VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS = 15,
};

/**
 * struct vhost_user_header - in front of every message
 * @request:	enum vhost_user_request
 * @flags:	version, VHOST_USER_REPLY, VHOST_USER_NEED_REPLY
 * @size:	bytes that follow
 */
struct vhost_user_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size;
};
static_assert(sizeof(struct vhost_user_header) == 12, "as on the wire");

/**
 * struct vhost_user_vring_state - a number for one ring
 * @index:	which ring
 * @num:	size, base, or 0 and 1 for off and on
 */
struct vhost_user_vring_state {
	uint32_t index;
	uint32_t num;
};

/**
 * struct vhost_user_vring_addr - where a ring is, in front-end addresses
 * @index:	which ring
 * @flags:	bit 0: log; never offered
 * @desc_user:	descriptor table
 * @used_user:	used ring
 * @avail_user:	available ring
 * @log_guest:	not looked at
 */
struct vhost_user_vring_addr {
	uint32_t index;
	uint32_t flags;
	uint64_t desc_user;
	uint64_t used_user;
	uint64_t avail_user;
	uint64_t log_guest;
};
static_assert(sizeof(struct vhost_user_vring_addr) == 40, "as on the wire");

/**
 * struct vhost_user_region - one memory region
 * @guest_addr:	guest-physical address
 * @size:	bytes
 * @user_addr:	address in the front-end
 * @mmap_offset: where it starts in the file
 */
struct vhost_user_region {
	uint64_t guest_addr;
	uint64_t size;
	uint64_t user_addr;
	uint64_t mmap_offset;
};
static_assert(sizeof(struct vhost_user_region) == 32, "as on the wire");

/**
 * struct vhost_user_memory - SET_MEM_TABLE
 * @count:	valid entries of @regions; one descriptor comes with each
 * @padding:	ignored
 * @regions:	only @count of them are on the wire
 */
struct vhost_user_memory {
	uint32_t count;
	uint32_t padding;
	struct vhost_user_region regions[VHOST_USER_MAX_REGIONS];
};

/**
 * struct vhost_user_slot - ADD_MEM_REG and REM_MEM_REG
 * @padding:	ignored
 * @region:	the region
 */
struct vhost_user_slot {
	uint64_t padding;
	struct vhost_user_region region;
};

/**
 * struct vhost_user_msg - a whole message
 * @header:	as it came, checked
 * @payload:	@header.size bytes of it are valid
 * @fds:	what came with it; who takes one puts -1 in its place
 * @fd_count:	valid entries of @fds
 */
struct vhost_user_msg {
	struct vhost_user_header header;
	union {
		uint64_t u64;
		struct vhost_user_vring_state state;
		struct vhost_user_vring_addr addr;
		struct vhost_user_memory memory;
		struct vhost_user_slot slot;
	} payload;
	int fds[VHOST_USER_MAX_FDS];
	unsigned fd_count;
};

/**
 * struct vhost_user_conn - one connection and the message that is coming in
 * @fd:		owned; -1 while there is none
 * @is_front_end: requests go out, replies come in
 * @awaited:	front-end: the request whose reply is to come; 0: none is
 * @got:	bytes of @msg, header first, that are here
 * @msg:	filled as bytes come
 */
struct vhost_user_conn {
	int fd;
	bool is_front_end;
	uint32_t awaited;
	uint32_t got;
	struct vhost_user_msg msg;
};

/** vhost_user_conn_init() - no connection yet */
void vhost_user_conn_init(struct vhost_user_conn *conn);

/** vhost_user_conn_open() - be a back-end on @fd, a connected stream socket */
void vhost_user_conn_open(struct vhost_user_conn *conn, int fd);

/** vhost_user_conn_open_front() - be a front-end; @fd is taken over likewise */
void vhost_user_conn_open_front(struct vhost_user_conn *conn, int fd);

/** vhost_user_conn_close() - close it, with all descriptors that came in */
void vhost_user_conn_close(struct vhost_user_conn *conn);

/**
 * vhost_user_conn_receive() - read on, never blocking
 *
 * To a front-end nothing may come but the reply that it awaits; whose number
 * is then valid, in @conn->msg.payload.u64 or .state.
 *
 * Return: 1 when @conn->msg is whole and valid: use it, then call
 * vhost_user_conn_finish(). 0 when more has to come. -ECONNRESET when the peer
 * left, -EPROTO when the message is wrong; close the connection then.
 */
int vhost_user_conn_receive(struct vhost_user_conn *conn);

/** vhost_user_conn_finish() - done with @conn->msg; closes what is left */
void vhost_user_conn_finish(struct vhost_user_conn *conn);

/** vhost_user_conn_is_partial() - is there a message that stopped half-way? */
static inline bool vhost_user_conn_is_partial(const struct vhost_user_conn *c)
{
	return c->got != 0;
}

/**
 * vhost_user_conn_reply() - answer the current message
 * @conn:	to whom
 * @payload:	may be part of @conn->msg
 * @size:	bytes of it, at most 64
 *
 * Return: 0, or -errno, also when the peer doesn't read its replies; close the
 * connection then.
 */
int vhost_user_conn_reply(struct vhost_user_conn *conn, const void *payload,
			  uint32_t size);

/**
 * vhost_user_conn_request() - front-end: send a message, never blocking
 * @conn:	to whom; no reply is awaited
 * @msg:	@header.request, the payload, @fds and @fd_count; of the flags
 *		only VHOST_USER_NEED_REPLY counts. Descriptors stay the caller's
 *
 * A reply is to come when the message calls for one, or was flagged for one.
 *
 * Return: 0; -EAGAIN when the peer reads too slowly, nothing was sent then;
 * -EINVAL for a message that no back-end would take; -errno when the connection
 * ended.
 */
int vhost_user_conn_request(struct vhost_user_conn *conn,
			    const struct vhost_user_msg *msg);

/** vhost_user_request_name() - "SET_MEM_TABLE"; "?" for one we don't know */
const char *vhost_user_request_name(uint32_t request);

#endif
