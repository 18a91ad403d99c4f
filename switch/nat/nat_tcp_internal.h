/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_tcp_internal.h - what the files of the TCP relay share; nobody else's
 */
#ifndef SWITCH_NAT_NAT_TCP_INTERNAL_H
#define SWITCH_NAT_NAT_TCP_INTERNAL_H

#include <sys/epoll.h>
#include <sys/uio.h>

#include "switch/nat/nat_internal.h"
#include "switch/tcp4.h"

/* Life of a flow (RFC 5382 REQ-5, RFC 9293 3.8.3) */

/** NAT_TCP_ESTABLISHED_NS - an open connection may be idle for so long */
#define NAT_TCP_ESTABLISHED_NS ((2 * 60 + 4) * 60 * NSEC_PER_SEC)
/** NAT_TCP_TRANSITORY_NS - one that is opening or closing */
#define NAT_TCP_TRANSITORY_NS (4 * 60 * NSEC_PER_SEC)
/** NAT_TCP_CONNECT_NS - for the host's connect(), which mostly knows earlier */
#define NAT_TCP_CONNECT_NS NAT_TCP_TRANSITORY_NS
/**
 * NAT_TCP_TIME_WAIT_NS - how long a repeated FIN is still acknowledged
 *
 * There is one wire and nothing on it that delays, so no old segment outlives
 * this; a guest repeats its FIN after 200 ms or a second.
 */
#define NAT_TCP_TIME_WAIT_NS (4 * NSEC_PER_SEC)
/**
 * NAT_TCP_TIME_WAITS - flows that wait so, at most; the oldest gives way
 *
 * At 20,000 connections a second all would be 80,000 flows, which push others
 * out of the table and the cache. A FIN that comes after all gets RST, which
 * ends the guest's connection as well.
 */
#define NAT_TCP_TIME_WAITS 512
/**
 * NAT_TCP_SYN_TRIES - SYN or SYN-ACK, with 1 s, 2 s, ... between: three minutes
 * in all (RFC 9293 3.8.3)
 */
#define NAT_TCP_SYN_TRIES 8

/* Retransmission (RFC 6298) */

/** NAT_TCP_RTO_FIRST_NS - before anything was measured */
#define NAT_TCP_RTO_FIRST_NS NSEC_PER_SEC
/** NAT_TCP_RTO_MIN_NS - Linux' floor; a guest's own delayed ACK is below it */
#define NAT_TCP_RTO_MIN_NS (200 * NSEC_PER_MSEC)
/** NAT_TCP_RTO_MAX_NS - where backing off ends */
#define NAT_TCP_RTO_MAX_NS (60 * NSEC_PER_SEC)
/** NAT_TCP_DUP_ACKS - so many say that a segment is lost (RFC 5681 3.2) */
#define NAT_TCP_DUP_ACKS 3
/** NAT_TCP_CHALLENGE_NS - between ACKs to what is not acceptable (RFC 5961 7)
 */
#define NAT_TCP_CHALLENGE_NS (20 * NSEC_PER_MSEC)
/**
 * NAT_TCP_RETRY_NS - when a full guest is tried again if nobody said so; twice
 * as long each time that it still is full, ...
 */
#define NAT_TCP_RETRY_NS NSEC_PER_MSEC
/** NAT_TCP_RETRY_MAX_NS - ... up to this */
#define NAT_TCP_RETRY_MAX_NS (64 * NSEC_PER_MSEC)

/**
 * NAT_TCP_WATCHED - what a host socket is watched for, always
 *
 * Edge triggered: bytes that were peeked stay readable, and a socket is nearly
 * always writable.
 */
#define NAT_TCP_WATCHED (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET)

/* Sizes */

/** NAT_TCP_OPEN_PER_S - connections that one ingress port may open a second */
#define NAT_TCP_OPEN_PER_S 20000
/** NAT_TCP_OPEN_BURST - and at once after a pause */
#define NAT_TCP_OPEN_BURST 8000

/** NAT_TCP_SCALE - shift of windows that we advertise */
#define NAT_TCP_SCALE 7
/**
 * NAT_TCP_WINDOW - most that a guest may send unacknowledged
 *
 * What a long way outside needs is in the host socket's buffer; to there it is
 * a wake-up or two. More would only fill the queue of the guest's interface (of
 * a tap: 1000 frames) until it overflows, which is how uploads of guests with
 * large send buffers collapse.
 */
#define NAT_TCP_WINDOW (512 * 1024u)
/**
 * NAT_TCP_FIRST_WINDOW - told with the SYN, without asking the socket: it is
 * new
 *
 * Twice what a guest sends at first (RFC 6928), and less than a socket's buffer
 * is by default.
 */
