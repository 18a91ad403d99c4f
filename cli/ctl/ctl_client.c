// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_client.c - the asking end of the control protocol, blocking
 *
 * Theory of operation
 *
 * The socket is non-blocking; every wait is one poll() on it and the stop
 * descriptor, up to the call's deadline. Output and input are served in the
 * same wait, so a server that answers while a long request is still on its way
 * does not stand still against us. Lines that arrive are notifications, or the
 * answer to the one open call; an answer to an older call (one that timed out)
 * is dropped with its descriptors.
 *
 * Limits: one call at a time.
 */
#include "cli/ctl/ctl_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/ctl/ctl_input.h"
#include "cli/ctl/ctl_message.h"
#include "cli/ctl/ctl_output.h"
#include "cli/exit_code.h"
#include "core/clock.h"

#define HELLO_TIMEOUT_MS 10000

/**
 * struct ctl_client - one connection
 * @fd:		the socket; owned
 * @stop_fd:	ends a wait; not owned; -1: none
 * @clock:	for deadlines
 * @input:	what has come
 * @output:	what waits
 * @last_id:	of the newest request
 * @hello:	the server's answer to hello
 */
struct ctl_client {
	int fd;
	int stop_fd;
	struct clock clock;
	struct ctl_input input;
	struct ctl_output output;
	json_int_t last_id;
	json_t *hello;
};

/**
 * struct exchange - a call in work
 * @client:	whose
 * @call:	what was asked
 * @answer:	filled when @is_done; NULL: only notifications are wanted
 * @err:	sentence of a failure
 * @is_done:	the answer has come
 */
struct exchange {
	struct ctl_client *client;
	const struct ctl_call *call;
	struct ctl_answer *answer;
	struct err *err;
	bool is_done;
};

static int server_gone(struct err *err)
{
	return err_set(err, -EPIPE,
		       "labd closed the connection; if the lab has died, its "
		       "labd.log says why, and weft up starts it again");
}

/* Wait until something can be done; 0, -ETIMEDOUT or -EINTR. */
static int wait_ready(struct ctl_client *client, uint64_t until_ns,
		      struct err *err)
{
	struct pollfd fds[2] = {{client->fd, POLLIN, 0},
				{client->stop_fd, POLLIN, 0}};
	uint64_t now_ns = clock_now_ns(&client->clock), ms;
	int timeout = -1;

	if (!ctl_output_is_empty(&client->output))
		fds[0].events |= POLLOUT;
	if (until_ns && now_ns >= until_ns)
		return err_set(err, -ETIMEDOUT, "no answer in time");
	if (until_ns) {
		ms = (until_ns - now_ns) / NSEC_PER_MSEC + 1;
		timeout = (int)MIN(ms, (uint64_t)INT32_MAX);
	}
	if (poll(fds, 2, timeout) < 0 && errno != EINTR)
		return err_set(err, -errno, "poll: %s", strerror(errno));
	if (fds[1].revents)
		return err_set(err, -EINTR, "interrupted");
	return 0;
}

static void take_error(const struct ctl_message *message,
		       struct ctl_answer *answer, struct err *err)
{
	json_t *data = json_object_get(message->error, "data");
	json_t *exit_code = json_object_get(data, "exit");
	json_t *text = json_object_get(message->error, "message");
	json_t *code = json_object_get(message->error, "code");

	answer->data = json_is_object(data) ? json_incref(data) : NULL;
	answer->code = (int)json_integer_value(code);
	if (!answer->code)
		answer->code = CTL_INTERNAL_ERROR;
	answer->exit_code = EXIT_FAILED;
	if (json_integer_value(exit_code) > 0 &&
	    json_integer_value(exit_code) < 256)
		answer->exit_code = (int)json_integer_value(exit_code);
	err_set(err, -EREMOTEIO, "%s",
		text ? json_string_value(text) : "labd failed");
}

static void take_answer(struct exchange *x, const struct ctl_message *message,
			struct ctl_line *line)
{
	unsigned i;

	x->is_done = true;
	if (message->error) {
		take_error(message, x->answer, x->err);
		return;
	}
	x->answer->result = json_incref(message->result);
	for (i = 0; i < line->fd_count; i++)
		x->answer->fds[i] = line->fds[i];
	x->answer->fd_count = line->fd_count;
	line->fd_count = 0;
}

/* An error without id: the server refuses us as a whole. */
static bool is_for(const struct exchange *x, const struct ctl_message *message)
{
	if (!x->answer)
		return false;
	if (message->error && !message->id)
		return true;
	return json_is_integer(message->id) &&
	       json_integer_value(message->id) == x->client->last_id;
}

static int take_line(struct exchange *x, struct ctl_line *line)
{
	struct ctl_message message;
	struct err why;
	int error;

	error = ctl_message_parse(line->text, line->len, &message, &why);
	if (error)
		err_set(x->err, error = -EPROTO, "labd speaks nonsense: %s",
			why.msg);
	else if (!message.method && is_for(x, &message))
		take_answer(x, &message, line);
	else if (message.method && x->call->notified)
		x->call->notified(x->call->arg, message.method, message.params);
	ctl_message_fini(&message);
	ctl_line_close_fds(line);
	return error;
}

