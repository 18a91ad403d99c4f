// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_down.c - from the host socket to the guest
 *
 * Theory of operation
 *
 * The host socket's receive buffer is the retransmission queue:
 *
 *	snd_una         snd_nxt          end of what came
 *	   |-- in flight --|-- readable --|
 *
 * A turn peeks at what follows snd_nxt, as much as the guest's window and the
 * scratch memory allow, sends it as frames of up to 64 KiB whose payload stays
 * in scratch memory, and advances by what was taken. What the guest
 * acknowledges is read out of the socket, without a copy (MSG_TRUNC), when the
 * batch with the ACK is over; that opens the window of the other side.
 *
 * Peeking at an offset is SO_PEEK_OFF; a kernel that lacks it for TCP (before
 * 6.9) copies the bytes in front once more, so fewer are left in flight.
 *
 * Sockets are watched edge triggered: @readable says that there may be more,
 * until EAGAIN, or less than was asked for, clears it. So a closed window costs
 * no wake-ups. When the other side is known to have closed, the last bytes and
 * the FIN are one segment.
 *
 * A turn is bounded, and flows take turns. When a guest takes less than all,
 * its flows wait together; one try finds out for all of them.
 *
 * Losses: three equal ACKs, or the timer, send the first segment again. Each
 * ACK that confirms only part of what was sent before the loss sends the next,
 * twice as much (RFC 6582, without its congestion window): a lost frame of 64
 * KiB is back after six ACKs, and at most as much again goes twice.
 *
 * Limits: without SACK a guest can't say how much it lacks.
 */
#include "switch/nat/nat_tcp_internal.h"

#include <errno.h>
#include <sys/socket.h>

/** enum turn - how a flow's turn ended */
enum turn {
	TURN_DONE, /* nothing to send, or nothing that may be sent */
	TURN_MORE, /* there may be more */
	TURN_FULL, /* the guest did not take all */
	TURN_GONE, /* the flow does not exist any more */
};

static bool has_work(const struct nat_tcp *tcp)
{
	return tcp->state == NAT_TCP_OPEN &&
	       (tcp->resend || tcp->readable ||
		(tcp->host_eof && !tcp->fin_sent));
}

void nat_tcp_push(struct nat_tcp *tcp)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;

	if (!has_work(tcp))
		return;
	if (list_is_empty(&tcp->push_link))
		list_append(&engine->push, &tcp->push_link);
	if (!list_is_empty(&engine->push))
		loop_defer(tcp->nat->env.loop, &engine->push_call);
}

/* No event comes again for an end that could not be seen when it came. */
static void look_for_end(struct nat_tcp *tcp)
{
	if (tcp->nat->tcp->has_peek_off || tcp->host_eof ||
	    nat_tcp_in_flight(tcp))
		return;
	tcp->readable = true;
	nat_tcp_push(tcp);
}

bool nat_tcp_read_acked(struct nat_tcp *tcp)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;

	if (!tcp->unread)
		return true;

	while (tcp->unread) {
		/* a socketpair fills the buffer; TCP leaves it alone */
		size_t len = MIN(tcp->unread, (uint32_t)NAT_TCP_SCRATCH);
		ssize_t got = recv(tcp->watch.fd, engine->scratch, len,
				   MSG_TRUNC | MSG_DONTWAIT);

		if (got <= 0) {
			/* asking has cleared the error, so no event comes */
			nat_tcp_reset(tcp);
			return false;
		}
		tcp->unread -= (uint32_t)got;
		tcp->peek_off -= MIN(tcp->peek_off, (uint32_t)got);
	}
	look_for_end(tcp);
	return true;
}

static void take_new_ack(struct nat_tcp *tcp, uint32_t ack)
{
	uint32_t bytes = ack - tcp->snd_una;

	nat_tcp_measure(tcp, ack);
	if (tcp->fin_sent && ack == tcp->snd_nxt && !tcp->fin_acked) {
		tcp->fin_acked = true;
		bytes--;
	}
	tcp->unread += bytes;
	tcp->flow.in_bytes += bytes;
	tcp->snd_una = ack;
	tcp->retries = 0;
	tcp->dup_acks = 0;
	tcp->progress_ns = loop_now_ns(tcp->nat->env.loop);
	if (!tcp->resend_len)
		return;
	tcp->resend = tcp4_is_before(ack, tcp->recover);
	tcp->resend_len = tcp->resend ? 2 * tcp->resend_len : 0;
	tcp->resend_len = MIN(tcp->resend_len, NAT_TCP_SCRATCH);
}

static void take_dup_ack(struct nat_tcp *tcp)
{
	if (tcp->dup_acks < UINT8_MAX)
		tcp->dup_acks++;
	if (tcp->dup_acks != NAT_TCP_DUP_ACKS || tcp->resend_len)
		return;
	tcp->recover = tcp->snd_nxt;
	tcp->resend_len = tcp->mss;
	tcp->resend = true;
}

