// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_fragment.c - datagrams that a guest had to cut, put together again
 *
 * Theory of operation
 *
 * A host socket takes whole datagrams, so fragments of UDP and ICMP (RFC 791
 * 3.2) are copied to one of a few places, in whatever order they come (RFC 4787
 * REQ-14), until all are there; then the whole goes the way of all packets. A
 * place has a bit for each eight bytes: what would overlap ends the datagram
 * (RFC 5722 4 says so of IPv6), as does what contradicts the length that the
 * last fragment told. So the bytes that came, added up, say when it is whole,
 * and there is no list of holes as those that made CVE-2019-14378 and its like.
 *
 * A port has a few places, and takes the oldest of its own when it wants
 * another; one that nobody completes is anybody's after half a minute.
 *
 * Limits: options of the first fragment are lost with the rest of its header.
 */
#include "switch/nat/nat_fragment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "switch/nat/nat_internal.h"

#define HEADERS (ETH_HLEN + IP4_HLEN)
/* Headers, the longest payload and the bits, in whole pages. */
#define PLACE_SIZE ((size_t)68 << 10)
#define MAX_PAYLOAD (IP4_MAX_LEN - IP4_HLEN)
/* What fragments are cut by (RFC 791 3.2), and the bytes of a bit for each. */
#define UNIT 8u
#define BITS_SIZE ((MAX_PAYLOAD / UNIT + 1 + 7) / 8)
#define MAP_BYTES (NAT_FRAGMENT_PLACES * PLACE_SIZE)

static_assert(HEADERS + MAX_PAYLOAD + BITS_SIZE <= PLACE_SIZE, "it fits");

/**
 * struct place - a datagram that is being put together
 * @ip:		of its first fragment, or of any as long as that is missing
 * @id:		that all its fragments have
 * @come:	bytes of payload that are there
 * @end:	of the last byte that is there
 * @len:	of the whole; 0 until the last fragment told it
 * @began_ns:	when the first came; 0: free
 */
struct place {
	struct ip4 ip;
	uint16_t id;
	uint16_t come;
	uint16_t end;
	uint16_t len;
	uint64_t began_ns;
};

/**
 * struct nat_fragments - all of an engine's
 * @places:	which datagrams
 * @bytes:	PLACE_SIZE for each: headers of ours, the data, the bits at the
 * end
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

static uint8_t *bytes_of(struct nat_fragments *fragments,
			 const struct place *place)
{
	return fragments->bytes +
	       (size_t)(place - fragments->places) * PLACE_SIZE;
}

static uint8_t *bits_of(struct nat_fragments *fragments,
			const struct place *place)
{
	return bytes_of(fragments, place) + PLACE_SIZE - BITS_SIZE;
}

static struct place *place_for(struct nat *nat, const struct ip4 *ip,
			       const struct ip4_fragment *fragment)
{
	struct place *place = find(nat->fragments, ip, fragment->id);
	uint64_t now_ns = loop_now_ns(nat->env.loop);

	if (place)
		return place;
	place = find_room(nat->fragments, ip->ingress, now_ns);
	if (!place)
		return NULL;
	*place = (struct place){
		.ip = *ip, .id = fragment->id, .began_ns = now_ns};
	memset(bits_of(nat->fragments, place), 0, BITS_SIZE);
	return place;
}

/* Does it agree with what is there? */
static bool fits(const struct place *place, const struct ip4 *ip,
		 const struct ip4_fragment *fragment)
{
	size_t end = (size_t)fragment->offset + ip->payload_len;

	if (!ip->payload_len || end > MAX_PAYLOAD)
		return false;
	if (fragment->more)
		return ip->payload_len % UNIT == 0 &&
		       (!place->len || end < place->len);
	return !place->len && end >= place->end;
}

/* false: some of them were there. */
static bool mark(uint8_t *bits, size_t at, size_t len)
{
	size_t unit;

	for (unit = at / UNIT; unit * UNIT < at + len; unit++) {
		uint8_t bit = (uint8_t)(1u << unit % 8);

		if (bits[unit / 8] & bit)
			return false;
		bits[unit / 8] |= bit;
	}
	return true;
}

static bool take(struct nat *nat, struct place *place,
		 const struct frame *frame, size_t offset, const struct ip4 *ip,
		 const struct ip4_fragment *fragment)
{
	uint8_t *bytes = bytes_of(nat->fragments, place);
	uint16_t at = fragment->offset, len = ip->payload_len;

	if (!fits(place, ip, fragment) ||
	    !mark(bits_of(nat->fragments, place), at, len) ||
	    frame_copy(frame, offset, bytes + HEADERS + at, len) != len)
		return false;
	if (!at)
		place->ip = *ip;
	place->come = (uint16_t)(place->come + len);
	place->end = (uint16_t)MAX(place->end, at + len);
	if (!fragment->more)
		place->len = (uint16_t)(at + len);
	return true;
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

	place->ip.payload_len = place->len;
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

	if (ip->protocol != IP4_UDP && ip->protocol != IP4_ICMP)
		return DROP_NOT_FOR_US;
	if (!nat_is_guest(nat, ip->src))
		return DROP_BAD_SOURCE;
	place = place_for(nat, ip, fragment);
	if (!place)
		return DROP_BAD_PACKET;
	if (!take(nat, place, frame, offset, ip, fragment)) {
		place->began_ns = 0;
		return DROP_BAD_PACKET;
	}
	return place->come == place->len ? complete(nat, place) : DROP_NONE;
}
