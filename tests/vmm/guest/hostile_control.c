// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_control.c - commands that a network card refuses (N7), and control
 * messages of a console that mean nothing */
#include "guest/hostile.h"
#include "guest/io.h"
#include "guest/text.h"

#define F_CTRL_VQ (1ULL << 17)
#define F_CTRL_RX (1ULL << 18)
#define NET_CONTROL 2
#define CONFIG_MAX_PAIRS 8
#define UNTOUCHED 0xee
#define ANSWER_MS 1000

enum { CLASS_RX = 0, CLASS_MAC = 1, CLASS_VLAN = 2, CLASS_MQ = 4 };
enum { ANSWER_OK, ANSWER_ERR, ANSWER_ANY };

/* struct command - class, command and data; what the device has to say */
struct command {
	uint8_t head[2];
	uint8_t len, answer;
	uint8_t data[12];
};

static const struct command commands[] = {
	{{255, 0}, 0, ANSWER_ERR, {0}},
	{{CLASS_RX, 77}, 1, ANSWER_ERR, {1}},
	{{CLASS_RX, 0}, 0, ANSWER_ERR, {0}},
	{{CLASS_RX, 0}, 1, ANSWER_ANY, {255}},
	{{CLASS_MAC, 0}, 8, ANSWER_ERR, {255, 255, 255, 255, 0, 0, 0, 0}},
	{{CLASS_MAC, 0}, 8, ANSWER_ERR, {0, 0, 0, 0, 255, 255, 255, 255}},
	{{CLASS_MAC, 0}, 3, ANSWER_ERR, {0}},
	{{CLASS_MAC, 0}, 4, ANSWER_ERR, {1, 0, 0, 0}},
	{{CLASS_MAC, 1}, 5, ANSWER_ERR, {2, 0, 0, 0, 0}},
	{{CLASS_MAC, 1}, 0, ANSWER_ERR, {0}},
	{{CLASS_VLAN, 0}, 2, ANSWER_ERR, {255, 255}},
	{{CLASS_VLAN, 0}, 1, ANSWER_ERR, {1}},
	{{CLASS_MQ, 0}, 2, ANSWER_ERR, {0, 0}},
	{{CLASS_MQ, 0}, 2, ANSWER_ERR, {255, 255}},
	{{CLASS_MQ, 0}, 1, ANSWER_ERR, {1}},
	{{CLASS_MQ, 1}, 12, ANSWER_ERR, {255, 255, 255, 255, 255, 255, 255}},
};

/* Where the control queue is: behind all pairs, if there are several. */
static uint16_t control_index(const struct victim *victim)
{
	uint16_t pairs = 1;

	if (virtio_offered(victim->v) & NET_F_MQ)
		pairs = read16(victim->v->config.at + CONFIG_MAX_PAIRS);
	return victim->v->features & NET_F_MQ ? (uint16_t)(2 * pairs)
					      : NET_CONTROL;
}

/* restart() - with a control queue; the usual start has none */
static int restart(struct victim *victim, struct virtq *q)
{
	if (virtio_begin(victim->v, F_CTRL_VQ | F_CTRL_RX) ||
	    virtio_queue(victim->v, &victim->nic.rx, NIC_RX, 0) ||
	    virtio_queue(victim->v, &victim->nic.tx, NIC_TX, 0) ||
	    virtio_queue(victim->v, q, control_index(victim), 0))
		return DEED_FAILED;
	return virtio_run(victim->v);
}

/* ask() - the answer; @pieces of the data's bytes each. 255: none */
static uint8_t ask(struct victim *victim, struct virtq *q,
		   const struct command *command, unsigned piece)
{
	uint8_t *at = victim->scratch;
	unsigned i, n = 0, len = 2U + command->len;
	struct virtq_buffer b = {(uint64_t)at, 0, false};

	memcpy(at, command->head, 2);
	memcpy(at + 2, command->data, command->len);
	at[64] = UNTOUCHED;
	for (i = 0; i < len; i += piece, n++) {
		b.at = (uint64_t)at + i;
		b.len = len - i < piece ? len - i : piece;
		raw(q, n, b, VIRTQ_NEXT, n + 1);
	}
	b = (struct virtq_buffer){(uint64_t)at + 64, 1, true};
	raw(q, n, b, 0, 0);
	raw_kick(q, 0);
	if (!raw_used(q, ANSWER_MS))
		return 255;
	q->last_used = q->used->idx;
	return at[64];
}

