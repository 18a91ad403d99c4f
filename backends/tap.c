// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tap.c - a port on the kernel's network stack: one tap interface
 *
 * Theory of operation
 *
 * The kernel gives and takes one frame a system call, with its virtio_net_hdr
 * in front, so 64 KiB of TCP and unfinished checksums pass as they are.
 *
 * In: one turn reads up to FRAME_BATCH frames and hands them up in one call.
 * Heads go to the frames' snapshots, tails one behind the other into a buffer
 * area; the turn ends when the next frame, whatever its length, might not fit
 * any more. So short frames travel in full batches while long ones are passed
 * on while they are still in the cache. The watch is level triggered: what is
 * left is read in the loop's next round, when the neighbours had theirs.
 *
 * What the upper side does not take stays where it is; reading stops, the
 * kernel's own queue fills, and its senders wait or lose frames, until resume()
 * asks for a new turn. That starts with the rest.
 *
 * Out: one writev() a frame. A tap that is set down refuses frames with EIO and
 * says EPOLLOUT once it is up again: meanwhile there is no carrier. That is
 * told from a deferred call, since send() may not call its network back. The
 * descriptor of an interface that was removed, or whose namespace was, polls as
 * EPOLLERR for ever: the watch goes, and the port stays with a fault.
 *
 * The headers come from whoever is root in a namespace, so they are judged
 * before anybody relies on them (offload_check()).
 *
 * Limits: one queue; no offloads but checksum and TCP segmentation.
 */
#include "backends/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/offload.h"

/* Room for one frame's tail, and one byte more to see that it is too long. */
#define TAP_TAIL_SIZE (FRAME_MAX_LEN - FRAME_SNAP_LEN + 1)
/*
 * Four frames of 64 KiB, or two full batches of 1514 bytes: what a turn touches
 * stays in a core's second level cache.
 */
#define TAP_AREA_SIZE (256 * 1024)
#define TAP_TAIL_ALIGN 64

static_assert(TAP_AREA_SIZE >= 2 * TAP_TAIL_SIZE, "a turn reads something");

/**
 * struct tap - see tap.h
 * @port:	what others see
 * @loop:	of the worker
 * @log:	where a fault is told
 * @watch:	on the descriptor
 * @turn:	what must not happen within a call from above
 * @events:	what @watch waits for
 * @is_full:	a send() was cut short; port_writable() is owed
 * @is_down:	the interface is set down
 * @is_gone:	the interface does not exist any more; @watch is removed
 * @is_held:	the upper side did not take all; no reading meanwhile
 * @first:	first frame of @list that was not taken yet
 * @count:	entries of @list
 * @used:	bytes of @area
 * @fault:	why the port is off, for people
 * @list:	the frames that are good
 * @frames:	of this turn
 * @tails:	one for each of @frames, into @area
 * @area:	the tails' bytes
 */
