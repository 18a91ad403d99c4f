// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network.c - ports plugged together: learning, forwarding, flooding
 *
 * Theory of operation
 *
 * One input is a batch of frames from one port. Each frame is decided on its
 * own (802.1Q 8.6): source learnt, destination looked up, and the frame put
 * into the batch of every port it leaves through. Then each of those batches is
 * sent with one call. So order per flow holds, and a batch to one receiver, the
 * usual case, costs one send().
 *
 * Nothing is ever sent to the port it came from. Flooding (broadcast,
 * multicast, unknown unicast) is limited per source port by a virtual clock:
 * each flooded frame moves it forward by its share of a second, and when it
 * runs further ahead of time than the burst allows, the frame is dropped.
 *
 * A port that loses its carrier is forgotten at once: its addresses flood until
 * they are seen again.
 *
 * Limits: tagged frames are forwarded as they are, with independent learning
 * per VID, but every port is a member of every VLAN.
 */
#include "switch/network.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "switch/network_internal.h"

#define AGE_EVERY_NS (10 * NSEC_PER_SEC)

static void network_touch(struct network *network, struct network_port *out,
			  struct frame *frame)
{
	if (!out->egress.batch_count)
		list_append(&network->touched, &out->egress.touched);
	egress_add(&out->egress, frame);
}

static bool network_may_flood(struct network *network, struct network_port *in)
{
	uint64_t now_ns = loop_now_ns(network->env.loop);

	if (in->flood_ns < now_ns)
		in->flood_ns = now_ns;
	if (in->flood_ns - now_ns >
	    NETWORK_FLOOD_BURST * network->flood_cost_ns)
		return false;
	in->flood_ns += network->flood_cost_ns;
	return true;
}

static enum drop_reason network_flood(struct network *network,
				      struct network_port *in,
				      struct frame *frame)
{
	uint16_t i, reached = 0;

	if (!network_may_flood(network, in))
		return DROP_FLOOD_LIMIT;
	frame->verdict.fate = FATE_FLOODED;
	for (i = 0; i < network->port_count; i++) {
		struct network_port *out = network->ports[i];

		if (!out || out == in || out->options.disabled ||
		    (in->options.isolated && out->options.isolated) ||
		    !out->port->carrier)
			continue;
		network_touch(network, out, frame);
		reached++;
	}
	return reached ? DROP_NONE : DROP_NO_EGRESS;
}

static enum drop_reason network_unicast(struct network *network,
					struct network_port *in, uint16_t slot,
					struct frame *frame)
{
	struct network_port *out = network->ports[slot];

	if (out == in)
		return DROP_HAIRPIN;
	if (in->options.isolated && out->options.isolated)
		return DROP_ISOLATED;
	if (out->options.disabled)
		return DROP_NO_EGRESS;
	frame->verdict.fate = FATE_FORWARDED;
	frame->verdict.egress = slot;
	network_touch(network, out, frame);
	return DROP_NONE;
}

static enum drop_reason network_decide(struct network *network,
				       struct network_port *in,
				       struct frame *frame, uint32_t now_s)
{
	uint16_t slot;

	if (UNLIKELY(mac_is_group(frame_src(frame))))
		return DROP_SOURCE_IS_GROUP;
	if (UNLIKELY(!fdb_learn(network->fdb,
				fdb_key(frame->vid, frame_src(frame)),
				in->port->upper_slot, now_s)))
		return DROP_SPOOFED_SOURCE;
	if (mac_is_group(frame_dst(frame))) {
		if (mac_is_reserved(frame_dst(frame)) &&
		    !network->options.link_local)
			return DROP_RESERVED_ADDRESS;
		return network_flood(network, in, frame);
	}
	slot = fdb_lookup(network->fdb, fdb_key(frame->vid, frame_dst(frame)),
			  now_s);
	if (slot == FDB_NONE)
		return network_flood(network, in, frame);
	return network_unicast(network, in, slot, frame);
}

/*
 * Send every batch. The source may keep the end of its input only if one port
 * gets all of it: anything else was, or will be, sent elsewhere already.
 */
static unsigned network_flush(struct network *network, struct network_port *in,
			      unsigned n)
{
	struct list *link = list_pop(&network->touched);
	struct egress *out;

	if (!link)
		return n;
	out = container_of(link, struct egress, touched);
	if (in->port->can_wait && out->batch_count == n &&
	    list_is_empty(&network->touched))
		return egress_flush(out, &in->wait);
	for (; link; link = list_pop(&network->touched))
		egress_flush(container_of(link, struct egress, touched), NULL);
	return n;
}

static unsigned network_input(void *ctx, struct port *port,
			      struct frame **frames, unsigned n)
{
	struct network *network = ctx;
	struct network_port *in = network_slot(network, port);
	uint32_t now_s =
		(uint32_t)(loop_now_ns(network->env.loop) / NSEC_PER_SEC);
	enum drop_reason reason = DROP_PORT_DISABLED;
	unsigned i, taken;

	network->is_busy = true;
	if (UNLIKELY(port->is_watched))
		network->began_ns = loop_clock_ns(network->env.loop);
	for (i = 0; i < n; i++) {
		if (LIKELY(!in->options.disabled))
			reason = network_decide(network, in, frames[i], now_s);
		if (UNLIKELY(reason != DROP_NONE)) {
			verdict_drop(&frames[i]->verdict, reason);
			port->counters.drops[reason]++;
		}
	}
	taken = network_flush(network, in, n);
	network_record(network, in, frames, taken);
	network->is_busy = false;
	for (i = taken; i < n; i++) {
		/* it is going to come again, and to pay then */
		if (frames[i]->verdict.fate == FATE_FLOODED)
			in->flood_ns -= network->flood_cost_ns;
	}
	return taken;
}

