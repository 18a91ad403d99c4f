// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile.c - does wrong deeds one by one, and judges what came of each
 *
 * Theory of operation: the device is started anew for each case. After the deed
 * it is watched for DEVICE_NEEDS_RESET; if that doesn't come, it is asked for
 * something that only a working device can do. Then it is reset, started and
 * asked again. `on=rx` attacks what a network card receives
 * with instead of what it sends with. `only=` and `skip=` choose cases by the
 * beginnings of their names.
 *
 * Without `strict` a device may reject what it should ignore and ignore what it
 * should reject, as long as it recovers: that is for devices of other people.
 */
#include "guest/hostile.h"
#include "guest/irq.h"
#include "guest/tests.h"
#include "guest/text.h"

/* How long a broken device has to say so. */
#define REJECT_MS 1000
/* And how long one is watched that probably isn't. */
#define WATCH_MS 50
#define IRQ_MS 200
#define PROBE_MS 1000
#define POKES 2
#define SETTLE_US 3000
#define SETTLE_TRIES 100

enum verdict { PASS, REJECT, SILENT, WEDGED, FAIL, SKIP, VERDICTS };

static const char *const names[VERDICTS] = {
	"PASS", "REJECT", "SILENT", "WEDGED", "FAIL", "SKIP",
};

/* struct tally - of all cases; kept in the machine's own memory */
struct tally {
	unsigned counts[VERDICTS];
};

static const struct hostile_cases *const files[] = {
	&hostile_ring, &hostile_indirect, &hostile_state, &hostile_pci,
	&hostile_net,  &hostile_control,  &hostile_block,
};

void raw(struct virtq *q, unsigned i, struct virtq_buffer buffer,
	 uint16_t flags, unsigned next)
{
	volatile struct virtq_desc *d = &q->desc[i];

	d->addr = buffer.at;
	d->len = buffer.len;
	d->flags = (uint16_t)(flags | (buffer.writable ? VIRTQ_WRITE : 0));
	d->next = (uint16_t)next;
}

unsigned raw_request(struct victim *victim, unsigned first)
{
	struct virtq_buffer chain[VICTIM_CHAIN];
	unsigned i, n = victim_request(victim, chain);

	for (i = 0; i < n; i++)
		raw(victim->target, first + i, chain[i],
		    i + 1 < n ? VIRTQ_NEXT : 0, first + i + 1);
	return n;
}

void raw_notify(struct virtq *q)
{
	virtq_publish(q);
	virtq_notify(q);
	if (q->poke)
		q->poke(q->poke_arg);
}

void raw_kick(struct virtq *q, unsigned head)
{
	virtq_put(q, (uint16_t)head);
	raw_notify(q);
}

static bool has_used(void *arg)
{
	return virtq_has_used(arg);
}

bool raw_used(struct virtq *q, uint64_t ms)
{
	return wait_for(q->machine, has_used, q, ms);
}

uint64_t ram_top(const struct machine *m)
{
	uint64_t top = m->ram_end;
	unsigned i, j;

	/* What firmware keeps for itself behind it is RAM all the same. */
	for (j = 0; j < m->memory_count; j++)
		for (i = 0; i < m->memory_count; i++)
			if (m->memory[i].start <= top &&
			    m->memory[i].start + m->memory[i].len > top)
				top = m->memory[i].start + m->memory[i].len;
	return top;
}

int hostile_deviates(const struct victim *victim, const char *what)
{
	say("deviates %s: %s\n", victim->name, what);
	return cmdline_has(victim->machine, "strict") ? DEED_FAILED : DEED_DONE;
}

static bool is_told(void *arg)
{
	const struct virtio *v = arg;

	return v->config_irqs;
}

/* settle() - what the deed left in the target's ring is nobody's answer */
static void settle(struct virtq *q)
{
	uint16_t idx;
	unsigned n;

	for (n = 0; n < SETTLE_TRIES; n++) {
		idx = q->used->idx;
		irq_sleep(SETTLE_US);
		if (idx == q->used->idx)
			break;
	}
	q->last_used = q->used->idx;
	q->told = false;
	q->seen = q->irqs;
	if (q->event_idx)
		q->avail->ring[q->size] = q->last_used;
}

/* probe() - does it still work? Nobody says FAIL if it doesn't. */
static bool probe(struct victim *victim)
{
	struct machine *m = victim->machine;
	uint64_t patience = m->patience_ms;
	bool works;

	if (m->patience_ms > PROBE_MS)
		m->patience_ms = PROBE_MS;
	quiet(true);
	settle(victim->target);
	victim->target->poke = NULL;
	if (victim->on_rx)
		nic_offer_all(&victim->nic);
	works = victim_works(victim);
	quiet(false);
	m->patience_ms = patience;
	return works;
}

