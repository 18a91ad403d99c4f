// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port.c - the common half of every port
 */
#include "core/port.h"

#include <stdio.h>
#include <string.h>

void port_init(struct port *port, const struct port_ops *ops, const char *name)
{
	memset(port, 0, sizeof(*port));
	port->ops = ops;
	port->mtu = 1500;
	snprintf(port->name, sizeof(port->name), "%s", name);
}

void port_plug(struct port *port, const struct port_upper *upper, void *ctx)
{
	port->upper_ctx = ctx;
	port->upper = upper;
}

void port_unplug(struct port *port)
{
	port->upper = NULL;
	port->upper_ctx = NULL;
	port->is_watched = false;
}

void port_carrier(struct port *port, bool up)
{
	if (port->carrier == up)
		return;
	port->carrier = up;
	if (port->upper)
		port->upper->carrier(port->upper_ctx, port, up);
}

void port_writable(struct port *port)
{
	if (port->upper)
		port->upper->writable(port->upper_ctx, port);
}

void port_get_status(struct port *port, struct port_status *status)
{
	memset(status, 0, sizeof(*status));
	status->carrier = port->carrier;
	port->ops->status(port, status);
}

void port_drop_rx(struct port *port, struct frame *frame,
		  enum drop_reason reason)
{
	port->counters.drops[reason]++;
	if (frame)
		verdict_drop(&frame->verdict, reason);
	if (port->upper && port->upper->dropped)
		port->upper->dropped(port->upper_ctx, port, frame, PORT_RX,
				     reason);
}

void port_drop_tx(struct port *port, struct frame *frame,
		  enum drop_reason reason)
{
	port->counters.drops[reason]++;
	if (frame->verdict.fate != FATE_FLOODED) {
		verdict_drop(&frame->verdict, reason);
		frame->verdict.at_egress = true;
	}
	if (port->upper && port->upper->dropped)
		port->upper->dropped(port->upper_ctx, port, frame, PORT_TX,
				     reason);
}

void port_count_lost(struct port *port, struct frame *frame,
		     enum drop_reason reason)
{
	port->counters.tx_frames--;
	port->counters.tx_bytes -= frame->len;
	frame->verdict.lost = port->is_watched;
	port_drop_tx(port, frame, reason);
}

unsigned port_input(struct port *port, struct frame **frames, unsigned n)
{
	uint64_t bytes = 0;
	unsigned i, taken;

	if (!port->upper) {
		for (i = 0; i < n; i++)
			verdict_drop(&frames[i]->verdict, DROP_PORT_DISABLED);
		port->counters.drops[DROP_PORT_DISABLED] += n;
		return n;
	}
	for (i = 0; i < n; i++)
		frames[i]->ingress = port->upper_slot;
	taken = port->upper->input(port->upper_ctx, port, frames, n);
	for (i = 0; i < taken; i++)
		bytes += frames[i]->len;
	port->counters.rx_frames += taken;
	port->counters.rx_bytes += bytes;
	return taken;
}

unsigned port_send(struct port *port, struct frame **frames, unsigned n)
{
	unsigned i, taken = port->ops->send(port, frames, n);
	uint64_t bytes = 0;

	for (i = 0; i < taken; i++)
		bytes += frames[i]->len;
	port->counters.tx_frames += taken;
	port->counters.tx_bytes += bytes;
	if (UNLIKELY(port->is_watched) && taken)
		port->upper->sent(port->upper_ctx, port, frames, taken);
	return taken;
}
