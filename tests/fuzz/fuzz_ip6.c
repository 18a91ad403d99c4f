// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_ip6.c - IPv6 headers and what extends them: what is said to be payload
 * is there, and behind all headers
 *
 * Input: a byte that says how much of the packet can't be seen, and the packet.
 */
#include <stdlib.h>

#include "fuzz/fuzz_ops.h"
#include "switch/ip6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size ? size - 1 : 0, seen;
	struct udp udp;
	struct ip6 ip;
	uint8_t *copy;

	if (!size)
		return 0;
	seen = len - (data[0] < len ? data[0] : len);
	copy = malloc(seen + 1);
	if (!copy)
		abort();
	memcpy(copy, data + 1, seen);
	if (ip6_parse(copy, seen, len, &ip)) {
		fuzz_check(ip.header_len >= IP6_HLEN && ip.header_len <= seen);
		fuzz_check((size_t)ip.header_len + ip.payload_len <= len);
		ip.payload = data + 1 + ip.header_len;
		if (udp6_parse(&ip, &udp))
			fuzz_check(udp.data + udp.len <= data + size);
	}
	free(copy);
	return 0;
}
