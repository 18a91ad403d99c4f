// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp.c - the TCP relay: a guest's connection becomes a socket of the host
 *
 * Theory of operation
 *
 * Two TCPs meet here: the host's, which is a socket, and a small one of ours
 * towards the guest. Bytes are kept by neither: what the guest has not
 * acknowledged stays in the host socket's receive buffer and is only peeked
 * (nat_tcp_down.c), what the host socket has no room for is not acknowledged
 * and stays with the guest (nat_tcp_up.c). So a flow is some 300 bytes, both
 * windows are the two ends' own, and a slow reader slows its own writer.
 *
 * A guest's SYN makes the host connect; only when that has worked is there a
 * SYN-ACK, so a guest sees what the outside said: RST for refused, ICMP for
 * unreachable. FINs are passed on in either direction on their own (shutdown()
 * here, end of file there), RSTs too (SO_LINGER of 0 here, SO_ERROR there).
 *
 * Within the gateway's send() segments are only taken in: ACKs, which are
 * short, leave by the reply queue, data by a deferred call. A flow whose guest
 * is full waits in @blocked until nat_tcp_resume() or a short timer.
 *
 * There is no congestion window towards the guest: the way there is one queue,
 * which says when it is full and then keeps nothing, so the guest's window and
 * that queue bound what is under way. A loss is an accident (the guest's own
 * memory, a port that cuts frames itself and overflows); it is repaired by
 * sending again what was lost, ever more of it as the guest confirms.
 *
 * Limits: no simultaneous open. No SACK and no timestamps. Without SACK three
 * equal ACKs make every guest repeat at once, which nat_tcp_up.c needs. Urgent
 * data is data. No path MTU towards guests but their MSS and what their router
 * says.
 */
#include "switch/nat/nat_tcp_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEEK_OFF
#define SO_PEEK_OFF 42
#endif

/* RFC 6528: hard to guess, and moving on with time. */
static uint32_t initial_sequence(const struct nat *nat,
				 const struct nat_key *key)
{
	const uint32_t data[] = {key->guest, key->remote,
				 (uint32_t)key->guest_port << 16 |
					 key->remote_port};
	uint64_t ticks = loop_now_ns(nat->env.loop) / (4 * NSEC_PER_USEC);

	return (uint32_t)(siphash(&nat->settings.secret, data, sizeof(data)) +
			  ticks);
}

static void set_options(struct nat_tcp_engine *engine, int fd)
{
	const int one = 1, zero = 0;

	/* whether to wait for more is the guest's own decision */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one));
	if (engine->probed && !engine->has_peek_off)
		return;
	engine->has_peek_off = setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &zero,
					  sizeof(zero)) == 0;
	engine->probed = true;
}

static void release(struct nat_tcp *tcp, bool reset)
{
	const struct linger now = {.l_onoff = 1};
	struct nat *nat = tcp->nat;

	if (tcp->state == NAT_TCP_TIME_WAIT)
		nat->tcp->time_waits--;
	list_remove(&tcp->push_link);
	list_remove(&tcp->dirty_link);
	timer_cancel(nat->env.loop, &tcp->timer);
	watch_remove(&tcp->watch);
	if (tcp->watch.fd >= 0) {
		if (reset)
			setsockopt(tcp->watch.fd, SOL_SOCKET, SO_LINGER, &now,
				   sizeof(now));
		close(tcp->watch.fd);
	}
	nat_flow_remove(nat->flows, &tcp->flow);
}

void nat_tcp_end(struct nat_tcp *tcp)
{
	release(tcp, false);
}

void nat_tcp_abort(struct nat_tcp *tcp)
{
	release(tcp, true);
}

void nat_tcp_reset(struct nat_tcp *tcp)
{
	if (tcp->state == NAT_TCP_CONNECTING)
		nat_tcp_say(tcp, TCP_RST, 0);
	else if (tcp->state != NAT_TCP_TIME_WAIT)
		nat_tcp_say(tcp, TCP_RST, tcp->snd_nxt);
	release(tcp, true);
}

