// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_forward.c - connections that a client of the host opens to a guest
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/nat/nat_forward.h"
#include "switch/nat/nat_tcp_internal.h"

static int choose_remote(struct nat *nat, int fd, struct nat_key *key)
{
	struct sockaddr_in client = {0};
	socklen_t len = sizeof(client);

	if (getpeername(fd, (struct sockaddr *)&client, &len))
		return -errno;
	return nat_forward_remote(nat, &client, key);
}

int nat_forward_tcp(struct nat *nat, int fd, uint32_t guest, uint16_t port,
		    const struct neighbour *hop)
{
	struct nat_key key = {
		.guest = guest, .guest_port = port, .protocol = NAT_TCP};
	int code = choose_remote(nat, fd, &key);
	struct nat_tcp *tcp;

	if (code) {
		close(fd);
		return code;
	}
	tcp = nat_tcp_add(nat, &key, hop->ingress, &hop->mac, fd);
	tcp->state = NAT_TCP_SYN_SENT;
	tcp->our_scale = NAT_TCP_SCALE;
	tcp->snd_nxt = tcp->snd_una + 1;
	code = nat_tcp_watch(tcp);
	if (code) {
		nat_tcp_abort(tcp);
		return code;
	}
	nat_tcp_first_window(tcp);
	nat_tcp_syn(tcp);
	nat_tcp_set_timer(tcp);
	return 0;
}
