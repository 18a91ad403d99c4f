/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_msg.h - DHCP messages: what a client said, and a reply byte by byte
 *
 * Numbers and addresses are in host order in every struct here.
 */
#ifndef SWITCH_DHCP_DHCP_MSG_H
#define SWITCH_DHCP_DHCP_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68

/** DHCP_FIXED_LEN - op to magic cookie; options follow (RFC 2131 2) */
#define DHCP_FIXED_LEN 240
/** DHCP_MIN_LEN - shorter replies are padded: BOOTP relays want it, RFC 1542 */
#define DHCP_MIN_LEN 300
/** DHCP_MAX_LEN - longest reply: one Ethernet frame's UDP payload */
#define DHCP_MAX_LEN 1472
/** DHCP_BLOB_MAX - longest value of one option that is accepted */
#define DHCP_BLOB_MAX 255

#define DHCP_FLAG_BROADCAST 0x8000
#define DHCP_LEASE_INFINITE UINT32_C(0xffffffff)

/** enum dhcp_type - option 53 (RFC 2132 9.6) */
enum dhcp_type {
	DHCPDISCOVER = 1,
	DHCPOFFER = 2,
	DHCPREQUEST = 3,
	DHCPDECLINE = 4,
	DHCPACK = 5,
	DHCPNAK = 6,
	DHCPRELEASE = 7,
	DHCPINFORM = 8,
};

/** enum dhcp_option - the options that we read or write (RFC 2132) */
enum dhcp_option {
	DHCP_OPT_PAD = 0,
	DHCP_OPT_MASK = 1,
	DHCP_OPT_ROUTER = 3,
	DHCP_OPT_DNS = 6,
	DHCP_OPT_HOSTNAME = 12,
	DHCP_OPT_DOMAIN = 15,
	DHCP_OPT_MTU = 26,
	DHCP_OPT_BROADCAST = 28,
	DHCP_OPT_NTP = 42,
	DHCP_OPT_REQUESTED = 50,
	DHCP_OPT_LEASE = 51,
	DHCP_OPT_OVERLOAD = 52,
	DHCP_OPT_TYPE = 53,
	DHCP_OPT_SERVER_ID = 54,
	DHCP_OPT_PARAMS = 55,
	DHCP_OPT_MESSAGE = 56,
	DHCP_OPT_MAX_LEN = 57,
	DHCP_OPT_T1 = 58,
	DHCP_OPT_T2 = 59,
	DHCP_OPT_CLIENT_ID = 61,
	DHCP_OPT_RAPID_COMMIT = 80,
	DHCP_OPT_RELAY = 82,
	DHCP_OPT_ROUTES = 121,
	DHCP_OPT_END = 255,
};

/**
 * struct dhcp_blob - the value of an option, pieces joined (RFC 3396)
 * @len:	bytes; 0 when the option is absent
 * @data:	as it was sent, so anything
 */
struct dhcp_blob {
	uint8_t len;
	uint8_t data[DHCP_BLOB_MAX];
};

/**
 * struct dhcp_msg - what a client (or relay) sent; absent fields are 0
 * @type:	enum dhcp_type, or whatever else the client put there
 * @xid:	transaction
 * @secs:	since the client began
 * @flags:	DHCP_FLAG_BROADCAST
 * @ciaddr:	address that the client uses already
 * @giaddr:	relay that passed it on
 * @chaddr:	hardware address; htype 1, hlen 6 always
 * @requested:	option 50
 * @server_id:	option 54
 * @lease_s:	option 51
 * @max_len:	option 57, an IP datagram's length
 * @hostname:	option 12
 * @params:	option 55: what it wants to know, in order
 * @client_id:	option 61; shorter than its two bytes counts as absent
 * @relay:	option 82, to be echoed (RFC 3046 2.2)
 * @rapid_commit: option 80 is there: a DISCOVER may be answered by an ACK
 */
struct dhcp_msg {
	uint8_t type;
	uint32_t xid;
	uint16_t secs;
	uint16_t flags;
	uint32_t ciaddr;
	uint32_t giaddr;
	struct mac chaddr;
	uint32_t requested;
	uint32_t server_id;
	uint32_t lease_s;
	uint16_t max_len;
	struct dhcp_blob hostname;
	struct dhcp_blob params;
	struct dhcp_blob client_id;
	struct dhcp_blob relay;
	bool rapid_commit;
};

/**
 * dhcp_msg_decode() - read a client's message
 * @data:	UDP payload
 *
 * Return: false for anything malformed: not a BOOTREQUEST from Ethernet, no
 * cookie, options that run past their field, no END, an option of the wrong
 * length, more than DHCP_BLOB_MAX bytes of one option.
 */
bool dhcp_msg_decode(const uint8_t *data, size_t len, struct dhcp_msg *msg);

/**
 * struct dhcp_writer - a reply being written
 * @data:	the message
 * @len:	bytes so far
 * @limit:	where options must end; END and option 82 fit behind it
 * @relay:	option 82 of the request, written last
 */
struct dhcp_writer {
	uint8_t *data;
	size_t len;
	size_t limit;
	const struct dhcp_blob *relay;
};

/**
 * dhcp_write_begin() - fixed fields and option 53
 * @w:		ready for dhcp_put() afterwards
 * @data:	DHCP_MAX_LEN bytes
 * @request:	answered; must outlive @w. xid, flags, giaddr and chaddr are
 *		echoed (RFC 2131 table 3); its option 57 limits the length
 * @type:	of the reply
 * @yiaddr:	the client's address, 0 where the reply has none
 */
void dhcp_write_begin(struct dhcp_writer *w, uint8_t *data,
		      const struct dhcp_msg *request, enum dhcp_type type,
		      uint32_t yiaddr);

/**
 * dhcp_put() - append an option, split where it is longer than 255 (RFC 3396)
 *
 * Return: false when it doesn't fit: nothing is written then.
 */
bool dhcp_put(struct dhcp_writer *w, uint8_t code, const void *data,
	      size_t len);

/** dhcp_put_empty() - append an option that has no value */
bool dhcp_put_empty(struct dhcp_writer *w, uint8_t code);

/** dhcp_put_u32() - append an option that is one 32-bit number */
bool dhcp_put_u32(struct dhcp_writer *w, uint8_t code, uint32_t value);

/** dhcp_write_end() - option 82, END, padding; returns the length */
size_t dhcp_write_end(struct dhcp_writer *w);

#endif
