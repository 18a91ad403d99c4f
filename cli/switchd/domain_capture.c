// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_capture.c - captures on one worker: which ports they look at
 *
 * Theory of operation
 *
 * A capture is a list of targets; here they become taps on ports, when it
 * begins and whenever a port comes. A port that goes leaves its tap behind,
 * with its counts, and takes it up again under the same name.
 *
 * What passed before is played from the networks' recorders in small steps,
 * between batches of frames. When the writer falls behind, the next step waits
 * for it, and the recorder may then overwrite what was still to come: that is
 * counted as lost.
 */
#include "cli/switchd/domain_capture.h"

#include <stdlib.h>
#include <string.h>

#include "cli/switchd/domain_uplink_internal.h"
#include "switch/bond/bond_capture.h"
#include "switch/network.h"

/* Records in one step: some 20 microseconds. */
#define REPLAY_STEP 256
/* How long to leave a writer that is behind alone. */
#define REPLAY_PAUSE_NS NSEC_PER_MSEC

/**
 * struct place - one port, and where it is plugged in
 * @network:	there; NULL: it is a member of an uplink
 * @member:	itself, as such
 * @port:	itself, when it is none
 * @name:	of either
 * @network_number: labd's
 * @port_number: labd's; WIRE_PORT_SERVICE: the network's own. Of a member, that
 *		of the far end that it would have if it were a cable
 */
struct place {
	struct network *network;
	struct bond_member *member;
	struct port *port;
	const char *name;
	uint32_t network_number;
	uint32_t port_number;
};

/**
 * struct domain_capture - one capture
 * @next:	of the worker
 * @domains:	the worker's
 * @job:	what is wanted
 * @ring:	made with the first port
 * @errand:	not done yet; else NULL
 * @done:	for @errand
 * @step:	the next of the replay
 * @pause:	before the next, when the writer is behind
 * @networks:	what is played yet; NULL: nothing, or over
 * @replays:	one for each
 * @network_count: how many
 */
struct domain_capture {
	struct domain_capture *next;
	struct domains *domains;
	struct capture_job *job;
	struct capture_ring *ring;
	struct capture_errand *errand;
	void (*done)(struct capture_errand *errand);
	struct deferred step;
	struct timer pause;
	struct network *networks[DOMAINS_MAX_NETWORKS];
	struct network_replay replays[DOMAINS_MAX_NETWORKS];
	unsigned network_count;
};

static void call_place(const struct domain_network *network, struct port *port,
		       uint32_t number,
		       void (*call)(void *arg, const struct place *place),
		       void *arg)
{
	const struct place place = {.network = network->network,
				    .port = port,
				    .name = port->name,
				    .network_number = network->number,
				    .port_number = number};

	call(arg, &place);
}

static void call_members(const struct domain_uplink *uplink,
			 void (*call)(void *arg, const struct place *place),
			 void *arg)
{
	uint32_t i;

	for (i = 0; uplink && i < BOND_MAX_MEMBERS; i++) {
		const char *name = uplink->members[i].name;
		struct place place = {
			.port_number = wire_cable_port(uplink->number, i)};

		if (name[0])
			place.member =
				uplink_lookup_member(uplink->uplink, name);
		if (!place.member)
			continue;
		place.name = name;
		call(arg, &place);
	}
}

static void for_each_port(struct domains *domains,
			  void (*call)(void *arg, const struct place *place),
			  void *arg)
{
	const struct domain_network *network;
	const struct domain_port *port;
	struct gateway *gateway;
	uint32_t i;

	for (i = 0; i < DOMAINS_MAX_PORTS; i++) {
		port = domains->ports[i];
		if (port && port->network)
			call_place(port->network, port->port, i, call, arg);
	}
	for (i = 0; i < DOMAINS_MAX_NETWORKS; i++) {
		network = domains->networks[i];
		gateway = network && network->service
				  ? service_gateway(network->service)
				  : NULL;
		if (gateway)
			call_place(network, gateway_port(gateway),
				   WIRE_PORT_SERVICE, call, arg);
	}
	for (i = 0; i < WIRE_MAX_UPLINKS; i++)
		call_members(domains->uplinks[i], call, arg);
}

