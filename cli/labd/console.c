// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console.c - a guest's console: kept in memory, on disk, and shown to readers
 *
 * Theory of operation
 *
 * Output of the guest goes three ways: into a ring of the last 64 KiB, into a
 * log file with one older generation, and to the readers. Each is bounded, so a
 * guest that prints for ever costs CONSOLE_RING_SIZE of memory and twice
 * CONSOLE_LOG_SIZE of disk. One turn reads a few KiB and then lets others run.
 *
 * Readers get a socket pair. Our end does not block: what a reader's socket
 * does not take is lost to it alone.
 *
 * Limits: input is written through; what the guest's end does not take at once
 * is dropped, as on a real serial line without flow control.
 */
#include "cli/labd/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define TURN_SIZE 8192
#define PATH_SIZE 1024

/**
 * struct console_reader - one attached terminal
 * @watch:	our end of its socket pair; fd -1 while the place is free
 * @console:	it reads
 */
struct console_reader {
	struct watch watch;
	struct console *console;
};

/**
 * struct console - one guest's console
 * @loop:	labd's
 * @guest:	the guest's end; fd -1 while there is none
 * @log_fd:	the log file; -1 once it can't be written
 * @log_len:	bytes in it
 * @log_path:	where it is
 * @ring_end:	bytes ever written into @ring
 * @run_start:	@ring_end when the guest began
 * @ring:	the last of them
 * @readers:	attached terminals
 */
struct console {
	struct loop *loop;
	struct watch guest;
	int log_fd;
	off_t log_len;
	char log_path[PATH_SIZE];
	size_t ring_end;
	size_t run_start;
	char ring[CONSOLE_RING_SIZE];
	struct console_reader readers[CONSOLE_MAX_READERS];
};

static void reader_close(struct console_reader *reader)
{
	if (reader->watch.fd < 0)
		return;
	watch_remove(&reader->watch);
	close(reader->watch.fd);
	reader->watch.fd = -1;
}

