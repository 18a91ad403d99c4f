// SPDX-License-Identifier: GPL-2.0-or-later
/* test_net.c - an address, the gateway's MAC, and pings; and a cable that is
 * cut */
#include "guest/inet.h"
#include "guest/tests.h"
#include "guest/text.h"

#define PING_LEN 56
#define PING_MS 5000
#define LINK_MS 60000

int inet_address(struct inet *i)
{
	struct machine *m = i->nic->v.machine;
	char address[16], gateway[16];

	i->address = cmdline_address(m, "ip");
	i->gateway = cmdline_address(m, "gw");
	if (!i->address && inet_dhcp(i))
		return -1;
	say("lease %s gateway %s for %u s\n", ip_text(address, i->address),
	    ip_text(gateway, i->gateway), i->lease_s);
	return i->gateway ? 0 : failed("dhcp: no gateway");
}

static void say_nic(const struct nic *nic)
{
	const uint8_t *a = nic->mac;

	say("nic %02x:%02x:%02x:%02x:%02x:%02x mtu %u features 0x%lx %s\n",
	    a[0], a[1], a[2], a[3], a[4], a[5], nic->mtu, nic->v.features,
	    nic_link_is_up(nic) ? "up" : "down");
}

static int ping(struct inet *i, unsigned count)
{
	unsigned n, lost = 0;

	for (n = 0; n < count; n++)
		lost += !inet_pinged(i, PING_LEN, PING_MS);
	say("ping %u sent %u answered, us min %lu mean %lu max %lu\n",
	    i->echoes, i->answers, i->rtt_min_us,
	    i->answers ? i->rtt_sum_us / i->answers : 0, i->rtt_max_us);
	return lost ? failed("ping: %u lost", lost) : 0;
}

int test_net(struct machine *m)
{
	struct nic nic = {0};
	struct inet inet;

	if (nic_find(&nic, m) || nic_start(&nic))
		return -1;
	inet_init(&inet, &nic);
	say_nic(&nic);
	if (inet_address(&inet) || inet_resolve(&inet, inet.gateway) ||
	    ping(&inet, (unsigned)cmdline_number(m, "count", 10)))
		return -1;
	say("nic %u sent %u received %u interrupts\n", nic.sent, nic.received,
	    nic.rx.irqs);
	if (nic.rx.lost)
		return failed("nic: %u interrupts lost", nic.rx.lost);
	if (inet.strange)
		return failed("nic: %u broken packets", inet.strange);
	return virtio_reset(&nic.v);
}

/* struct carrier - what link waits for: a change that an interrupt told */
struct carrier {
	struct nic *nic;
	unsigned seen;
	bool is_up;
};

static bool has_changed(void *arg)
{
	struct carrier *c = arg;

	if (c->nic->v.config_irqs == c->seen)
		return false;
	c->seen = c->nic->v.config_irqs;
	return nic_link_is_up(c->nic) != c->is_up;
}

static void drop_frame(struct nic *nic, uint8_t *frame, uint32_t len)
{
	(void)nic;
	(void)frame;
	(void)len;
}

/* changes=N ends it after that many. */
int test_link(struct machine *m)
{
	unsigned n, changes = (unsigned)cmdline_number(m, "changes", 2);
	struct nic nic = {.input = drop_frame};
	struct carrier c = {.nic = &nic};

	if (nic_find(&nic, m) || nic_start(&nic))
		return -1;
	say_nic(&nic);
	c.is_up = nic_link_is_up(&nic);
	say("carrier %s\n", c.is_up ? "up" : "down");
	for (n = 0; n < changes; n++) {
		if (!nic_wait(&nic, has_changed, &c, LINK_MS))
			return failed("link: nothing changed in %u ms",
				      LINK_MS);
		c.is_up = !c.is_up;
		say("carrier %s\n", c.is_up ? "up" : "down");
	}
	return virtio_reset(&nic.v);
}