static bool is_target(const struct capture_job *job, const struct place *place)
{
	unsigned i;

	for (i = 0; i < job->target_count; i++) {
		const struct wire_capture_target *target = &job->targets[i];
		uint32_t number = target->number;

		if (!place->network) {
			if (target->kind == WIRE_CAPTURE_MEMBER &&
			    number == place->port_number)
				return true;
			continue;
		}
		if (target->kind == WIRE_CAPTURE_NETWORK &&
		    number == place->network_number)
			return true;
		if (target->kind == WIRE_CAPTURE_PORT &&
		    place->port_number != WIRE_PORT_SERVICE &&
		    number == place->port_number)
			return true;
		if (target->kind == WIRE_CAPTURE_GATEWAY &&
		    place->port_number == WIRE_PORT_SERVICE &&
		    number == place->network_number)
			return true;
	}
	return false;
}

static bool make_ring(struct domain_capture *capture)
{
	struct capture_job *job = capture->job;

	if (capture->ring)
		return true;
	capture->ring = capture_ring_create(&job->wake, NULL);
	if (!capture->ring)
		return false;
	/* From here on it is the job's, and freed with it. */
	__atomic_store_n(&job->rings[capture->errand->worker], capture->ring,
			 __ATOMIC_RELEASE);
	return true;
}

static struct capture_tap *find_tap(const struct capture_ring *ring,
				    const char *name)
{
	unsigned i;

	for (i = 0; i < ring->tap_count; i++) {
		if (strcmp(ring->taps[i]->name, name) == 0)
			return ring->taps[i];
	}
	return NULL;
}

static void tap_port(void *arg, const struct place *place)
{
	struct domain_capture *capture = arg;
	struct capture_tap *tap;

	if (!is_target(capture->job, place))
		return;
	if (!make_ring(capture))
		goto fail;
	tap = find_tap(capture->ring, place->name);
	if (!tap)
		tap = capture_tap_create(capture->ring, &capture->job->settings,
					 place->name);
	if (!tap)
		goto fail;
	if (!list_is_empty(&tap->link))
		return;
	if (place->member)
		bond_member_tap(place->member, tap);
	else
		network_tap(place->network, place->port, tap);
	return;
fail:
	__atomic_store_n(&capture->job->out_of_memory, 1, __ATOMIC_RELAXED);
}

static void finish(struct domain_capture *capture)
{
	struct capture_errand *errand = capture->errand;
	void (*done)(struct capture_errand *) = capture->done;

	capture->done = NULL;
	deferred_cancel(&capture->step);
	timer_cancel(capture->domains->loop, &capture->pause);
	if (done)
		done(errand);
}

static void play_step(struct deferred *deferred)
{
	struct domain_capture *capture =
		container_of(deferred, struct domain_capture, step);
	struct loop *loop = capture->domains->loop;
	unsigned i = capture->network_count - 1;

	if (capture_ring_used(capture->ring) > CAPTURE_RING_SIZE / 4) {
		timer_arm(loop, &capture->pause,
			  loop_now_ns(loop) + REPLAY_PAUSE_NS);
		return;
	}
	if (!network_replay_step(capture->networks[i], capture->ring,
				 &capture->replays[i], REPLAY_STEP)) {
		__atomic_fetch_add(&capture->job->overwritten,
				   capture->replays[i].lost, __ATOMIC_RELAXED);
		capture->network_count--;
	}
	if (capture->network_count)
		loop_defer(loop, &capture->step);
	else
		finish(capture);
}

static void pause_expired(struct timer *timer)
{
	struct domain_capture *capture =
		container_of(timer, struct domain_capture, pause);

	loop_defer(capture->domains->loop, &capture->step);
}

