// SPDX-License-Identifier: GPL-2.0-or-later
/* test_pingpong.c - pings at a steady rate, and how many were never answered
 *
 * The canary of other tests: whatever happens to somebody else, it loses none.
 * It answers pings, too, so two of them can watch each other.
 */
#include "guest/clock.h"
#include "guest/inet.h"
#include "guest/irq.h"
#include "guest/tests.h"
#include "guest/text.h"

#define PING_LEN 8
/* On their way at once, at most: a guest that is slow loses none by that. */
#define WINDOW 24
#define ANSWER_MS 8000

/* struct pace - when the next ping is due, and when a line was said last */
struct pace {
	struct inet *inet;
	uint64_t next_us, step_us, end_us, say_us;
	unsigned lost;
};

/* One that was given up may be answered yet: then it wasn't lost. */
static unsigned under_way(struct pace *p)
{
	unsigned open = p->inet->echoes - p->inet->answers;

	if (p->lost > open)
		p->lost = open;
	return open - p->lost;
}

static bool may_send(void *arg)
{
	struct pace *p = arg;

	return under_way(p) < WINDOW &&
	       now_us(p->inet->nic->v.machine) >= p->next_us;
}

static bool is_answered(void *arg)
{
	return !under_way(arg);
}

static void say_all(const struct pace *p)
{
	const struct inet *i = p->inet;

	say("pingpong %u sent %u answered %u lost, us mean %lu max %lu\n",
	    i->echoes, i->answers, p->lost,
	    i->answers ? i->rtt_sum_us / i->answers : 0, i->rtt_max_us);
}

/* A guest that was not let run for a while sends no burst of what it missed. */
static void set_next(struct pace *p, uint64_t now)
{
	p->next_us += p->step_us;
	if (p->next_us < now)
		p->next_us = now;
}

/* wait_to_send() - what has no answer after all that time will never have one
 */
static void wait_to_send(struct pace *p)
{
	struct nic *nic = p->inet->nic;
	uint64_t now = now_us(nic->v.machine);

	/* Behind its time it doesn't sleep, but must still see what came. */
	irq_poll();
	if (virtq_told(&nic->rx))
		nic_poll(nic);
	if (may_send(p))
		return;
	if (under_way(p) < WINDOW) {
		if (p->next_us > now)
			nic_wait(nic, may_send, p,
				 (p->next_us - now + 999) / 1000);
	} else if (!nic_wait(nic, may_send, p, ANSWER_MS)) {
		p->lost += under_way(p);
	}
}

static int run(struct pace *p)
{
	struct machine *m = p->inet->nic->v.machine;
	uint64_t now;

	while ((now = now_us(m)) < p->end_us) {
		if (now >= p->say_us) {
			say_all(p);
			p->say_us = now + 1000000;
		}
		wait_to_send(p);
		if (!may_send(p))
			continue;
		if (inet_ping(p->inet, PING_LEN))
			return -1;
		set_next(p, now_us(m));
	}
	if (!nic_wait(p->inet->nic, is_answered, p, ANSWER_MS))
		p->lost += under_way(p);
	say_all(p);
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
	if (p.lost)
		return failed("pingpong: %u lost", p.lost);
	return virtio_reset(&nic.v);
}
