// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp6_msg.c - DHCPv6 messages
 *
 * Options are walked once and those inside an identity association once more;
 * deeper ones and relays' messages are not looked into, so nothing recurs.
 */
#include "switch/dhcp6/dhcp6_msg.h"

#include <string.h>

#include "core/bytes.h"

#define MSG_HLEN 4
#define OPT_HLEN 4
#define IAADDR_LEN 24

/**
 * struct option - one option of a message
 * @code:	enum dhcp6_option, or another
 * @len:	bytes of @data
 * @data:	inside the message
 */
struct option {
	uint16_t code;
	uint16_t len;
	const uint8_t *data;
};

/* The next option at *@at; 1, 0 at the end, -1 when it runs over it. */
static int next_option(const uint8_t *data, size_t len, size_t *at,
		       struct option *option)
{
	if (*at == len)
		return 0;
	if (len - *at < OPT_HLEN)
		return -1;
	option->code = be16_load(data + *at);
	option->len = be16_load(data + *at + 2);
	option->data = data + *at + OPT_HLEN;
	if (option->len > len - *at - OPT_HLEN)
		return -1;
	*at += OPT_HLEN + (size_t)option->len;
	return 1;
}

static bool read_duid(const struct option *option, struct dhcp6_duid *duid)
{
	/* a type of two bytes and something behind it; never twice */
	if (option->len < 3 || option->len > DHCP6_DUID_MAX || duid->len)
		return false;
	duid->len = (uint8_t)option->len;
	memcpy(duid->data, option->data, option->len);
	return true;
}

static bool read_oro(const struct option *option, struct dhcp6_msg *msg)
{
	size_t i;

	if (option->len % 2)
		return false;
	for (i = 0; i < option->len; i += 2) {
		uint16_t code = be16_load(option->data + i);

		msg->wants_dns |= code == DHCP6_OPT_DNS_SERVERS;
		msg->wants_domain |= code == DHCP6_OPT_DOMAIN_LIST;
		msg->wants_refresh |= code == DHCP6_OPT_REFRESH_TIME;
	}
	return true;
}

static bool read_ia(const struct option *option, struct dhcp6_msg *msg)
{
	size_t at = 12; /* IAID, T1, T2 */
	struct option inner;
	struct dhcp6_ia ia = {.option = option->code};
	int code;

	if (option->len < at)
		return false;
	ia.iaid = be32_load(option->data);
	while ((code = next_option(option->data, option->len, &at, &inner)) >
	       0) {
		if (inner.code != DHCP6_OPT_IAADDR)
			continue;
		if (inner.len < IAADDR_LEN)
			return false;
		if (!ia.has_address)
			memcpy(&ia.address, inner.data, sizeof(ia.address));
		ia.has_address = true;
	}
	if (msg->ia_count < DHCP6_MAX_IAS)
		msg->ias[msg->ia_count++] = ia;
	return code == 0;
}

static bool read_option(const struct option *option, struct dhcp6_msg *msg)
{
	switch (option->code) {
	case DHCP6_OPT_CLIENTID:
		return read_duid(option, &msg->client);
	case DHCP6_OPT_SERVERID:
		return read_duid(option, &msg->server);
	case DHCP6_OPT_IA_NA:
	case DHCP6_OPT_IA_PD:
		return read_ia(option, msg);
	case DHCP6_OPT_ORO:
		return read_oro(option, msg);
	case DHCP6_OPT_RAPID_COMMIT:
		msg->rapid_commit = true;
		return option->len == 0;
	default:
		return true;
	}
}

bool dhcp6_decode(const uint8_t *data, size_t len, struct dhcp6_msg *msg)
{
	struct option option;
	size_t at = MSG_HLEN;
	int code;

	memset(msg, 0, sizeof(*msg));
	if (len < MSG_HLEN || !data[0] || data[0] >= DHCP6_TYPE_COUNT)
		return false;
	msg->type = data[0];
	memcpy(msg->xid, data + 1, sizeof(msg->xid));
	while ((code = next_option(data, len, &at, &option)) > 0) {
		if (!read_option(&option, msg))
			return false;
	}
	return code == 0;
}

void dhcp6_begin(struct dhcp6_writer *writer, uint8_t *data, uint8_t type,
		 const uint8_t *xid)
{
	writer->data = data;
	writer->len = MSG_HLEN;
	writer->full = false;
	data[0] = type;
	memcpy(data + 1, xid, 3);
}

void dhcp6_put(struct dhcp6_writer *writer, uint16_t option, const void *data,
	       size_t len)
{
	dhcp6_shut(writer, dhcp6_open(writer, option, data, len));
}

size_t dhcp6_open(struct dhcp6_writer *writer, uint16_t option,
		  const void *data, size_t len)
{
	uint8_t *p = writer->data + writer->len;
	size_t opened = writer->len;

	if (writer->full || writer->len + OPT_HLEN + len > DHCP6_MSG_MAX) {
		writer->full = true;
		return opened;
	}
	be16_store(p, option);
	if (len)
		memcpy(p + OPT_HLEN, data, len);
	writer->len += OPT_HLEN + len;
	return opened;
}

void dhcp6_shut(struct dhcp6_writer *writer, size_t opened)
{
	if (!writer->full)
		be16_store(writer->data + opened + 2,
			   (uint16_t)(writer->len - opened - OPT_HLEN));
}
