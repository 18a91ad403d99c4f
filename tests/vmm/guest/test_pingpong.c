// SPDX-License-Identifier: GPL-2.0-or-later
/* test_pingpong.c - pings at a steady rate, and how many were never answered
 *
 * The canary of other tests: whatever happens to somebody else, it loses none.
 * It answers pings, too, so two of them can watch each other.
 */
#include "guest/clock.h"
#include "guest/inet.h"
#include "guest/tests.h"
#include "guest/text.h"

#define PING_LEN 32
#define LAST_MS 2000

/* struct pace - pings that are due, and when a line was said last */
struct pace {
	struct inet *inet;
	uint64_t next_us, step_us, end_us, say_us;
};

static bool is_due(void *arg)
{
	const struct pace *p = arg;

	return now_us(p->inet->nic->v.machine) >= p->next_us;
}

static bool is_answered(void *arg)
{
	const struct inet *i = arg;

	return i->answers == i->echoes;
}

static void say_all(const struct inet *i)
{
	say("pingpong %u sent %u answered, us mean %lu max %lu\n", i->echoes,
	    i->answers, i->answers ? i->rtt_sum_us / i->answers : 0,
	    i->rtt_max_us);
}

/* A guest that was not let run for a while sends no burst of what it missed. */
static void set_next(struct pace *p, uint64_t now)
{
	p->next_us += p->step_us;
	if (p->next_us < now)
		p->next_us = now;
}

static int run(struct pace *p)
{
	struct inet *i = p->inet;
	struct machine *m = i->nic->v.machine;
	uint64_t now;

	while ((now = now_us(m)) < p->end_us) {
		if (now < p->next_us)
			nic_wait(i->nic, is_due, p,
				 (p->next_us - now + 999) / 1000);
		if (inet_ping(i, PING_LEN))
			return -1;
		set_next(p, now_us(m));
		if (now >= p->say_us) {
			say_all(i);
			p->say_us = now + 1000000;
		}
	}
	nic_wait(i->nic, is_answered, i, LAST_MS);
	say_all(i);
	return 0;
}

/* peer=ADDRESS, else the gateway; seconds=0 is for ever. */
int test_pingpong(struct machine *m)
{
	uint64_t seconds = cmdline_number(m, "seconds", 10);
	uint64_t rate = cmdline_number(m, "rate", 100);
	struct nic nic = {0};
	struct inet i;
	struct pace p = {.inet = &i};
	uint32_t peer = cmdline_address(m, "peer");

	if (nic_find(&nic, m) || nic_start(&nic))
		return -1;
	inet_init(&i, &nic);
	if (inet_address(&i) || inet_resolve(&i, peer ? peer : i.gateway))
		return -1;
	p.step_us = 1000000 / (rate ? rate : 1);
	p.next_us = now_us(m);
	p.end_us = seconds ? p.next_us + seconds * 1000000 : ~0ULL;
	if (run(&p))
		return -1;
	if (i.answers != i.echoes)
		return failed("pingpong: %u lost", i.echoes - i.answers);
	return virtio_reset(&nic.v);
}
