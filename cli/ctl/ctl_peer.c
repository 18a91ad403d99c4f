// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_peer.c - inside the server: one client's connection and its requests
 *
 * Theory of operation
 *
 * A peer is reading; or closing, once something was said that ends the
 * connection: then it reads no more and is destroyed when its output has gone.
 * Input: one receive per wake, then each complete line is one request. Output:
 * sent at once as far as the kernel takes it, the rest when it is writable.
 *
 * Three deadlines, one timer. From connecting to hello and from the first to
 * the last byte of a line: line_by_ns. While output waits, since the kernel
 * last took some: drain_by_ns. A client that misses one is closed. A client
 * that has said hello and asks nothing may stay: that costs a slot, no memory.
 *
 * Destroying: a handler may answer from within the call that the peer's own
 * readable function makes, and the answer may find the client dead. So saying
 * something never destroys a peer, it defers that.
 *
 * Limits: CTL_REQUESTS_MAX open requests; CTL_OUTPUT_MAX bytes of output. At
 * most CTL_BIG_PEERS peers have a line over CTL_SMALL_MAX in work; another one
 * is told so and closed.
 */
#include "cli/ctl/ctl_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/ctl/ctl_message.h"
#include "cli/exit_code.h"

static void rearm(struct ctl_peer *peer)
{
	uint64_t at_ns = peer->line_by_ns;

	if (!at_ns || (peer->drain_by_ns && peer->drain_by_ns < at_ns))
		at_ns = peer->drain_by_ns;
	if (!at_ns)
		timer_cancel(peer->server->loop, &peer->timer);
	else if (timer_arm(peer->server->loop, &peer->timer, at_ns))
		loop_defer(peer->server->loop, &peer->close);
}

static uint64_t in_ns(const struct ctl_peer *peer, uint64_t ns)
{
	return loop_now_ns(peer->server->loop) + ns;
}

static void watch_for(struct ctl_peer *peer)
{
	uint32_t events = peer->is_closing ? 0 : EPOLLIN;

	if (!ctl_output_is_empty(&peer->output))
		events |= EPOLLOUT;
	if (watch_change(&peer->watch, events))
		loop_defer(peer->server->loop, &peer->close);
}

static void flush(struct ctl_peer *peer)
{
	size_t before = peer->output.len;
	int error = ctl_output_send(&peer->output, peer->watch.fd);

	if (error && error != -EAGAIN) {
		loop_defer(peer->server->loop, &peer->close);
		return;
	}
	if (!error)
		peer->drain_by_ns = 0;
	else if (!peer->drain_by_ns || peer->output.len < before)
		peer->drain_by_ns = in_ns(peer, CTL_DRAIN_NS);
	if (!error && peer->is_closing)
		loop_defer(peer->server->loop, &peer->close);
	watch_for(peer);
	rearm(peer);
}

void ctl_peer_say(struct ctl_peer *peer, json_t *message, const int *fds,
		  unsigned count)
{
	if (ctl_output_add(&peer->output, message, fds, count)) {
		log_limited(peer->server->log, &peer->server->limit,
			    LOG_WARNING,
			    "closing a control client: its answers do not fit");
		loop_defer(peer->server->loop, &peer->close);
		return;
	}
	flush(peer);
}

void ctl_peer_finish(struct ctl_peer *peer)
{
	peer->is_closing = true;
	peer->line_by_ns = 0;
	flush(peer);
}

static void refuse(struct ctl_peer *peer, json_t *id, int code, const char *why)
{
	json_t *data = json_pack("{s:i}", "exit", EXIT_FAILED);

	ctl_peer_say(peer, ctl_message_error(id, code, why, data), NULL, 0);
}

static void greet(struct ctl_peer *peer, const struct ctl_message *message)
{
	json_t *protocol = json_object_get(message->params, "protocol");
	json_t *result;

	if (json_integer_value(protocol) != CTL_PROTOCOL) {
		refuse(peer, message->id, CTL_REFUSED,
		       "this server speaks protocol 1; use the weft command "
		       "of the same version, or end the lab with the old one");
		ctl_peer_finish(peer);
		return;
	}
	peer->has_greeted = true;
	result = json_pack("{s:s, s:s, s:i, s:s, s:i}", "server", "labd",
			   "version", WEFT_VERSION, "protocol", CTL_PROTOCOL,
			   "lab", peer->server->lab, "pid", (int)getpid());
	ctl_peer_say(peer, ctl_message_result(message->id, result), NULL, 0);
}

static const struct ctl_method *method_lookup(const struct ctl_server *server,
					      const char *name)
{
	size_t i;

	for (i = 0; i < server->service.count; i++) {
		if (strcmp(server->service.methods[i].name, name) == 0)
			return &server->service.methods[i];
	}
	return NULL;
}

static void call(struct ctl_peer *peer, const struct ctl_method *method,
		 struct ctl_message *message, struct ctl_line *line)
{
	struct ctl_request *req;
	json_t *none = NULL;

	if (line->fd_count != method->fd_count) {
		refuse(peer, message->id, CTL_INVALID_PARAMS,
		       "the wrong number of descriptors came with it");
		return;
	}
	if (peer->request_count == CTL_REQUESTS_MAX ||
	    peer->server->request_count == CTL_OPEN_MAX) {
		refuse(peer, message->id, CTL_BUSY,
		       "too many unfinished requests; wait for answers");
		return;
	}
	req = ctl_request_create(peer, method, message->id, line);
	if (!message->params)
		message->params = none = json_object();
	if (req && message->params)
		method->handler(req, message->params);
	else if (req)
		ctl_fail(req, CTL_INTERNAL_ERROR, EXIT_FAILED, "no memory");
	else
		refuse(peer, message->id, CTL_INTERNAL_ERROR, "no memory");
	json_decref(none);
}