static void reader_ready(struct watch *watch, uint32_t events)
{
	struct console_reader *reader;
	char input[TURN_SIZE];
	ssize_t len;

	(void)events;
	reader = container_of(watch, struct console_reader, watch);
	len = read(watch->fd, input, sizeof(input));
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR)) {
		reader_close(reader);
		return;
	}
	if (len > 0 && reader->console->guest.fd >= 0)
		send(reader->console->guest.fd, input, (size_t)len,
		     MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Appending, so that a cut file has no hole in front. */
static int log_open(const char *path)
{
	return open(path,
		    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW |
			    O_CLOEXEC,
		    0600);
}

static void console_stop_log(struct console *console)
{
	if (console->log_fd >= 0)
		close(console->log_fd);
	console->log_fd = -1;
}

static void log_rotate(struct console *console)
{
	char old[PATH_SIZE + 2];

	snprintf(old, sizeof(old), "%s.1", console->log_path);
	console->log_len = 0;
	if (rename(console->log_path, old)) {
		/* Its folder has gone, say: begin anew all the same. */
		if (ftruncate(console->log_fd, 0))
			console_stop_log(console);
		return;
	}
	console_stop_log(console);
	console->log_fd = log_open(console->log_path);
}

static void console_put(struct console *console, const char *data, size_t len)
{
	size_t i, at;

	for (i = 0; i < len; i += at) {
		size_t start = console->ring_end % CONSOLE_RING_SIZE;

		at = MIN(len - i, CONSOLE_RING_SIZE - start);
		memcpy(console->ring + start, data + i, at);
		console->ring_end += at;
	}
	if (console->log_fd >= 0 && write(console->log_fd, data, len) > 0)
		console->log_len += (off_t)len;
	if (console->log_len > CONSOLE_LOG_SIZE)
		log_rotate(console);
	for (i = 0; i < CONSOLE_MAX_READERS; i++) {
		int fd = console->readers[i].watch.fd;

		if (fd >= 0)
			send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

static void guest_ready(struct watch *watch, uint32_t events)
{
	struct console *console = container_of(watch, struct console, guest);
	char data[TURN_SIZE];
	ssize_t len = read(watch->fd, data, sizeof(data));

	(void)events;
	if (len > 0)
		console_put(console, data, (size_t)len);
	else if (len == 0 || (errno != EAGAIN && errno != EINTR))
		console_disconnect(console);
}

struct console *console_create(struct loop *loop, const char *log_path,
			       struct err *err)
{
	struct console *console = calloc(1, sizeof(*console));
	unsigned i;

	if (!console) {
		err_set(err, -ENOMEM, "no memory for a console");
		return NULL;
	}
	console->loop = loop;
	console->guest.fd = -1;
	console->guest.ready = guest_ready;
	console->guest.name = "console";
	for (i = 0; i < CONSOLE_MAX_READERS; i++) {
		console->readers[i].watch.fd = -1;
		console->readers[i].watch.ready = reader_ready;
		console->readers[i].watch.name = "console reader";
		console->readers[i].console = console;
	}
	snprintf(console->log_path, sizeof(console->log_path), "%s", log_path);
	console->log_fd = log_open(log_path);
	if (console->log_fd < 0) {
		err_set(err, -errno, "cannot write %s: %s", log_path,
			strerror(errno));
		free(console);
		return NULL;
	}
	return console;
}

void console_destroy(struct console *console)
{
	unsigned i;

	if (!console)
		return;
	console_disconnect(console);
	for (i = 0; i < CONSOLE_MAX_READERS; i++)
		reader_close(&console->readers[i]);
	console_stop_log(console);
	free(console);
}

int console_connect(struct console *console, int fd)
{
	console_disconnect(console);
	console->guest.fd = fd;
	console_begin(console);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return watch_add(console->loop, &console->guest, EPOLLIN);
}

void console_begin(struct console *console)
{
	console->run_start = console->ring_end;
}

void console_disconnect(struct console *console)
{
	if (console->guest.fd < 0)
		return;
	watch_remove(&console->guest);
	close(console->guest.fd);
	console->guest.fd = -1;
}

void console_drain(struct console *console)
{
	unsigned turns = CONSOLE_RING_SIZE / TURN_SIZE;

	while (console->guest.fd >= 0 && turns--)
		guest_ready(&console->guest, 0);
}

/* Where in the stream the last @want bytes that are kept begin. */
static size_t ring_start(const struct console *console, size_t want)
{
	size_t have = MIN(console->ring_end, CONSOLE_RING_SIZE);

	return console->ring_end - MIN(want, have);
}

static void reader_replay(const struct console *console, int fd)
{
	size_t i, at;

	for (i = ring_start(console, CONSOLE_RING_SIZE); i < console->ring_end;
	     i += at) {
		size_t start = i % CONSOLE_RING_SIZE;

		at = MIN(console->ring_end - i, CONSOLE_RING_SIZE - start);
		send(fd, console->ring + start, at,
		     MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

int console_attach(struct console *console)
{
	struct console_reader *reader = console->readers;
	int pair[2];

	while (reader->watch.fd >= 0) {
		if (++reader == console->readers + CONSOLE_MAX_READERS)
			return -EMFILE;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	reader->watch.fd = pair[0];
	if (watch_add(console->loop, &reader->watch, EPOLLIN)) {
		close(pair[0]);
		close(pair[1]);
		reader->watch.fd = -1;
		return -ENOMEM;
	}
	reader_replay(console, pair[0]);
	return pair[1];
}

static bool is_blank(const struct console *console, size_t at)
{
	return (unsigned char)console->ring[at % CONSOLE_RING_SIZE] <= ' ';
}

void console_tail(const struct console *console, unsigned lines, char *text,
		  size_t size)
{
	size_t start = MAX(ring_start(console, size - 1), console->run_start);
	size_t i, len = 0, end = console->ring_end;

	while (end > start && is_blank(console, end - 1))
		end--;
	for (i = end; i > start; i--) {
		if (console->ring[(i - 1) % CONSOLE_RING_SIZE] == '\n' &&
		    !--lines)
			break;
	}
	for (; i < end; i++) {
		char c = console->ring[i % CONSOLE_RING_SIZE];

		if (c == '\n' || (c >= ' ' && c < 0x7f))
			text[len++] = c;
	}
	text[len] = '\0';
}
