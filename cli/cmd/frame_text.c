// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame_text.c - an Ethernet frame in a line of words
 *
 * Enough to see who talks with whom; Wireshark is for the rest. What is cut off
 * before its end is told as far as it goes.
 */
#include "cli/cmd/frame_text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"
#include "core/bytes.h"
#include "core/util.h"

#define ETH_LEN 14
#define IPV6_LEN 40
#define ADDRESS_SIZE INET6_ADDRSTRLEN

/**
 * struct words - a frame on its way to text
 * @data:	what is not told yet
 * @len:	of that
 * @text:	FRAME_TEXT_SIZE bytes
 */
struct words {
	const uint8_t *data;
	size_t len;
	char *text;
};

static void say(struct words *words, const char *fmt, ...) PRINTF(2, 3);

static void say(struct words *words, const char *fmt, ...)
{
	size_t used = strlen(words->text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(words->text + used, FRAME_TEXT_SIZE - used, fmt, args);
	va_end(args);
}

static void skip(struct words *words, size_t len)
{
	words->data += len;
	words->len -= len;
}

static void say_arp(struct words *words)
{
	char sender[IPV4_TEXT_SIZE], target[IPV4_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];
	const uint8_t *arp = words->data;

	if (words->len < 28 || be16_load(arp + 2) != 0x0800) {
		say(words, "ARP");
		return;
	}
	ipv4_format(be32_load(arp + 14), sender);
	ipv4_format(be32_load(arp + 24), target);
	if (be16_load(arp + 6) == 1)
		say(words, "ARP who-has %s tell %s", target, sender);
	else
		say(words, "ARP %s is-at %s", sender,
		    mac_format((const void *)(arp + 8), mac));
}

static void say_tcp(struct words *words)
{
	static const char letters[] = "FSRP.UEW";
	const uint8_t *tcp = words->data;
	char flags[sizeof(letters)] = "";
	unsigned i, n = 0;

	if (words->len < 16) {
		say(words, "TCP");
		return;
	}
	for (i = 0; letters[i]; i++) {
		if (tcp[13] & 1 << i)
			flags[n++] = letters[i];
	}
	flags[n] = '\0';
	say(words, "TCP [%s] seq %u ack %u win %u", n ? flags : "none",
	    be32_load(tcp + 4), be32_load(tcp + 8), be16_load(tcp + 14));
}

static void say_icmp(struct words *words, bool is_ipv6)
{
	uint8_t type = words->len ? words->data[0] : 0xff;
	uint8_t request = is_ipv6 ? 128 : 8, reply = is_ipv6 ? 129 : 0;
	const char *name = is_ipv6 ? "ICMPv6" : "ICMP";

	if (words->len >= 8 && (type == request || type == reply))
		say(words, "%s echo %s, id %u, seq %u", name,
		    type == request ? "request" : "reply",
		    be16_load(words->data + 4), be16_load(words->data + 6));
	else if (words->len >= 2)
		say(words, "%s type %u code %u", name, type, words->data[1]);
	else
		say(words, "%s", name);
}

static void say_protocol(struct words *words, uint8_t protocol, bool is_ipv6)
{
	if (protocol == 6)
		say_tcp(words);
	else if (protocol == 17)
		say(words, "UDP");
	else if (protocol == (is_ipv6 ? 58 : 1))
		say_icmp(words, is_ipv6);
	else
		say(words, "protocol %u", protocol);
}

/* "IP a.1 > b.2: ", with ports where there are some. */
static void say_ends(struct words *words, const char *name, const char *from,
		     const char *to, bool has_ports)
{
	if (has_ports && words->len >= 4)
		say(words, "%s %s.%u > %s.%u: ", name, from,
		    be16_load(words->data), to, be16_load(words->data + 2));
	else
		say(words, "%s %s > %s: ", name, from, to);
}

static void say_ipv4(struct words *words)
{
	const uint8_t *ip = words->data;
	char from[IPV4_TEXT_SIZE], to[IPV4_TEXT_SIZE];
	size_t hlen = words->len ? (ip[0] & 15u) * 4u : 0;
	bool is_later;

	if (words->len < 20 || hlen < 20) {
		say(words, "IP");
		return;
	}
	is_later = be16_load(ip + 6) & 0x1fff;
	ipv4_format(be32_load(ip + 12), from);
	ipv4_format(be32_load(ip + 16), to);
	skip(words, MIN(hlen, words->len));
	say_ends(words, "IP", from, to,
		 !is_later && (ip[9] == 6 || ip[9] == 17));
	if (is_later)
		say(words, "fragment");
	else
		say_protocol(words, ip[9], false);
}

static void say_ipv6(struct words *words)
{
	const uint8_t *ip = words->data;
	char from[ADDRESS_SIZE], to[ADDRESS_SIZE];

	if (words->len < IPV6_LEN) {
		say(words, "IP6");
		return;
	}
	inet_ntop(AF_INET6, ip + 8, from, sizeof(from));
	inet_ntop(AF_INET6, ip + 24, to, sizeof(to));
	skip(words, IPV6_LEN);
	say_ends(words, "IP6", from, to, ip[6] == 6 || ip[6] == 17);
	say_protocol(words, ip[6], true);
}

void frame_text(const uint8_t *data, size_t len, char *text)
{
	struct words words = {data, len, text};
	char from[MAC_TEXT_SIZE], to[MAC_TEXT_SIZE];
	uint16_t type;

	text[0] = '\0';
	if (len < ETH_LEN) {
		say(&words, "no frame");
		return;
	}
	type = be16_load(data + 12);
	skip(&words, ETH_LEN);
	while ((type == 0x8100 || type == 0x88a8) && words.len >= 4) {
		say(&words, "vlan %u, ", be16_load(words.data) & 0xfff);
		type = be16_load(words.data + 2);
		skip(&words, 4);
	}
	if (type == 0x0806)
		say_arp(&words);
	else if (type == 0x0800)
		say_ipv4(&words);
	else if (type == 0x86dd)
		say_ipv6(&words);
	else
		say(&words, "%s > %s, ethertype 0x%04x",
		    mac_format((const void *)(data + 6), from),
		    mac_format((const void *)data, to), type);
}