static void end_oldest_time_wait(struct nat_tcp_engine *engine)
{
	nat_tcp_end(container_of(engine->time_wait.next, struct nat_tcp,
				 push_link));
}

static void begin_time_wait(struct nat_tcp *tcp)
{
	struct nat *nat = tcp->nat;

	if (nat->tcp->time_waits == NAT_TCP_TIME_WAITS)
		end_oldest_time_wait(nat->tcp);
	nat->tcp->time_waits++;
	tcp->state = NAT_TCP_TIME_WAIT;
	tcp->progress_ns = loop_now_ns(nat->env.loop);
	list_remove(&tcp->push_link);
	list_append(&nat->tcp->time_wait, &tcp->push_link);
	watch_remove(&tcp->watch);
	close(tcp->watch.fd);
	tcp->watch.fd = -1;
	nat_tcp_set_timer(tcp);
}

void nat_tcp_check_closed(struct nat_tcp *tcp)
{
	if (tcp->state != NAT_TCP_OPEN)
		return;
	if (tcp->guest_fin || tcp->fin_sent)
		nat_flow_settle(tcp->nat->flows, &tcp->flow, false);
	if (!tcp->guest_fin || !tcp->fin_acked)
		return;
	if (tcp->we_closed)
		begin_time_wait(tcp);
	else
		nat_tcp_end(tcp);
}

void nat_tcp_opened(struct nat_tcp *tcp)
{
	tcp->state = NAT_TCP_OPEN;
	tcp->snd_una = tcp->snd_nxt;
	tcp->recover = tcp->snd_nxt;
	tcp->retries = 0;
	tcp->progress_ns = loop_now_ns(tcp->nat->env.loop);
	nat_flow_settle(tcp->nat->flows, &tcp->flow, true);
	nat_tcp_set_timer(tcp);
	if (tcp->readable)
		nat_tcp_push(tcp);
}

static void host_connected(struct nat_tcp *tcp)
{
	tcp->state = NAT_TCP_SYN_RECEIVED;
	tcp->snd_nxt = tcp->snd_una + 1;
	tcp->progress_ns = loop_now_ns(tcp->nat->env.loop);
	nat_tcp_first_window(tcp);
	nat_tcp_syn(tcp);
	nat_tcp_set_timer(tcp);
}

/* What the outside said to our SYN is what the guest hears. */
static void host_refused(struct nat_tcp *tcp, int code)
{
	uint16_t error = nat_errno_icmp(code);

	if (code == -ETIMEDOUT)
		error = ICMP_HOST_UNREACHABLE;
	if (code == -ECONNREFUSED || !error) {
		nat_tcp_reset(tcp);
		return;
	}
	nat_tcp_unreachable(tcp, error);
	nat_tcp_abort(tcp);
}

static int socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		return -errno;
	return -error;
}

static void connect_ready(struct nat_tcp *tcp, uint32_t events)
{
	int code = 0;

	/* writable and nothing else: connected, and no question is needed */
	if ((events & (EPOLLERR | EPOLLHUP)) || !(events & EPOLLOUT))
		code = socket_error(tcp->watch.fd);
	if (code || (events & EPOLLERR))
		host_refused(tcp, code ? code : -ECONNREFUSED);
	else if (events & EPOLLOUT)
		host_connected(tcp);
}

static void host_ready(struct watch *watch, uint32_t events)
{
	struct nat_tcp *tcp = container_of(watch, struct nat_tcp, watch);

	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
		tcp->readable = true;
	if (events & (EPOLLRDHUP | EPOLLHUP))
		tcp->host_closed = true;
	if (events & EPOLLPRI)
		tcp->urgent = true;
	if (tcp->state == NAT_TCP_CONNECTING) {
		connect_ready(tcp, events);
		return;
	}
	if (events & EPOLLERR) {
		nat_tcp_reset(tcp);
		return;
	}
	if (tcp->readable)
		nat_tcp_push(tcp);
	if ((events & EPOLLOUT) && tcp->want_room)
		nat_tcp_has_room(tcp);
}

