// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * terminal.c - standard input and output as a guest's serial line
 *
 * A terminal on standard input is made raw, so that ^C goes to the guest. Keys
 * that are for us are taken out on the way, so what was typed goes through a
 * pipe. Anything else on standard input is handed to the guest as it is.
 *
 * The shell, and whoever else has the same terminal or pipe, shares its
 * O_NONBLOCK; so the file is opened once more, where that is possible.
 */
#include "cli/vmm/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util.h"

#define KEY_LEAVE 0x1d  /* ^] */
#define KEY_PREFIX 0x01 /* ^A */
#define KEYS_AT_ONCE 64

/*
 * A plain file keeps its position and never blocks; a socket can't be opened
 * again, and whoever gave it to us shares its flags.
 */
static int reopen(int fd, int flags)
{
	char path[32];
	struct stat st;
	int copy;

	if (fstat(fd, &st))
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
		copy = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		if (copy >= 0)
			return copy;
	}
	copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (copy >= 0)
		fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) | O_NONBLOCK);
	return copy < 0 ? -errno : copy;
}

/* True when @key is for us. */
static bool take_key(struct terminal *terminal, uint8_t key)
{
	bool has_prefix = terminal->has_prefix;

	terminal->has_prefix = false;
	if (key == KEY_LEAVE || (has_prefix && key == 'x')) {
		terminal->leave(terminal->ctx);
		return true;
	}
	/* ^A twice is one for the guest. */
	if (key == KEY_PREFIX && !has_prefix) {
		terminal->has_prefix = true;
		return true;
	}
	return false;
}

static void keys_readable(struct watch *watch, uint32_t events)
{
	struct terminal *terminal = container_of(watch, struct terminal, keys);
	uint8_t keys[KEYS_AT_ONCE];
	size_t kept = 0;
	ssize_t len, i;

	(void)events;
	len = read(watch->fd, keys, sizeof(keys));
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		watch_remove(watch);
		return;
	}
	for (i = 0; i < len; i++) {
		if (!take_key(terminal, keys[i]))
			keys[kept++] = keys[i];
	}
	/* A guest that reads nothing loses what is typed. */
	if (kept && write(terminal->pipe_fd, keys, kept) < 0)
		return;
}

static int make_raw(struct terminal *terminal)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &terminal->saved))
		return -errno;
	raw = terminal->saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST; /* our own words are lines too */
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		return -errno;
	terminal->is_raw = true;
	return 0;
}

/* From @fd, the terminal: its keys come through a pipe. */
static int watch_keys(struct terminal *terminal, int fd)
{
	int ends[2];
	int code;

	terminal->keys.fd = fd;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	terminal->in_fd = ends[0];
	terminal->pipe_fd = ends[1];
	code = watch_add(terminal->loop, &terminal->keys, EPOLLIN);
	return code ? code : make_raw(terminal);
}

static int take_stdio(struct terminal *terminal)
{
	int fd = reopen(STDIN_FILENO, O_RDONLY);

	/* Closed, or for writing only: nobody types. */
	if (fd >= 0 && isatty(fd)) {
		int code = watch_keys(terminal, fd);

		if (code)
			return code;
	} else if (fd >= 0) {
		terminal->in_fd = fd;
	}
	fd = reopen(STDOUT_FILENO, O_WRONLY);
	if (fd >= 0)
		terminal->out_fd = fd;
	return 0;
}

int terminal_open(struct terminal *terminal, struct loop *loop, struct err *err)
{
	int code;

	terminal->in_fd = terminal->out_fd = terminal->pipe_fd = -1;
	terminal->keys = (struct watch){
		.fd = -1, .ready = keys_readable, .name = "keys"};
	terminal->is_raw = terminal->has_prefix = false;
	terminal->loop = loop;
	code = take_stdio(terminal);
	if (!code)
		return 0;
	terminal_close(terminal);
	return err_set(err, code, "cannot use standard input and output: %s",
		       strerror(-code));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void terminal_close(struct terminal *terminal)
{
	if (!terminal->loop)
		return;
	if (terminal->is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->saved);
	watch_remove(&terminal->keys);
	close_fd(&terminal->keys.fd);
	close_fd(&terminal->in_fd);
	close_fd(&terminal->out_fd);
	close_fd(&terminal->pipe_fd);
	terminal->loop = NULL;
}
