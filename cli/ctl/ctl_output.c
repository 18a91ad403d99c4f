// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_output.c - lines and their descriptors on the way into a stream socket
 *
 * One sendmsg() never carries bytes of two lines, and the first of a line
 * carries its descriptors: so the receiver knows whose they are
 * (ctl_protocol.h).
 */
#include "cli/ctl/ctl_output.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fd_pass.h"

static_assert(CTL_FDS_MAX <= FD_PASS_MAX, "descriptors get lost");

/**
 * struct ctl_out_line - one line that waits
 * @link:	in the output's lines
 * @text:	@len bytes with the newline; owned, from jansson
 * @len:	bytes
 * @sent:	bytes that the kernel has taken
 * @fds:	@fd_count to go with the first byte; owned
 * @fd_count:	0 once sent
 */
struct ctl_out_line {
	struct list link;
	char *text;
	size_t len;
	size_t sent;
	int fds[CTL_FDS_MAX];
	unsigned fd_count;
};

void ctl_output_init(struct ctl_output *output)
{
	list_init(&output->lines);
	output->len = 0;
}

static void close_fds(const int *fds, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		close(fds[i]);
}

static void line_destroy(struct ctl_out_line *line)
{
	list_remove(&line->link);
	close_fds(line->fds, line->fd_count);
	free(line->text);
	free(line);
}

void ctl_output_fini(struct ctl_output *output)
{
	list_for_each_safe (link, &output->lines)
		line_destroy(container_of(link, struct ctl_out_line, link));
	output->len = 0;
}

/* Text of @message with a newline in the place of its NUL. */
static char *dump_line(json_t *message, size_t *len)
{
	char *text = json_dumps(message, JSON_COMPACT);

	if (!text)
		return NULL;
	*len = strlen(text);
	text[(*len)++] = '\n';
	return text;
}

static int line_create(struct ctl_output *output, json_t *message,
		       struct ctl_out_line **created)
{
	struct ctl_out_line *line = calloc(1, sizeof(*line));

	if (!line)
		return -ENOMEM;
	list_init(&line->link);
	line->text = dump_line(message, &line->len);
	if (!line->text) {
		line_destroy(line);
		return -ENOMEM;
	}
	if (line->len > CTL_LINE_MAX ||
	    output->len + line->len > CTL_OUTPUT_MAX) {
		line_destroy(line);
		return -ENOBUFS;
	}
	*created = line;
	return 0;
}

int ctl_output_add(struct ctl_output *output, json_t *message, const int *fds,
		   unsigned count)
{
	struct ctl_out_line *line;
	int error;

	assert(count <= CTL_FDS_MAX);
	error = message ? line_create(output, message, &line) : -ENOMEM;
	json_decref(message);
	if (error) {
		close_fds(fds, count);
		return error;
	}
	if (count)
		memcpy(line->fds, fds, count * sizeof(*fds));
	line->fd_count = count;
	list_append(&output->lines, &line->link);
	output->len += line->len;
	return 0;
}

static ssize_t line_send(struct ctl_out_line *line, int fd)
{
	struct iovec iov = {line->text + line->sent, line->len - line->sent};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_put(&msg, &control, line->fds, line->fd_count);
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int ctl_output_send(struct ctl_output *output, int fd)
{
	while (!list_is_empty(&output->lines)) {
		struct ctl_out_line *line;
		ssize_t sent;

		line = container_of(output->lines.next, struct ctl_out_line,
				    link);
		sent = line_send(line, fd);
		if (sent < 0)
			return errno == EINTR ? -EAGAIN : -errno;
		close_fds(line->fds, line->fd_count);
		line->fd_count = 0;
		line->sent += (size_t)sent;
		output->len -= (size_t)sent;
		if (line->sent == line->len)
			line_destroy(line);
	}
	return 0;
}
