// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_lacp.c - a bond with three members whose partners say anything, while
 * links, settings, members and the time change
 *
 * Input: steps of four bytes: what and which member, two arguments, time. Some
 * are followed by a frame of LACP_FRAME_LEN bytes. Whatever happens: a member
 * distributes only to a partner in sync that collects, in the one aggregator
 * that carries; three LACPDUs a second; and lacp_run() comes to rest.
 */
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "switch/lacp/lacp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMBERS 3
#define STEP_LEN 4

/* A member and when it sent last. */
struct fuzz_member {
	struct lacp_member *member;
	uint64_t sent_ns[LACP_SLOW_FRAMES_MAX];
	unsigned sent;
};

struct fuzz {
	struct lacp *lacp;
	struct lacp_settings settings;
	struct fuzz_member members[MEMBERS];
	uint64_t now_ns;
};

enum {
	DO_FRAME,
	DO_GOOD_PDU,
	DO_LINK,
	DO_SET,
	DO_LEAVE,
	DO_REMOVE,
	DO_ADD,
	DO_RUN,
};

static void fuzz_send(void *ctx, struct lacp_member *member,
		      const uint8_t *frame, size_t len)
{
	struct fuzz *fuzz = ctx;
	struct fuzz_member *slot = lacp_member_owner(member);
	uint64_t *oldest_ns =
		&slot->sent_ns[slot->sent++ % LACP_SLOW_FRAMES_MAX];
	struct lacp_msg msg;

	if (lacp_msg_decode(frame, len, &msg) < LACP_KIND_PDU)
		abort();
	if (slot->sent > LACP_SLOW_FRAMES_MAX &&
	    fuzz->now_ns - *oldest_ns < NSEC_PER_SEC)
		abort();
	*oldest_ns = fuzz->now_ns;
}

static void check_member(const struct lacp_status *bond,
			 const struct lacp_member *member)
{
	const uint8_t needed = LACP_SYNC | LACP_COLLECTING;
	struct lacp_member_status status;

	lacp_member_get_status(member, &status);
	if (!status.distributing)
		return;
	if ((status.partner.state & needed) != needed || !status.collecting ||
	    !status.link.up || status.looped || status.leave != LACP_STAYS ||
	    !status.aggregator || status.aggregator != bond->aggregator ||
	    status.receive != LACP_RX_CURRENT || status.reason != LACP_FINE)
		abort();
}

static void fuzz_changed(void *ctx, struct lacp_member *member)
{
	struct fuzz *fuzz = ctx;
	struct lacp_status bond;

	lacp_get_status(fuzz->lacp, &bond);
	if (member)
		check_member(&bond, member);
}

static const struct lacp_ops ops = {fuzz_send, fuzz_changed};

static void add(struct fuzz *fuzz, unsigned i)
{
	struct fuzz_member *slot = &fuzz->members[i];
	const struct lacp_member_settings settings = {
		.port = (uint16_t)(i + 1),
		.owner = slot,
	};

	memset(slot, 0, sizeof(*slot));
	slot->member = lacp_add(fuzz->lacp, &settings, fuzz->now_ns, NULL);
	if (!slot->member)
		abort();
}

static void receive_good(struct fuzz *fuzz, struct lacp_member *member,
			 const uint8_t *step)
{
	static const struct mac source = {{2, 0, 0, 0, 0, 9}};
	struct lacp_member_status status;
	uint8_t frame[LACP_FRAME_LEN];
	struct lacp_pdu pdu;

	lacp_member_get_status(member, &status);
	pdu.actor = (struct lacp_end){
		.system_priority = 1,
		.system = {{2, 0, 0, 0, 0, (uint8_t)(step[2] >> 6)}},
		.key = step[2] >> 4 & 3,
		.port = step[2] & 15,
		.state = step[1],
	};
	pdu.partner = status.actor;
	lacp_msg_encode_pdu(&pdu, &source, frame);
	lacp_receive(member, frame, sizeof(frame), fuzz->now_ns);
}

static void set(struct fuzz *fuzz, const uint8_t *step)
{
	struct lacp_settings *settings = &fuzz->settings;

	settings->active = step[1] & 1;
	settings->rate = step[1] & 2 ? LACP_RATE_FAST : LACP_RATE_SLOW;
	settings->policy = (step[1] >> 2 & 3) % 3;
	settings->fallback = step[1] & 16;
	settings->min_links = step[1] >> 5 & 3;
	settings->key = step[2];
	lacp_set(fuzz->lacp, settings, fuzz->now_ns, NULL);
}

static void pass_time(struct fuzz *fuzz, uint8_t amount)
{
	/* From a millisecond to two minutes. */
	fuzz->now_ns += (NSEC_PER_MSEC << (amount & 15)) * (amount >> 4) / 4;
	if (lacp_run(fuzz->lacp, fuzz->now_ns) <= fuzz->now_ns)
		abort();
}

/* Returns how many bytes of the frame behind the step were used. */
static size_t take_step(struct fuzz *fuzz, const uint8_t *step, size_t left)
{
	unsigned i = (step[0] >> 3) % MEMBERS;
	struct lacp_member *member = fuzz->members[i].member;
	const struct lacp_link link = {step[1] & 1, step[1] & 2,
				       step[1] >> 2 & 3 ? 1000 : 10000};
	size_t len = 0;

	switch (member ? step[0] & 7 : DO_ADD) {
	case DO_FRAME:
		len = MIN(left, LACP_FRAME_LEN);
		lacp_receive(member, step + STEP_LEN, len, fuzz->now_ns);
		break;
	case DO_GOOD_PDU:
		receive_good(fuzz, member, step);
		break;
	case DO_LINK:
		lacp_link(member, &link, fuzz->now_ns);
		break;
	case DO_SET:
		set(fuzz, step);
		break;
	case DO_LEAVE:
		lacp_leave(member, fuzz->now_ns);
		break;
	case DO_REMOVE:
		lacp_remove(member, fuzz->now_ns);
		fuzz->members[i].member = NULL;
		break;
	case DO_ADD:
		if (!member)
			add(fuzz, i);
		break;
	case DO_RUN:
		break;
	}
	return len;
}

static void check_all(const struct fuzz *fuzz)
{
	struct lacp_status bond;
	unsigned i;

	lacp_get_status(fuzz->lacp, &bond);
	for (i = 0; i < MEMBERS; i++) {
		if (fuzz->members[i].member)
			check_member(&bond, fuzz->members[i].member);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {
		.settings = {.system_priority = 1,
			     .system = {{2, 0, 0, 0, 0, 1}},
			     .key = 1,
			     .active = true,
			     .rate = LACP_RATE_FAST},
		.now_ns = NSEC_PER_SEC,
	};
	unsigned i;

	fuzz.lacp = lacp_create(&fuzz.settings, &ops, &fuzz, NULL);
	if (!fuzz.lacp)
		abort();
	for (i = 0; i < MEMBERS; i++)
		add(&fuzz, i);
	while (size >= STEP_LEN) {
		size_t used = take_step(&fuzz, data, size - STEP_LEN);

		check_all(&fuzz);
		pass_time(&fuzz, data[3]);
		check_all(&fuzz);
		data += STEP_LEN + used;
		size -= STEP_LEN + used;
	}
	lacp_destroy(fuzz.lacp);
	return 0;
}
