// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_request.c - a request that its handler holds, and the answers to it
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/ctl/ctl_message.h"
#include "cli/ctl/ctl_peer.h"

struct ctl_request *ctl_request_create(struct ctl_peer *peer,
				       const struct ctl_method *method,
				       json_t *id, struct ctl_line *line)
{
	struct ctl_request *req = calloc(1, sizeof(*req));
	unsigned i;

	if (!req)
		return NULL;
	req->server = peer->server;
	req->peer = peer;
	req->method = method;
	req->id = json_incref(id);
	for (i = 0; i < CTL_FDS_MAX; i++)
		req->fds[i] = i < line->fd_count ? line->fds[i] : -1;
	line->fd_count = 0;
	list_init(&req->link);
	list_append(&peer->requests, &req->link);
	peer->request_count++;
	peer->server->request_count++;
	return req;
}

void ctl_request_destroy(struct ctl_request *req)
{
	unsigned i;

	for (i = 0; i < CTL_FDS_MAX; i++) {
		if (req->fds[i] >= 0)
			close(req->fds[i]);
	}
	if (req->peer)
		req->peer->request_count--;
	req->server->request_count--;
	list_remove(&req->link);
	json_decref(req->id);
	free(req);
}

void ctl_request_orphan(struct ctl_request *req)
{
	req->peer->request_count--;
	req->peer = NULL;
	list_remove(&req->link);
	list_append(&req->server->requests, &req->link);
	if (req->gone)
		req->gone(req, req->gone_arg);
}

void *ctl_request_ctx(const struct ctl_request *req)
{
	return req->server->service.ctx;
}

const char *ctl_request_method(const struct ctl_request *req)
{
	return req->method->name;
}

bool ctl_request_is_gone(const struct ctl_request *req)
{
	return !req->peer;
}

size_t ctl_request_backlog(const struct ctl_request *req)
{
	return req->peer ? req->peer->output.len : 0;
}

int ctl_request_take_fd(struct ctl_request *req, unsigned index)
{
	int fd;

	if (index >= CTL_FDS_MAX)
		return -1;
	fd = req->fds[index];
	req->fds[index] = -1;
	return fd;
}

void ctl_request_on_gone(struct ctl_request *req,
			 void (*gone)(struct ctl_request *req, void *arg),
			 void *arg)
{
	req->gone = gone;
	req->gone_arg = arg;
}

/* To the client, or into the void. */
static void say(struct ctl_request *req, json_t *message, const int *fds,
		unsigned count)
{
	unsigned i;

	if (req->peer) {
		ctl_peer_say(req->peer, message, fds, count);
		return;
	}
	json_decref(message);
	for (i = 0; i < count; i++)
		close(fds[i]);
}

void ctl_reply_more(struct ctl_request *req, json_t *result, const int *fds,
		    unsigned count)
{
	if (!result)
		result = json_object();
	say(req, ctl_message_result(req->id, result), fds, count);
}

void ctl_end(struct ctl_request *req)
{
	ctl_request_destroy(req);
}

void ctl_reply(struct ctl_request *req, json_t *result, const int *fds,
	       unsigned count)
{
	ctl_reply_more(req, result, fds, count);
	ctl_end(req);
}

PRINTF(4, 0)
static void fail(struct ctl_request *req, int code, json_t *data,
		 const char *fmt, va_list ap)
{
	char text[ERR_SIZE];

	vsnprintf(text, sizeof(text), fmt, ap);
	say(req, ctl_message_error(req->id, code, text, data), NULL, 0);
	ctl_end(req);
}

void ctl_fail(struct ctl_request *req, int code, int exit_code, const char *fmt,
	      ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(req, code, json_pack("{s:i}", "exit", exit_code), fmt, ap);
	va_end(ap);
}

void ctl_fail_data(struct ctl_request *req, int code, json_t *data,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(req, code, data, fmt, ap);
	va_end(ap);
}

void ctl_notify(struct ctl_request *req, const char *method, json_t *params)
{
	if (!params || json_object_set(params, "id", req->id)) {
		json_decref(params);
		return;
	}
	say(req, ctl_message_notification(method, params), NULL, 0);
}
