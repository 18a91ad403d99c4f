/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_client.h - the asking end of the control protocol, blocking
 *
 * For commands: one thread, one call at a time. Every wait has a deadline and
 * ends early when @stop_fd becomes readable (a signalfd: the user's ^C).
 */
#ifndef CLI_CTL_CTL_CLIENT_H
#define CLI_CTL_CTL_CLIENT_H

#include <jansson.h>

#include "cli/ctl/ctl_protocol.h"
#include "core/err.h"

struct ctl_client;

/**
 * struct ctl_call - what to ask
 * @method:	"lab.status"
 * @params:	object, reference taken; NULL: none
 * @fds:	@fd_count descriptors to go with it, taken over
 * @fd_count:	how many
 * @timeout_ms:	for the whole call; -1: no limit
 * @notified:	called for each notification meanwhile; may be NULL
 * @arg:	for @notified
 */
struct ctl_call {
	const char *method;
	json_t *params;
	int fds[CTL_FDS_MAX];
	unsigned fd_count;
	int timeout_ms;
	void (*notified)(void *arg, const char *method, const json_t *params);
	void *arg;
};

/**
 * struct ctl_answer - what came back; empty it with ctl_answer_fini()
 * @result:	of a success, else NULL
 * @data:	error.data of a failure, may be NULL
 * @code:	error.code of a failure, else 0
 * @exit_code:	error.data.exit of a failure, or EXIT_FAILED
 * @fds:	@fd_count descriptors that came with the answer; -1 once taken
 * @fd_count:	how many
 */
struct ctl_answer {
	json_t *result;
	json_t *data;
	int code;
	int exit_code;
	int fds[CTL_FDS_MAX];
	unsigned fd_count;
};

/**
 * ctl_client_connect() - connect and exchange hello
 * @path:	of the socket
 * @who:	who we are: "weft up"
 * @stop_fd:	ends any wait when readable; -1: none
 * @err:	-ENOENT, -ECONNREFUSED: nobody serves there; -EACCES, -EPERM:
 *		not ours; -EPROTO: another protocol version
 *
 * Return: the client, or NULL.
 */
struct ctl_client *ctl_client_connect(const char *path, const char *who,
				      int stop_fd, struct err *err);

/** ctl_client_adopt() - as ctl_client_connect() on a connected socket, taken */
struct ctl_client *ctl_client_adopt(int fd, const char *who, int stop_fd,
				    struct err *err);

/** ctl_client_close() - NULL is fine */
void ctl_client_close(struct ctl_client *client);

/** ctl_client_hello() - the server's answer to hello; borrowed */
const json_t *ctl_client_hello(const struct ctl_client *client);

/** ctl_client_fd() - to poll for notifications; read by ctl_client_listen() */
int ctl_client_fd(const struct ctl_client *client);

/**
 * ctl_client_call() - ask and wait for the answer
 * @client:	the client
 * @call:	what; its @params are taken also when this fails
 * @answer:	filled on 0 and -EREMOTEIO
 * @err:	the sentence
 *
 * Return: 0; -EREMOTEIO when the server answered with an error; -ETIMEDOUT;
 * -EINTR when @stop_fd became readable; -EPIPE when the server is gone;
 * -EPROTO when it speaks nonsense.
 */
int ctl_client_call(struct ctl_client *client, const struct ctl_call *call,
		    struct ctl_answer *answer, struct err *err);

/**
 * ctl_client_listen() - take in notifications that are there, without waiting
 * @notified:	called for each
 *
 * Return: 0, or -EPIPE, -EPROTO as ctl_client_call().
 */
int ctl_client_listen(struct ctl_client *client,
		      void (*notified)(void *arg, const char *method,
				       const json_t *params),
		      void *arg, struct err *err);

/** ctl_answer_fini() - drop the references, close what was not taken */
void ctl_answer_fini(struct ctl_answer *answer);

/** ctl_answer_take_fd() - descriptor @index, now yours; -1: there is none */
int ctl_answer_take_fd(struct ctl_answer *answer, unsigned index);

#endif