static void note_reach(struct capture_job *job, uint64_t now_ns,
		       const struct network_replay *replay)
{
	uint64_t ms = (now_ns - replay->reached_ns) / NSEC_PER_MSEC;
	uint64_t known = __atomic_load_n(&job->reached_ms, __ATOMIC_RELAXED);

	if (!replay->reached_ns)
		return;
	/* Of several networks the shortest memory; another worker's may win. */
	if (!known || ms < known)
		__atomic_store_n(&job->reached_ms, MAX(ms, 1),
				 __ATOMIC_RELAXED);
}

static void add_network(void *arg, const struct place *place)
{
	struct domain_capture *capture = arg;
	struct capture_job *job = capture->job;
	uint64_t now_ns = loop_now_ns(capture->domains->loop);
	uint64_t span_ns = job->add.last_ms * NSEC_PER_MSEC;
	struct network_replay *replay;
	unsigned i;

	if (!is_target(job, place) || place->member)
		return;
	for (i = 0; i < capture->network_count; i++) {
		if (capture->networks[i] == place->network)
			return;
	}
	capture->networks[capture->network_count] = place->network;
	replay = &capture->replays[capture->network_count++];
	network_replay_begin(place->network,
			     now_ns > span_ns ? now_ns - span_ns : 0, replay);
	note_reach(job, now_ns, replay);
}

void domain_capture_begin(struct domains *domains,
			  struct capture_errand *errand,
			  void (*done)(struct capture_errand *errand))
{
	struct domain_capture *capture = calloc(1, sizeof(*capture));

	if (!capture) {
		__atomic_store_n(&errand->job->out_of_memory, 1,
				 __ATOMIC_RELAXED);
		done(errand);
		return;
	}
	capture->domains = domains;
	capture->job = errand->job;
	capture->errand = errand;
	capture->done = done;
	capture->pause.expired = pause_expired;
	deferred_init(&capture->step, play_step);
	capture->next = domains->captures;
	domains->captures = capture;
	for_each_port(domains, tap_port, capture);
	if (capture->job->add.last_ms && capture->ring)
		for_each_port(domains, add_network, capture);
	if (capture->network_count)
		loop_defer(domains->loop, &capture->step);
	else
		finish(capture);
}

static void untap_port(void *arg, const struct place *place)
{
	struct domain_capture *capture = arg;
	struct capture_tap *tap;

	tap = capture->ring ? find_tap(capture->ring, place->name) : NULL;
	if (!tap || list_is_empty(&tap->link))
		return;
	if (place->member)
		bond_member_tap_remove(place->member, tap);
	else
		network_tap_remove(place->network, place->port, tap);
}

void domain_capture_end(struct domains *domains, const struct capture_job *job)
{
	struct domain_capture **at = &domains->captures, *capture;

	while (*at && (*at)->job != job)
		at = &(*at)->next;
	capture = *at;
	if (!capture)
		return;
	*at = capture->next;
	finish(capture);
	for_each_port(domains, untap_port, capture);
	free(capture);
}

const struct capture_job *
domain_capture_job(const struct domain_capture *capture)
{
	return capture->job;
}

void domain_capture_refresh(struct domains *domains)
{
	struct domain_capture *capture;

	for (capture = domains->captures; capture; capture = capture->next) {
		if (!capture->job->add.last_ms)
			for_each_port(domains, tap_port, capture);
	}
}

void domain_capture_forget(struct domains *domains,
			   const struct network *network)
{
	struct domain_capture *capture;
	unsigned i;

	for (capture = domains->captures; capture; capture = capture->next) {
		for (i = 0; i < capture->network_count; i++) {
			if (capture->networks[i] != network)
				continue;
			capture->network_count--;
			capture->networks[i] =
				capture->networks[capture->network_count];
			capture->replays[i] =
				capture->replays[capture->network_count];
			if (!capture->network_count)
				finish(capture);
			break;
		}
	}
}