int nat_tcp_watch(struct nat_tcp *tcp)
{
	return watch_add(tcp->nat->env.loop, &tcp->watch, NAT_TCP_WATCHED);
}

static void evict(struct nat *nat, struct nat_flow *flow)
{
	(void)nat;
	nat_tcp_reset(nat_tcp_of(flow));
}

static const char *state_word(const struct nat_flow *flow)
{
	const struct nat_tcp *tcp =
		container_of(flow, const struct nat_tcp, flow);

	switch ((enum nat_tcp_state)tcp->state) {
	case NAT_TCP_CONNECTING:
		return "connecting";
	case NAT_TCP_SYN_RECEIVED:
		return "syn-received";
	case NAT_TCP_SYN_SENT:
		return "syn-sent";
	case NAT_TCP_OPEN:
		if (tcp->guest_fin && tcp->fin_sent)
			return "last-ack";
		if (tcp->guest_fin)
			return "close-wait";
		if (tcp->fin_sent)
			return tcp->fin_acked ? "fin-wait-2" : "fin-wait-1";
		return "established";
	case NAT_TCP_TIME_WAIT:
		return "time-wait";
	}
	return "";
}

/*
 * Errors about an open connection are soft (RFC 1122 4.2.3.9, RFC 5927 6): it
 * goes on, or its timers end it. A forward that can't open is given up.
 */
static void icmp(struct nat *nat, struct nat_flow *flow, uint16_t error,
		 uint16_t mtu)
{
	struct nat_tcp *tcp = nat_tcp_of(flow);

	(void)nat;
	if (error == ICMP_FRAGMENTATION_NEEDED) {
		/* behind a router guest; no lower than RFC 1191 3 allows */
		mtu = MAX(mtu, TCP4_MSS_DEFAULT + TCP4_OVERHEAD);
		mtu -= TCP4_OVERHEAD;
		tcp->mss = MIN(tcp->mss, mtu);
	} else if (tcp->state == NAT_TCP_SYN_SENT &&
		   error >> 8 == ICMP_UNREACHABLE) {
		nat_tcp_abort(tcp);
	}
}

static const struct nat_flow_ops nat_tcp_ops = {
	.evict = evict,
	.state = state_word,
	.icmp = icmp,
};

struct nat_tcp *nat_tcp_add(struct nat *nat, const struct nat_key *key,
			    uint16_t ingress, const struct mac *mac, int fd)
{
	uint64_t now_ns = loop_now_ns(nat->env.loop);
	struct nat_tcp *tcp = nat_tcp_of(nat_flow_add(
		nat->flows, key, &nat_tcp_ops, ingress, mac, now_ns));

	tcp->nat = nat;
	tcp->watch.fd = fd;
	tcp->watch.ready = host_ready;
	tcp->watch.name = "nat-tcp";
	tcp->timer.expired = nat_tcp_timer_expired;
	tcp->first_piece = tcp->last_piece = NAT_TCP_NO_PIECE;
	tcp->mss = TCP4_MSS_DEFAULT;
	tcp->progress_ns = now_ns;
	tcp->snd_una = initial_sequence(nat, key);
	tcp->snd_nxt = tcp->snd_una;
	list_init(&tcp->push_link);
	list_init(&tcp->dirty_link);
	set_options(nat->tcp, fd);
	return tcp;
}

void nat_tcp_take_options(struct nat_tcp *tcp, const struct tcp4 *syn)
{
	uint16_t most = (uint16_t)(tcp->nat->settings.mtu - TCP4_OVERHEAD);

	tcp->mss = syn->mss ? syn->mss : TCP4_MSS_DEFAULT;
	tcp->mss = (uint16_t)MIN(MAX(tcp->mss, NAT_TCP_MSS_MIN), most);
	tcp->guest_scale = syn->scale;
	tcp->our_scale = syn->has_scale ? NAT_TCP_SCALE : 0;
	tcp->snd_wnd = syn->window;
	tcp->snd_wl1 = syn->seq;
	tcp->rcv_nxt = syn->seq + 1;
	tcp->rcv_edge = tcp->rcv_nxt;
}

