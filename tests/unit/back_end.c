// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * back_end.c - a vhost-user back-end that does what a test says
 */
#include "unit/back_end.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/fd_spray.h"
#include "vmm/net_backend.h"

#define F(bit) (1ull << (bit))
#define FEATURES (F(VHOST_USER_F_PROTOCOL_FEATURES) | NET_BACKEND_UNKNOWN)
#define PROTOCOL_FEATURES                                                   \
	(F(VHOST_USER_PROTOCOL_F_MQ) | F(VHOST_USER_PROTOCOL_F_REPLY_ACK) | \
	 F(VHOST_USER_PROTOCOL_F_MTU))

void back_end_send(struct back_end *be, const void *bytes, size_t len,
		   unsigned fd_count)
{
	fd_spray(be->conn.fd, bytes, len, fd_count);
}

static void misbehave(struct back_end *be, uint64_t value)
{
	struct {
		struct vhost_user_header header;
		uint8_t payload[8];
	} wire = {{be->conn.msg.header.request, 5, 8}, {0}};
	uint8_t garbage[40];

	memset(garbage, 0xa5, sizeof(garbage));
	memcpy(wire.payload, &value, sizeof(value));
	switch (be->manner) {
	case BACK_END_CLOSED:
		vhost_user_conn_close(&be->conn);
		break;
	case BACK_END_SHORT:
		back_end_send(be, &wire, 15, 0);
		break;
	case BACK_END_OTHER:
		wire.header.request ^= 1;
		back_end_send(be, &wire, sizeof(wire), 0);
		break;
	case BACK_END_LONG:
		wire.header.size = 4096;
		back_end_send(be, &wire, sizeof(wire), 0);
		break;
	case BACK_END_FDS:
	case BACK_END_MANY_FDS:
		back_end_send(be, &wire, sizeof(wire),
			      be->manner == BACK_END_FDS ? 1 : 16);
		break;
	case BACK_END_GARBAGE:
		back_end_send(be, garbage, sizeof(garbage), 0);
		break;
	case BACK_END_TWICE:
		back_end_send(be, &wire, sizeof(wire), 0);
		back_end_send(be, &wire, sizeof(wire), 0);
		break;
	case BACK_END_NO:
		memset(wire.payload, 0xff, sizeof(wire.payload));
		if (be->conn.msg.header.request == VHOST_USER_GET_FEATURES ||
		    be->conn.msg.header.request == VHOST_USER_GET_QUEUE_NUM)
			memset(wire.payload, 0, sizeof(wire.payload));
		back_end_send(be, &wire, sizeof(wire), 0);
		break;
	case BACK_END_DECENT:
	case BACK_END_SILENT:
	case BACK_END_MANNERS:
		break;
	}
}

static void reply(struct back_end *be, uint64_t value)
{
	if (be->manner != BACK_END_DECENT && be->replies == be->at)
		misbehave(be, value);
	else if (be->manner != BACK_END_SILENT || be->replies < be->at)
		vhost_user_conn_reply(&be->conn, &value, sizeof(value));
	be->replies++;
}

static void replace(int *slot, int fd)
{
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

static void keep(struct back_end *be, const struct vhost_user_msg *msg)
{
	const struct vhost_user_vring_state *state = &msg->payload.state;

	if (msg->header.request == VHOST_USER_SET_VRING_BASE)
		be->base[state->index] = state->num;
	if (msg->header.request == VHOST_USER_SET_VRING_ENABLE)
		be->enabled[state->index] = state->num;
	if (msg->header.request == VHOST_USER_SET_VRING_ADDR)
		be->addr[msg->payload.addr.index] = msg->payload.addr;
	if (msg->header.request == VHOST_USER_SET_MEM_TABLE)
		be->memory = msg->payload.memory;
	if (msg->header.request == VHOST_USER_SET_VRING_ERR)
		replace(&be->err_fd, dup(msg->fds[0]));
	if (msg->header.request != VHOST_USER_SET_VRING_KICK)
		return;
	replace(&be->kick_fd, dup(msg->fds[0]));
	be->kicks++;
}

static void handle(struct back_end *be, const struct vhost_user_msg *msg)
{
	if (be->heard_count < BACK_END_HEARD)
		be->heard[be->heard_count++] = (uint8_t)msg->header.request;
	keep(be, msg);
	switch (msg->header.request) {
	case VHOST_USER_GET_FEATURES:
		reply(be, be->features);
		break;
	case VHOST_USER_GET_PROTOCOL_FEATURES:
		reply(be, be->protocol);
		break;
	case VHOST_USER_GET_QUEUE_NUM:
		reply(be, be->pairs);
		break;
	case VHOST_USER_GET_VRING_BASE:
		reply(be, msg->payload.state.index);
		break;
	default:
		if (msg->header.flags & VHOST_USER_NEED_REPLY)
			reply(be, 0);
		break;
	}
}

void back_end_run(struct back_end *be)
{
	while (be->conn.fd >= 0 && vhost_user_conn_receive(&be->conn) == 1) {
		handle(be, &be->conn.msg);
		if (be->conn.fd >= 0)
			vhost_user_conn_finish(&be->conn);
	}
}

void back_end_init(struct back_end *be)
{
	memset(be, 0, sizeof(*be));
	vhost_user_conn_init(&be->conn);
	be->err_fd = be->kick_fd = -1;
	be->features = FEATURES;
	be->protocol = PROTOCOL_FEATURES;
	be->pairs = 1;
}

void back_end_fall(struct back_end *be)
{
	vhost_user_conn_close(&be->conn);
	replace(&be->err_fd, -1);
	replace(&be->kick_fd, -1);
}

int back_end_raise(struct back_end *be, enum back_end_manner manner,
		   unsigned at)
{
	int pair[2];

	back_end_fall(be);
	back_end_init(be);
	be->manner = manner;
	be->at = at;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	vhost_user_conn_open(&be->conn, pair[1]);
	return pair[0];
}

bool back_end_heard(const struct back_end *be, uint32_t request)
{
	return memchr(be->heard, (int)request, be->heard_count);
}
