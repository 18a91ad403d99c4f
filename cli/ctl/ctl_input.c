// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_input.c - bytes and descriptors off a stream socket, line by line
 *
 * Theory of operation
 *
 * Bytes are received behind those that wait; complete lines are given out from
 * the front. The buffer doubles while one line doesn't fit and is given back
 * when it is empty and had grown beyond CTL_SMALL_MAX.
 *
 * Descriptors are noted with the offset of the last byte that came with them,
 * and go to the line that has that byte (ctl_protocol.h has the rule and why it
 * holds). Any truncation by the kernel is an error: a descriptor is missing
 * then, and which one can't be known.
 *
 * Limits: a line of CTL_LINE_MAX bytes; CTL_FDS_MAX descriptors for a line and
 * CTL_INPUT_FDS in all.
 */
#include "cli/ctl/ctl_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fd_pass.h"

#define READ_MIN 4096

void ctl_input_init(struct ctl_input *input)
{
	*input = (struct ctl_input){0};
}

void ctl_input_fini(struct ctl_input *input)
{
	unsigned i;

	for (i = 0; i < input->fd_count; i++)
		close(input->fds[i].fd);
	free(input->data);
	ctl_input_init(input);
}

static void compact(struct ctl_input *input)
{
	size_t used = input->len - input->start;
	unsigned i;

	if (!used && input->size > CTL_SMALL_MAX) {
		free(input->data);
		input->data = NULL;
		input->size = 0;
	}
	if (used && input->start)
		memmove(input->data, input->data + input->start, used);
	for (i = 0; i < input->fd_count; i++)
		input->fds[i].at -= input->start;
	input->scanned -= input->start;
	input->len = used;
	input->start = 0;
}

/* Room for at least one more byte. */
static int make_room(struct ctl_input *input)
{
	size_t size;
	char *data;

	compact(input);
	if (input->len >= CTL_LINE_MAX)
		return -EMSGSIZE;
	if (input->len < input->size)
		return 0;
	size = MIN(MAX(2 * input->size, READ_MIN), CTL_LINE_MAX);
	data = realloc(input->data, size);
	if (!data)
		return -ENOMEM;
	input->data = data;
	input->size = size;
	return 0;
}

/* Each descriptor knows with which byte it came. */
static int take_fds(struct ctl_input *input, struct msghdr *msg)
{
	int i, fds[CTL_FDS_MAX], count = fd_pass_take(msg, fds, CTL_FDS_MAX);
	int error = count < 0 ? count : 0;

	for (i = 0; i < count; i++) {
		if (input->fd_count == CTL_INPUT_FDS) {
			close(fds[i]);
			error = -EPROTO;
			continue;
		}
		input->fds[input->fd_count].fd = fds[i];
		input->fds[input->fd_count].at = input->len - 1;
		input->fd_count++;
	}
	return error;
}

int ctl_input_read(struct ctl_input *input, int fd)
{
	union fd_control control;
	struct msghdr msg = {0};
	struct iovec iov;
	ssize_t got;
	int error;

	error = make_room(input);
	if (error)
		return error;
	iov.iov_base = input->data + input->len;
	iov.iov_len = input->size - input->len;
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	fd_pass_expect(&msg, &control);
	got = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	input->len += (size_t)got;
	if (take_fds(input, &msg))
		return -EPROTO;
	return (int)got;
}

/*
 * The descriptors of the line that ends at @end, in order of arrival. A line
 * with more than it may have gets none, so that it fails its method's count.
 */
static void give_fds(struct ctl_input *input, size_t end, struct ctl_line *line)
{
	unsigned i, count = 0;

	while (count < input->fd_count && input->fds[count].at <= end)
		count++;
	for (i = 0; i < count; i++) {
		if (count > CTL_FDS_MAX)
			close(input->fds[i].fd);
		else
			line->fds[i] = input->fds[i].fd;
	}
	line->fd_count = count > CTL_FDS_MAX ? 0 : count;
	input->fd_count -= count;
	memmove(input->fds, input->fds + count,
		input->fd_count * sizeof(input->fds[0]));
}

bool ctl_input_next(struct ctl_input *input, struct ctl_line *line)
{
	char *newline = NULL;
	size_t end;

	if (input->scanned < input->len)
		newline = memchr(input->data + input->scanned, '\n',
				 input->len - input->scanned);
	if (!newline) {
		input->scanned = input->len;
		return false;
	}
	end = (size_t)(newline - input->data);
	line->text = input->data + input->start;
	line->len = end - input->start;
	give_fds(input, end, line);
	input->start = input->scanned = end + 1;
	return true;
}

void ctl_line_close_fds(struct ctl_line *line)
{
	unsigned i;

	for (i = 0; i < line->fd_count; i++) {
		if (line->fds[i] >= 0)
			close(line->fds[i]);
		line->fds[i] = -1;
	}
}