static void network_carrier(void *ctx, struct port *port, bool up)
{
	struct network *network = ctx;
	struct network_port *entry = network_slot(network, port);

	if (!up) {
		fdb_flush_port(network->fdb, port->upper_slot);
		egress_carrier_lost(&entry->egress);
	}
	if (network->options.watcher.carrier)
		network->options.watcher.carrier(network->options.watcher.ctx,
						 port, up);
}

static void network_writable(void *ctx, struct port *port)
{
	egress_writable(&network_slot(ctx, port)->egress);
}

static const struct port_upper network_upper = {
	.input = network_input,
	.carrier = network_carrier,
	.writable = network_writable,
	.dropped = network_dropped,
	.sent = network_sent,
};

static void network_age(struct timer *timer)
{
	struct network *network =
		container_of(timer, struct network, age_timer);
	uint64_t now_ns = loop_now_ns(network->env.loop);

	fdb_age(network->fdb, (uint32_t)(now_ns / NSEC_PER_SEC));
	timer_arm(network->env.loop, timer, now_ns + AGE_EVERY_NS);
}

void network_set_link_local(struct network *network, bool link_local)
{
	network->options.link_local = link_local;
}

struct network *network_create(const struct network_env *env,
			       const struct network_options *options,
			       struct err *err)
{
	struct network *network = calloc(1, sizeof(*network));
	struct network_options *o;
	struct fdb_settings fdb;

	if (!network)
		goto fail;
	network->env = *env;
	network->options = *options;
	list_init(&network->touched);
	list_init(&network->dirty);
	recorder_init(&network->recorder);
	o = &network->options;
	o->max_ports = o->max_ports ? o->max_ports : NETWORK_MAX_PORTS;
	o->flood_pps = o->flood_pps ? o->flood_pps : NETWORK_FLOOD_PPS;
	network->flood_cost_ns = NSEC_PER_SEC / o->flood_pps;
	fdb.max_ports = o->max_ports;
	fdb.max_entries = o->max_fdb ? o->max_fdb : NETWORK_MAX_FDB;
	fdb.ageing_s = o->ageing_s ? o->ageing_s : FDB_AGEING_S;
	fdb.seed = o->seed;
	network->fdb = fdb_create(&fdb, err);
	network->ports = calloc(o->max_ports, sizeof(struct network_port *));
	if (!network->fdb || !network->ports)
		goto fail;
	network->age_timer.expired = network_age;
	if (timer_arm(env->loop, &network->age_timer,
		      loop_now_ns(env->loop) + AGE_EVERY_NS))
		goto fail;
	return network;
fail:
	err_set(err, -ENOMEM, "no memory for network %s", options->name);
	network_destroy(network);
	return NULL;
}

void network_destroy(struct network *network)
{
	uint16_t i;

	if (!network)
		return;
	assert(network->ports || !network->port_count);
	for (i = 0; i < network->port_count; i++) {
		if (network->ports[i])
			network_remove_port(network, network->ports[i]->port);
	}
	timer_cancel(network->env.loop, &network->age_timer);
	recorder_fini(&network->recorder);
	fdb_destroy(network->fdb);
	free(network->ports);
	free(network);
}

static uint16_t network_free_slot(const struct network *network)
{
	uint16_t slot = 0;

	while (slot < network->port_count && network->ports[slot])
		slot++;
	return slot;
}

int network_add_port(struct network *network, struct port *port,
		     const struct network_port_options *options)
{
	uint16_t slot = network_free_slot(network);
	struct network_port *entry;
	int code;

	if (slot == network->options.max_ports)
		return -ENOSPC;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	code = mac_is_zero(&options->mac)
		       ? 0
		       : fdb_add_static(network->fdb, fdb_key(0, &options->mac),
					slot);
	if (code) {
		free(entry);
		return code;
	}
	entry->port = port;
	entry->options = *options;
	entry->wait.source = port;
	entry->plugged_ns = loop_now_ns(network->env.loop);
	list_init(&entry->taps);
	list_init(&entry->wait.link);
	egress_init(&entry->egress, port, &network->env);
	network->ports[slot] = entry;
	if (slot == network->port_count)
		network->port_count++;
	port->upper_slot = slot;
	port_plug(port, &network_upper, network);
	return 0;
}

void network_remove_port(struct network *network, struct port *port)
{
	struct network_port *entry = network_slot(network, port);

	if (!list_is_empty(&entry->wait.link)) {
		list_remove(&entry->wait.link);
		port->ops->resume(port); /* nobody else is going to */
	}
	egress_fini(&entry->egress);
	network_untap(network, port);
	port_unplug(port);
	fdb_flush_port(network->fdb, port->upper_slot);
	if (!mac_is_zero(&entry->options.mac))
		fdb_remove_static(network->fdb,
				  fdb_key(0, &entry->options.mac));
	network->ports[port->upper_slot] = NULL;
	free(entry);
}

void network_set_port_options(struct network *network, struct port *port,
			      const struct network_port_options *options)
{
	struct network_port *entry = network_slot(network, port);

	entry->options.isolated = options->isolated;
	if (options->disabled && !entry->options.disabled) {
		fdb_flush_port(network->fdb, port->upper_slot);
		egress_carrier_lost(&entry->egress);
	}
	entry->options.disabled = options->disabled;
}

const struct fdb *network_fdb(const struct network *network)
{
	return network->fdb;
}

struct port *network_port(const struct network *network, uint16_t slot)
{
	if (slot >= network->port_count || !network->ports[slot])
		return NULL;
	return network->ports[slot]->port;
}

unsigned network_backlog(const struct network *network, const struct port *port)
{
	return network_slot(network, port)->egress.backlog_count;
}
