// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_up.c - from the guest to the host socket
 *
 * Theory of operation
 *
 * In-order bytes of a batch stay in the guest's memory; only where they are is
 * noted (pieces). When the batch is over each flow that got some writes them
 * with one sendmsg(), and one ACK tells what was taken. Bytes out of order are
 * not kept: an ACK asks for what is missing.
 *
 * The window is what the socket has room for, asked of the kernel (SO_MEMINFO)
 * once a batch that has data. A socket counts its buffers with their overhead,
 * so only part of the room is promised; then all that a guest sends is taken,
 * and it never sends anything twice. A guest that gets no room in time would
 * wait for a timer of its own, hundreds of milliseconds; so when room gets
 * scarce EPOLLOUT is asked for, and when it comes the window is told at once.
 * Asking has the kernel note that the buffer was too small, too, and grow it.
 *
 * A buffer whose bytes are gone as soon as they come, as those to a server on
 * the host or near it, never looks too small to the kernel, which leaves it at
 * a few ten KiB: a frame or less at a time. So a socket that is empty again
 * after its whole window was used is enlarged, once.
 *
 * Should the socket take less than it got after all (tiny segments, a host
 * short of memory), what it left is forgotten here, and asked for with three
 * equal ACKs as soon as there is room: the guest then repeats it without
 * waiting for its timer, as if the wire had lost it (RFC 5681 3.2).
 *
 * Limits: no reassembly. Guests' segments arrive in order unless a vCPU was
 * interrupted between two queues.
 */
#include "switch/nat/nat_tcp_internal.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK 72 /* since Linux 5.15 */
#endif

/* Of a kernel that does not tell: so much is promised, then waited for. */
#define ROOM_UNKNOWN (64 * 1024)

/**
 * struct room - what a socket's send buffer says
 * @size:	its limit
 * @free:	what is left of it
 */
struct room {
	uint32_t size;
	uint32_t free;
};

static struct room socket_room(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = {0}, used;
	socklen_t len = sizeof(info);
	struct room room;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return (struct room){ROOM_UNKNOWN, ROOM_UNKNOWN};
	used = info[SK_MEMINFO_WMEM_QUEUED];
	if (!used) /* where a socketpair counts */
		used = info[SK_MEMINFO_WMEM_ALLOC];
	room.size = info[SK_MEMINFO_SNDBUF];
	room.free = room.size - MIN(room.size, used);
	return room;
}

/*
 * For a window of NAT_TCP_WINDOW; the host may allow less (net.core.wmem_max).
 * The kernel takes it as the last word, and must be told to go on tuning.
 */
static void enlarge(struct nat_tcp *tcp, struct room *room)
{
	const int tuned = 0, size = NAT_TCP_WINDOW / 3 * 2; /* it doubles it */
	int fd = tcp->watch.fd;

	tcp->is_large = true;
	if (setsockopt(fd, SOL_SOCKET, SO_BUF_LOCK, &tuned, sizeof(tuned)) ||
	    room->size >= 2 * size)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_BUF_LOCK, &tuned, sizeof(tuned));
	*room = socket_room(fd);
}

static uint32_t largest_window(const struct nat_tcp *tcp)
{
	return MIN((uint32_t)UINT16_MAX << tcp->our_scale, NAT_TCP_WINDOW);
}

/*
 * Promise what is free, but for a quarter that is overhead. Not by crumbs of
 * less than @step (RFC 9293 3.8.6.2.2), and never back.
 */
static void advance_edge(struct nat_tcp *tcp, uint32_t room, uint32_t step)
{
	uint32_t most = largest_window(tcp);
	uint32_t edge = tcp->rcv_nxt + MIN(room / 4 * 3, most);

	if ((int32_t)(edge - tcp->rcv_edge) >= (int32_t)step)
		tcp->rcv_edge = edge;
}

void nat_tcp_update_window(struct nat_tcp *tcp)
{
	struct room room = socket_room(tcp->watch.fd);
	uint32_t mss = tcp->nat->settings.mtu - TCP4_OVERHEAD;
	uint32_t low;

	/* all that was promised has come, and gone on */
	if (!tcp->is_large && room.free == room.size &&
	    tcp->rcv_edge - tcp->rcv_nxt < mss)
		enlarge(tcp, &room);
	low = MIN(room.size, largest_window(tcp)) / 4;
	if (tcp->full)
		tcp->rcv_edge = tcp->rcv_nxt;
	else
		advance_edge(tcp, room.free, MIN(low, mss));
	if (tcp->want_room || tcp->rcv_edge - tcp->rcv_nxt >= low)
		return;
	/* edge triggered: only changing the watch looks again */
	tcp->want_room = true;
	(void)watch_change(&tcp->watch, NAT_TCP_WATCHED);
}

void nat_tcp_first_window(struct nat_tcp *tcp)
{
	uint32_t most = largest_window(tcp);

	tcp->rcv_edge = tcp->rcv_nxt + MIN(NAT_TCP_FIRST_WINDOW, most);
}

void nat_tcp_has_room(struct nat_tcp *tcp)
{
	struct room room = socket_room(tcp->watch.fd);
	bool was_full = tcp->full;
	unsigned i;

	tcp->full = false;
	tcp->want_room = false;
	/* that is what "writable" means, whatever was reckoned */
	advance_edge(tcp, MAX(room.free, room.size / 3), 1);
	nat_tcp_ack(tcp);
	for (i = 0; was_full && i < NAT_TCP_DUP_ACKS; i++)
		nat_tcp_ack(tcp);
}

