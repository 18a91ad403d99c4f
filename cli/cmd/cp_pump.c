// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cp_pump.c - bytes from one end of a copy to the other
 *
 * Waits for both ends, for what their nodes say beside the data (errors, that a
 * command has ended) and for ^C in one poll(). A sink that does not read makes
 * the source wait, nothing is ever dropped.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd/cp.h"
#include "cli/cmd/print.h"

#define BUFFER_SIZE (256u << 10)
#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 200

/**
 * struct pump - what is under way
 * @data:	bytes @at to @end of it are
 * @at:		first byte
 * @end:	behind the last
 * @is_empty:	the source has ended
 * @started_ms:	monotonic
 * @shown_ms:	when progress was last shown; 0: never
 */
struct pump {
	char *data;
	size_t at;
	size_t end;
	bool is_empty;
	long started_ms;
	long shown_ms;
};

/* The end of what is there goes behind @text, of @size; the oldest goes. */
static void keep_tail(int *from, char *text, size_t size)
{
	char data[512];
	ssize_t got = read(*from, data, MIN(sizeof(data), size / 2));
	size_t len = strlen(text), room = size - 1;

	if (got <= 0) {
		if (got == 0 || (errno != EINTR && errno != EAGAIN))
			remote_close_end(from);
		return;
	}
	if (len + (size_t)got > room) {
		size_t cut = len + (size_t)got - room;

		memmove(text, text + cut, len - cut);
		len -= cut;
	}
	memcpy(text + len, data, (size_t)got);
	text[len + (size_t)got] = '\0';
}

static struct pollfd watch(int fd, short events)
{
	return (struct pollfd){events ? fd : -1, events, 0};
}

/* Three entries: errors, output unless that is the data, labd. */
static void watch_node(struct cp_end *end, struct pollfd *fds)
{
	bool is_source = end->data == &end->remote.out;

	for (int i = 0; i < 3; i++)
		fds[i] = watch(-1, 0);
	if (!end->is_connected)
		return;
	fds[0] = watch(end->remote.error, POLLIN);
	fds[1] = watch(is_source ? -1 : end->remote.out, POLLIN);
	fds[2] = watch(remote_fd(&end->remote), POLLIN);
}

static int hear_node(struct cp *cp, struct cp_end *end,
		     const struct pollfd *fds)
{
	struct err err;

	if (fds[0].revents)
		keep_tail(&end->remote.error, end->words, sizeof(end->words));
	if (fds[1].revents)
		keep_tail(&end->remote.out, end->said, sizeof(end->said));
	if (fds[2].revents && remote_listen(&end->remote, &err))
		return cp_fail(cp, EXIT_FAILED, "%s: %s", end->place.node,
			       err.msg);
	return 0;
}

/* Bits: 1 the source is readable, 2 the sink is writable; or as cp_listen(). */
static int wait_for(struct cp *cp, short source, short sink, int wait_ms,
		    unsigned *ready)
{
	struct pollfd fds[9];
	int code;

	fds[0] = watch(cp->stop_fd, POLLIN);
	fds[1] = watch(*cp->source.data, source);
	fds[2] = watch(cp->sink.data ? *cp->sink.data : -1, sink);
	watch_node(&cp->source, fds + 3);
	watch_node(&cp->sink, fds + 6);
	*ready = 0;
	if (poll(fds, 9, wait_ms) < 0)
		return errno == EINTR ? 0
				      : cp_fail(cp, EXIT_FAILED, "poll: %s",
						strerror(errno));
	if (fds[0].revents)
		return cp_fail(cp, EXIT_INTERRUPTED, "interrupted");
	*ready = (fds[1].revents != 0) | (fds[2].revents != 0) << 1;
	code = hear_node(cp, &cp->source, fds + 3);
	return code ? code : hear_node(cp, &cp->sink, fds + 6);
}

int cp_listen(struct cp *cp, short source, short sink, int wait_ms)
{
	unsigned ready;

	return wait_for(cp, source, sink, wait_ms, &ready);
}

static void show_progress(struct cp *cp, struct pump *pump, bool is_last)
{
	long now = monotonic_ms(), ms = now - pump->started_ms;
	double mib = (double)cp->done / (1 << 20);

	if (!print_is_fancy(stderr) || cp->sink.data == NULL)
		return;
	if (is_last && pump->shown_ms)
		fputs("\r\033[K", stderr);
	if (is_last || ms < PROGRESS_AFTER_MS ||
	    now - pump->shown_ms < PROGRESS_EVERY_MS)
		return;
	pump->shown_ms = now;
	fputs("\r\033[K", stderr);
	print_safe(stderr, cp->what.name);
	fprintf(stderr, "  %.1f", mib);
	if (cp->what.size > 0 && !cp->what.is_folder)
		fprintf(stderr, " of %.1f", (double)cp->what.size / (1 << 20));
	fprintf(stderr, " MiB  %.1f MiB/s", mib / ((double)ms / 1e3));
	fflush(stderr);
}

static int take(struct cp *cp, struct pump *pump)
{
	ssize_t got = read(*cp->source.data, pump->data, BUFFER_SIZE);

	if (got < 0 && errno != EINTR && errno != EAGAIN)
		return cp_fail(cp, EXIT_FAILED, "%s: %s", cp->source.place.path,
			       strerror(errno));
	pump->is_empty = got == 0;
	pump->at = 0;
	pump->end = got > 0 ? (size_t)got : 0;
	return 0;
}

/* A sink that has gone says why elsewhere; it is not asked here. */
static int give(struct cp *cp, struct pump *pump)
{
	ssize_t put = write(*cp->sink.data, pump->data + pump->at,
			    pump->end - pump->at);

	if (put >= 0) {
		pump->at += (size_t)put;
		cp->done += put;
	} else if (errno == EPIPE || errno == ECONNRESET) {
		cp->is_gone = true;
	} else if (errno != EINTR && errno != EAGAIN) {
		return cp_fail(cp, EXIT_FAILED, "%s: %s", cp->sink.place.path,
			       strerror(errno));
	}
	return 0;
}

static int pump_all(struct cp *cp, struct pump *pump)
{
	unsigned ready;
	int code = 0;

	while (!code && !cp->is_gone && !pump->is_empty) {
		bool has = pump->at < pump->end;

		code = wait_for(cp, has ? 0 : POLLIN, has ? POLLOUT : 0,
				PROGRESS_EVERY_MS, &ready);
		if (!code && ready & 1)
			code = take(cp, pump);
		else if (!code && ready & 2)
			code = give(cp, pump);
		if (cp->sink.is_connected && cp->sink.remote.is_over)
			cp->is_gone = true;
		show_progress(cp, pump, false);
	}
	show_progress(cp, pump, true);
	return code;
}

int cp_pump(struct cp *cp)
{
	struct pump pump = {.data = malloc(BUFFER_SIZE),
			    .started_ms = monotonic_ms()};
	int code;

	if (!pump.data)
		return cp_fail(cp, EXIT_FAILED, "no memory");
	code = pump_all(cp, &pump);
	free(pump.data);
	return code;
}
