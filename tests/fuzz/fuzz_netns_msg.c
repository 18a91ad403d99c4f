// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_netns_msg.c - any datagram as a message between node and supervisor
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/host/netns_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[NETNS_ARGV_MAX + 1];
	int i, pair[2], fds[NETNS_MSG_FDS];
	static struct netns_msg msg, again;
	unsigned n;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) < 0)
		return 0;
	if (send(pair[0], data, size, 0) == (ssize_t)size &&
	    netns_msg_recv(pair[1], &msg, fds, &n) == 0) {
		/* What is sound can be sent again, and words are inside. */
		if (msg.type >= NETNS_MSG_COUNT || n)
			abort();
		if (netns_msg_get_argv(&msg, argv) == 0) {
			for (i = 0; argv[i]; i++)
				(void)strlen(argv[i]);
			again.text_len = 0;
			if (netns_msg_set_argv(&again, argv) ||
			    again.text_len != msg.text_len ||
			    memcmp(again.text, msg.text, msg.text_len) != 0)
				abort();
		}
	}
	close(pair[0]);
	close(pair[1]);
	return 0;
}