void nat_tcp_touch(struct nat_tcp *tcp)
{
	if (list_is_empty(&tcp->dirty_link))
		list_append(&tcp->nat->tcp->dirty, &tcp->dirty_link);
}

static void add_piece(struct nat_tcp *tcp, const void *data, size_t len)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;
	uint16_t index = (uint16_t)engine->piece_count++;

	assert(index < NAT_TCP_PIECES);
	engine->pieces[index] = (struct nat_tcp_piece){
		{(void *)(uintptr_t)data, len}, NAT_TCP_NO_PIECE};
	if (tcp->batch_len)
		engine->pieces[tcp->last_piece].next = index;
	else
		tcp->first_piece = index;
	tcp->last_piece = index;
	tcp->batch_len += (uint32_t)len;
}

/* @len bytes of a frame from @offset on; they are there. */
static void add_pieces(struct nat_tcp *tcp, const struct frame *frame,
		       size_t offset, size_t len)
{
	size_t part;
	unsigned i;

	if (offset < frame->snap_len) {
		part = MIN(len, frame->snap_len - offset);
		if (part)
			add_piece(tcp, frame->snap + offset, part);
		len -= part;
		offset = 0;
	} else {
		offset -= frame->snap_len;
	}
	for (i = 0; i < frame->iov_count && len; i++) {
		const struct iovec *iov = &frame->iov[i];

		if (offset >= iov->iov_len) {
			offset -= iov->iov_len;
			continue;
		}
		part = MIN(len, iov->iov_len - offset);
		add_piece(tcp, (uint8_t *)iov->iov_base + offset, part);
		len -= part;
		offset = 0;
	}
}

void nat_tcp_collect(struct nat_tcp *tcp, const struct frame *frame,
		     size_t offset, const struct tcp4 *segment)
{
	uint32_t expected = tcp->rcv_nxt + tcp->batch_len;
	uint32_t skip = expected - segment->seq, len, room;

	tcp->wants_ack = true;
	if (tcp4_is_before(expected, segment->seq)) {
		nat_tcp_ack(tcp); /* at once (RFC 5681 3.2) */
		return;
	}
	if (tcp->guest_fin || tcp->fin_in_batch || tcp->full ||
	    skip > segment->len)
		return;
	len = segment->len - skip;
	room = tcp->rcv_edge - expected;
	if (len > room)
		len = room;
	else if (segment->flags & TCP_FIN)
		tcp->fin_in_batch = true;
	if (len)
		add_pieces(tcp, frame, offset + segment->header_len + skip,
			   len);
}

/* The pieces of one flow in a row. */
static unsigned gather(struct nat_tcp *tcp)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;
	uint16_t i = tcp->first_piece;
	unsigned n = 0;

	for (; i != NAT_TCP_NO_PIECE; i = engine->pieces[i].next)
		engine->iov[n++] = engine->pieces[i].iov;
	tcp->first_piece = tcp->last_piece = NAT_TCP_NO_PIECE;
	return n;
}

/* false: the host's connection is broken, and the flow is gone. */
static bool write_batch(struct nat_tcp *tcp)
{
	struct msghdr msg = {.msg_iov = tcp->nat->tcp->iov};
	uint32_t len = tcp->batch_len;
	ssize_t taken;

	if (!len)
		return true;
	msg.msg_iovlen = gather(tcp);
	tcp->batch_len = 0;
	taken = sendmsg(tcp->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (taken < 0 && errno != EAGAIN && errno != EINTR && errno != ENOMEM &&
	    errno != ENOBUFS) {
		nat_tcp_reset(tcp);
		return false;
	}
	taken = MAX(taken, 0);
	tcp->rcv_nxt += (uint32_t)taken;
	tcp->flow.out_bytes += (uint64_t)taken;
	if ((uint32_t)taken < len) {
		tcp->full = true;
		tcp->fin_in_batch = false;
	}
	return true;
}

static void pass_fin_on(struct nat_tcp *tcp)
{
	if (!tcp->fin_in_batch)
		return;
	tcp->fin_in_batch = false;
	tcp->guest_fin = true;
	tcp->rcv_nxt++;
	tcp->rcv_edge = tcp->rcv_nxt;
	/* where ours is through, the socket is closed at once */
	if (!tcp->fin_acked)
		shutdown(tcp->watch.fd, SHUT_WR);
}

static void flush_flow(struct nat_tcp *tcp)
{
	bool wrote = tcp->batch_len;

	nat_flow_use(tcp->nat->flows, &tcp->flow,
		     loop_now_ns(tcp->nat->env.loop));
	if (!nat_tcp_read_acked(tcp) || !write_batch(tcp))
		return;
	pass_fin_on(tcp);
	/* a guest that asks a closed window again may be right */
	if ((wrote || tcp->rcv_edge == tcp->rcv_nxt) && !tcp->guest_fin &&
	    tcp->state == NAT_TCP_OPEN)
		nat_tcp_update_window(tcp);
	if (tcp->wants_ack)
		nat_tcp_ack(tcp);
	nat_tcp_check_closed(tcp);
}

void nat_tcp_flush(struct nat *nat)
{
	struct nat_tcp_engine *engine = nat->tcp;
	struct list *link;

	while ((link = list_pop(&engine->dirty)))
		flush_flow(container_of(link, struct nat_tcp, dirty_link));
	engine->piece_count = 0;
}
