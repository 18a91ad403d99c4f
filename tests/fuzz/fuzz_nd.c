// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_nd.c - Neighbor Discovery messages; what is read can be said again.
 * Router Solicitations too
 */
#include "core/frame.h"
#include "fuzz/fuzz_ops.h"
#include "switch/ra.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mac mac = {{2, 0, 0, 0, 0, 1}};
	uint8_t frame[ND_FRAME_MAX];
	struct nd nd, again;
	size_t len;

	if (size && ra_solicitation_is_good(data + 1, size - 1, data[0] & 1))
		fuzz_check(data[1 + IP6_HLEN] == RA_SOLICITATION);
	if (!size || !nd_decode(data + 1, size - 1, data[0] & 1, &nd))
		return 0;
	len = nd_encode(frame, &mac, &mac, &nd);
	fuzz_check(len <= sizeof(frame));
	fuzz_check(nd_decode(frame + ETH_HLEN, len - ETH_HLEN, false, &again));
	fuzz_check(again.type == nd.type && again.flags == nd.flags &&
		   again.has_mac == nd.has_mac &&
		   !memcmp(&again.mac, &nd.mac, MAC_LEN) &&
		   !memcmp(&again.target, &nd.target, 16) &&
		   !memcmp(&again.src, &nd.src, 16) &&
		   !memcmp(&again.dst, &nd.dst, 16));
	return 0;
}