/* A path or a server that says no; all else is the host's own trouble. */
static bool is_of_outside(int code)
{
	return code == -ECONNREFUSED || code == -ENETUNREACH ||
	       code == -EHOSTUNREACH || code == -ETIMEDOUT;
}

/* The host can't: what the guest hears of it. */
static void tell_failure(struct nat *nat, const struct frame *frame,
			 size_t offset, const struct ip4 *ip,
			 const struct tcp4 *syn, int code)
{
	uint16_t error = code == -ECONNREFUSED ? 0 : nat_errno_icmp(code);

	if (error)
		nat_icmp_error(nat, frame, offset, ip, error, 0);
	else
		nat_tcp_refuse(nat, ip, syn);
}

enum drop_reason nat_tcp_open(struct nat *nat, const struct frame *frame,
			      size_t offset, const struct ip4 *ip,
			      const struct tcp4 *syn)
{
	const struct nat_sockets *sockets = nat->env.sockets;
	const struct nat_key key = {ip->src, ip->dst, syn->src_port,
				    syn->dst_port, NAT_TCP};
	uint32_t address = ip->dst;
	enum drop_reason reason =
		nat_outside(nat, NAT_TCP, &address, syn->dst_port);
	struct nat_tcp *tcp;
	int fd, code;

	if (reason != DROP_NONE)
		return reason;
	if (!rate_take(&nat->tcp->open_rate, ip->ingress,
		       loop_now_ns(nat->env.loop)))
		return DROP_RATE_LIMIT;
	fd = nat_socket_open(nat, NAT_SOCKET_TCP, ip->ingress);
	if (fd < 0) {
		nat_tcp_refuse(nat, ip, syn);
		return DROP_NONE;
	}
	tcp = nat_tcp_add(nat, &key, ip->ingress, &ip->src_mac, fd);
	tcp->state = NAT_TCP_CONNECTING;
	nat_tcp_take_options(tcp, syn);
	code = sockets->connect(nat->env.sockets_ctx, fd, address,
				syn->dst_port);
	if (code == 0 || code == -EINPROGRESS)
		code = nat_tcp_watch(tcp);
	if (code) {
		if (!is_of_outside(code))
			nat_refuse(nat, NAT_TCP, code);
		nat_tcp_abort(tcp);
		tell_failure(nat, frame, offset, ip, syn, code);
		return DROP_NONE;
	}
	nat_tcp_set_timer(tcp);
	return DROP_NONE;
}

int nat_tcp_create(struct nat *nat, struct err *err)
{
	struct nat_tcp_engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return err_set(err, -ENOMEM, "no memory for a TCP relay");
	engine->nat = nat;
	list_init(&engine->push);
	list_init(&engine->blocked);
	list_init(&engine->dirty);
	list_init(&engine->time_wait);
	deferred_init(&engine->push_call, nat_tcp_push_called);
	engine->retry.expired = nat_tcp_retry_expired;
	engine->retry_ns = NAT_TCP_RETRY_NS;
	rate_init(&engine->open_rate, NAT_TCP_OPEN_PER_S, NAT_TCP_OPEN_BURST);
	nat->tcp = engine;
	return 0;
}

void nat_tcp_destroy(struct nat *nat)
{
	if (!nat->tcp)
		return;
	deferred_cancel(&nat->tcp->push_call);
	timer_cancel(nat->env.loop, &nat->tcp->retry);
	free(nat->tcp);
	nat->tcp = NULL;
}

void nat_tcp_relax(struct nat *nat)
{
	nat_relax_bytes(nat->tcp->scratch, sizeof(nat->tcp->scratch));
}

size_t nat_tcp_slot_size(void)
{
	return sizeof(struct nat_tcp);
}
