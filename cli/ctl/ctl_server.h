/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_server.h - the serving end of the control protocol
 *
 * The server owns the connections and their limits; a method's handler owns
 * its struct ctl_request until it ends it: with ctl_reply() or ctl_fail(), at
 * once or any time later, also after the client has gone. Nothing here blocks.
 * All of it belongs to the loop's thread.
 */
#ifndef CLI_CTL_CTL_SERVER_H
#define CLI_CTL_CTL_SERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/ctl/ctl_protocol.h"
#include "core/err.h"
#include "core/log.h"
#include "core/loop.h"

struct ctl_server;
struct ctl_request;

/**
 * struct ctl_method - one row of the method table
 * @name:	"lab.apply"; static text
 * @handler:	called on the loop. @params is an object (an empty one when the
 *		client gave none), borrowed for the call. The handler must see
 *		to it that the request is ended some time.
 * @fd_count:	descriptors that the request's line must bring along, exactly;
 *		the handler takes them with ctl_request_take_fd()
 */
struct ctl_method {
	const char *name;
	void (*handler)(struct ctl_request *req, json_t *params);
	unsigned fd_count;
};

/**
 * struct ctl_service - what a server offers
 * @methods:	the table; static. "hello" is answered by the server itself
 *		and must not be in it
 * @count:	rows
 * @ctx:	what ctl_request_ctx() gives to the handlers
 */
struct ctl_service {
	const struct ctl_method *methods;
	size_t count;
	void *ctx;
};

/**
 * ctl_server_create() - serve a listening socket
 * @loop:	where everything runs
 * @listen_fd:	AF_UNIX, SOCK_STREAM, listening; made non-blocking; taken
 *		over, also when this fails
 * @service:	copied; the table is not
 * @log:	refused and broken clients are said here, rate limited
 * @err:	why it failed
 *
 * Clients of the server's own effective uid and of root are served; others get
 * one line that says why not.
 *
 * Return: the server, or NULL.
 */
struct ctl_server *ctl_server_create(struct loop *loop, int listen_fd,
				     const struct ctl_service *service,
				     const struct log *log, struct err *err);

/**
 * ctl_server_destroy() - close all; NULL is fine
 *
 * Not from within a handler or a gone function: stop the loop there instead.
 * Output that the kernel has not taken yet is tried once more, then dropped.
 * Requests still open are freed without a call of their gone function, so
 * their keepers must be gone by now.
 */
void ctl_server_destroy(struct ctl_server *server);

/** ctl_server_set_lab() - the name told in hello; copied */
void ctl_server_set_lab(struct ctl_server *server, const char *name);

/** ctl_server_flush() - push out answers, waiting at most @ms; for the end */
void ctl_server_flush(struct ctl_server *server, int ms);

/** ctl_server_client_count() - clients connected now */
unsigned ctl_server_client_count(const struct ctl_server *server);

/** ctl_request_ctx() - the @ctx of struct ctl_service */
void *ctl_request_ctx(const struct ctl_request *req);

/** ctl_request_method() - name of the method asked for */
const char *ctl_request_method(const struct ctl_request *req);

/** ctl_request_is_gone() - has the client gone, so that nobody listens? */
bool ctl_request_is_gone(const struct ctl_request *req);

/** ctl_request_backlog() - bytes that wait for the request's client */
size_t ctl_request_backlog(const struct ctl_request *req);

/** ctl_request_take_fd() - one descriptor of the request's line; now yours */
int ctl_request_take_fd(struct ctl_request *req, unsigned index);

/**
 * ctl_request_on_gone() - be told when the client goes before the answer
 * @req:	the request
 * @gone:	called from the loop, never from within a ctl_ function. It may
 *		end the request (into the void); if it doesn't, the keeper does
 *		so later
 * @arg:	for @gone
 */
void ctl_request_on_gone(struct ctl_request *req,
			 void (*gone)(struct ctl_request *req, void *arg),
			 void *arg);

/**
 * ctl_reply() - answer and end the request
 * @req:	not to be touched afterwards
 * @result:	reference taken; NULL says {}
 * @fds:	@count descriptors for the client, taken over: closed once they
 *		are sent, or at once when the client has gone
 * @count:	0 to CTL_FDS_MAX
 */
void ctl_reply(struct ctl_request *req, json_t *result, const int *fds,
	       unsigned count);

/**
 * ctl_reply_more() - answer, but keep the request for notifications
 *
 * As ctl_reply(), and the request stays: for what goes on after the answer, as
 * an exec whose end is told later. End it with ctl_end().
 */
void ctl_reply_more(struct ctl_request *req, json_t *result, const int *fds,
		    unsigned count);

/** ctl_end() - end a request that ctl_reply_more() answered */
void ctl_end(struct ctl_request *req);

/**
 * ctl_fail() - answer with an error and end the request
 * @req:	not to be touched afterwards
 * @code:	enum ctl_code, mostly CTL_FAILED
 * @exit_code:	enum exit_code: how the weft command ends; error.data.exit
 * @fmt:	what happened and what to do about it
 */
void ctl_fail(struct ctl_request *req, int code, int exit_code, const char *fmt,
	      ...) PRINTF(4, 5);

/**
 * ctl_fail_data() - as ctl_fail(), with more for the reader
 * @data:	object, reference taken: "exit" and what else helps ("node",
 *		"console": last lines, "fix")
 */
void ctl_fail_data(struct ctl_request *req, int code, json_t *data,
		   const char *fmt, ...) PRINTF(4, 5);

/**
 * ctl_notify() - tell the client something about its open request
 * @req:	stays open
 * @method:	"progress", "exec.exit"
 * @params:	object, reference taken; "id" of the request is added to it
 *
 * Dropped when the client has gone.
 */
void ctl_notify(struct ctl_request *req, const char *method, json_t *params);

#endif
