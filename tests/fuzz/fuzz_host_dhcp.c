// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_host_dhcp.c - what the script of the host's DHCP client may say
 *
 * The first byte is how long the pieces are that it comes in: it makes no
 * difference.
 */
#include <string.h>

#include "cli/labd/host_dhcp.h"
#include "fuzz/fuzz_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was reported, and nothing else of it is looked at. */
struct heard {
	struct host_dhcp dhcp;
	unsigned calls;
	bool is_bound;
	struct ipv4_prefix lease;
};

static void bound(struct host_dhcp *dhcp, const struct ipv4_prefix *lease)
{
	struct heard *heard = container_of(dhcp, struct heard, dhcp);

	fuzz_check(lease || heard->is_bound);
	fuzz_check(!lease || lease->len <= 32);
	heard->calls++;
	heard->is_bound = lease != NULL;
	if (lease)
		heard->lease = *lease;
}

static void read_pieces(struct heard *heard, const uint8_t *data, size_t size,
			size_t piece)
{
	memset(heard, 0, sizeof(*heard));
	host_dhcp_init(&heard->dhcp, bound);
	heard->dhcp.loop = (struct loop *)heard; /* started; it is not used */
	while (size) {
		size_t len = size < piece ? size : piece;

		host_dhcp_read(&heard->dhcp, (const char *)data, len);
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heard whole, pieces;

	if (size < 2)
		return 0;
	read_pieces(&whole, data + 1, size - 1, size);
	read_pieces(&pieces, data + 1, size - 1, 1u + data[0] % 40);
	fuzz_check(whole.calls == pieces.calls &&
		   whole.dhcp.bad == pieces.dhcp.bad &&
		   whole.is_bound == pieces.is_bound &&
		   whole.lease.addr == pieces.lease.addr &&
		   whole.lease.len == pieces.lease.len);
	return 0;
}
