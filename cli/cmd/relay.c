// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * relay.c - bytes between the user's terminal and descriptors from labd
 *
 * The other end may be slow, stopped or gone. What goes out to the terminal
 * waits for the terminal. What comes in from it waits for the other end by
 * poll(), together with whether that is still there, and for no longer than
 * INPUT_WAIT_MS: a guest that never reads must not take the user's keyboard.
 */
#include "cli/cmd/relay.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"

#define RELAY_SIZE 65536
#define INPUT_SIZE 4096
#define INPUT_WAIT_MS 1000

void raw_terminal_enter(struct raw_terminal *terminal)
{
	struct termios raw;

	terminal->is_raw = false;
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal->saved))
		return;
	raw = terminal->saved;
	cfmakeraw(&raw);
	terminal->is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void raw_terminal_leave(struct raw_terminal *terminal)
{
	if (terminal->is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->saved);
	terminal->is_raw = false;
}

static int write_all(int to, const char *data, size_t len, int wait_ms)
{
	struct pollfd writable = {to, POLLOUT, 0};
	ssize_t done;

	while (len) {
		done = write(to, data, len);
		if (done >= 0) {
			data += done;
			len -= (size_t)done;
		} else if (errno == EAGAIN) {
			if (poll(&writable, 1, wait_ms) == 0)
				return -ETIMEDOUT;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int relay_once(int from, int to)
{
	char data[RELAY_SIZE];
	ssize_t got = read(from, data, sizeof(data));
	int error;

	if (got < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	error = write_all(to, data, (size_t)got, -1);
	return error ? error : (int)got;
}

int relay_input(int to, bool escapes)
{
	char data[INPUT_SIZE], *escape = NULL;
	ssize_t got = read(STDIN_FILENO, data, sizeof(data));
	int error;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? -EAGAIN : -errno;
	if (escapes)
		escape = memchr(data, RELAY_ESCAPE, (size_t)got);
	if (escape)
		got = escape - data;
	error = write_all(to, data, (size_t)got, INPUT_WAIT_MS);
	if (escape)
		return 0;
	return error ? error : (int)got;
}

struct pollfd relay_pending_poll(const struct relay_pending *pending, int to)
{
	if (pending->at < pending->end)
		return (struct pollfd){to, POLLOUT, 0};
	return (struct pollfd){STDIN_FILENO, POLLIN, 0};
}

int relay_pending_move(struct relay_pending *pending, int to)
{
	ssize_t done;

	if (pending->at == pending->end) {
		done = read(STDIN_FILENO, pending->data, sizeof(pending->data));
		if (done < 0)
			return errno == EINTR ? -EAGAIN : -errno;
		if (done == 0)
			return 0;
		pending->at = 0;
		pending->end = (size_t)done;
	}
	done = write(to, pending->data + pending->at,
		     pending->end - pending->at);
	if (done < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	pending->at += (size_t)done;
	return (int)done;
}
