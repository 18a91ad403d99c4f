// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_forward.c - connections that a client of the host opens to a guest
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/nat_tcp_internal.h"

/* RFC 6335 6: those that nobody is registered for */
#define FIRST_PORT 49152u
#define PORTS (UINT16_MAX + 1 - FIRST_PORT)
/* Ports that are tried before the guest counts as full. */
#define TRIES 512

/* May the guest see this client, and will its answers come here? */
static bool is_visible(struct nat *nat, uint32_t address)
{
	const struct nat_env *env = &nat->env;

	return address >> 24 && address >> 24 != 127 && address >> 28 < 0xe &&
	       !nat_is_inside(nat, address) &&
	       !env->sockets->is_host(env->sockets_ctx, address);
}

static bool is_free(struct nat *nat, const struct nat_key *key)
{
	return !nat_flow_lookup(nat->flows, key);
}

/* As the gateway, from a port that has no flow to there. */
static bool choose_port(struct nat *nat, struct nat_key *key)
{
	unsigned i;

	key->remote = nat->settings.address.addr;
	for (i = 0; i < TRIES; i++) {
		key->remote_port =
			(uint16_t)(FIRST_PORT + nat->tcp->port_hint++ % PORTS);
		if (is_free(nat, key))
			return true;
	}
	return false;
}

static int choose_remote(struct nat *nat, int fd, struct nat_key *key)
{
	struct sockaddr_in client = {0};
	socklen_t len = sizeof(client);

	if (getpeername(fd, (struct sockaddr *)&client, &len))
		return -errno;
	key->remote = ntohl(client.sin_addr.s_addr);
	key->remote_port = ntohs(client.sin_port);
	if (client.sin_family == AF_INET && is_visible(nat, key->remote) &&
	    is_free(nat, key))
		return 0;
	return choose_port(nat, key) ? 0 : -EADDRNOTAVAIL;
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
	nat_tcp_update_window(tcp);
	nat_tcp_syn(tcp);
	nat_tcp_set_timer(tcp);
	return 0;
}