#define NAT_TCP_FIRST_WINDOW (28 * 1024u)
/** NAT_TCP_MSS_MIN - what is sent at least, whatever a guest says */
#define NAT_TCP_MSS_MIN 88
/** NAT_TCP_GSO_SEGMENTS - that one frame may become where a port can't TSO */
#define NAT_TCP_GSO_SEGMENTS 64
/** NAT_TCP_SCRATCH - bytes that one turn of a flow moves; fits the L2 cache */
#define NAT_TCP_SCRATCH (256 * 1024)
/** NAT_TCP_TURN - flows that one deferred call serves */
#define NAT_TCP_TURN 8
/** NAT_TCP_PIECES - parts of segments that wait for the end of the batch */
#define NAT_TCP_PIECES 1024
/** NAT_TCP_NO_PIECE - end of a list of them */
#define NAT_TCP_NO_PIECE UINT16_MAX
/**
 * NAT_TCP_REPEEK - unacknowledged bytes where the kernel has no SO_PEEK_OFF
 * for TCP (before Linux 6.9): each peek copies them again
 */
#define NAT_TCP_REPEEK (256 * 1024)

/**
 * enum nat_tcp_state - life of a flow
 * @NAT_TCP_CONNECTING:	SYN of the guest seen, the host's connect() runs
 * @NAT_TCP_SYN_RECEIVED: connected; SYN-ACK sent, the guest's ACK is awaited
 * @NAT_TCP_SYN_SENT:	a forward: SYN sent to the guest, its SYN-ACK is awaited
 * @NAT_TCP_OPEN:	both ends know it. How far it is closed is told by
 *			@guest_fin, @host_eof, @fin_sent and @fin_acked
 * @NAT_TCP_TIME_WAIT:	both FINs are acknowledged, ours was first; no socket
 *
 *   guest's SYN --> CONNECTING --connected--> SYN_RECEIVED --ACK--> OPEN
 *                       |refused: RST              |RST, SYN_TRIES
 *   forward -----> SYN_SENT --SYN-ACK--> OPEN      v
 *                       |RST, SYN_TRIES: RST to the client
 *   OPEN --both FINs--> TIME_WAIT (we closed first) --> gone
 *                   \-> gone      (the guest did, it has the TIME-WAIT)
 *   OPEN --RST of either, nobody answers, idle--> gone, RST to the other
 */
enum nat_tcp_state {
	NAT_TCP_CONNECTING,
	NAT_TCP_SYN_RECEIVED,
	NAT_TCP_SYN_SENT,
	NAT_TCP_OPEN,
	NAT_TCP_TIME_WAIT,
};

/**
 * struct nat_tcp - a flow; sequence numbers are those towards the guest
 * @flow:	what all flows have
 * @nat:	whose it is
 * @watch:	on the host socket; its fd is -1 when there is none
 * @timer:	armed whenever the flow exists, but not moved for each segment:
 *		when it expires too early it is armed again
 * @push_link:	among those that have something to send, or wait for a guest, or
 *		are in TIME-WAIT
 * @dirty_link:	among those that are dealt with at the end of the batch
 * @state:	enum nat_tcp_state
 * @guest_fin:	the guest's FIN was taken and passed on
 * @host_eof:	nothing comes from the host any more; our FIN is due or sent
 * @fin_sent:	our FIN is out, its number is the last before @snd_nxt
 * @fin_acked:	the guest has it
 * @we_closed:	our FIN went out before the guest's came
 * @readable:	the host socket may have bytes that were not peeked
 * @host_closed: its other side sends nothing any more; all has come
 * @urgent:	urgent data came: a peek may end there, and say nothing of the
 *rest
 * @full:	the host socket took less than it got: the guest must repeat
 * @is_large:	the host socket's buffer was enlarged, or can't be
 * @want_room:	EPOLLOUT is to open the window
 * @wants_ack:	at the end of the batch
 * @resend:	the first bytes that are not acknowledged are to be sent again
 * @fin_in_batch: the guest's FIN follows the bytes that wait
 * @guest_scale: shift of windows from the guest
 * @our_scale:	shift of ours
 * @dup_acks:	in a row
 * @retries:	in a row, for backing off
 * @mss:	of segments to the guest
 * @first_piece: of what waits for the end of the batch
 * @last_piece:	likewise
 * @batch_len:	bytes of these
 * @rcv_nxt:	next byte that the host socket is to take
 * @rcv_edge:	right edge of the window that the guest was told
 * @snd_una:	oldest byte not acknowledged; first byte in the host socket,
 *		but for @unread
 * @snd_nxt:	next to send
 * @snd_wnd:	guest's window, from @snd_una
 * @snd_wl1:	sequence number of the segment that told it
 * @recover:	end of what was sent when a loss was noticed (RFC 6582)
 * @resend_len:	bytes that the next retransmission has
 * @unread:	acknowledged, but still in the host socket until the batch ends
 * @peek_off:	what the kernel's SO_PEEK_OFF is, if it has one
 * @rtt_seq:	an ACK of this number ends the measurement; 0 with @rtt_ns
 * @rtt_ns:	when it began; 0: none is under way
 * @srtt_us:	smoothed; 0: nothing measured yet
 * @rttvar_us:	its variation
 * @progress_ns: last time that the guest acknowledged something new, or that
 *		something was sent when nothing was owed
 * @challenge_ns: last ACK to something that was not acceptable
 */