/* poke() - a buffer to receive is needed when somebody has something to say */
static void poke(void *arg)
{
	struct victim *victim = arg;
	unsigned i;

	for (i = 0; i < POKES; i++)
		inet_ask(&victim->inet, victim->inet.gateway);
}

/* start() - where receiving is attacked, without any buffers for it */
static int start(struct victim *victim)
{
	int result;

	victim->nic.holds_rx = victim->on_rx;
	result = victim_start(victim);
	victim->nic.holds_rx = false;
	if (victim->on_rx) {
		victim->target->poke = poke;
		victim->target->poke_arg = victim;
	}
	return result;
}

static enum verdict look(struct victim *victim, const struct hostile_case *c)
{
	uint64_t ms = WATCH_MS;

	if (c->expect == HOSTILE_REJECT &&
	    cmdline_has(victim->machine, "strict"))
		ms = REJECT_MS;
	if (!virtio_needs_reset(victim->v, ms)) {
		/* Where anything is right, that it recovers is enough. */
		if (c->expect == HOSTILE_ANY || probe(victim))
			return PASS;
		if (!virtio_needs_reset(victim->v, WATCH_MS))
			return SILENT;
	}
	/* Before DRIVER_OK nobody is told by interrupt (2.1.2). */
	if (!(virtio_status(victim->v) & VIRTIO_DRIVER_OK) ||
	    wait_for(victim->machine, is_told, victim->v, IRQ_MS))
		return REJECT;
	return hostile_deviates(victim, "needs a reset, and no interrupt said "
					"so") == DEED_DONE
		       ? REJECT
		       : FAIL;
}

static bool is_right(const struct victim *victim, const struct hostile_case *c,
		     enum verdict verdict)
{
	if (verdict != PASS && verdict != REJECT && verdict != SILENT)
		return false;
	if (c->expect == HOSTILE_ANY || !cmdline_has(victim->machine, "strict"))
		return true;
	if (c->expect == HOSTILE_EITHER)
		return verdict != SILENT;
	return verdict == (c->expect == HOSTILE_PASS ? PASS : REJECT);
}

static enum verdict judge(struct victim *victim, const struct hostile_case *c)
{
	enum verdict verdict = FAIL;
	int deed;

	victim->v->extra_features = c->features;
	if (start(victim))
		return WEDGED;
	if ((virtio_offered(victim->v) & c->features) != c->features)
		return SKIP;
	victim->v->config_irqs = 0;
	quiet(true);
	deed = c->deed(victim, c);
	quiet(false);
	if (deed == DEED_SKIPPED)
		return SKIP;
	if (deed == DEED_DONE)
		verdict = look(victim, c);
	victim->v->extra_features = 0;
	victim->target->poke = NULL;
	if (victim_start(victim) || !victim_works(victim))
		return WEDGED;
	return verdict == FAIL || is_right(victim, c, verdict) ? verdict : FAIL;
}

/* has_prefix() - does one of the words, apart by commas, begin @name? */
static bool has_prefix(const char *words, size_t len, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i <= len; i++) {
		if (i < len && words[i] != ',') {
			n++;
			continue;
		}
		if (n && n <= strlen(name) && !memcmp(name, words + i - n, n))
			return true;
		n = 0;
	}
	return false;
}

static bool is_chosen(const struct machine *m, const char *name)
{
	size_t len;
	const char *words = cmdline_word(m, "only", &len);

	if (words && !has_prefix(words, len, name))
		return false;
	words = cmdline_word(m, "skip", &len);
	return !words || !has_prefix(words, len, name);
}

static void do_case(struct victim *victim, const struct hostile_case *c,
		    struct tally *tally)
{
	enum verdict verdict;

	if (!(c->kinds & 1U << victim->v->id) ||
	    (victim->on_rx && !has_prefix("V", 1, c->name)) ||
	    !is_chosen(victim->machine, c->name))
		return;
	verdict = judge(victim, c);
	tally->counts[verdict]++;
	say("%-6s %s %s\n", names[verdict], victim->name, c->name);
}

static int do_all(struct victim *victim)
{
	struct tally *tally = victim->machine->tally;
	unsigned f, i;

	if (victim_recovers(victim))
		return -1;
	for (f = 0; f < sizeof(files) / sizeof(files[0]); f++)
		for (i = 0; i < files[f]->count; i++)
			do_case(victim, &files[f]->cases[i], tally);
	return virtio_reset(victim->v);
}

int test_hostile(struct machine *m)
{
	struct tally tally = {0};
	unsigned *n = tally.counts;
	int devices;

	m->tally = &tally;
	devices = victim_each(m, do_all);
	if (devices < 0)
		return -1;
	say("hostile %d devices: %u PASS %u REJECT %u SILENT %u WEDGED %u "
	    "FAIL %u SKIP\n",
	    devices, n[PASS], n[REJECT], n[SILENT], n[WEDGED], n[FAIL],
	    n[SKIP]);
	return n[WEDGED] || n[FAIL] ? failed("hostile: see above") : 0;
}
