// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_settings.c - what the user sets of an uplink, and what is made of it
 *
 * MAC addresses that the user left open are made of the key and the uplink's
 * name: five random bytes, the first of them locally administered, and a last
 * one that says who it is for. So they differ within an uplink for sure, and
 * among uplinks as far as chance goes.
 */
#include <errno.h>

#include "switch/uplink/uplink_internal.h"

/* As QEMU announces after a migration, but for the number of rounds. */
#define ROUNDS 3
#define ROUND_DELAY_MS 50
#define ROUND_STEP_MS 100
#define ROUND_MAX_MS 550
#define PROBE_INTERVAL_MS 50
/* The last byte of addresses; a slot goes into the low four bits. */
#define MAC_ARP 0x00
#define MAC_ND 0x10
#define MAC_LACP_PORT 0x20
#define MAC_LACP_SYSTEM 0x30
/* As Linux has it; the least important that there is. */
#define SYSTEM_PRIORITY 65535

static_assert(BOND_MAX_MEMBERS == PROBE_MAX_MEMBERS, "they share slots");

static const char *const kind_names[] = {
	[UPLINK_ARP] = "ARP",
	[UPLINK_ND] = "ND",
};
static_assert(ARRAY_SIZE(kind_names) == UPLINK_PROBES, "each has a name");

static void probe_settings_init(struct probe_settings *settings)
{
	settings->from_link_local = true;
	settings->misses = PROBE_MISSES;
	settings->answers = PROBE_ANSWERS;
	settings->interval_ms = PROBE_INTERVAL_MS;
}

void uplink_settings_init(struct uplink_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	bond_settings_init(&settings->bond);
	settings->announce = (struct announce_settings){
		.rounds = ROUNDS,
		.delay_ms = ROUND_DELAY_MS,
		.step_ms = ROUND_STEP_MS,
		.max_ms = ROUND_MAX_MS,
	};
	probe_settings_init(&settings->arp);
	probe_settings_init(&settings->nd);
	settings->lacp.system_priority = SYSTEM_PRIORITY;
	settings->lacp.active = true;
}

static struct mac own_mac(const struct uplink *uplink, uint8_t last)
{
	struct mac mac = {{2, [5] = last}};

	be32_store(mac.b + 1, (uint32_t)(uplink->random >> 32));
	return mac;
}

const struct probe_settings *
uplink_probe_settings(const struct uplink_settings *settings,
		      enum uplink_probe kind)
{
	return kind == UPLINK_ARP ? &settings->arp : &settings->nd;
}

bool uplink_probe_is_set(const struct uplink_settings *settings,
			 enum uplink_probe kind)
{
	return uplink_probe_settings(settings, kind)->target_count;
}

/* The two kinds ask half an interval apart. */
struct probe_settings
uplink_probe_complete(const struct uplink *uplink,
		      const struct uplink_settings *settings,
		      enum uplink_probe kind)
{
	struct probe_settings whole = *uplink_probe_settings(settings, kind);
	uint32_t half = kind == UPLINK_ARP ? 0 : UINT32_C(1) << 31;

	whole.seed = (uint32_t)uplink->random + half;
	if (mac_is_zero(&whole.mac))
		whole.mac =
			own_mac(uplink, kind == UPLINK_ARP ? MAC_ARP : MAC_ND);
	return whole;
}

static bool targets_are_equal(const struct probe_settings *a,
			      const struct probe_settings *b)
{
	unsigned i;

	for (i = 0; i < a->target_count; i++) {
		const struct probe_target *x = &a->targets[i];
		const struct probe_target *y = &b->targets[i];

		if (x->is_ip6 != y->is_ip6 ||
		    (x->is_ip6 ? !IN6_ARE_ADDR_EQUAL(&x->ip6, &y->ip6)
			       : x->ip4 != y->ip4))
			return false;
	}
	return true;
}

bool uplink_probe_differs(const struct uplink_settings *before,
			  const struct uplink_settings *settings,
			  enum uplink_probe kind)
{
	const struct probe_settings *a = uplink_probe_settings(before, kind);
	const struct probe_settings *b = uplink_probe_settings(settings, kind);

	return !mac_is_equal(&a->mac, &b->mac) || a->vid != b->vid ||
	       a->source4 != b->source4 ||
	       a->from_link_local != b->from_link_local ||
	       a->all_targets != b->all_targets || a->misses != b->misses ||
	       a->answers != b->answers || a->interval_ms != b->interval_ms ||
	       a->target_count != b->target_count || !targets_are_equal(a, b);
}

static int check_family(const struct probe_settings *settings,
			enum uplink_probe kind, struct err *err)
{
	for (unsigned i = 0; i < settings->target_count; i++) {
		if (settings->targets[i].is_ip6 != (kind == UPLINK_ND))
			return err_set(err, -EINVAL,
				       "target %u of the probes is of another "
				       "family than %s asks for",
				       i + 1, kind_names[kind]);
	}
	return 0;
}

static int check_probes(const struct uplink *uplink,
			const struct uplink_settings *settings, struct err *err)
{
	struct mac macs[UPLINK_PROBES] = {0};

	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		const struct probe_settings whole =
			uplink_probe_complete(uplink, settings, kind);
		int code = 0;

		if (whole.target_count)
			code = probe_check(&whole, err);
		if (whole.target_count && !code)
			code = check_family(&whole, kind, err);
		if (code)
			return code;
		macs[kind] = whole.mac;
	}
	/* each would take the other's answers for its own */
	if (mac_is_equal(&macs[UPLINK_ARP], &macs[UPLINK_ND]))
		return err_set(err, -EINVAL,
			       "ARP and ND probes need a MAC address each");
	return 0;
}

struct lacp_settings
uplink_lacp_complete(const struct uplink *uplink,
		     const struct uplink_settings *settings)
{
	struct lacp_settings whole = settings->lacp;

	whole.min_links = settings->bond.min_links;
	whole.fallback = settings->bond.fallback;
	if (mac_is_zero(&whole.system))
		whole.system = own_mac(uplink, MAC_LACP_SYSTEM);
	return whole;
}

struct mac uplink_lacp_port_mac(const struct uplink *uplink, unsigned slot)
{
	return own_mac(uplink, (uint8_t)(MAC_LACP_PORT | slot));
}
static_assert(BOND_MAX_MEMBERS <= 16, "a slot is four bits");

/*
 * The other end of a LAG answers by whichever member it likes, so that of a
 * member no answer proves anything, nor does silence.
 */
static int check_lacp(const struct uplink *uplink,
		      const struct uplink_settings *settings, struct err *err)
{
	const struct lacp_settings whole =
		uplink_lacp_complete(uplink, settings);

	if (settings->bond.mode != BOND_8023AD)
		return 0;
	if (settings->arp.target_count || settings->nd.target_count)
		return err_set(err, -EINVAL,
			       "mode %s takes no probes: the other end would "
			       "answer by any member, and LACP watches each",
			       bond_mode_name(settings->bond.mode));
	return lacp_check(&whole, err);
}

int uplink_check(const struct uplink *uplink,
		 const struct uplink_settings *settings, struct err *err)
{
	int code;

	if (!bond_settings_are_valid(&settings->bond))
		return err_set(err, -EINVAL, "no such mode or policy");
	code = check_lacp(uplink, settings, err);
	return code ? code : check_probes(uplink, settings, err);
}
