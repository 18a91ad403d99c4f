/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broker_msg.h - what labd asks of weft-broker, and what it gets
 *
 * One request a packet of a SOCK_SEQPACKET pair, and one answer to each, in
 * turn. Both are of one fixed size; what a request of its type doesn't use is
 * zero. A broker may be older than the weft that starts it, as somebody gave it
 * its capabilities by hand: hence the version.
 *
 * The broker trusts nobody who asks, so all is checked where it is received.
 */
#ifndef CLI_BROKER_BROKER_MSG_H
#define CLI_BROKER_BROKER_MSG_H

#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

#define BROKER_VERSION 1
/** BROKER_NAME_SIZE - room for an interface's name (IFNAMSIZ) */
#define BROKER_NAME_SIZE 16
/** BROKER_TEXT_SIZE - room for why not */
#define BROKER_TEXT_SIZE 512
/** BROKER_MAX_FDS - descriptors that come with an answer */
#define BROKER_MAX_FDS 2

/**
 * enum broker_type - all that can be asked for
 * @BROKER_HELLO:	are you able to work?
 * @BROKER_NIC_OPEN:	a packet socket on the NIC @name, and an rtnetlink
 *			socket; the answer has its @ifindex
 * @BROKER_TAP_OPEN:	a tap called @name, with @mac and @mtu, and no address;
 *			the answer has its @ifindex
 * @BROKER_TAP_ADDRESS:	the tap @ifindex has @address from now on, or none
 * @BROKER_TAP_MTU:	the tap @ifindex has @mtu from now on
 * @BROKER_TAP_CLOSE:	the tap @ifindex goes
 */
enum broker_type {
	BROKER_HELLO,
	BROKER_NIC_OPEN,
	BROKER_TAP_OPEN,
	BROKER_TAP_ADDRESS,
	BROKER_TAP_MTU,
	BROKER_TAP_CLOSE,
	BROKER_TYPES,
};

/**
 * struct broker_request - one request
 * @version:	BROKER_VERSION
 * @type:	enum broker_type
 * @ifindex:	of a tap that this broker made
 * @address:	host order
 * @mtu:	in bytes
 * @prefix_len:	of @address
 * @has_address: there is one
 * @is_forced:	also what nic_check() advises against
 * @zero:	nothing
 * @mac:	of the host in that network
 * @name:	of the interface, filled up with NUL
 */
struct broker_request {
	uint32_t version;
	uint32_t type;
	uint32_t ifindex;
	uint32_t address;
	uint16_t mtu;
	uint8_t prefix_len;
	uint8_t has_address;
	uint8_t is_forced;
	uint8_t zero;
	struct mac mac;
	char name[BROKER_NAME_SIZE];
};

/**
 * struct broker_answer - the answer to one request
 * @version:	BROKER_VERSION
 * @type:	of the request
 * @code:	0 or -errno
 * @ifindex:	of what was opened
 * @text:	why not
 */
struct broker_answer {
	uint32_t version;
	uint32_t type;
	int32_t code;
	uint32_t ifindex;
	char text[BROKER_TEXT_SIZE];
};

/**
 * broker_request_decode() - are these bytes a request?
 * @data:	of @len bytes
 * @request:	filled
 *
 * Return: 0, or -EPROTO: a type, a size, a flag or a text that can't be, or
 * something where there has to be nothing.
 */
int broker_request_decode(const void *data, size_t len,
			  struct broker_request *request);

/** broker_answer_decode() - likewise of an answer; -EPROTO for any version but
 * ours
 */
int broker_answer_decode(const void *data, size_t len,
			 struct broker_answer *answer);

/** broker_answer_fds() - how many descriptors come along with it */
unsigned broker_answer_fds(const struct broker_answer *answer);

/** broker_request_send() - 0 or -errno; waits if @sock does */
int broker_request_send(int sock, const struct broker_request *request);

/** broker_answer_send() - likewise; @fds stay the caller's */
int broker_answer_send(int sock, const struct broker_answer *answer,
		       const int *fds);

/**
 * broker_request_recv() - the next request
 *
 * A request brings no descriptors; those of one that does are closed.
 *
 * Return: 0; -EPIPE at the end; -EPROTO for what is none; another -errno.
 */
int broker_request_recv(int sock, struct broker_request *request);

/**
 * broker_answer_recv() - the next answer
 * @fds:	BROKER_MAX_FDS entries, -1 where there is none; the caller's
 *
 * Return: as broker_request_recv(); with a failure there are no descriptors.
 */
int broker_answer_recv(int sock, struct broker_answer *answer, int *fds);

#endif
