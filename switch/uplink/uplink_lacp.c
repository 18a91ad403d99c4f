// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_lacp.c - an uplink that speaks LACP (802.1AX), while its mode is
 * 802.3ad
 *
 * Theory of operation
 *
 *	a frame		-> bond.inspect -> lacp_receive()
 *	a timer		-> lacp_run() -> send -> bond_member_send()
 *	a link		-> bond.changed -> follow -> lacp_link()
 *	lacp.changed	-> bond_member_lacp(), bond_set_aggregator()
 *
 * LACP must not be called from its own callbacks, and votes make the bond call
 * back. So what the bond has changed is followed later in the loop's round:
 * members that came, links, members that have left. The bond itself doesn't
 * wait for that, a member without carrier carries nothing at once. LACPDUs
 * leave from the timer, which is due at once when there is something to say; so
 * nothing is sent from within a port's input.
 *
 * A member's link is what the bond thinks of it, delays included: in its
 * up-delay it would take no frames, so its partner must not begin to send; and
 * what a down-delay is to ride out, the partner need not hear of.
 *
 * A graceful leave: first lacp_leave() takes the partner's consent, while the
 * member still receives. When it is LACP_LEFT the bond lets it go, with the
 * usual grace. The last vote stays as it was, for what comes in meanwhile.
 *
 * Fallback follows LACP: as long as nobody has a partner, and not while one is
 * about to agree.
 *
 * Limits: an LACPDU that finds its port full is lost. The next one says the
 * same, a period later, or as soon as the partner shows that it doesn't know.
 */
#include "switch/uplink/uplink_internal.h"

#include <errno.h>

/* As Linux has it. */
#define PORT_PRIORITY 255

static uint64_t now_ns(const struct uplink *uplink)
{
	return loop_clock_ns(uplink->env.loop);
}

static void rearm(struct uplink *uplink)
{
	uint64_t next_ns = lacp_next_ns(uplink->lacp);

	if (next_ns == UINT64_MAX)
		timer_cancel(uplink->env.loop, &uplink->lacp_timer);
	else
		timer_arm(uplink->env.loop, &uplink->lacp_timer, next_ns);
}

static void run_now(struct timer *timer)
{
	struct uplink *uplink = container_of(timer, struct uplink, lacp_timer);

	lacp_run(uplink->lacp, now_ns(uplink));
	rearm(uplink);
}

/* lacp_ops.send */
static void send_pdu(void *ctx, struct lacp_member *member,
		     const uint8_t *bytes, size_t len)
{
	struct frame frame, *frames[] = {&frame};
	struct uplink *uplink = ctx;
	struct iovec tail;

	frame_set_data(&frame, bytes, (uint32_t)len, &tail);
	bond_member_send(uplink->bond, lacp_member_owner(member), frames, 1);
}

/* What stops by LACP has its reason in the history. */
static void vote(struct uplink *uplink, const struct lacp_member *lacp_member)
{
	struct bond_member *member = lacp_member_owner(lacp_member);
	uint64_t before = uplink_changes(uplink);
	struct lacp_member_status status;
	struct bond_lacp lacp;

	lacp_member_get_status(lacp_member, &status);
	if (status.leave == LACP_LEFT) {
		loop_defer(uplink->env.loop, &uplink->lacp_follow);
		return;
	}
	lacp = (struct bond_lacp){
		.collecting = status.collecting,
		.distributing = status.distributing,
		.aggregator = (uint16_t)status.aggregator,
	};
	bond_member_lacp(uplink->bond, member, &lacp);
	if (!status.distributing)
		uplink_explain(uplink, before, member,
			       lacp_reason_name(status.reason));
}

/* In an order in which the bond never falls back for a moment. */
static void choose(struct uplink *uplink)
{
	struct lacp_status status;

	lacp_get_status(uplink->lacp, &status);
	if (status.fallback)
		bond_allow_fallback(uplink->bond, true);
	bond_set_aggregator(uplink->bond, (uint16_t)status.aggregator);
	if (!status.fallback)
		bond_allow_fallback(uplink->bond, false);
}

/* lacp_ops.changed; perhaps from within a port's input */
static void lacp_changed(void *ctx, struct lacp_member *member)
{
	struct uplink *uplink = ctx;

	if (member)
		vote(uplink, member);
	else
		choose(uplink);
	loop_defer(uplink->env.loop, &uplink->tell);
}

static const struct lacp_ops ops = {
	.send = send_pdu,
	.changed = lacp_changed,
};

static void add_member(struct uplink *uplink, struct bond_member *member)
{
	unsigned slot = bond_member_slot(member);
	const struct lacp_member_settings settings = {
		.port = (uint16_t)(slot + 1),
		.priority = PORT_PRIORITY,
		.mac = uplink_lacp_port_mac(uplink, slot),
		.owner = member,
	};

	uplink->lacp_members[slot] =
		lacp_add(uplink->lacp, &settings, now_ns(uplink), NULL);
}
static_assert(BOND_MAX_MEMBERS <= LACP_MEMBERS_MAX, "there is always room");

static void forget_member(struct uplink *uplink, unsigned slot)
{
	lacp_remove(uplink->lacp_members[slot], now_ns(uplink));
	uplink->lacp_members[slot] = NULL;
}

