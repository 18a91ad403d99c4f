// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_msg.c - DHCP messages on the wire (RFC 2131, 2132, 3046, 3396)
 *
 * Theory of operation
 *
 * Reading goes in two steps. First the option fields are walked, and each
 * option that we know is appended to its blob, so that one that comes in
 * pieces is joined (RFC 3396 7): the option field, then file, then sname, the
 * latter two only if option 52 in the option field says so (an option 52
 * within them means nothing, so there are no loops). Then each blob is judged
 * by its length; a second copy of a number has thereby the wrong length.
 *
 * Limits: options that are neither needed nor echoed are stepped over. Replies
 * don't use overload; what doesn't fit is left out as a whole.
 */
#include "switch/dhcp/dhcp_msg.h"

#include <string.h>

#include "core/bytes.h"
#include "core/util.h"

#define BOOTREQUEST 1
#define BOOTREPLY 2
#define HTYPE_ETHERNET 1

#define OFFSET_XID 4
#define OFFSET_SECS 8
#define OFFSET_FLAGS 10
#define OFFSET_CIADDR 12
#define OFFSET_YIADDR 16
#define OFFSET_GIADDR 24
#define OFFSET_CHADDR 28
#define OFFSET_SNAME 44
#define SNAME_SIZE 64
#define OFFSET_FILE 108
#define FILE_SIZE 128
#define OFFSET_COOKIE 236

#define DHCP_COOKIE UINT32_C(0x63825363)

/* A client that doesn't say more must take this (RFC 2131 2); with headers. */
#define DHCP_DEFAULT_DATAGRAM 576
#define IP_UDP_HLEN 28

/* enum wanted - the options that are kept, in the order of wanted_codes */
enum wanted {
	WANTED_HOSTNAME,
	WANTED_REQUESTED,
	WANTED_LEASE,
	WANTED_OVERLOAD,
	WANTED_TYPE,
	WANTED_SERVER_ID,
	WANTED_PARAMS,
	WANTED_MAX_LEN,
	WANTED_CLIENT_ID,
	WANTED_RELAY,
	WANTED_COUNT,
};

static const uint8_t wanted_codes[] = {
	[WANTED_HOSTNAME] = DHCP_OPT_HOSTNAME,
	[WANTED_REQUESTED] = DHCP_OPT_REQUESTED,
	[WANTED_LEASE] = DHCP_OPT_LEASE,
	[WANTED_OVERLOAD] = DHCP_OPT_OVERLOAD,
	[WANTED_TYPE] = DHCP_OPT_TYPE,
	[WANTED_SERVER_ID] = DHCP_OPT_SERVER_ID,
	[WANTED_PARAMS] = DHCP_OPT_PARAMS,
	[WANTED_MAX_LEN] = DHCP_OPT_MAX_LEN,
	[WANTED_CLIENT_ID] = DHCP_OPT_CLIENT_ID,
	[WANTED_RELAY] = DHCP_OPT_RELAY,
};
static_assert(ARRAY_SIZE(wanted_codes) == WANTED_COUNT,
	      "an option lacks its code");

/**
 * struct kept_options - what the walk found
 * @blobs:	by enum wanted
 * @rapid_commit: option 80, which has no value (RFC 4039 4)
 */
struct kept_options {
	struct dhcp_blob blobs[WANTED_COUNT];
	bool rapid_commit;
};

static bool keep_option(struct kept_options *options, uint8_t code,
			const uint8_t *value, uint8_t len)
{
	struct dhcp_blob *kept = options->blobs;
	unsigned i;

	options->rapid_commit |= code == DHCP_OPT_RAPID_COMMIT && !len;
	for (i = 0; i < WANTED_COUNT; i++) {
		if (wanted_codes[i] != code)
			continue;
		if (kept[i].len + len > DHCP_BLOB_MAX)
			return false;
		memcpy(kept[i].data + kept[i].len, value, len);
		kept[i].len = (uint8_t)(kept[i].len + len);
	}
	return true;
}

/* @ended tells whether an END was seen; file and sname may do without. */
static bool walk_options(struct kept_options *kept, const uint8_t *p,
			 size_t len, bool *ended)
{
	size_t i = 0;

	*ended = false;
	while (i < len) {
		uint8_t code = p[i++], value_len;

		if (code == DHCP_OPT_PAD)
			continue;
		if (code == DHCP_OPT_END) {
			*ended = true;
			break;
		}
		if (i == len || p[i] > len - i - 1)
			return false;
		value_len = p[i++];
		if (!keep_option(kept, code, p + i, value_len))
			return false;
		i += value_len;
	}
	return true;
}

static bool walk_all_options(struct kept_options *kept, const uint8_t *data,
			     size_t len)
{
	const struct dhcp_blob *overload = &kept->blobs[WANTED_OVERLOAD];
	unsigned where;
	bool ended;

	if (!walk_options(kept, data + DHCP_FIXED_LEN, len - DHCP_FIXED_LEN,
			  &ended) ||
	    !ended)
		return false;
	if (!overload->len)
		return true;
	where = overload->data[0];
	if (overload->len != 1 || where < 1 || where > 3)
		return false;
	if ((where & 1) &&
	    !walk_options(kept, data + OFFSET_FILE, FILE_SIZE, &ended))
		return false;
	return !(where & 2) ||
	       walk_options(kept, data + OFFSET_SNAME, SNAME_SIZE, &ended);
}

static bool blob_u32(const struct dhcp_blob *blob, uint32_t *value)
{
	if (blob->len == 4)
		*value = be32_load(blob->data);
	return blob->len == 4 || blob->len == 0;
}

