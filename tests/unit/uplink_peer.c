// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_peer.c - an uplink in mode 802.3ad, and the bond at the other end
 */
#include "unit/cmocka_wrap.h"

#include "unit/uplink_peer.h"

#define DATA_LEN 60
#define DATA_TYPE 0x88b5

static const struct mac far = {{2, 0, 0, 0, 0, UPLINK_BED_FAR}};

static void put_on_wire(struct uplink_peer *peer, unsigned i, bool is_up,
			const uint8_t *bytes, uint32_t len)
{
	struct peer_flight *flight = peer->flights;

	while (flight->arrival_ns)
		assert_true(++flight < peer->flights + PEER_FLIGHTS);
	assert_true(len <= sizeof(flight->bytes));
	flight->arrival_ns = peer->bed->fake.ns + peer->delay_ns;
	flight->i = i;
	flight->is_up = is_up;
	flight->len = len;
	memcpy(flight->bytes, bytes, len);
}

/* uplink_bed.seen */
static void uplink_sent(void *ctx, unsigned i, const uint8_t *data,
			uint32_t len)
{
	struct uplink_peer *peer = ctx;

	if (be16_load(data + 12) == DATA_TYPE)
		peer->up_sent++;
	else if (be16_load(data + 12) != SLOW_ETHERTYPE)
		return; /* announcements of other modes */
	put_on_wire(peer, i, true, data, len);
}

/* lacp_ops.send */
static void peer_sent(void *ctx, struct lacp_member *member,
		      const uint8_t *frame, size_t len)
{
	struct peer_end *end = lacp_member_owner(member);
	struct uplink_peer *peer = ctx;

	put_on_wire(peer, (unsigned)(end - peer->ends), false, frame,
		    (uint32_t)len);
}

static void peer_changed(void *ctx, struct lacp_member *member)
{
	(void)ctx;
	(void)member;
}

static const struct lacp_ops ops = {peer_sent, peer_changed};

struct lacp_member_status uplink_peer_end(const struct uplink_peer *peer,
					  unsigned i)
{
	struct lacp_member_status status = {0};

	if (peer->ends[i].lacp)
		lacp_member_get_status(peer->ends[i].lacp, &status);
	return status;
}

static void peer_got(struct uplink_peer *peer, const struct peer_flight *flight)
{
	struct peer_end *end = &peer->ends[flight->i];
	struct lacp_msg msg;

	if (be16_load(flight->bytes + 12) == DATA_TYPE) {
		peer->up_lost += !uplink_peer_end(peer, flight->i).collecting;
		return;
	}
	assert_int_equal(lacp_msg_decode(flight->bytes, flight->len, &msg),
			 LACP_KIND_PDU);
	end->pdus++;
	end->last = msg.pdu.actor.state;
	if (end->lacp)
		lacp_receive(end->lacp, flight->bytes, flight->len,
			     peer->bed->fake.ns);
}

/* LACPDUs are not answered from within input, and not brought to guests. */
static void uplink_got(struct uplink_peer *peer,
		       const struct peer_flight *flight)
{
	struct uplink_bed *bed = peer->bed;
	bool is_data = be16_load(flight->bytes + 12) == DATA_TYPE;
	unsigned sent = bed->p[flight->i].sent, received = bed->received;
	struct frame frame;
	struct iovec tail;

	frame_set_data(&frame, flight->bytes, flight->len, &tail);
	uplink_bed_input(bed, flight->i, &frame);
	assert_int_equal(bed->p[flight->i].sent, sent);
	if (is_data)
		peer->down_lost += bed->received == received;
	else if (bed->settings.bond.mode == BOND_8023AD)
		assert_int_equal(bed->received, received);
}

static void arrive(struct uplink_peer *peer)
{
	for (unsigned k = 0; k < PEER_FLIGHTS; k++) {
		struct peer_flight flight = peer->flights[k];

		if (!flight.arrival_ns ||
		    flight.arrival_ns > peer->bed->fake.ns)
			continue;
		peer->flights[k].arrival_ns = 0;
		if (peer->bed->is_cut[flight.i])
			continue;
		if (flight.is_up)
			peer_got(peer, &flight);
		else if (peer->bed->uplink)
			uplink_got(peer, &flight);
	}
}

static void send_up(struct uplink_peer *peer)
{
	const struct mac guest = uplink_bed_guest(1 + peer->next % 100);
	struct frame frame;

	uplink_bed_frame(&frame, &far, &guest, DATA_TYPE);
	if (uplink_port(peer->bed->uplink)->carrier)
		uplink_bed_send(peer->bed, &frame);
	uplink_bed_look(peer->bed);
}

