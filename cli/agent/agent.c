// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent.c - the host's end of a guest's agent
 *
 * Theory of operation
 *
 * The guest is hostile: it may say anything at any time. Each frame is handled
 * by one row of a table and must fit the state: STDOUT only on a channel in use
 * and within the window, PONG only after PING, nothing but HELLO before HELLO.
 * The first lie closes the wire; commands are then reported as failed. What
 * may come unasked (STATUS, HELLO) is counted against a rate.
 *
 * A guest that boots announces itself with a HELLO of session 0: what ran in
 * it before is over, and the session is opened anew.
 *
 * Limits: no reply has a timeout - owners ping; a guest that is reset in the
 * middle of a frame breaks the protocol and loses its wire, unless its owner
 * knows (agent_restart()).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agent/agent_internal.h"
#include "core/bytes.h"

/* A guest changes state a few times a second at most; more is a flood. */
#define UNASKED_PER_SECOND 200
/* HELLO is repeated ever more rarely: an image may have no agent at all. */
#define HELLO_MIN_NS NSEC_PER_SEC
#define HELLO_MAX_NS (64 * NSEC_PER_SEC)

int agent_send(struct agent *agent, uint16_t type, uint16_t channel, int len)
{
	struct agent_frame frame = {
		.type = type,
		.channel = channel,
		.len = (uint32_t)len,
		.data = agent->scratch,
	};

	if (len < 0)
		return len;
	if (!agent_is_open(agent) && type != AGENT_HELLO)
		return -ENOTCONN;
	return agent_conn_send(&agent->conn, &frame);
}

static int check_rate(struct agent *agent)
{
	uint64_t now_ns = loop_now_ns(agent->conn.loop);

	if (now_ns - agent->second_ns >= NSEC_PER_SEC) {
		agent->second_ns = now_ns;
		agent->unasked = 0;
	}
	return ++agent->unasked > UNASKED_PER_SECOND ? -EDQUOT : 0;
}

static void hello_send(struct agent *agent)
{
	struct agent_hello hello = {
		.version = AGENT_VERSION,
		.session = agent->session,
	};
	struct loop *loop = agent->conn.loop;

	agent_send(agent, AGENT_HELLO, 0,
		   agent_hello_encode(&hello, agent->scratch,
				      sizeof(agent->scratch)));
	timer_arm(loop, &agent->hello_timer,
		  loop_now_ns(loop) + agent->hello_ns);
}

static void hello_expired(struct timer *timer)
{
	struct agent *agent = container_of(timer, struct agent, hello_timer);

	agent->hello_ns = MIN(2 * agent->hello_ns, HELLO_MAX_NS);
	hello_send(agent);
}

/* Whoever listens may listen to another, who has not greeted yet. */
static void agent_forget(struct agent *agent)
{
	agent->greeted = false;
	agent->pinged = false;
	agent->hello_ns = HELLO_MIN_NS;
	agent_exec_fail_all(agent);
}

static int hello_input(struct agent *agent, const struct agent_frame *frame)
{
	struct agent_hello hello = {0};
	int ret = check_rate(agent);

	if (!ret)
		ret = agent_hello_decode(frame, &hello);
	if (ret || !hello.has_boot)
		return ret;
	if (!hello.session) {
		agent_forget(agent);
		hello_send(agent);
		return 0;
	}
	if (hello.session != agent->session || agent->greeted)
		return 0; /* for the host before us, or to a repetition */
	agent->greeted = true;
	timer_cancel(agent->conn.loop, &agent->hello_timer);
	if (agent->ops->hello)
		agent->ops->hello(agent->owner, &hello);
	return 0;
}

static int status_input(struct agent *agent, const struct agent_frame *frame)
{
	struct agent_status status;
	int ret = check_rate(agent);

	if (!ret)
		ret = agent_status_decode(frame, &status);
	if (!ret && agent->ops->status)
		agent->ops->status(agent->owner, &status);
	return ret;
}

