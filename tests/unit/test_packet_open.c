// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packet_open.c - how an older kernel is told to hide what goes out
 *
 * Everything else about opening needs a NIC: see tests/netns/packet_*.sh.
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/host/packet_open.h"
#include "unit/private_net.h"

#define DATAGRAMS 5

/* On loopback each frame goes out and comes in. */
static int hear_loopback(void)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sll_ifindex = (int)if_nametoindex("lo");
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	return fd;
}

static void send_datagrams(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(9),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int i, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (i = 0; i < DATAGRAMS; i++)
		assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&to,
					sizeof(to)),
				 1);
	close(fd);
}

/* Frames that go this way and carry our datagram; errors are answered. */
static unsigned count_datagrams(int fd, unsigned char way)
{
	unsigned count = 0;

	for (;;) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		uint8_t frame[256];
		ssize_t len = recvfrom(fd, frame, sizeof(frame), 0,
				       (struct sockaddr *)&from, &size);

		if (len < 0)
			return count;
		count += len == 14 + 20 + 8 + 1 && frame[23] == IPPROTO_UDP &&
			 from.sll_pkttype == way;
	}
}

static void frames_that_go_out_are_hidden(void **state)
{
	int all = hear_loopback(), filtered = hear_loopback();

	(void)state;
	assert_int_equal(packet_filter_outgoing(filtered), 0);
	send_datagrams();
	send_datagrams();
	assert_int_equal(count_datagrams(all, PACKET_OUTGOING), 2 * DATAGRAMS);
	assert_int_equal(count_datagrams(filtered, PACKET_HOST), 2 * DATAGRAMS);
	send_datagrams();
	assert_int_equal(count_datagrams(all, PACKET_HOST), DATAGRAMS);
	assert_int_equal(count_datagrams(filtered, PACKET_OUTGOING), 0);
	close(all);
	close(filtered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_that_go_out_are_hidden),
	};

	if (!private_net_enter()) {
		printf("skipped: no network namespaces here\n");
		return EXIT_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
