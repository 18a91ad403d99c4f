/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_internal.h - what the files of the TCP service share; nobody else's
 */
#ifndef SWITCH_DNS_TCP_INTERNAL_H
#define SWITCH_DNS_TCP_INTERNAL_H

#include "switch/dns/tcp_service.h"

#define TCP_PREFIX_LEN 2
#define TCP_RX_SIZE (TCP_PREFIX_LEN + TCP_SERVICE_QUERY_MAX)
#define TCP_TX_SIZE \
	(TCP_SERVICE_OPEN * (TCP_PREFIX_LEN + TCP_SERVICE_REPLY_MAX))
/** TCP_NEVER - a time that doesn't come */
#define TCP_NEVER UINT64_MAX

/**
 * struct tcp_conn - one connection; states are told by the flags
 * @used:	the entry is in use
 * @peer:	addresses and ingress port, for ops->send()
 * @port:	the peer's
 * @mss:	largest segment to send
 * @peer_fin:	the peer's FIN was received, nothing more comes
 * @fin:	our FIN is queued behind tx
 * @fin_acked:	the peer has seen it
 * @retries:	in a row
 * @pending:	messages whose answer comes later; tx has room for each
 * @serial:	tells it from others in this slot
 * @rcv_nxt:	next sequence number expected
 * @snd_una:	oldest not acknowledged; number of tx[0]
 * @snd_nxt:	next to send
 * @snd_max:	highest ever sent
 * @snd_wnd:	the peer's window
 * @resend_ns:	when to send again; TCP_NEVER while all is acknowledged
 * @close_ns:	when to close, or to forget once @fin is set
 * @rx_len:	bytes of @rx
 * @tx_len:	bytes of @tx
 * @rx:		received, not answered
 * @tx:		answers, not acknowledged
 */
struct tcp_conn {
	bool used;
	struct ip4 peer;
	uint16_t port;
	uint16_t mss;
	bool peer_fin;
	bool fin;
	bool fin_acked;
	uint8_t retries;
	uint8_t pending;
	uint32_t serial;
	uint32_t rcv_nxt;
	uint32_t snd_una;
	uint32_t snd_nxt;
	uint32_t snd_max;
	uint32_t snd_wnd;
	uint64_t resend_ns;
	uint64_t close_ns;
	size_t rx_len;
	size_t tx_len;
	uint8_t rx[TCP_RX_SIZE];
	uint8_t tx[TCP_TX_SIZE];
};

/**
 * struct tcp_service - one service
 * @settings:	as created
 * @clock:	for timers and cookies
 * @ops:	surroundings
 * @ctx:	handed back to @ops
 * @count:	used entries of @conns
 * @serial:	of the last connection
 * @counters:	for `weft show`
 * @conns:	connections
 */
struct tcp_service {
	struct tcp_service_settings settings;
	struct clock *clock;
	const struct tcp_service_ops *ops;
	void *ctx;
	unsigned count;
	uint32_t serial;
	struct tcp_service_counters counters;
	struct tcp_conn conns[TCP_SERVICE_MAX];
};

/** tcp_conn_input() - a segment of an existing connection, which may end */
void tcp_conn_input(struct tcp_service *service, struct tcp_conn *conn,
		    const struct tcp4 *in);

/** tcp_conn_reply() - an answer of @conn that was pending */
void tcp_conn_reply(struct tcp_service *service, struct tcp_conn *conn,
		    const uint8_t *data, size_t len);

/** tcp_conn_close() - send our FIN behind what is queued */
void tcp_conn_close(struct tcp_service *service, struct tcp_conn *conn);

/** tcp_conn_resend() - the timer ran out: again, or give up */
void tcp_conn_resend(struct tcp_service *service, struct tcp_conn *conn);

/** tcp_conn_reset() - send a RST and forget the connection */
void tcp_conn_reset(struct tcp_service *service, struct tcp_conn *conn);

#endif