static enum lacp_leave_state leave_of(const struct uplink *uplink,
				      unsigned slot)
{
	struct lacp_member_status status;

	if (!uplink->lacp_members[slot])
		return LACP_STAYS;
	lacp_member_get_status(uplink->lacp_members[slot], &status);
	return status.leave;
}

static void follow_link(struct uplink *uplink, unsigned slot,
			const struct bond_member_status *status)
{
	const struct lacp_link link = {
		.up = status->state != BOND_DOWN &&
		      status->state != BOND_UP_DELAY,
		.speed_mbps = status->speed_mbps,
	};

	lacp_link(uplink->lacp_members[slot], &link, now_ns(uplink));
}

static void follow_member(struct uplink *uplink, struct bond_member *member)
{
	unsigned slot = bond_member_slot(member);
	struct bond_member_status status;

	bond_member_get_status(uplink->bond, member, &status);
	if (status.state == BOND_LEAVING)
		return;
	if (leave_of(uplink, slot) == LACP_LEFT) {
		forget_member(uplink, slot);
		bond_remove_member(uplink->bond, member, UPLINK_GRACE_NS);
		return;
	}
	if (!uplink->lacp_members[slot])
		add_member(uplink, member);
	if (uplink->lacp_members[slot])
		follow_link(uplink, slot, &status);
}

void uplink_lacp_follow(struct uplink *uplink)
{
	if (!uplink->lacp)
		return;
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		struct bond_member *member = bond_member(uplink->bond, slot);

		if (member)
			follow_member(uplink, member);
	}
	rearm(uplink);
}

static void follow_now(struct deferred *deferred)
{
	uplink_lacp_follow(container_of(deferred, struct uplink, lacp_follow));
}

void uplink_lacp_init(struct uplink *uplink)
{
	deferred_init(&uplink->lacp_follow, follow_now);
	uplink->lacp_timer.expired = run_now;
}

int uplink_lacp_make(struct uplink *uplink,
		     const struct uplink_settings *settings, struct err *err)
{
	const struct lacp_settings whole =
		uplink_lacp_complete(uplink, settings);

	if (settings->bond.mode != BOND_8023AD || uplink->lacp)
		return 0;
	uplink->lacp = lacp_create(&whole, &ops, uplink, err);
	if (!uplink->lacp)
		return -ENOMEM;
	bond_allow_fallback(uplink->bond, false);
	return 0;
}

void uplink_lacp_apply(struct uplink *uplink)
{
	const struct lacp_settings whole =
		uplink_lacp_complete(uplink, &uplink->settings);

	if (!uplink->lacp)
		return;
	lacp_set(uplink->lacp, &whole, now_ns(uplink), NULL); /* was checked */
	uplink_lacp_follow(uplink);
}

/* One that was about to leave goes on with that, without LACP. */
static void end_member(struct uplink *uplink, unsigned slot)
{
	struct bond_member *member = bond_member(uplink->bond, slot);
	bool is_leaving = leave_of(uplink, slot) != LACP_STAYS;

	forget_member(uplink, slot);
	bond_member_lacp(uplink->bond, member, &(struct bond_lacp){0});
	if (is_leaving)
		bond_remove_member(uplink->bond, member, UPLINK_GRACE_NS);
}

void uplink_lacp_end(struct uplink *uplink)
{
	if (!uplink->lacp)
		return;
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (uplink->lacp_members[slot])
			end_member(uplink, slot);
	}
	timer_cancel(uplink->env.loop, &uplink->lacp_timer);
	deferred_cancel(&uplink->lacp_follow);
	lacp_destroy(uplink->lacp);
	uplink->lacp = NULL;
}

void uplink_lacp_drop(struct uplink *uplink,
		      const struct uplink_settings *settings)
{
	if (settings->bond.mode != BOND_8023AD)
		uplink_lacp_end(uplink);
}

bool uplink_lacp_leave(struct uplink *uplink, struct bond_member *member)
{
	unsigned slot = bond_member_slot(member);

	if (!uplink->lacp_members[slot])
		return false;
	if (leave_of(uplink, slot) != LACP_STAYS) {
		forget_member(uplink, slot);
		bond_remove_member(uplink->bond, member, 0);
		return true;
	}
	lacp_leave(uplink->lacp_members[slot], now_ns(uplink));
	uplink_lacp_follow(uplink);
	return true;
}

bool uplink_lacp_is_leaving(const struct uplink *uplink, unsigned slot)
{
	return leave_of(uplink, slot) != LACP_STAYS;
}

static bool is_slow_frame(const struct frame *frame)
{
	static const struct mac slow = {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x02}};

	return be16_load(frame->snap + 2 * MAC_LEN) == SLOW_ETHERTYPE &&
	       mac_is_equal(frame_dst(frame), &slow);
}

/* A member that has left has heard enough, and guests nothing of it. */
bool uplink_lacp_inspect(struct uplink *uplink, unsigned slot,
			 const struct frame *frame)
{
	struct lacp_member *member = uplink->lacp_members[slot];
	uint8_t bytes[LACP_FRAME_LEN];
	bool is_ours = true;
	size_t len;

	if (!uplink->lacp || LIKELY(!is_slow_frame(frame)))
		return false;
	len = frame_copy(frame, 0, bytes, sizeof(bytes));
	if (member)
		is_ours = lacp_receive(member, bytes, len, now_ns(uplink));
	rearm(uplink);
	return is_ours;
}
