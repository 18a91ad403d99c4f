// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_fragment.c - datagrams that a guest had to cut, put together again
 *
 * Theory of operation
 *
 * A host socket takes whole datagrams, so fragments of UDP and ICMP (RFC 791
 * 3.2) are copied to one of a few places until the last has come; then the
 * whole goes the way of all packets. A place takes bytes in order and without a
 * gap or an overlap: what doesn't fit exactly behind what is there ends the
 * datagram. So there is nothing to be sorted, and none of the holes that made
 * CVE-2019-14378 and its like. Guests send fragments in order, and the network
 * keeps it.
 *
 * A port has a few places, and takes the oldest of its own when it wants
 * another; one that nobody completes is anybody's after half a minute.
 *
 * Limits: no reassembly out of order (RFC 4787 REQ-14 b); options of the first
 * fragment are lost with the rest of its header.
 */
#include "switch/nat/nat_fragment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "switch/nat/nat_internal.h"

#define HEADERS (ETH_HLEN + IP4_HLEN)
/* Headers and the longest payload, in whole pages. */
#define PLACE_SIZE ((size_t)68 << 10)
#define MAX_PAYLOAD (IP4_MAX_LEN - IP4_HLEN)
#define MAP_BYTES (NAT_FRAGMENT_PLACES * PLACE_SIZE)

static_assert(HEADERS + MAX_PAYLOAD <= PLACE_SIZE, "it fits");

/**
 * struct place - a datagram that is being put together
 * @ip:		of its first fragment; payload_len is what has come
 * @id:		that all its fragments have
 * @began_ns:	when the first came; 0: free
 */
struct place {
	struct ip4 ip;
	uint16_t id;
	uint64_t began_ns;
};

/**
 * struct nat_fragments - all of an engine's
 * @places:	which datagrams
 * @bytes:	PLACE_SIZE for each: headers of ours, then the data
 */
struct nat_fragments {
	struct place places[NAT_FRAGMENT_PLACES];
	uint8_t *bytes;
};

struct nat_fragments *nat_fragments_create(struct err *err)
{
	struct nat_fragments *fragments = calloc(1, sizeof(*fragments));
	void *bytes = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (!fragments || bytes == MAP_FAILED) {
		if (bytes != MAP_FAILED)
			munmap(bytes, MAP_BYTES);
		free(fragments);
		err_set(err, -ENOMEM, "no memory for fragments");
		return NULL;
	}
	(void)madvise(bytes, MAP_BYTES, MADV_NOHUGEPAGE);
	fragments->bytes = bytes;
	return fragments;
}

void nat_fragments_destroy(struct nat_fragments *fragments)
{
	if (!fragments)
		return;
	munmap(fragments->bytes, MAP_BYTES);
	free(fragments);
}

void nat_fragments_relax(struct nat_fragments *fragments)
{
	memset(fragments->places, 0, sizeof(fragments->places));
	nat_relax_bytes(fragments->bytes, MAP_BYTES);
}

static bool is_of(const struct place *place, const struct ip4 *ip, uint16_t id)
{
	return place->began_ns && place->id == id && place->ip.src == ip->src &&
	       place->ip.dst == ip->dst && place->ip.protocol == ip->protocol &&
	       place->ip.ingress == ip->ingress;
}

static struct place *find(struct nat_fragments *fragments, const struct ip4 *ip,
			  uint16_t id)
{
	unsigned i;

	for (i = 0; i < NAT_FRAGMENT_PLACES; i++) {
		if (is_of(&fragments->places[i], ip, id))
			return &fragments->places[i];
	}
	return NULL;
}

/* A free place, or the port's own oldest when it has its share, or none. */
static struct place *find_room(struct nat_fragments *fragments,
			       uint16_t ingress, uint64_t now_ns)
{
	struct place *room = NULL, *oldest = NULL;
	unsigned i, own = 0;

	for (i = 0; i < NAT_FRAGMENT_PLACES; i++) {
		struct place *place = &fragments->places[i];

		if (!place->began_ns ||
		    now_ns - place->began_ns >= NAT_FRAGMENT_NS) {
			room = place;
			continue;
		}
		if (place->ip.ingress != ingress)
			continue;
		own++;
		if (!oldest || place->began_ns < oldest->began_ns)
			oldest = place;
	}
	return room && own < NAT_FRAGMENT_PLACES_PER_PORT ? room : oldest;
}

static struct place *place_for(struct nat *nat, const struct ip4 *ip,
			       const struct ip4_fragment *fragment)
{
	struct place *place = find(nat->fragments, ip, fragment->id);
	uint64_t now_ns = loop_now_ns(nat->env.loop);

	if (fragment->offset)
		return place;
	if (!place)
		place = find_room(nat->fragments, ip->ingress, now_ns);
	if (!place)
		return NULL;
	place->ip = *ip;
	place->ip.payload_len = 0;
	place->id = fragment->id;
	place->began_ns = now_ns;
	return place;
}

static uint8_t *bytes_of(struct nat_fragments *fragments,
			 const struct place *place)
{
	return fragments->bytes +
	       (size_t)(place - fragments->places) * PLACE_SIZE;
}

/* The whole; its memory is anybody's again when this returns. */
static enum drop_reason complete(struct nat *nat, struct place *place)
{
	const struct ip4_route route = {place->ip.src_mac, nat->settings.mac,
					place->ip.src, place->ip.dst};
	uint8_t *bytes = bytes_of(nat->fragments, place);
	enum drop_reason reason;
	struct frame frame;
	struct iovec tail;
	size_t len;

	len = ip4_encode(bytes, &route, place->ip.protocol,
			 place->ip.payload_len);
	frame_set_data(&frame, bytes, (uint32_t)len, &tail);
	frame.ingress = place->ip.ingress;
	place->ip.header_len = IP4_HLEN;
	place->ip.dont_fragment = false;
	reason = nat_input(nat, &frame, HEADERS, &place->ip);
	nat_flush(nat); /* it borrows the frame until then */
	place->began_ns = 0;
	return reason;
}

enum drop_reason nat_fragment_input(struct nat *nat, const struct frame *frame,
				    size_t offset, const struct ip4 *ip,
				    const struct ip4_fragment *fragment)
{
	struct place *place;
	size_t at;

	if (ip->protocol != IP4_UDP && ip->protocol != IP4_ICMP)
		return DROP_NOT_FOR_US;
	if (!nat_is_guest(nat, ip->src))
		return DROP_BAD_SOURCE;
	place = place_for(nat, ip, fragment);
	if (!place)
		return DROP_BAD_PACKET;
	at = place->ip.payload_len;
	if (fragment->offset != at || !ip->payload_len ||
	    at + ip->payload_len > MAX_PAYLOAD ||
	    (fragment->more && ip->payload_len % 8) ||
	    frame_copy(frame, offset,
		       bytes_of(nat->fragments, place) + HEADERS + at,
		       ip->payload_len) != ip->payload_len) {
		place->began_ns = 0;
		return DROP_BAD_PACKET;
	}
	place->ip.payload_len = (uint16_t)(at + ip->payload_len);
	return fragment->more ? DROP_NONE : complete(nat, place);
}