struct tap {
	struct port port;
	struct loop *loop;
	const struct log *log;
	struct watch watch;
	struct deferred turn;
	uint32_t events;
	bool is_full;
	bool is_down;
	bool is_gone;
	bool is_held;
	unsigned first;
	unsigned count;
	size_t used;
	char fault[96];
	struct frame *list[FRAME_BATCH];
	struct frame frames[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	uint8_t area[TAP_AREA_SIZE];
};

static void tap_update_watch(struct tap *tap)
{
	uint32_t events = tap->is_held ? 0 : EPOLLIN;

	if (tap->is_full || tap->is_down)
		events |= EPOLLOUT;
	if (tap->is_gone || events == tap->events)
		return;
	if (watch_change(&tap->watch, events) == 0)
		tap->events = events;
}

/* The interface is gone for good; without the watch nothing spins on it. */
static void tap_fail(struct tap *tap, int error)
{
	if (tap->is_gone)
		return;
	watch_remove(&tap->watch);
	tap->is_gone = true;
	snprintf(tap->fault, sizeof(tap->fault), "the interface is gone: %s",
		 strerror(error));
	log_warning(tap->log, "port %s: %s", tap->port.name, tap->fault);
	loop_defer(tap->loop, &tap->turn);
}

/* Bring what readv() filled in into shape; false counts it as dropped. */
static bool tap_accept(struct tap *tap, struct frame *frame, size_t len)
{
	struct iovec *tail = &tap->tails[tap->count];

	if (len < sizeof(frame->hdr)) {
		port_drop_rx(&tap->port, NULL, DROP_RUNT);
		return false;
	}
	frame->len = (uint32_t)(len - sizeof(frame->hdr));
	frame->snap_len = (uint16_t)MIN(frame->len, FRAME_SNAP_LEN);
	tail->iov_len = frame->len - frame->snap_len;
	frame->iov = tail;
	frame->iov_count = tail->iov_len > 0;
	if (frame_classify(frame) && !offload_check(frame, tap->port.features))
		verdict_drop(&frame->verdict, DROP_BAD_OFFLOAD);
	if (frame->verdict.fate == FATE_DROPPED) {
		port_drop_rx(&tap->port, frame, frame->verdict.reason);
		return false;
	}
	return true;
}

/* Read one frame behind the others; 0, or -errno when there is none. */
static int tap_read(struct tap *tap)
{
	struct frame *frame = &tap->frames[tap->count];
	struct iovec *tail = &tap->tails[tap->count];
	struct iovec iov[3];
	ssize_t len;

	tail->iov_base = tap->area + tap->used;
	iov[0] = (struct iovec){&frame->hdr, sizeof(frame->hdr)};
	iov[1] = (struct iovec){frame->snap, FRAME_SNAP_LEN};
	iov[2] = (struct iovec){tail->iov_base, TAP_TAIL_SIZE};
	len = readv(tap->watch.fd, iov, ARRAY_SIZE(iov));
	if (len < 0) {
		if (errno != EINVAL)
			return -errno;
		/* The kernel can't say these offloads in a header. */
		port_drop_rx(&tap->port, NULL, DROP_BAD_OFFLOAD);
		return 0;
	}
	if (!tap_accept(tap, frame, (size_t)len))
		return 0;
	tap->list[tap->count++] = frame;
	tap->used += (tail->iov_len + TAP_TAIL_ALIGN - 1) &
		     ~(size_t)(TAP_TAIL_ALIGN - 1);
	return 0;
}

/* Offer what was read and not taken yet. */
static void tap_deliver(struct tap *tap)
{
	unsigned n = tap->count - tap->first;

	if (n)
		tap->first += port_input(&tap->port, tap->list + tap->first, n);
	tap->is_held = tap->first < tap->count;
	tap_update_watch(tap);
}

static void tap_receive(struct tap *tap)
{
	unsigned tries;
	int rc = 0;

	tap->first = 0;
	tap->count = 0;
	tap->used = 0;
	for (tries = 0; tries < FRAME_BATCH && rc == 0; tries++) {
		if (tap->used + TAP_TAIL_SIZE > sizeof(tap->area))
			break;
		rc = tap_read(tap);
	}
	tap_deliver(tap);
	if (rc && rc != -EAGAIN && rc != -EINTR)
		tap_fail(tap, -rc);
}

static void tap_have_room(struct tap *tap)
{
	bool was_down = tap->is_down, was_full = tap->is_full;

	tap->is_down = false;
	tap->is_full = false;
	tap_update_watch(tap);
	if (was_down)
		port_carrier(&tap->port, true);
	if (was_full)
		port_writable(&tap->port);
}

static void tap_ready(struct watch *watch, uint32_t events)
{
	struct tap *tap = container_of(watch, struct tap, watch);

	if (events & (EPOLLERR | EPOLLHUP)) {
		tap_fail(tap, ENODEV);
		return;
	}
	if (events & EPOLLOUT)
		tap_have_room(tap);
	if ((events & EPOLLIN) && !tap->is_gone)
		tap_receive(tap);
}

static void tap_turn(struct deferred *deferred)
{
	struct tap *tap = container_of(deferred, struct tap, turn);
	unsigned i;

	if (tap->is_gone || tap->is_down)
		port_carrier(&tap->port, false);
	if (!tap->is_held)
		return;
	/* Whoever did not take them may have begun their verdicts. */
	for (i = tap->first; i < tap->count; i++)
		frame_classify(tap->list[i]);
	tap_deliver(tap);
}

static int tap_write(struct tap *tap, const struct frame *frame)
{
	struct iovec iov[FRAME_MAX_IOV + 2];
	unsigned n;

	iov[0].iov_base = (void *)(uintptr_t)&frame->hdr;
	iov[0].iov_len = sizeof(frame->hdr);
	n = 1 + frame_iov(frame, iov + 1);
	return writev(tap->watch.fd, iov, (int)n) < 0 ? -errno : 0;
}

/* What a refusal says about the frame, and perhaps about the interface. */
static enum drop_reason tap_refused(struct tap *tap, int error)
{
	switch (error) {
	case EIO:
		tap->is_down = true;
		tap_update_watch(tap);
		loop_defer(tap->loop, &tap->turn);
		return DROP_NO_CARRIER;
	case EBADFD:
	case ENODEV:
	case ENXIO:
		tap_fail(tap, error);
		return DROP_NO_CARRIER;
	default:
		return DROP_SEND_FAILED;
	}
}

static unsigned tap_send(struct port *port, struct frame **frames, unsigned n)
{
	struct tap *tap = container_of(port, struct tap, port);
	unsigned i;

	for (i = 0; i < n; i++) {
		enum drop_reason reason = DROP_NO_CARRIER;

		if (!tap->is_gone && !tap->is_down) {
			int rc = tap_write(tap, frames[i]);

			if (rc == 0)
				continue;
			if (rc == -EAGAIN) {
				tap->is_full = true;
				tap_update_watch(tap);
				break;
			}
			reason = tap_refused(tap, -rc);
		}
		port_count_lost(port, frames[i], reason);
	}
	return i;
}

static void tap_resume(struct port *port)
{
	struct tap *tap = container_of(port, struct tap, port);

	if (tap->is_held)
		loop_defer(tap->loop, &tap->turn);
}

static void tap_status(struct port *port, struct port_status *status)
{
	struct tap *tap = container_of(port, struct tap, port);

	snprintf(status->detail, sizeof(status->detail), "tap%s",
		 tap->is_down ? ", interface is set down" : "");
	snprintf(status->fault, sizeof(status->fault), "%s", tap->fault);
}

static void tap_close(struct port *port)
{
	struct tap *tap = container_of(port, struct tap, port);

	deferred_cancel(&tap->turn);
	watch_remove(&tap->watch);
	close(tap->watch.fd);
	free(tap);
}

static const struct port_ops tap_ops = {
	.send = tap_send,
	.resume = tap_resume,
	.status = tap_status,
	.close = tap_close,
};

struct tap *tap_create(struct loop *loop, const struct tap_settings *settings,
		       struct err *err)
{
	int rc, flags = fcntl(settings->fd, F_GETFL);
	struct tap *tap;