static int check(struct victim *victim, struct virtq *q, unsigned i,
		 unsigned piece)
{
	uint8_t answer = ask(victim, q, &commands[i], piece);

	if (answer == ANSWER_OK || answer == ANSWER_ERR) {
		if (commands[i].answer == ANSWER_ANY ||
		    answer == commands[i].answer)
			return DEED_DONE;
	}
	if (virtio_status(victim->v) & VIRTIO_NEEDS_RESET)
		return DEED_DONE;
	say("command %u in pieces of %u: answer %u\n", i, piece, answer);
	return hostile_deviates(victim, "a command's answer is wrong");
}

static int net_commands(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = &victim->control;
	unsigned i;

	if (!(virtio_offered(victim->v) & F_CTRL_VQ))
		return DEED_SKIPPED;
	if (restart(victim, q))
		return DEED_FAILED;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (check(victim, q, i, (unsigned)c->a))
			return DEED_FAILED;
	return DEED_DONE;
}

/* The answer has no place to go, or there is no command. */
static int net_no_answer(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = &victim->control;
	struct virtq_buffer b = {(uint64_t)victim->scratch, 3, c->a};

	if (!(virtio_offered(victim->v) & F_CTRL_VQ))
		return DEED_SKIPPED;
	if (restart(victim, q))
		return DEED_FAILED;
	raw(q, 0, b, 0, 0);
	raw_kick(q, 0);
	raw_used(q, 50);
	return DEED_DONE;
}

static int net_flood(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = &victim->control;
	unsigned i;

	if (!(virtio_offered(victim->v) & F_CTRL_VQ))
		return DEED_SKIPPED;
	if (restart(victim, q))
		return DEED_FAILED;
	for (i = 0; i < c->a; i++)
		if (ask(victim, q, &commands[i % 12], 64) == 255)
			return virtio_status(victim->v) & VIRTIO_NEEDS_RESET
				       ? DEED_DONE
				       : hostile_deviates(
						 victim,
						 "a command has no answer");
	return DEED_DONE;
}

/* Events and ports that aren't there, from a console's driver. */
static int console_events(struct victim *victim, const struct hostile_case *c)
{
	static const uint32_t ids[] = {0,  1,   3,          4,
				       31, 255, 0x7fffffff, 0xffffffff};
	static const uint16_t events[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 0xffff};
	unsigned i, e;

	if (!(victim->v->features & VCON_F_MULTIPORT))
		return DEED_SKIPPED;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (e = 0; e < sizeof(events) / sizeof(events[0]); e++) {
			if (vcon_control(&victim->console, ids[i], events[e],
					 (uint16_t)c->a))
				return DEED_DONE;
			vcon_poll(&victim->console);
		}
	return DEED_DONE;
}

/* Messages that are too short, or much too long. */
static int console_lengths(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = &victim->console.queues[VCON_CONTROL_TX];
	struct virtq_buffer b = {(uint64_t)victim->scratch, (uint32_t)c->a,
				 c->b};

	if (!(victim->v->features & VCON_F_MULTIPORT))
		return DEED_SKIPPED;
	raw(q, RAW_FIRST(q), b, 0, 0);
	raw_kick(q, RAW_FIRST(q));
	raw_used(q, 100);
	q->last_used = q->used->idx;
	return DEED_DONE;
}

static const struct hostile_case cases[] = {
	{"N7.commands", ON_NET, HOSTILE_ANY, net_commands, 0, 64, 0},
	{"N7.in-bytes", ON_NET, HOSTILE_ANY, net_commands, 0, 1, 0},
	{"N7.no-answer", ON_NET, HOSTILE_ANY, net_no_answer, 0, 0, 0},
	{"N7.no-command", ON_NET, HOSTILE_ANY, net_no_answer, 0, 1, 0},
	{"N7.flood", ON_NET, HOSTILE_ANY, net_flood, 0, 1000, 0},
	{"C.events", ON_CONSOLE, HOSTILE_EITHER, console_events, 0, 1, 0},
	{"C.events-off", ON_CONSOLE, HOSTILE_EITHER, console_events, 0, 0, 0},
	{"C.short", ON_CONSOLE, HOSTILE_EITHER, console_lengths, 0, 3, 0},
	{"C.long", ON_CONSOLE, HOSTILE_EITHER, console_lengths, 0, 4096, 0},
	{"C.writable", ON_CONSOLE, HOSTILE_EITHER, console_lengths, 0, 8, 1},
};
HOSTILE_CASES(control);
