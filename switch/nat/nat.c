// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat.c - the user engine: guests' flows become sockets of the host
 *
 * Theory of operation
 *
 * Down: the gateway hands over what is to leave, frame by frame, and says when
 * the batch is over. What every packet must pass is judged here: its source is
 * somebody's on this side, it may pass one more router, its destination is
 * outside. A protocol then finds or opens its flow and collects what it has to
 * write, or writes; nat_flush() ends the collecting.
 *
 * Up: sockets and timers call back outside of the gateway's send(), so what
 * they bring goes to port_input() at once. TCP can keep what a full guest does
 * not take (nat_send()); datagrams can't (nat_deliver()). What is made within
 * send(), errors and resets, takes the gateway's reply queue.
 *
 * The host: a guest may not reach it unless the lab file says so, whatever
 * address of the host it uses, but for ports that lead back to a guest.
 * Addresses that no router may forward to are refused too. The rest is the
 * host's routing's and firewall's business.
 *
 * Limits: a packet is never forwarded as it is, so what is neither TCP, UDP nor
 * ICMP echo can't leave; IP options and TOS stay behind. A guest that moves to
 * another port is taken for a stranger until its flows have timed out.
 */
#include "switch/nat/nat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/bytes.h"
#include "switch/nat/nat_datagram.h"
#include "switch/nat/nat_forward.h"
#include "switch/nat/nat_internal.h"

/* How long buffers stay without flows, at least. */
#define RELAX_NS (10 * NSEC_PER_SEC)
#define LOOPBACK UINT32_C(0x7f000001)
/* RFC 791 3.1: what everybody must be able to take */
#define MTU_MIN 576

static int create_parts(struct nat *nat, const struct nat_settings *settings,
			struct err *err)
{
	size_t slot_size = MAX(nat_tcp_slot_size(), nat_udp_slot_size());
	struct nat_flow_limits limits = {
		.flows = settings->max_flows ? settings->max_flows : NAT_FLOWS,
		.flows_per_port = settings->max_flows_per_port
					  ? settings->max_flows_per_port
					  : NAT_FLOWS_PER_PORT,
	};

	assert(limits.flows <= NAT_MAX_FLOWS);
	slot_size = MAX(slot_size, nat_udp_forward_slot_size());
	nat->datagrams =
		nat_datagrams_create((uint16_t)settings->secret.k[1], err);
	if (!nat->datagrams)
		return -ENOMEM;
	nat->fragments = nat_fragments_create(err);
	if (!nat->fragments)
		return -ENOMEM;
	limits.slot_size = MAX(slot_size, nat_echo_slot_size());
	nat->flows = nat_flows_create(nat, &limits, &settings->secret, err);
	if (!nat->flows)
		return -ENOMEM;
	if (nat_udp_create(nat, err))
		return -ENOMEM;
	return nat_tcp_create(nat, err);
}

