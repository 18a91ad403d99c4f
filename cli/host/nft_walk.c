// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nft_walk.c - what one rule of somebody's would do with a packet
 *
 * Theory of operation
 *
 * Expressions are carried out one by one on registers, as the kernel would, as
 * far as we know what they load: interfaces, addresses, the protocol,
 * conntrack's state. A register that holds something else is unknown, and a
 * comparison of it makes the whole rule one that may be meant; so does an
 * expression that we don't know. A comparison that fails for sure ends the
 * rule.
 *
 * Limits: what is in sets and maps is not looked at.
 */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_conntrack.h>
#include <stdio.h>
#include <string.h>

#include <libnftnl/expr.h>

#include "cli/host/nft_walk.h"
#include "core/util.h"

#define REGISTERS 24
#define REGISTER_SIZE 16

/**
 * struct value - a register
 * @is_known:	we know what the kernel would have in it
 * @data:	that
 */
struct value {
	bool is_known;
	uint8_t data[REGISTER_SIZE];
};

/**
 * struct walk - a rule at work
 * @packet:	at hand
 * @registers:	by number
 * @is_over:	something is not true
 * @outcome:	so far
 */
struct walk {
	const struct nft_packet *packet;
	struct value registers[REGISTERS];
	bool is_over;
	struct nft_outcome *outcome;
};

/* The kernel numbers 16-byte registers 1 to 4, and 4-byte ones from 8. */
static struct value *at(struct walk *w, uint32_t number)
{
	return &w->registers[MIN(number, REGISTERS - 1)];
}

static void load(struct walk *w, uint32_t number, const void *data, size_t len)
{
	struct value *value = at(w, number);

	memset(value, 0, sizeof(*value));
	value->is_known = data != NULL;
	if (data)
		memcpy(value->data, data, MIN(len, REGISTER_SIZE));
}

static void load_name(struct walk *w, uint32_t number, const char *name)
{
	char padded[REGISTER_SIZE] = "";

	snprintf(padded, sizeof(padded), "%s", name);
	load(w, number, *name ? padded : NULL, sizeof(padded));
}

static void load_index(struct walk *w, uint32_t number, const char *name)
{
	unsigned index = if_nametoindex(name);

	load(w, number, index ? &index : NULL, sizeof(index));
}

static void meta(struct walk *w, const struct nftnl_expr *e)
{
	const uint8_t family = NFPROTO_IPV4, tcp = IPPROTO_TCP;
	const uint16_t ethertype = htons(0x0800);
	uint32_t to;

	if (!nftnl_expr_is_set(e, NFTNL_EXPR_META_DREG))
		return; /* it sets something */
	to = nftnl_expr_get_u32(e, NFTNL_EXPR_META_DREG);
	switch (nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY)) {
	case NFT_META_IIFNAME:
		load_name(w, to, w->packet->in);
		break;
	case NFT_META_OIFNAME:
		load_name(w, to, w->packet->out);
		break;
	case NFT_META_IIF:
		load_index(w, to, w->packet->in);
		break;
	case NFT_META_OIF:
		load_index(w, to, w->packet->out);
		break;
	case NFT_META_NFPROTO:
		load(w, to, &family, sizeof(family));
		break;
	case NFT_META_PROTOCOL:
		load(w, to, &ethertype, sizeof(ethertype));
		break;
	case NFT_META_L4PROTO:
		load(w, to, &tcp, sizeof(tcp));
		break;
	default:
		load(w, to, NULL, 0);
	}
}

static void payload(struct walk *w, const struct nftnl_expr *e)
{
	uint32_t offset = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
	uint32_t len = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
	bool is_ip = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE) ==
		     NFT_PAYLOAD_NETWORK_HEADER;

	if (!nftnl_expr_is_set(e, NFTNL_EXPR_PAYLOAD_DREG))
		return; /* it sets something */
	/* the protocol, and addresses */
	if (is_ip && offset >= 9 && len <= 8 &&
	    offset + len <= sizeof(w->packet->ip))
		load(w, nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG),
		     w->packet->ip + offset, len);
	else
		load(w, nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG), NULL,
		     0);
}

static uint32_t state_of(const struct nft_packet *packet)
{
	return packet->is_answer ? NF_CT_STATE_BIT(IP_CT_ESTABLISHED)
				 : NF_CT_STATE_BIT(IP_CT_NEW);
}

static void conntrack(struct walk *w, const struct nftnl_expr *e)
{
	uint32_t state = state_of(w->packet);
	bool is_state =
		nftnl_expr_get_u32(e, NFTNL_EXPR_CT_KEY) == NFT_CT_STATE;

	if (nftnl_expr_is_set(e, NFTNL_EXPR_CT_DREG))
		load(w, nftnl_expr_get_u32(e, NFTNL_EXPR_CT_DREG),
		     is_state ? &state : NULL, sizeof(state));
}

static void bitwise(struct walk *w, const struct nftnl_expr *e)
{
	const struct value *from =
		at(w, nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_SREG));
	uint32_t len = 0, xor_len = 0, i;
	const uint8_t *mask, *flip;
	struct value result = *from;

	mask = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_MASK, &len);
	flip = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_XOR, &xor_len);
	result.is_known = from->is_known && mask && flip && len == xor_len &&
			  len <= REGISTER_SIZE;
	for (i = 0; result.is_known && i < len; i++)
		result.data[i] = (result.data[i] & mask[i]) ^ flip[i];
	*at(w, nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_DREG)) = result;
}