void nat_tcp_take_ack(struct nat_tcp *tcp, const struct tcp4 *segment)
{
	uint32_t window = (uint32_t)segment->window << tcp->guest_scale;
	bool is_new = tcp4_is_before(tcp->snd_una, segment->ack);

	if (tcp4_is_before(segment->ack, tcp->snd_una))
		return;
	if (is_new)
		take_new_ack(tcp, segment->ack);
	else if (!segment->len && !(segment->flags & TCP_FIN) &&
		 window == tcp->snd_wnd && nat_tcp_in_flight(tcp))
		take_dup_ack(tcp);
	if (!is_new && (!window || !nat_tcp_in_flight(tcp)))
		nat_tcp_probe_answered(tcp);
	/* RFC 9293 3.10.7.4: an old segment tells an old window */
	if (is_new || !tcp4_is_before(segment->seq, tcp->snd_wl1)) {
		tcp->snd_wnd = window;
		tcp->snd_wl1 = segment->seq;
	}
	nat_tcp_push(tcp);
}

/*
 * Peek at @len bytes, @offset behind snd_una. Returns how many there are, 0 for
 * the end of file, or -errno.
 */
static ssize_t peek(struct nat_tcp *tcp, uint32_t offset, size_t len)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;
	struct iovec iov[2] = {{engine->scratch, offset},
			       {engine->scratch, len}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	int value = (int)offset;
	ssize_t got;

	if (engine->has_peek_off && tcp->peek_off != offset) {
		if (setsockopt(tcp->watch.fd, SOL_SOCKET, SO_PEEK_OFF, &value,
			       sizeof(value)))
			return -errno;
		tcp->peek_off = offset;
	}
	if (engine->has_peek_off) {
		got = recv(tcp->watch.fd, engine->scratch, len,
			   MSG_PEEK | MSG_DONTWAIT);
		tcp->peek_off += (uint32_t)MAX(got, 0);
		return got < 0 ? -errno : got;
	}
	/* what is in front goes where the rest overwrites it */
	got = recvmsg(tcp->watch.fd, &msg, MSG_PEEK | MSG_DONTWAIT);
	if (got < 0)
		return -errno;
	/* an end behind these shows once they are read: look_for_end() */
	return !offset || got > offset ? got - offset : -EAGAIN;
}

/* Payload of the largest frame: whole segments, and not too many. */
static size_t frame_payload(const struct nat_tcp *tcp)
{
	size_t segments = (IP4_MAX_LEN - TCP4_OVERHEAD) / tcp->mss;

	return MIN(segments, NAT_TCP_GSO_SEGMENTS) * tcp->mss;
}

/*
 * Send @len bytes of scratch memory, which has room for all, @last_flags with
 * the last of them. Returns how many were taken.
 */
static size_t send_bytes(struct nat_tcp *tcp, uint32_t seq, size_t len,
			 uint8_t last_flags)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;
	size_t most = frame_payload(tcp), at;
	unsigned n = 0, taken;

	for (at = 0; at < len && n < FRAME_BATCH; n++) {
		size_t part = MIN(most, len - at);

		nat_tcp_fill_frame(tcp, n, seq + (uint32_t)at,
				   (struct iovec){engine->scratch + at, part},
				   at + part == len ? last_flags : 0);
		at += part;
	}
	taken = nat_send(tcp->nat, engine->ptrs, n);
	if (taken)
		engine->retry_ns = NAT_TCP_RETRY_NS;
	return taken == n ? at : taken * most;
}

/* Something is owed from now on: the clock runs, and a measurement begins. */
static void sent(struct nat_tcp *tcp, uint32_t len)
{
	uint64_t now_ns = loop_now_ns(tcp->nat->env.loop);

	if (!nat_tcp_in_flight(tcp)) {
		tcp->progress_ns = now_ns;
		tcp->retries = 0;
	}
	tcp->snd_nxt += len;
	if (!tcp->rtt_ns && !tcp->resend_len) {
		tcp->rtt_ns = now_ns;
		tcp->rtt_seq = tcp->snd_nxt;
	}
	nat_tcp_set_timer(tcp);
}

static bool send_fin(struct nat_tcp *tcp, uint32_t seq)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;

	nat_tcp_fill_frame(tcp, 0, seq, (struct iovec){0}, TCP_FIN);
	return nat_send(tcp->nat, engine->ptrs, 1) == 1;
}

static enum turn resend(struct nat_tcp *tcp)
{
	uint32_t data = nat_tcp_in_flight(tcp) - (tcp->fin_sent ? 1 : 0);
	ssize_t got;

	tcp->rtt_ns = 0;
	if (!nat_tcp_in_flight(tcp)) {
		tcp->resend = false;
		return TURN_MORE;
	}
	if (!data) {
		if (!send_fin(tcp, tcp->snd_una))
			return TURN_FULL;
	} else {
		got = peek(tcp, 0, MIN(data, tcp->resend_len));
		if (got <= 0) {
			nat_tcp_reset(tcp);
			return TURN_GONE;
		}
		if (!send_bytes(tcp, tcp->snd_una, (size_t)got, TCP_PSH))
			return TURN_FULL;
	}
	tcp->nat->counters.retransmits++;
	tcp->resend = false;
	return TURN_MORE;
}