struct nat_tcp {
	struct nat_flow flow;
	struct nat *nat;
	struct watch watch;
	struct timer timer;
	struct list push_link;
	struct list dirty_link;
	uint8_t state;
	bool guest_fin : 1;
	bool host_eof : 1;
	bool fin_sent : 1;
	bool fin_acked : 1;
	bool we_closed : 1;
	bool readable : 1;
	bool host_closed : 1;
	bool urgent : 1;
	bool full : 1;
	bool is_large : 1;
	bool want_room : 1;
	bool wants_ack : 1;
	bool resend : 1;
	bool fin_in_batch : 1;
	uint8_t guest_scale;
	uint8_t our_scale;
	uint8_t dup_acks;
	uint8_t retries;
	uint16_t mss;
	uint16_t first_piece;
	uint16_t last_piece;
	uint32_t batch_len;
	uint32_t rcv_nxt;
	uint32_t rcv_edge;
	uint32_t snd_una;
	uint32_t snd_nxt;
	uint32_t snd_wnd;
	uint32_t snd_wl1;
	uint32_t recover;
	uint32_t resend_len;
	uint32_t unread;
	uint32_t peek_off;
	uint32_t rtt_seq;
	uint32_t srtt_us;
	uint32_t rttvar_us;
	uint64_t rtt_ns;
	uint64_t progress_ns;
	uint64_t challenge_ns;
};
static_assert(sizeof(struct nat_tcp) <= 384, "memory of 16,384 flows");

/**
 * struct nat_tcp_piece - part of a segment that waits for the end of the batch
 * @iov:	in memory of the guest's port
 * @next:	of the same flow, or NAT_TCP_NO_PIECE
 */
struct nat_tcp_piece {
	struct iovec iov;
	uint16_t next;
};

/**
 * struct nat_tcp_engine - what all flows of an engine share
 * @nat:	whose it is
 * @push:	flows that have something to send
 * @blocked:	flows whose guest was full
 * @dirty:	flows to be dealt with when the batch is over
 * @time_wait:	flows in TIME-WAIT, the oldest first
 * @time_waits:	entries of @time_wait
 * @push_call:	serves @push
 * @retry:	brings @blocked back
 * @retry_ns:	after so long
 * @open_rate:	new connections, by ingress port
 * @has_peek_off: the kernel has SO_PEEK_OFF for TCP
 * @probed:	that is known
 * @piece_count: used entries of @pieces
 * @pieces:	by all flows
 * @iov:	one flow's, in a row, for sendmsg()
 * @ptrs:	to @frames
 * @tails:	of @frames
 * @frames:	that are sent to a guest
 * @scratch:	their payload
 */
