/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broker.h - the one who does to the host what labd has no privilege for
 */
#ifndef CLI_BROKER_BROKER_H
#define CLI_BROKER_BROKER_H

#include "cli/broker/broker_msg.h"
#include "cli/host/host_access.h"

/** BROKER_MAX_TAPS - at one time; a lab has as many networks */
#define BROKER_MAX_TAPS 64

/**
 * struct broker - what it has made, and will take back
 * @host:	who does it
 * @taps:	those that it made; fd -1: the entry is unused
 */
struct broker {
	struct host_access *host;
	struct host_tap taps[BROKER_MAX_TAPS];
};

/** broker_init() - nothing made yet; @host stays the caller's */
void broker_init(struct broker *broker, struct host_access *host);

/** broker_fini() - take everything back */
void broker_fini(struct broker *broker);

/**
 * broker_obey() - do what @request wants, if it is right
 * @request:	of broker_request_decode()
 * @answer:	filled
 * @fds:	BROKER_MAX_FDS entries, filled; broker_answer_fds() of them are
 *		the caller's, the others -1
 */
void broker_obey(struct broker *broker, const struct broker_request *request,
		 struct broker_answer *answer, int *fds);

/**
 * broker_serve() - obey until nobody asks any more
 * @sock:	a SOCK_SEQPACKET, blocking
 *
 * Who sends what is no request has no business here and is cut off: the rest is
 * not looked at.
 *
 * Return: 0 at the end, or -errno.
 */
int broker_serve(struct broker *broker, int sock);

/** broker_refuse() - answer the first request with @err */
void broker_refuse(int sock, const struct err *err);

#endif