void nat_relax_bytes(void *data, size_t len)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)data + page - 1) / page * page;
	uintptr_t to = ((uintptr_t)data + len) / page * page;

	if (from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

/* Not at once: the next flow may be about to come. */
static void nat_relaxed(struct timer *timer)
{
	struct nat *nat = container_of(timer, struct nat, relax);

	if (nat_flows_count(nat->flows)) {
		nat_relax_later(nat);
		return;
	}
	nat_datagrams_relax(nat->datagrams);
	nat_fragments_relax(nat->fragments);
	nat_tcp_relax(nat);
}

void nat_relax_later(struct nat *nat)
{
	if (!timer_is_armed(&nat->relax))
		timer_arm(nat->env.loop, &nat->relax,
			  loop_now_ns(nat->env.loop) + RELAX_NS);
}

struct nat *nat_create(const struct nat_settings *settings,
		       const struct nat_env *env, struct err *err)
{
	struct nat *nat = calloc(1, sizeof(*nat));

	if (!nat || settings->route_count > NAT_MAX_ROUTES) {
		free(nat);
		err_set(err, -ENOMEM, "no memory for a NAT engine");
		return NULL;
	}
	nat->settings = *settings;
	if (settings->route_count)
		memcpy(nat->routes, settings->routes,
		       settings->route_count * sizeof(nat->routes[0]));
	nat->settings.routes = nat->routes;
	nat->env = *env;
	nat->relax.expired = nat_relaxed;
	nat_hairpins_init(&nat->hairpins);
	nat->settings.mtu = MAX(settings->mtu, MTU_MIN);
	rate_init(&nat->icmp_rate, NAT_ICMP_PER_S, NAT_ICMP_PER_S);
	if (create_parts(nat, settings, err)) {
		nat_destroy(nat);
		return NULL;
	}
	return nat;
}

void nat_destroy(struct nat *nat)
{
	if (!nat)
		return;
	timer_cancel(nat->env.loop, &nat->relax);
	nat_flows_destroy(nat->flows);
	nat_tcp_destroy(nat);
	nat_udp_destroy(nat);
	nat_datagrams_destroy(nat->datagrams);
	nat_fragments_destroy(nat->fragments);
	free(nat);
}

bool nat_is_inside(const struct nat *nat, uint32_t address)
{
	unsigned i;

	if (ipv4_prefix_contains(&nat->settings.address, address))
		return true;
	for (i = 0; i < nat->settings.route_count; i++) {
		if (ipv4_prefix_contains(&nat->routes[i].to, address))
			return true;
	}
	return false;
}

uint32_t nat_next_hop(const struct nat *nat, uint32_t address)
{
	unsigned i;

	for (i = 0; i < nat->settings.route_count; i++) {
		if (ipv4_prefix_contains(&nat->routes[i].to, address))
			return nat->routes[i].via;
	}
	return address;
}

bool nat_is_guest(const struct nat *nat, uint32_t address)
{
	const struct ipv4_prefix *subnet = &nat->settings.address;
	uint32_t host = address & ~ipv4_mask(subnet->len);

	if (!nat_is_inside(nat, address) || address == subnet->addr)
		return false;
	return !ipv4_prefix_contains(subnet, address) || subnet->len > 30 ||
	       (host && host != ~ipv4_mask(subnet->len));
}

/* Where no router forwards to (RFC 1812 5.3.7, RFC 3927 7). */
static bool is_reserved(uint32_t address)
{
	return address >> 24 == 0 || address >> 24 == 127 ||
	       address >> 16 == 0xa9fe || address >> 28 >= 0xe;
}

/* By itself, by what the lab file says, or as it leads back to a guest. */
static bool may_reach(struct nat *nat, enum nat_protocol protocol,
		      uint32_t address, uint16_t port)
{
	const struct nat_env *env = &nat->env;

	return nat->settings.host_access ||
	       !env->sockets->is_host(env->sockets_ctx, address) ||
	       nat_hairpin_has(&nat->hairpins, (uint8_t)protocol, address,
			       port);
}

enum drop_reason nat_outside(struct nat *nat, enum nat_protocol protocol,
			     uint32_t *address, uint16_t port)
{
	bool host = nat->settings.host_access;

	if (*address == nat->settings.address.addr) {
		if (host) {
			*address = LOOPBACK;
			return DROP_NONE;
		}
	} else if (!is_reserved(*address) && !nat_is_inside(nat, *address) &&
		   may_reach(nat, protocol, *address, port)) {
		return DROP_NONE;
	}
	nat->counters.blocked++;
	return DROP_BLOCKED;
}

uint32_t nat_visible(struct nat *nat, uint32_t address)
{
	if (address >> 24 == 0 || address >> 24 == 127)
		return nat->settings.address.addr;
	return address;
}

struct ip4_route nat_route(const struct nat *nat, const struct nat_flow *flow,
			   uint32_t src)
{
	return (struct ip4_route){
		.src_mac = nat->settings.mac,
		.dst_mac = flow->mac,
		.src = src,
		.dst = flow->key.guest,
	};
}

bool nat_flow_is_of(struct nat_flow *flow, const struct ip4 *ip)
{
	if (flow->ingress != ip->ingress)
		return false;
	flow->mac = ip->src_mac;
	return true;
}

void nat_refuse(struct nat *nat, enum nat_protocol protocol, int code)
{
	nat->counters.refused[protocol]++;
	if (nat->told[protocol] || !nat->env.refused)
		return;
	nat->told[protocol] = true;
	nat->env.refused(nat->env.refused_ctx, protocol, code);
}

/*
 * The kernel gives the lowest free number, so a high one tells how many there
 * are in the whole process: guests' rings need some, other engines as well.
 */
static bool is_scarce(const struct nat *nat, int fd)
{
	return nat->settings.max_fd && fd >= (int)nat->settings.max_fd &&
	       nat_flows_count(nat->flows) > NAT_FLOWS_SPARED;
}

int nat_socket_open(struct nat *nat, enum nat_socket kind, uint16_t ingress)
{
	static const enum nat_protocol protocols[] = {
		[NAT_SOCKET_TCP] = NAT_TCP,
		[NAT_SOCKET_UDP] = NAT_UDP,
		[NAT_SOCKET_ECHO] = NAT_ECHO,
	};
	const struct nat_env *env = &nat->env;
	int fd = env->sockets->open(env->sockets_ctx, kind);

	if (is_scarce(nat, fd)) {
		close(fd);
		fd = -EMFILE;
	}
	if ((fd == -EMFILE || fd == -ENFILE) &&
	    nat_flows_evict_one(nat->flows, ingress))
		fd = env->sockets->open(env->sockets_ctx, kind);
	if (fd < 0)
		nat_refuse(nat, protocols[kind], fd);
	else
		nat_relax_later(nat);
	return fd;
}

uint16_t nat_errno_icmp(int code)
{
	switch (code) {
	case -EACCES:
	case -EPERM:
		return ICMP_PROHIBITED;
	case -ENETUNREACH:
	case -ENETDOWN:
		return ICMP_NET_UNREACHABLE;
	case -EHOSTUNREACH:
	case -EHOSTDOWN:
	case -EADDRNOTAVAIL:
		return ICMP_HOST_UNREACHABLE;
	case -ECONNREFUSED:
		return ICMP_PORT_UNREACHABLE;
	}
	return 0;
}

unsigned nat_send(struct nat *nat, struct frame **frames, unsigned n)
{
	unsigned taken;

	/* only these can wait: what the reply queue hands up can't */
	nat->env.port->can_wait = true;
	taken = port_input(nat->env.port, frames, n);
	nat->env.port->can_wait = false;
	return taken;
}

void nat_deliver(struct nat *nat, struct frame **frames, unsigned n)
{
	port_input(nat->env.port, frames, n);
}

void nat_reply(struct nat *nat, const void *frame, size_t len)
{
	reply_queue_add(nat->env.replies, frame, len);
}

static enum drop_reason input_icmp(struct nat *nat, const struct frame *frame,
				   size_t offset, const struct ip4 *ip)
{
	const uint8_t *p = frame->snap + offset;

	if (ip->payload_len < ICMP_HLEN || frame->snap_len < offset + ICMP_HLEN)
		return DROP_BAD_PACKET;
	if (p[0] == ICMP_ECHO && !p[1])
		return nat_echo_input(nat, frame, offset, ip);
	if (p[0] == ICMP_UNREACHABLE || p[0] == ICMP_TIME_EXCEEDED)
		return nat_icmp_input(nat, frame, offset, ip);
	return DROP_NOT_FOR_US;
}

static enum drop_reason dispatch(struct nat *nat, const struct frame *frame,
				 size_t offset, const struct ip4 *ip)
{
	switch (ip->protocol) {
	case IP4_TCP:
		return nat_tcp_input(nat, frame, offset, ip);
	case IP4_UDP:
		return nat_udp_input(nat, frame, offset, ip);
	case IP4_ICMP:
		return input_icmp(nat, frame, offset, ip);
	}
	nat_icmp_error(nat, frame, offset, ip, ICMP_PROTOCOL_UNREACHABLE, 0);
	return DROP_NOT_FOR_US;
}

enum drop_reason nat_input(struct nat *nat, const struct frame *frame,
			   size_t offset, const struct ip4 *ip)
{
	enum drop_reason reason;

	/* RFC 2827 */
	if (!nat_is_guest(nat, ip->src))
		return DROP_BAD_SOURCE;
	/* what is for the gateway's address does not pass it */
	if (ip->ttl <= 1 && ip->dst != nat->settings.address.addr) {
		nat_icmp_error(nat, frame, offset, ip, ICMP_TTL_EXPIRED, 0);
		return DROP_TTL_EXPIRED;
	}
	reason = dispatch(nat, frame, offset, ip);
	if (reason == DROP_BLOCKED)
		nat_icmp_error(nat, frame, offset, ip, ICMP_PROHIBITED, 0);
	return reason;
}

static bool wants_service(const struct nat *nat, const struct ip4 *ip,
			  uint16_t port)
{
	/* names come from the gateway itself */
	return nat->settings.host_access && port != 53 &&
	       (ip->protocol == IP4_TCP || ip->protocol == IP4_UDP);
}

bool nat_wants(struct nat *nat, const struct frame *frame, size_t offset,
	       const struct ip4 *ip)
{
	const uint8_t *p = frame->snap + offset;
	struct nat_key key = {
		.guest = ip->src,
		.remote = ip->dst,
		.protocol = ip->protocol == IP4_TCP ? NAT_TCP : NAT_UDP,
	};

	if (ip->payload_len < ICMP_HLEN || frame->snap_len < offset + ICMP_HLEN)
		return false;
	if (ip->protocol == IP4_ICMP)
		return p[0] == ICMP_UNREACHABLE || p[0] == ICMP_TIME_EXCEEDED;
	key.guest_port = be16_load(p);
	key.remote_port = be16_load(p + 2);
	if ((ip->protocol == IP4_TCP || ip->protocol == IP4_UDP) &&
	    nat_flow_lookup(nat->flows, &key))
		return true;
	return wants_service(nat, ip, key.remote_port);
}

void nat_flush(struct nat *nat)
{
	nat_udp_flush(nat);
	nat_tcp_flush(nat);
}

void nat_resume(struct nat *nat)
{
	nat_tcp_resume(nat);
}

void nat_get_counters(const struct nat *nat, struct nat_counters *counters)
{
	*counters = nat->counters;
}

bool nat_flow_get(const struct nat *nat, uint32_t *cursor,
		  struct nat_flow_status *status)
{
	struct nat_flow *flow = nat_flows_next(nat->flows, cursor);
	uint64_t now_ns = loop_now_ns(nat->env.loop);

	if (!flow)
		return false;
	*status = (struct nat_flow_status){
		.protocol = flow->key.protocol,
		.state = flow->ops->state(flow),
		.guest = flow->key.guest,
		.guest_port = flow->key.guest_port,
		.remote = flow->key.remote,
		.remote_port = flow->key.remote_port,
		.ingress = flow->ingress,
		.idle_ms =
			(now_ns - MIN(flow->used_ns, now_ns)) / NSEC_PER_MSEC,
		.out_bytes = flow->out_bytes,
		.in_bytes = flow->in_bytes,
	};
	return true;
}