static int pong_input(struct agent *agent, const struct agent_frame *frame)
{
	if (frame->len != 8 || !agent->pinged)
		return -EPROTO;
	agent->pinged = false;
	if (agent->ops->pong) {
		uint64_t high = be32_load(frame->data);

		agent->ops->pong(agent->owner,
				 high << 32 | be32_load(frame->data + 4));
	}
	return 0;
}

static int frame_input(struct agent_conn *conn, const struct agent_frame *frame)
{
	struct agent *agent = container_of(conn, struct agent, conn);

	if (frame->type == AGENT_HELLO)
		return hello_input(agent, frame);
	if (!agent->greeted)
		return check_rate(agent); /* meant for the host before us */
	if (frame->type == AGENT_STATUS)
		return status_input(agent, frame);
	if (frame->type == AGENT_PONG)
		return pong_input(agent, frame);
	return agent_exec_input(agent, frame);
}

static const char *why_closed(int code)
{
	switch (code) {
	case -EPIPE:
		return "the guest or its VMM has gone";
	case -EPROTO:
		return "the guest's agent broke the protocol";
	case -EDQUOT:
		return "the guest's agent flooded its port";
	}
	return strerror(-code);
}

static void conn_closed(struct agent_conn *conn, int code)
{
	struct agent *agent = container_of(conn, struct agent, conn);

	agent->dead = true;
	watch_remove(&conn->watch);
	timer_cancel(conn->loop, &agent->hello_timer);
	agent_exec_fail_all(agent);
	if (agent->ops->closed)
		agent->ops->closed(agent->owner, why_closed(code));
}

static const struct agent_conn_ops conn_ops = {
	.frame = frame_input,
	.closed = conn_closed,
};

int agent_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ? -errno : 0;
}

struct agent *agent_create(struct loop *loop, int fd, uint64_t session,
			   const struct agent_ops *ops, void *owner)
{
	struct agent *agent = calloc(1, sizeof(*agent));

	if (!agent)
		return NULL;
	agent->ops = ops;
	agent->owner = owner;
	agent->session = session;
	agent->hello_timer.expired = hello_expired;
	agent->hello_ns = HELLO_MIN_NS;
	if (agent_set_nonblocking(fd) ||
	    agent_conn_init(&agent->conn, loop, fd, &conn_ops,
			    AGENT_GUEST_HELLO_LEN)) {
		free(agent);
		return NULL;
	}
	hello_send(agent);
	return agent;
}

void agent_restart(struct agent *agent, uint64_t session)
{
	if (agent->dead)
		return;
	agent_forget(agent);
	agent->session = session;
	agent_conn_reset(&agent->conn);
	hello_send(agent);
}

void agent_destroy(struct agent *agent)
{
	if (!agent)
		return;
	agent_exec_free_all(agent);
	timer_cancel(agent->conn.loop, &agent->hello_timer);
	agent_conn_fini(&agent->conn);
	free(agent);
}

bool agent_is_open(const struct agent *agent)
{
	return agent->greeted && !agent->dead;
}

int agent_configure(struct agent *agent, const struct agent_config *config)
{
	return agent_send(agent, AGENT_CONFIGURE, 0,
			  agent_config_encode(config, agent->scratch,
					      sizeof(agent->scratch)));
}

int agent_ping(struct agent *agent, uint64_t cookie)
{
	int ret;

	if (agent->pinged)
		return -EBUSY;
	be32_store(agent->scratch, (uint32_t)(cookie >> 32));
	be32_store(agent->scratch + 4, (uint32_t)cookie);
	ret = agent_send(agent, AGENT_PING, 0, 8);
	agent->pinged = !ret;
	return ret;
}

int agent_shutdown(struct agent *agent)
{
	return agent_send(agent, AGENT_SHUTDOWN, 0, 0);
}

int agent_reboot(struct agent *agent)
{
	return agent_send(agent, AGENT_REBOOT, 0, 0);
}