/* By the next member that may. */
static void send_down(struct uplink_peer *peer)
{
	const struct mac guest = uplink_bed_guest(1 + peer->next % 100);
	struct frame frame;

	uplink_bed_frame(&frame, &guest, &far, DATA_TYPE);
	for (unsigned k = 0; k < UPLINK_BED_MEMBERS; k++) {
		unsigned i = (peer->next + k) % UPLINK_BED_MEMBERS;

		if (!uplink_peer_end(peer, i).distributing)
			continue;
		peer->down_sent++;
		put_on_wire(peer, i, false, frame.snap, DATA_LEN);
		return;
	}
}

/* uplink_bed.step */
static void step(void *ctx)
{
	struct uplink_peer *peer = ctx;
	uint64_t now_ns = peer->bed->fake.ns;

	if (lacp_next_ns(peer->lacp) <= now_ns)
		lacp_run(peer->lacp, now_ns);
	arrive(peer);
	if (!peer->sends_data || now_ns % NSEC_PER_MSEC)
		return;
	send_up(peer);
	send_down(peer);
	peer->next++;
}

int uplink_peer_set_up(void **state)
{
	static struct uplink_peer peer;
	struct uplink_bed *bed;

	memset(&peer, 0, sizeof(peer));
	uplink_bed_set_up((void **)&bed);
	peer.bed = bed;
	peer.delay_ns = NSEC_PER_MSEC;
	peer.settings = (struct lacp_settings){
		.system_priority = 100,
		.system = {{2, 0, 0, 0, 0xcc, 1}},
		.key = 7,
		.active = true,
		.rate = LACP_RATE_FAST,
	};
	peer.lacp = lacp_create(&peer.settings, &ops, &peer, NULL);
	assert_non_null(peer.lacp);
	bed->seen = uplink_sent;
	bed->step = step;
	bed->ctx = &peer;
	bed->settings.bond.mode = BOND_8023AD;
	bed->settings.lacp.rate = LACP_RATE_FAST;
	uplink_bed_set(bed);
	*state = &peer;
	return 0;
}

int uplink_peer_tear_down(void **state)
{
	struct uplink_peer *peer = *state;

	lacp_destroy(peer->lacp);
	return uplink_bed_tear_down((void **)&peer->bed);
}

void uplink_peer_join(struct uplink_peer *peer, unsigned i)
{
	const struct lacp_link link = {.up = true, .speed_mbps = 1000};
	const struct lacp_member_settings settings = {
		.port = (uint16_t)(10 + i),
		.priority = 255,
		.mac = {{2, 0, 0, 0, 0xcd, (uint8_t)i}},
		.owner = &peer->ends[i],
	};

	peer->ends[i].lacp =
		lacp_add(peer->lacp, &settings, peer->bed->fake.ns, NULL);
	assert_non_null(peer->ends[i].lacp);
	lacp_link(peer->ends[i].lacp, &link, peer->bed->fake.ns);
}

void uplink_peer_leave(struct uplink_peer *peer, unsigned i)
{
	lacp_remove(peer->ends[i].lacp, peer->bed->fake.ns);
	peer->ends[i].lacp = NULL;
}

void uplink_peer_add(struct uplink_peer *peer, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uplink_peer_join(peer, i);
		assert_int_equal(uplink_add_member(peer->bed->uplink,
						   &peer->bed->p[i].port, 1000,
						   NULL),
				 0);
	}
}

void uplink_peer_link(struct uplink_peer *peer, unsigned i, bool up)
{
	const struct lacp_link link = {.up = up, .speed_mbps = 1000};

	port_carrier(&peer->bed->p[i].port, up);
	if (peer->ends[i].lacp)
		lacp_link(peer->ends[i].lacp, &link, peer->bed->fake.ns);
}

void uplink_peer_set(struct uplink_peer *peer)
{
	assert_int_equal(
		lacp_set(peer->lacp, &peer->settings, peer->bed->fake.ns, NULL),
		0);
}

void uplink_peer_run(struct uplink_peer *peer, unsigned ms)
{
	uplink_bed_run(peer->bed, ms);
}

void uplink_peer_wait(struct uplink_peer *peer, unsigned ms)
{
	peer->bed->step_ns = 10 * NSEC_PER_MSEC;
	uplink_bed_run(peer->bed, ms);
	peer->bed->step_ns = UPLINK_BED_STEP_NS;
}

bool uplink_peer_carries(const struct uplink_peer *peer, unsigned i)
{
	struct uplink_member_status ours = uplink_bed_member(peer->bed, i);

	return ours.bond.state == BOND_CARRYING && ours.lacp.distributing &&
	       ours.lacp.collecting && uplink_peer_end(peer, i).distributing;
}

void uplink_peer_agree(struct uplink_peer *peer, unsigned n)
{
	unsigned ms, i, carrying = 0;

	for (ms = 0; ms < 10000 && carrying < n; ms += 10) {
		uplink_peer_run(peer, 10);
		for (i = carrying = 0; i < n; i++)
			carrying += uplink_peer_carries(peer, i);
	}
	assert_int_equal(carrying, n);
}
