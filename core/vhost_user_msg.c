// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_msg.c - vhost-user messages and the socket that carries them
 *
 * Theory of operation
 *
 * The header is read first and checked against the table below before a byte
 * of the payload is asked for; reads never go past the end of the message, so
 * the kernel never hands out descriptors of the next one. A message may come
 * in as many pieces as the peer likes; descriptors may come with any of them.
 *
 * Descriptors are received into a control buffer of exactly VHOST_USER_MAX_FDS.
 * The kernel closes what does not fit and sets MSG_CTRUNC; those that did fit
 * are closed here.
 *
 * A front-end's messages are judged by the same table before they leave. It
 * awaits one reply at a time, and knows what that looks like: nothing else that
 * a back-end sends is looked at any further.
 *
 * Limits: no in-band notifications, no back-end channel, no log: messages of
 * features that are never offered are unknown messages.
 */
#include "core/vhost_user_msg.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/fd_pass.h"

static_assert(VHOST_USER_MAX_FDS <= FD_PASS_MAX, "descriptors get lost");

#define REPLY_MAX_SIZE 64

/* What all replies that we know carry: a number, or one for a ring. */
#define REPLY_SIZE sizeof(uint64_t)
static_assert(sizeof(struct vhost_user_vring_state) == REPLY_SIZE,
	      "all replies are of one size");

/** enum fd_rule - how many descriptors a message comes with */
enum fd_rule {
	FDS_NONE,
	FDS_ONE,
	FDS_OPTIONAL, /* none or one */
	FDS_VRING,    /* one, or none with VHOST_USER_VRING_NO_FD */
	FDS_REGIONS,  /* one per memory region */
};

/**
 * struct rule - what a message has to look like
 * @name:	NULL for a message that we don't know
 * @size:	exact size of its payload; SET_MEM_TABLE: of its fixed part
 * @fds:	how many descriptors
 * @asks:	it is answered in any case
 */
struct rule {
	const char *name;
	uint32_t size;
	enum fd_rule fds;
	bool asks;
};