static bool judge_options(const struct dhcp_blob *kept, struct dhcp_msg *msg)
{
	const struct dhcp_blob *max_len = &kept[WANTED_MAX_LEN];

	if (kept[WANTED_TYPE].len != 1)
		return false;
	msg->type = kept[WANTED_TYPE].data[0];
	if (!blob_u32(&kept[WANTED_REQUESTED], &msg->requested) ||
	    !blob_u32(&kept[WANTED_SERVER_ID], &msg->server_id) ||
	    !blob_u32(&kept[WANTED_LEASE], &msg->lease_s))
		return false;
	if (max_len->len == 2)
		msg->max_len = be16_load(max_len->data);
	else if (max_len->len)
		return false;
	msg->hostname = kept[WANTED_HOSTNAME];
	msg->params = kept[WANTED_PARAMS];
	msg->relay = kept[WANTED_RELAY];
	if (kept[WANTED_CLIENT_ID].len >= 2)
		msg->client_id = kept[WANTED_CLIENT_ID];
	return true;
}

bool dhcp_msg_decode(const uint8_t *data, size_t len, struct dhcp_msg *msg)
{
	struct kept_options kept;
	unsigned i;

	if (len < DHCP_FIXED_LEN || data[0] != BOOTREQUEST ||
	    data[1] != HTYPE_ETHERNET || data[2] != MAC_LEN ||
	    be32_load(data + OFFSET_COOKIE) != DHCP_COOKIE)
		return false;
	for (i = 0; i < WANTED_COUNT; i++)
		kept.blobs[i].len = 0;
	kept.rapid_commit = false;
	if (!walk_all_options(&kept, data, len))
		return false;
	memset(msg, 0, sizeof(*msg));
	msg->xid = be32_load(data + OFFSET_XID);
	msg->secs = be16_load(data + OFFSET_SECS);
	msg->flags = be16_load(data + OFFSET_FLAGS);
	msg->ciaddr = be32_load(data + OFFSET_CIADDR);
	msg->giaddr = be32_load(data + OFFSET_GIADDR);
	memcpy(msg->chaddr.b, data + OFFSET_CHADDR, MAC_LEN);
	msg->rapid_commit = kept.rapid_commit;
	return judge_options(kept.blobs, msg) && !mac_is_group(&msg->chaddr);
}

static size_t reply_size(const struct dhcp_msg *request)
{
	size_t size = MAX(request->max_len, DHCP_DEFAULT_DATAGRAM);

	return MIN(size - IP_UDP_HLEN, DHCP_MAX_LEN);
}

void dhcp_write_begin(struct dhcp_writer *w, uint8_t *data,
		      const struct dhcp_msg *request, enum dhcp_type type,
		      uint32_t yiaddr)
{
	const struct dhcp_blob *relay = &request->relay;
	uint8_t wire_type = (uint8_t)type;

	memset(data, 0, DHCP_FIXED_LEN);
	data[0] = BOOTREPLY;
	data[1] = HTYPE_ETHERNET;
	data[2] = MAC_LEN;
	be32_store(data + OFFSET_XID, request->xid);
	be16_store(data + OFFSET_FLAGS, request->flags);
	if (type != DHCPNAK && type != DHCPOFFER)
		be32_store(data + OFFSET_CIADDR, request->ciaddr);
	be32_store(data + OFFSET_YIADDR, yiaddr);
	be32_store(data + OFFSET_GIADDR, request->giaddr);
	memcpy(data + OFFSET_CHADDR, request->chaddr.b, MAC_LEN);
	be32_store(data + OFFSET_COOKIE, DHCP_COOKIE);
	w->data = data;
	w->len = DHCP_FIXED_LEN;
	w->relay = relay;
	w->limit = reply_size(request) - 1;
	if (relay->len)
		w->limit -= relay->len + 2u;
	dhcp_put(w, DHCP_OPT_TYPE, &wire_type, 1);
}

bool dhcp_put(struct dhcp_writer *w, uint8_t code, const void *data, size_t len)
{
	size_t pieces = (len + DHCP_BLOB_MAX - 1) / DHCP_BLOB_MAX;
	const uint8_t *p = data;

	if (w->len + len + 2 * pieces > w->limit)
		return false;
	while (len) {
		uint8_t piece = (uint8_t)MIN(len, DHCP_BLOB_MAX);

		w->data[w->len++] = code;
		w->data[w->len++] = piece;
		memcpy(w->data + w->len, p, piece);
		w->len += piece;
		p += piece;
		len -= piece;
	}
	return true;
}

bool dhcp_put_empty(struct dhcp_writer *w, uint8_t code)
{
	if (w->len + 2 > w->limit)
		return false;
	w->data[w->len++] = code;
	w->data[w->len++] = 0;
	return true;
}

bool dhcp_put_u32(struct dhcp_writer *w, uint8_t code, uint32_t value)
{
	uint8_t wire[4];

	be32_store(wire, value);
	return dhcp_put(w, code, wire, sizeof(wire));
}

size_t dhcp_write_end(struct dhcp_writer *w)
{
	if (w->relay->len) {
		w->limit += w->relay->len + 2u; /* kept free for this */
		dhcp_put(w, DHCP_OPT_RELAY, w->relay->data, w->relay->len);
	}
	w->data[w->len++] = DHCP_OPT_END;
	if (w->len < DHCP_MIN_LEN) {
		memset(w->data + w->len, 0, DHCP_MIN_LEN - w->len);
		w->len = DHCP_MIN_LEN;
	}
	return w->len;
}
