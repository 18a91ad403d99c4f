// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_timer.c - what happens when nothing happens
 *
 * Theory of operation
 *
 * A flow has one timer. It is armed for the earliest thing that may be due, and
 * then left alone while segments come and go: when it expires, what is due is
 * reckoned anew, and mostly it is armed again. So a busy flow costs a few heap
 * operations a second instead of one for each segment.
 *
 * Limits: one measurement of RTT is under way at a time, and none across a
 * retransmission (RFC 6298 3).
 */
#include "switch/nat/nat_tcp_internal.h"

/*
 * Retransmissions of data or FIN in a row before the guest counts as dead: some
 * five minutes, as a machine may be paused (RFC 9293 3.8.3: at least 100 s).
 */
#define RETRIES 12
/* A guest that answers probes lives: back off so far, and no further. */
#define PROBE_RETRIES 6

uint64_t nat_tcp_rto_ns(const struct nat_tcp *tcp)
{
	uint64_t rto_ns = NAT_TCP_RTO_FIRST_NS;

	if (tcp->srtt_us)
		rto_ns = (tcp->srtt_us + 4ull * tcp->rttvar_us) * NSEC_PER_USEC;
	rto_ns = MAX(rto_ns, NAT_TCP_RTO_MIN_NS) << MIN(tcp->retries, 16);
	return MIN(rto_ns, NAT_TCP_RTO_MAX_NS);
}

void nat_tcp_measure(struct nat_tcp *tcp, uint32_t ack)
{
	uint32_t rtt_us, diff;

	if (!tcp->rtt_ns || tcp4_is_before(ack, tcp->rtt_seq))
		return;
	rtt_us = (uint32_t)((loop_now_ns(tcp->nat->env.loop) - tcp->rtt_ns) /
			    NSEC_PER_USEC);
	rtt_us = MAX(rtt_us, 1);
	tcp->rtt_ns = 0;
	if (!tcp->srtt_us) { /* RFC 6298 2.2 */
		tcp->srtt_us = rtt_us;
		tcp->rttvar_us = rtt_us / 2;
		return;
	}
	diff = MAX(tcp->srtt_us, rtt_us) - MIN(tcp->srtt_us, rtt_us);
	tcp->rttvar_us = tcp->rttvar_us - tcp->rttvar_us / 4 + diff / 4;
	tcp->srtt_us = tcp->srtt_us - tcp->srtt_us / 8 + rtt_us / 8;
	tcp->srtt_us = MAX(tcp->srtt_us, 1);
}

void nat_tcp_probe_answered(struct nat_tcp *tcp)
{
	tcp->retries = MIN(tcp->retries, PROBE_RETRIES);
}

/* The guest has all it was sent, wants no more, and there is more. */
static bool waits_for_window(const struct nat_tcp *tcp)
{
	return !nat_tcp_in_flight(tcp) && tcp->readable && !tcp->snd_wnd;
}

static uint64_t idle_due_ns(const struct nat_tcp *tcp)
{
	bool closing = tcp->guest_fin || tcp->fin_sent;

	return tcp->flow.used_ns +
	       (closing ? NAT_TCP_TRANSITORY_NS : NAT_TCP_ESTABLISHED_NS);
}

static uint64_t due_ns(const struct nat_tcp *tcp)
{
	uint64_t idle_ns;

	switch ((enum nat_tcp_state)tcp->state) {
	case NAT_TCP_CONNECTING:
		return tcp->progress_ns + NAT_TCP_CONNECT_NS;
	case NAT_TCP_SYN_RECEIVED:
	case NAT_TCP_SYN_SENT:
		return tcp->progress_ns + nat_tcp_rto_ns(tcp);
	case NAT_TCP_TIME_WAIT:
		return tcp->progress_ns + NAT_TCP_TIME_WAIT_NS;
	case NAT_TCP_OPEN:
		break;
	}
	idle_ns = idle_due_ns(tcp);
	if (!nat_tcp_in_flight(tcp) && !waits_for_window(tcp))
		return idle_ns;
	return MIN(idle_ns, tcp->progress_ns + nat_tcp_rto_ns(tcp));
}

void nat_tcp_set_timer(struct nat_tcp *tcp)
{
	uint64_t at_ns = due_ns(tcp);

	if (!timer_is_armed(&tcp->timer) || tcp->timer.at_ns > at_ns)
		timer_arm(tcp->nat->env.loop, &tcp->timer, at_ns);
}

static void syn_overdue(struct nat_tcp *tcp)
{
	if (++tcp->retries >= NAT_TCP_SYN_TRIES) {
		nat_tcp_reset(tcp);
		return;
	}
	tcp->progress_ns = loop_now_ns(tcp->nat->env.loop);
	tcp->nat->counters.retransmits++;
	nat_tcp_syn(tcp);
	nat_tcp_set_timer(tcp);
}

static void ack_overdue(struct nat_tcp *tcp)
{
	if (++tcp->retries > RETRIES) {
		nat_tcp_reset(tcp);
		return;
	}
	tcp->progress_ns = loop_now_ns(tcp->nat->env.loop);
	if (nat_tcp_in_flight(tcp)) {
		tcp->recover = tcp->snd_nxt;
		tcp->resend_len = tcp->mss;
		tcp->resend = true;
		nat_tcp_push(tcp);
	} else {
		/*
		 * A number that it has had makes it answer with its window
		 * (RFC 9293 3.10.7.4), without a byte beyond that.
		 */
		nat_tcp_say(tcp, 0, tcp->snd_una - 1);
	}
	nat_tcp_set_timer(tcp);
}

static void open_overdue(struct nat_tcp *tcp)
{
	if (loop_now_ns(tcp->nat->env.loop) >= idle_due_ns(tcp))
		nat_tcp_reset(tcp);
	else
		ack_overdue(tcp);
}

void nat_tcp_timer_expired(struct timer *timer)
{
	struct nat_tcp *tcp = container_of(timer, struct nat_tcp, timer);

	if (loop_now_ns(tcp->nat->env.loop) < due_ns(tcp)) {
		nat_tcp_set_timer(tcp);
		return;
	}
	switch ((enum nat_tcp_state)tcp->state) {
	case NAT_TCP_CONNECTING:
		nat_tcp_unreachable(tcp, ICMP_HOST_UNREACHABLE);
		nat_tcp_abort(tcp);
		break;
	case NAT_TCP_SYN_RECEIVED:
	case NAT_TCP_SYN_SENT:
		syn_overdue(tcp);
		break;
	case NAT_TCP_OPEN:
		open_overdue(tcp);
		break;
	case NAT_TCP_TIME_WAIT:
		nat_tcp_end(tcp);
		break;
	}
}