/* Bytes that may be sent now. */
static size_t allowance(const struct nat_tcp *tcp)
{
	uint32_t in_flight = nat_tcp_in_flight(tcp);
	size_t room = tcp->snd_wnd - MIN(tcp->snd_wnd, in_flight);
	size_t most = frame_payload(tcp);

	if (!tcp->nat->tcp->has_peek_off)
		room = MIN(room,
			   NAT_TCP_REPEEK - MIN(NAT_TCP_REPEEK, in_flight));
	/* no crumbs (RFC 9293 3.8.6.2.1): an ACK is on its way */
	if (room < tcp->mss)
		return in_flight ? 0 : room;
	room = MIN(room, NAT_TCP_SCRATCH / most * most);
	return MIN(room / tcp->mss * tcp->mss, FRAME_BATCH * most);
}

/* Our FIN is out. */
static enum turn fin_sent(struct nat_tcp *tcp)
{
	tcp->host_eof = true;
	tcp->readable = false;
	tcp->fin_sent = true;
	tcp->we_closed = !tcp->guest_fin;
	sent(tcp, 1);
	nat_tcp_check_closed(tcp);
	return TURN_DONE;
}

static enum turn end_of_file(struct nat_tcp *tcp)
{
	tcp->host_eof = true;
	tcp->readable = false;
	if (!send_fin(tcp, tcp->snd_nxt))
		return TURN_FULL;
	return fin_sent(tcp);
}

/* Bytes that were peeked; @is_all: there are no more as yet. */
static enum turn pass_on(struct nat_tcp *tcp, size_t len, bool is_all)
{
	bool is_end = is_all && tcp->host_closed;
	size_t taken = send_bytes(tcp, tcp->snd_nxt, len,
				  is_end ? TCP_PSH | TCP_FIN : TCP_PSH);

	if (taken)
		sent(tcp, (uint32_t)taken);
	if (taken < len)
		return TURN_FULL;
	if (is_end)
		return fin_sent(tcp);
	/* what comes later is an edge of its own */
	tcp->readable = !is_all;
	return TURN_MORE;
}

static enum turn take_turn(struct nat_tcp *tcp)
{
	ssize_t got;
	size_t len;

	if (tcp->resend)
		return resend(tcp);
	if (tcp->host_eof)
		return end_of_file(tcp);
	len = allowance(tcp);
	if (!len) {
		nat_tcp_set_timer(tcp);
		return TURN_DONE;
	}
	got = peek(tcp, nat_tcp_in_flight(tcp), len);
	if (got == 0)
		return end_of_file(tcp);
	if (got < 0) {
		tcp->readable = false;
		if (got == -EAGAIN)
			return TURN_DONE;
		nat_tcp_reset(tcp);
		return TURN_GONE;
	}
	return pass_on(tcp, (size_t)got, (size_t)got < len && !tcp->urgent);
}

static void wait_for_guest(struct nat_tcp *tcp)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;
	struct loop *loop = tcp->nat->env.loop;

	list_append(&engine->blocked, &tcp->push_link);
	if (timer_is_armed(&engine->retry))
		return;
	timer_arm(loop, &engine->retry, loop_now_ns(loop) + engine->retry_ns);
	engine->retry_ns = MIN(2 * engine->retry_ns, NAT_TCP_RETRY_MAX_NS);
}

void nat_tcp_push_called(struct deferred *deferred)
{
	struct nat_tcp_engine *engine =
		container_of(deferred, struct nat_tcp_engine, push_call);
	const struct mac *full = NULL;
	struct mac full_mac;
	struct list *link;
	unsigned i;

	for (i = 0; i < NAT_TCP_TURN && (link = list_pop(&engine->push)); i++) {
		struct nat_tcp *tcp =
			container_of(link, struct nat_tcp, push_link);
		enum turn turn = TURN_FULL;

		if (!has_work(tcp))
			continue;
		if (!full || !mac_is_equal(full, &tcp->flow.mac))
			turn = take_turn(tcp);
		if (turn == TURN_MORE) {
			nat_tcp_push(tcp);
		} else if (turn == TURN_FULL) {
			full_mac = tcp->flow.mac;
			full = &full_mac;
			wait_for_guest(tcp);
		}
	}
	if (!list_is_empty(&engine->push))
		loop_defer(engine->nat->env.loop, &engine->push_call);
}

static void retry_blocked(struct nat_tcp_engine *engine)
{
	struct list *link;

	while ((link = list_pop(&engine->blocked)))
		list_append(&engine->push, link);
	if (!list_is_empty(&engine->push))
		loop_defer(engine->nat->env.loop, &engine->push_call);
}

void nat_tcp_retry_expired(struct timer *timer)
{
	retry_blocked(container_of(timer, struct nat_tcp_engine, retry));
}

void nat_tcp_resume(struct nat *nat)
{
	timer_cancel(nat->env.loop, &nat->tcp->retry);
	retry_blocked(nat->tcp);
}
