// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_kernel.c - the kernel engine: what leaves goes to the host's own
 * network stack
 *
 * Theory of operation
 *
 * The engine is a port, a tap of the host in all but tests, whose interface has
 * the gateway's MAC and IPv4 address. What a guest sends to that MAC address
 * and what is no service's goes out there as it came, offloads open; routing,
 * translation and what may pass are the kernel's business
 * (cli/host/nat_rules.h). What the kernel sends comes up through the gateway's
 * port, so to the network the two are one. A tap is full only with guests'
 * frames that nobody reads, so one that can't be sent is dropped.
 *
 * ARP for our address is answered by the gateway alone. The kernel asks guests
 * by itself, so it gets their replies, but of nobody who claims an address that
 * DHCP gave to another.
 *
 * Of what the host says on that interface, only IPv4 to one guest and ARP come
 * through: its announcements of services are not for guests.
 */
#include "switch/gateway/gateway_internal.h"

#include <string.h>

static unsigned up_run(struct gateway *gateway, struct frame **frames,
		       unsigned n)
{
	unsigned taken;

	/* only these can wait: what the reply queue hands up can't */
	gateway->port.can_wait = true;
	taken = port_input(&gateway->port, frames, n);
	gateway->port.can_wait = false;
	return taken;
}

static bool is_for_guests(const struct frame *frame)
{
	uint16_t type = frame_ethertype(frame);

	if (type == ETHERTYPE_ARP)
		return true;
	return type == ETHERTYPE_IPV4 && !mac_is_group(frame_dst(frame));
}

/* From the host: in runs of what may pass. */
static unsigned kernel_input(void *ctx, struct port *port,
			     struct frame **frames, unsigned n)
{
	struct gateway *gateway = ctx;
	unsigned i = 0, end, taken;

	while (i < n) {
		if (!is_for_guests(frames[i])) {
			port_drop_rx(port, frames[i++], DROP_NOT_FOR_US);
			continue;
		}
		for (end = i + 1; end < n && is_for_guests(frames[end]);)
			end++;
		taken = up_run(gateway, frames + i, end - i);
		i += taken;
		if (i < end)
			break;
	}
	return i;
}

static void kernel_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void kernel_writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

static const struct port_upper kernel_upper = {
	.input = kernel_input,
	.carrier = kernel_carrier,
	.writable = kernel_writable,
};

void gateway_kernel_init(struct gateway *gateway, struct port *port)
{
	gateway->kernel.port = port;
	gateway->port.features = port->features;
	port_plug(port, &kernel_upper, gateway);
}

void gateway_kernel_fini(struct gateway *gateway)
{
	struct port *port = gateway->kernel.port;

	if (!port)
		return;
	port_unplug(port);
	port->ops->close(port);
}

bool gateway_kernel_wants(const struct gateway *gateway,
			  const struct frame *frame, size_t offset,
			  const struct ip4 *ip)
{
	const uint8_t *p = frame->snap + offset;
	uint16_t port;

	if (ip->dst != gateway->address.addr ||
	    mac_is_group(frame_dst(frame)) || ip->payload_len < ICMP_HLEN ||
	    frame->snap_len < offset + ICMP_HLEN)
		return false;
	if (ip->protocol == IP4_ICMP)
		return p[0] != ICMP_ECHO;
	if (ip->protocol != IP4_TCP && ip->protocol != IP4_UDP)
		return true;
	port = be16_load(p + 2);
	return port != DNS_PORT && port != DHCP_SERVER_PORT;
}

/* The interface may have addresses of the loopback behind it (route_localnet),
 * for forwards; a guest has no business there (RFC 1122 3.2.1.3). */
enum drop_reason gateway_kernel_send(struct gateway *gateway,
				     const struct frame *frame,
				     const struct ip4 *ip)
{
	if (ip->dst >> 24 == 127 || ip->src >> 24 == 127)
		return DROP_BLOCKED;
	return gateway_kernel_pass(gateway, frame);
}

enum drop_reason gateway_kernel_pass(struct gateway *gateway,
				     const struct frame *frame)
{
	struct gateway_kernel *kernel = &gateway->kernel;

	if (kernel->count == FRAME_BATCH)
		gateway_kernel_flush(gateway);
	kernel->frames[kernel->count++] = (struct frame *)(uintptr_t)frame;
	return DROP_NONE;
}

void gateway_kernel_flush(struct gateway *gateway)
{
	struct gateway_kernel *kernel = &gateway->kernel;
	unsigned i, taken;

	if (!kernel->count)
		return;
	taken = port_send(kernel->port, kernel->frames, kernel->count);
	for (i = taken; i < kernel->count; i++)
		port_count_lost(&gateway->port, kernel->frames[i],
				DROP_SEND_FAILED);
	kernel->count = 0;
}

void gateway_kernel_resume(struct gateway *gateway)
{
	const struct port *port = gateway->kernel.port;

	if (port->ops->resume)
		port->ops->resume(gateway->kernel.port);
}