/* The rule asks; an answer that we don't know makes it one of those. */
static void ask(struct walk *w, bool is_known, bool is_true)
{
	if (!is_known)
		w->outcome->is_sure = false;
	else if (!is_true)
		w->is_over = true;
}

static bool compares(uint32_t op, int difference)
{
	switch (op) {
	case NFT_CMP_EQ:
		return difference == 0;
	case NFT_CMP_NEQ:
		return difference != 0;
	case NFT_CMP_LT:
		return difference < 0;
	case NFT_CMP_LTE:
		return difference <= 0;
	case NFT_CMP_GT:
		return difference > 0;
	}
	return difference >= 0;
}

static void compare(struct walk *w, const struct nftnl_expr *e)
{
	const struct value *value =
		at(w, nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_SREG));
	uint32_t len = 0;
	const void *data = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &len);
	bool is_known = value->is_known && data && len <= REGISTER_SIZE;

	ask(w, is_known,
	    is_known && compares(nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_OP),
				 memcmp(value->data, data, len)));
}

static void immediate(struct walk *w, const struct nftnl_expr *e)
{
	uint32_t to = nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_DREG), len = 0;
	const void *data;

	if (to != NFT_REG_VERDICT) {
		data = nftnl_expr_get(e, NFTNL_EXPR_IMM_DATA, &len);
		load(w, to, data, len);
		return;
	}
	switch ((int)nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT)) {
	case NF_ACCEPT:
		w->outcome->deed = NFT_DEED_ACCEPT;
		break;
	case NF_DROP:
		w->outcome->deed = NFT_DEED_DROP;
		break;
	case NFT_JUMP:
		w->outcome->deed = NFT_DEED_JUMP;
		break;
	case NFT_GOTO:
		w->outcome->deed = NFT_DEED_GOTO;
		break;
	case NFT_RETURN:
		w->outcome->deed = NFT_DEED_RETURN;
		break;
	}
	w->outcome->chain = nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN);
}

/* iptables' own matches, of which one matters here: -m conntrack --ctstate. */
static void match(struct walk *w, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);
	uint32_t len = 0;
	const struct xt_conntrack_mtinfo3 *info =
		nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &len);
	bool is_true;

	if (name && strcmp(name, "comment") == 0)
		return;
	if (!name || strcmp(name, "conntrack") != 0 || !info ||
	    nftnl_expr_get_u32(e, NFTNL_EXPR_MT_REV) != 3 ||
	    len < sizeof(*info) ||
	    (info->match_flags & ~XT_CONNTRACK_STATE_ALIAS) !=
		    XT_CONNTRACK_STATE) {
		ask(w, false, false);
		return;
	}
	is_true = info->state_mask & state_of(w->packet);
	ask(w, true, is_true != !!(info->invert_flags & XT_CONNTRACK_STATE));
}

static void target(struct walk *w, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME);

	if (name && (strcmp(name, "REJECT") == 0 || strcmp(name, "DROP") == 0))
		w->outcome->deed = NFT_DEED_DROP;
}

static void reject(struct walk *w, const struct nftnl_expr *e)
{
	(void)e;
	w->outcome->deed = NFT_DEED_DROP;
}

/* A map of verdicts may well accept. */
static void lookup(struct walk *w, const struct nftnl_expr *e)
{
	w->outcome->is_sure = false;
	if (!nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG))
		return;
	load(w, nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG), NULL, 0);
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG) == NFT_REG_VERDICT)
		w->outcome->deed = NFT_DEED_ACCEPT;
}

static void nothing(struct walk *w, const struct nftnl_expr *e)
{
	(void)w;
	(void)e;
}

/**
 * struct meaning - of a kind of expression
 * @name:	libnftnl's
 * @run:	carries it out
 */
struct meaning {
	const char *name;
	void (*run)(struct walk *w, const struct nftnl_expr *e);
};

static const struct meaning meanings[] = {
	{"bitwise", bitwise}, {"cmp", compare},         {"counter", nothing},
	{"ct", conntrack},    {"immediate", immediate}, {"log", nothing},
	{"lookup", lookup},   {"match", match},         {"meta", meta},
	{"notrack", nothing}, {"payload", payload},     {"reject", reject},
	{"target", target},
};

static void run(struct walk *w, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(meanings); i++) {
		if (strcmp(name, meanings[i].name) == 0) {
			meanings[i].run(w, e);
			return;
		}
	}
	/* a limit, a set, the kernel's routing; it may have loaded something */
	w->outcome->is_sure = false;
	memset(w->registers, 0, sizeof(w->registers));
}

void nft_walk_rule(const struct nftnl_rule *rule,
		   const struct nft_packet *packet, struct nft_outcome *outcome)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	struct walk w = {.packet = packet, .outcome = outcome};
	struct nftnl_expr *e;

	*outcome = (struct nft_outcome){.is_sure = true};
	while (iter && !w.is_over && (e = nftnl_expr_iter_next(iter)))
		run(&w, e);
	if (iter)
		nftnl_expr_iter_destroy(iter);
	if (w.is_over)
		*outcome = (struct nft_outcome){.is_sure = true};
}