/* Take in what is there; 0 when nothing more is. */
static int take_lines(struct exchange *x)
{
	struct ctl_client *client = x->client;
	struct ctl_line line;
	int got, error;

	while (!x->is_done) {
		while (!x->is_done && ctl_input_next(&client->input, &line)) {
			error = take_line(x, &line);
			if (error)
				return error;
		}
		if (x->is_done)
			break;
		got = ctl_input_read(&client->input, client->fd);
		if (got == -EAGAIN)
			break;
		if (got == -EMSGSIZE || got == -EPROTO)
			return err_set(x->err, -EPROTO,
				       "labd sent too much in one line");
		if (got <= 0)
			return server_gone(x->err);
	}
	return 0;
}

static int serve(struct exchange *x, uint64_t until_ns)
{
	int error;

	for (;;) {
		/* A dead peer's last words may still be there to read. */
		error = ctl_output_send(&x->client->output, x->client->fd);
		if (error && error != -EAGAIN)
			ctl_output_fini(&x->client->output);
		error = take_lines(x);
		if (error || x->is_done)
			return error;
		error = wait_ready(x->client, until_ns, x->err);
		if (error)
			return error;
	}
}

int ctl_client_call(struct ctl_client *client, const struct ctl_call *call,
		    struct ctl_answer *answer, struct err *err)
{
	struct exchange x = {client, call, answer, err, false};
	uint64_t until_ns = 0;
	int error;

	*answer = (struct ctl_answer){0};
	error = ctl_output_add(&client->output,
			       ctl_message_request(++client->last_id,
						   call->method, call->params),
			       call->fds, call->fd_count);
	if (error)
		return err_set(err, error, "%s: cannot ask: %s", call->method,
			       strerror(-error));
	if (call->timeout_ms >= 0)
		until_ns = clock_now_ns(&client->clock) +
			   (uint64_t)call->timeout_ms * NSEC_PER_MSEC;
	error = serve(&x, until_ns);
	if (!error && answer->code)
		return -EREMOTEIO;
	return error;
}

int ctl_client_listen(struct ctl_client *client,
		      void (*notified)(void *arg, const char *method,
				       const json_t *params),
		      void *arg, struct err *err)
{
	struct ctl_call call = {.notified = notified, .arg = arg};
	struct exchange x = {client, &call, NULL, err, false};

	return take_lines(&x);
}

static int greet(struct ctl_client *client, const char *who, struct err *err)
{
	struct ctl_call call = {.method = "hello",
				.timeout_ms = HELLO_TIMEOUT_MS};
	struct ctl_answer answer;
	int error, exit_code;

	call.params = json_pack("{s:s, s:i}", "client", who, "protocol",
				CTL_PROTOCOL);
	error = ctl_client_call(client, &call, &answer, err);
	exit_code = answer.exit_code;
	if (!error)
		client->hello = json_incref(answer.result);
	ctl_answer_fini(&answer);
	if (error == -EREMOTEIO)
		err->code = exit_code == EXIT_PERMISSION ? -EPERM : -EPROTO;
	return error;
}

struct ctl_client *ctl_client_adopt(int fd, const char *who, int stop_fd,
				    struct err *err)
{
	struct ctl_client *client = calloc(1, sizeof(*client));

	if (!client || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		err_set(err, -errno, "control client: %s", strerror(errno));
		close(fd);
		free(client);
		return NULL;
	}
	client->fd = fd;
	client->stop_fd = stop_fd;
	clock_init_monotonic(&client->clock);
	ctl_input_init(&client->input);
	ctl_output_init(&client->output);
	if (greet(client, who, err)) {
		ctl_client_close(client);
		return NULL;
	}
	return client;
}

struct ctl_client *ctl_client_connect(const char *path, const char *who,
				      int stop_fd, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		err_set(err, -ENAMETOOLONG,
			"%s: longer than a socket's path "
			"can be",
			path);
		return NULL;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err_set(err, -errno, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	return ctl_client_adopt(fd, who, stop_fd, err);
}

void ctl_client_close(struct ctl_client *client)
{
	if (!client)
		return;
	close(client->fd);
	ctl_input_fini(&client->input);
	ctl_output_fini(&client->output);
	json_decref(client->hello);
	free(client);
}

const json_t *ctl_client_hello(const struct ctl_client *client)
{
	return client->hello;
}

int ctl_client_fd(const struct ctl_client *client)
{
	return client->fd;
}

void ctl_answer_fini(struct ctl_answer *answer)
{
	unsigned i;

	for (i = 0; i < answer->fd_count; i++) {
		if (answer->fds[i] >= 0)
			close(answer->fds[i]);
	}
	json_decref(answer->result);
	json_decref(answer->data);
	*answer = (struct ctl_answer){0};
}

int ctl_answer_take_fd(struct ctl_answer *answer, unsigned index)
{
	int fd;

	if (index >= answer->fd_count)
		return -1;
	fd = answer->fds[index];
	answer->fds[index] = -1;
	return fd;
}