#define U64 sizeof(uint64_t)
#define STATE sizeof(struct vhost_user_vring_state)
#define ADDR sizeof(struct vhost_user_vring_addr)
#define SLOT sizeof(struct vhost_user_slot)
#define TABLE offsetof(struct vhost_user_memory, regions)
#define RULE(id, bytes, fd_rule) \
	[VHOST_USER_##id] = {.name = #id, .size = (bytes), .fds = (fd_rule)}
#define ASKS(id, bytes) \
	[VHOST_USER_##id] = {.name = #id, .size = (bytes), .asks = true}

static const struct rule rules[VHOST_USER_REQUEST_COUNT] = {
	ASKS(GET_FEATURES, 0),
	RULE(SET_FEATURES, U64, FDS_NONE),
	RULE(SET_OWNER, 0, FDS_NONE),
	RULE(RESET_OWNER, 0, FDS_NONE),
	RULE(SET_MEM_TABLE, TABLE, FDS_REGIONS),
	RULE(SET_VRING_NUM, STATE, FDS_NONE),
	RULE(SET_VRING_ADDR, ADDR, FDS_NONE),
	RULE(SET_VRING_BASE, STATE, FDS_NONE),
	ASKS(GET_VRING_BASE, STATE),
	RULE(SET_VRING_KICK, U64, FDS_VRING),
	RULE(SET_VRING_CALL, U64, FDS_VRING),
	RULE(SET_VRING_ERR, U64, FDS_VRING),
	ASKS(GET_PROTOCOL_FEATURES, 0),
	RULE(SET_PROTOCOL_FEATURES, U64, FDS_NONE),
	ASKS(GET_QUEUE_NUM, 0),
	RULE(SET_VRING_ENABLE, STATE, FDS_NONE),
	RULE(NET_SET_MTU, U64, FDS_NONE),
	ASKS(GET_MAX_MEM_SLOTS, 0),
	RULE(ADD_MEM_REG, SLOT, FDS_ONE),
	RULE(REM_MEM_REG, SLOT, FDS_OPTIONAL),
};

static const struct rule *rule_lookup(uint32_t request)
{
	if (request >= ARRAY_SIZE(rules) || !rules[request].name)
		return NULL;
	return &rules[request];
}

const char *vhost_user_request_name(uint32_t request)
{
	const struct rule *rule = rule_lookup(request);

	return rule ? rule->name : "?";
}

void vhost_user_conn_init(struct vhost_user_conn *conn)
{
	memset(conn, 0, sizeof(*conn));
	conn->fd = -1;
}

void vhost_user_conn_open(struct vhost_user_conn *conn, int fd)
{
	vhost_user_conn_init(conn);
	conn->fd = fd;
}

void vhost_user_conn_open_front(struct vhost_user_conn *conn, int fd)
{
	vhost_user_conn_open(conn, fd);
	conn->is_front_end = true;
}

void vhost_user_conn_finish(struct vhost_user_conn *conn)
{
	unsigned i;

	for (i = 0; i < conn->msg.fd_count; i++) {
		if (conn->msg.fds[i] >= 0)
			close(conn->msg.fds[i]);
	}
	conn->msg.fd_count = 0;
	conn->got = 0;
}

void vhost_user_conn_close(struct vhost_user_conn *conn)
{
	vhost_user_conn_finish(conn);
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
}

static int check_request(const struct vhost_user_header *header)
{
	const struct rule *rule = rule_lookup(header->request);
	uint32_t more;

	if (!rule || header->flags & VHOST_USER_REPLY ||
	    (header->flags & VHOST_USER_VERSION_MASK) != VHOST_USER_VERSION)
		return -EPROTO;
	if (rule->fds != FDS_REGIONS)
		return header->size == rule->size ? 0 : -EPROTO;
	if (header->size < rule->size ||
	    header->size > sizeof(struct vhost_user_memory))
		return -EPROTO;
	more = header->size - rule->size;
	return more % sizeof(struct vhost_user_region) ? -EPROTO : 0;
}

/* What was not asked for has no business here. */
static int check_reply(const struct vhost_user_header *header, uint32_t awaited)
{
	if (!awaited || header->request != awaited ||
	    header->flags != (VHOST_USER_VERSION | VHOST_USER_REPLY) ||
	    header->size != REPLY_SIZE)
		return -EPROTO;
	return 0;
}

static int check_header(const struct vhost_user_conn *conn)
{
	const struct vhost_user_header *header = &conn->msg.header;

	return conn->is_front_end ? check_reply(header, conn->awaited)
				  : check_request(header);
}

/* the number of regions was tied to the size, so the size tells the fds */
static int check_fds(const struct vhost_user_msg *msg)
{
	const struct rule *rule = &rules[msg->header.request];
	bool none = msg->payload.u64 & VHOST_USER_VRING_NO_FD;
	uint32_t regions = 0, fds = msg->fd_count;
	bool good = false;

	switch (rule->fds) {
	case FDS_NONE:
		good = fds == 0;
		break;
	case FDS_ONE:
		good = fds == 1;
		break;
	case FDS_OPTIONAL:
		good = fds <= 1;
		break;
	case FDS_VRING:
		good = fds == (none ? 0 : 1);
		break;
	case FDS_REGIONS:
		regions = (msg->header.size - rule->size) /
			  (uint32_t)sizeof(struct vhost_user_region);
		good = fds == regions && regions &&
		       msg->payload.memory.count == regions;
		break;
	}
	return good ? 0 : -EPROTO;
}

static int take_fds(struct vhost_user_msg *msg, struct msghdr *hdr)
{
	int count = fd_pass_take(hdr, msg->fds + msg->fd_count,
				 VHOST_USER_MAX_FDS - msg->fd_count);

	if (count < 0)
		return count;
	msg->fd_count += (unsigned)count;
	return 0;
}

/* up to @end bytes of the message; 1 when they are there, 0 for later */
static int receive_until(struct vhost_user_conn *conn, uint32_t end)
{
	union fd_control control;

	while (conn->got < end) {
		struct iovec iov = {(uint8_t *)&conn->msg + conn->got,
				    end - conn->got};
		struct msghdr hdr = {.msg_iov = &iov, .msg_iovlen = 1};
		ssize_t n;

		fd_pass_expect(&hdr, &control);
		n = recvmsg(conn->fd, &hdr, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -ECONNRESET;
		if (take_fds(&conn->msg, &hdr))
			return -EPROTO;
		if (!n)
			return -ECONNRESET;
		conn->got += (uint32_t)n;
	}
	return 1;
}

int vhost_user_conn_receive(struct vhost_user_conn *conn)
{
	const uint32_t head = offsetof(struct vhost_user_msg, payload);
	struct vhost_user_msg *msg = &conn->msg;
	int rc;

	static_assert(offsetof(struct vhost_user_msg, payload) == 16,
		      "the payload is aligned behind the header");
	if (conn->got < sizeof(msg->header)) {
		rc = receive_until(conn, sizeof(msg->header));
		if (rc <= 0)
			return rc;
		rc = check_header(conn);
		if (rc)
			return rc;
		conn->got = head;
	}
	rc = receive_until(conn, head + msg->header.size);
	if (rc <= 0)
		return rc;
	if (conn->is_front_end) {
		conn->awaited = 0;
		return msg->fd_count ? -EPROTO : 1;
	}
	rc = check_fds(msg);
	return rc ? rc : 1;
}

int vhost_user_conn_reply(struct vhost_user_conn *conn, const void *payload,
			  uint32_t size)
{
	struct vhost_user_header header = {.request = conn->msg.header.request,
					   .flags = VHOST_USER_VERSION |
						    VHOST_USER_REPLY,
					   .size = size};
	uint8_t wire[sizeof(header) + REPLY_MAX_SIZE];
	size_t len = sizeof(header) + size;
	ssize_t n;

	if (size > REPLY_MAX_SIZE)
		return -EINVAL;
	memcpy(wire, &header, sizeof(header));
	memcpy(wire + sizeof(header), payload, size);
	do {
		n = send(conn->fd, wire, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EAGAIN;
}

/* our own message, by the rules that a back-end judges it by */
static int complete_request(struct vhost_user_msg *msg)
{
	const struct rule *rule = rule_lookup(msg->header.request);
	uint32_t regions = 0;

	if (!rule || msg->fd_count > VHOST_USER_MAX_FDS)
		return -EINVAL;
	if (rule->fds == FDS_REGIONS)
		regions = msg->payload.memory.count;
	msg->header.size = rule->size +
			   regions * (uint32_t)sizeof(struct vhost_user_region);
	msg->header.flags &= VHOST_USER_NEED_REPLY;
	msg->header.flags |= VHOST_USER_VERSION;
	return check_fds(msg) ? -EINVAL : 0;
}

/* A message is far smaller than a socket buffer's pages: all of it or none. */
static int send_whole(int fd, struct msghdr *hdr, size_t len)
{
	ssize_t n;

	do {
		n = sendmsg(fd, hdr, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ECONNRESET;
}

int vhost_user_conn_request(struct vhost_user_conn *conn,
			    const struct vhost_user_msg *msg)
{
	struct vhost_user_msg out = *msg;
	struct iovec iov[2] = {{&out.header, sizeof(out.header)},
			       {&out.payload, 0}};
	struct msghdr hdr = {.msg_iov = iov, .msg_iovlen = 1};
	union fd_control control;
	int rc;

	rc = complete_request(&out);
	if (rc || !conn->is_front_end || conn->awaited)
		return -EINVAL;
	iov[1].iov_len = out.header.size;
	hdr.msg_iovlen += out.header.size != 0;
	fd_pass_put(&hdr, &control, out.fds, out.fd_count);
	rc = send_whole(conn->fd, &hdr, sizeof(out.header) + out.header.size);
	if (!rc && (rules[out.header.request].asks ||
		    out.header.flags & VHOST_USER_NEED_REPLY))
		conn->awaited = out.header.request;
	return rc;
}