struct nat_tcp_engine {
	struct nat *nat;
	struct list push;
	struct list blocked;
	struct list dirty;
	struct list time_wait;
	unsigned time_waits;
	struct deferred push_call;
	struct timer retry;
	uint64_t retry_ns;
	struct rate open_rate;
	bool has_peek_off;
	bool probed;
	unsigned piece_count;
	struct nat_tcp_piece pieces[NAT_TCP_PIECES];
	struct iovec iov[NAT_TCP_PIECES];
	struct frame *ptrs[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	struct frame frames[FRAME_BATCH];
	uint8_t scratch[NAT_TCP_SCRATCH];
};

static inline struct nat_tcp *nat_tcp_of(struct nat_flow *flow)
{
	return container_of(flow, struct nat_tcp, flow);
}

/** nat_tcp_in_flight() - what the guest was sent and has not acknowledged */
static inline uint32_t nat_tcp_in_flight(const struct nat_tcp *tcp)
{
	return tcp->snd_nxt - tcp->snd_una;
}

/* nat_tcp.c: life */

/** nat_tcp_open() - a SYN of a guest without a flow; as nat_tcp_input() */
enum drop_reason nat_tcp_open(struct nat *nat, const struct frame *frame,
			      size_t offset, const struct ip4 *ip,
			      const struct tcp4 *syn);

/** nat_tcp_opened() - both ends know the connection from now on */
void nat_tcp_opened(struct nat_tcp *tcp);

/** nat_tcp_add() - a flow around a socket, which it takes over; never NULL */
struct nat_tcp *nat_tcp_add(struct nat *nat, const struct nat_key *key,
			    uint16_t ingress, const struct mac *mac, int fd);

/** nat_tcp_watch() - wait for its socket; 0 or -errno */
int nat_tcp_watch(struct nat_tcp *tcp);

/** nat_tcp_take_options() - what a SYN of the guest says about itself */
void nat_tcp_take_options(struct nat_tcp *tcp, const struct tcp4 *syn);

/** nat_tcp_end() - the flow is over; its socket closes in peace */
void nat_tcp_end(struct nat_tcp *tcp);

/** nat_tcp_abort() - the flow is over; the other side of the socket gets RST */
void nat_tcp_abort(struct nat_tcp *tcp);

/** nat_tcp_reset() - as nat_tcp_abort(), and the guest gets RST as well */
void nat_tcp_reset(struct nat_tcp *tcp);

/** nat_tcp_check_closed() - ends the flow when both FINs are through */
void nat_tcp_check_closed(struct nat_tcp *tcp);

/* nat_tcp_segment.c: what is said to the guest */

/** nat_tcp_say() - a segment without data, through the reply queue */
void nat_tcp_say(struct nat_tcp *tcp, uint8_t flags, uint32_t seq);

/** nat_tcp_ack() - the usual ACK */
void nat_tcp_ack(struct nat_tcp *tcp);

/** nat_tcp_challenge() - an ACK to what was not acceptable, rarely */
void nat_tcp_challenge(struct nat_tcp *tcp);

/** nat_tcp_syn() - SYN-ACK, or SYN of a forward, with its options */
void nat_tcp_syn(struct nat_tcp *tcp);

/** nat_tcp_refuse() - RST to a segment that belongs to no flow */
void nat_tcp_refuse(struct nat *nat, const struct ip4 *ip,
		    const struct tcp4 *segment);

/** nat_tcp_unreachable() - ICMP about the SYN of a flow that did not open */
void nat_tcp_unreachable(struct nat_tcp *tcp, uint16_t error);

/**
 * nat_tcp_fill_frame() - headers for data that lies in scratch memory
 * @index:	of the engine's frames
 * @seq:	of its first byte
 * @data:	@len bytes, which stay where they are
 * @flags:	TCP_PSH, TCP_FIN
 */
void nat_tcp_fill_frame(struct nat_tcp *tcp, unsigned index, uint32_t seq,
			struct iovec data, uint8_t flags);

/** nat_tcp_window() - what the guest is told, scaled */
uint16_t nat_tcp_window(const struct nat_tcp *tcp);

/* nat_tcp_up.c: from the guest to the host */

/** nat_tcp_collect() - data of a segment, accepted or not, and its FIN */
void nat_tcp_collect(struct nat_tcp *tcp, const struct frame *frame,
		     size_t offset, const struct tcp4 *segment);

/** nat_tcp_touch() - have the flow dealt with when the batch is over */
void nat_tcp_touch(struct nat_tcp *tcp);

/** nat_tcp_update_window() - ask the host socket how much it can take */
void nat_tcp_update_window(struct nat_tcp *tcp);

/** nat_tcp_first_window() - what a new socket takes for sure */
void nat_tcp_first_window(struct nat_tcp *tcp);

/** nat_tcp_has_room() - EPOLLOUT: let the guest go on */
void nat_tcp_has_room(struct nat_tcp *tcp);

/* nat_tcp_down.c: from the host to the guest */

/** nat_tcp_take_ack() - an acceptable ACK and window of the guest */
void nat_tcp_take_ack(struct nat_tcp *tcp, const struct tcp4 *segment);

/**
 * nat_tcp_read_acked() - take what the guest has out of the host socket
 *
 * Return: false when that is broken, and the flow gone.
 */
bool nat_tcp_read_acked(struct nat_tcp *tcp);

/** nat_tcp_push() - have the flow send soon */
void nat_tcp_push(struct nat_tcp *tcp);

/** nat_tcp_push_called() - serves some flows; the rest later */
void nat_tcp_push_called(struct deferred *deferred);

/** nat_tcp_retry_expired() - guests that were full are tried again */
void nat_tcp_retry_expired(struct timer *timer);

/* nat_tcp_timer.c */

/** nat_tcp_timer_expired() - is anything overdue? */
void nat_tcp_timer_expired(struct timer *timer);

/** nat_tcp_set_timer() - let it not expire later than is due now */
void nat_tcp_set_timer(struct nat_tcp *tcp);

/** nat_tcp_measure() - an RTT ends when the guest acknowledges @ack */
void nat_tcp_measure(struct nat_tcp *tcp, uint32_t ack);

/** nat_tcp_probe_answered() - a guest with a closed window is alive */
void nat_tcp_probe_answered(struct nat_tcp *tcp);

/** nat_tcp_rto_ns() - with backing off */
uint64_t nat_tcp_rto_ns(const struct nat_tcp *tcp);

#endif