	if (flags < 0 || !(flags & O_NONBLOCK)) {
		err_set(err, -EINVAL,
			"port %s: its tap descriptor must be open and "
			"non-blocking",
			settings->name);
		return NULL;
	}
	tap = calloc(1, sizeof(*tap));
	if (!tap) {
		err_set(err, -ENOMEM, "port %s: out of memory", settings->name);
		return NULL;
	}
	port_init(&tap->port, &tap_ops, settings->name);
	tap->port.features = PORT_CSUM | PORT_TSO4 | PORT_TSO6 | PORT_ECN;
	tap->port.mtu = settings->mtu;
	tap->port.can_wait = true;
	tap->loop = loop;
	tap->log = settings->log;
	tap->events = EPOLLIN;
	deferred_init(&tap->turn, tap_turn);
	tap->watch.fd = settings->fd;
	tap->watch.ready = tap_ready;
	tap->watch.name = "tap";
	rc = watch_add(loop, &tap->watch, EPOLLIN);
	if (rc) {
		err_set(err, rc, "port %s: cannot wait for its tap: %s",
			settings->name, strerror(-rc));
		free(tap);
		return NULL;
	}
	port_carrier(&tap->port, true);
	return tap;
}

struct port *tap_port(struct tap *tap)
{
	return &tap->port;
}