static void dispatch(struct ctl_peer *peer, struct ctl_message *message,
		     struct ctl_line *line)
{
	const struct ctl_method *method;

	if (!message->method) {
		refuse(peer, message->id, CTL_INVALID_REQUEST, "no method");
		return;
	}
	if (!message->id)
		return; /* a notification: never answered, none is known */
	if (strcmp(message->method, "hello") == 0) {
		greet(peer, message);
		return;
	}
	if (!peer->has_greeted) {
		refuse(peer, message->id, CTL_REFUSED, "say hello first");
		ctl_peer_finish(peer);
		return;
	}
	method = method_lookup(peer->server, message->method);
	if (method)
		call(peer, method, message, line);
	else
		refuse(peer, message->id, CTL_METHOD_NOT_FOUND,
		       "no such method; weft-ctl(7) lists them");
}

static void take_line(struct ctl_peer *peer, struct ctl_line *line)
{
	struct ctl_message message;
	struct err err;
	int error;

	error = ctl_message_parse(line->text, line->len, &message, &err);
	if (!error) {
		dispatch(peer, &message, line);
	} else if (error == -EINVAL) {
		refuse(peer, message.id, CTL_INVALID_REQUEST, err.msg);
	} else {
		refuse(peer, NULL, CTL_PARSE_ERROR, err.msg);
		ctl_peer_finish(peer);
	}
	ctl_message_fini(&message);
	ctl_line_close_fds(line);
}

static bool may_be_big(const struct ctl_server *server)
{
	unsigned count = 0;

	list_for_each (link, &server->peers) {
		const struct ctl_peer *peer =
			container_of(link, struct ctl_peer, link);

		count += peer->input.size > CTL_SMALL_MAX;
	}
	return count <= CTL_BIG_PEERS;
}

static void take_lines(struct ctl_peer *peer)
{
	struct ctl_line line;

	while (!peer->is_closing && ctl_input_next(&peer->input, &line)) {
		take_line(peer, &line);
		if (peer->has_greeted)
			peer->line_by_ns = 0;
	}
	if (peer->is_closing)
		return;
	if (!ctl_input_is_partial(&peer->input)) {
		rearm(peer);
		return;
	}
	if (!may_be_big(peer->server)) {
		refuse(peer, NULL, CTL_BUSY,
		       "too many long requests at once; try again");
		ctl_peer_finish(peer);
	} else if (!peer->line_by_ns) {
		peer->line_by_ns = in_ns(peer, CTL_LINE_NS);
	}
	rearm(peer);
}

static void peer_ready(struct watch *watch, uint32_t events)
{
	struct ctl_peer *peer = container_of(watch, struct ctl_peer, watch);
	int got;

	if (events & EPOLLOUT)
		flush(peer);
	if (peer->is_closing && events & (EPOLLHUP | EPOLLERR)) {
		ctl_peer_destroy(peer);
		return;
	}
	if (peer->is_closing || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	got = ctl_input_read(&peer->input, watch->fd);
	if (got == -EAGAIN)
		return;
	if (got == -EMSGSIZE || got == -EPROTO) {
		refuse(peer, NULL, CTL_REFUSED,
		       got == -EPROTO ? "too many descriptors"
				      : "a line of more than 4 MiB");
		ctl_peer_finish(peer);
	} else if (got <= 0) {
		ctl_peer_destroy(peer);
	} else {
		take_lines(peer);
	}
}

static void peer_expired(struct timer *timer)
{
	struct ctl_peer *peer = container_of(timer, struct ctl_peer, timer);
	bool stuck = peer->drain_by_ns && peer->drain_by_ns <= timer->at_ns;

	log_limited(peer->server->log, &peer->server->limit, LOG_WARNING,
		    "closing a control client that %s for 10 s",
		    stuck ? "took no answer" : "did not finish its line");
	ctl_peer_destroy(peer);
}

static void peer_close(struct deferred *deferred)
{
	ctl_peer_destroy(container_of(deferred, struct ctl_peer, close));
}

int ctl_peer_create(struct ctl_server *server, int fd)
{
	struct ctl_peer *peer = calloc(1, sizeof(*peer));
	int error;

	if (!peer) {
		close(fd);
		return -ENOMEM;
	}
	peer->server = server;
	peer->watch = (struct watch){fd, peer_ready, "control client", 0, NULL};
	peer->timer.expired = peer_expired;
	deferred_init(&peer->close, peer_close);
	ctl_input_init(&peer->input);
	ctl_output_init(&peer->output);
	list_init(&peer->requests);
	list_init(&peer->link);
	list_append(&server->peers, &peer->link);
	server->peer_count++;
	error = watch_add(server->loop, &peer->watch, EPOLLIN);
	if (error) {
		ctl_peer_destroy(peer);
		return error;
	}
	peer->line_by_ns = in_ns(peer, CTL_HELLO_NS);
	rearm(peer);
	return 0;
}

void ctl_peer_destroy(struct ctl_peer *peer)
{
	watch_remove(&peer->watch);
	timer_cancel(peer->server->loop, &peer->timer);
	deferred_cancel(&peer->close);
	list_for_each_safe (link, &peer->requests)
		ctl_request_orphan(
			container_of(link, struct ctl_request, link));
	list_remove(&peer->link);
	peer->server->peer_count--;
	close(peer->watch.fd);
	ctl_input_fini(&peer->input);
	ctl_output_fini(&peer->output);
	free(peer);
}
