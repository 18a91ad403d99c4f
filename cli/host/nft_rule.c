// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nft_rule.c - a rule's words as nf_tables' expressions
 *
 * An expression loads something into a register, compares one, or does
 * something. Each of our words needs one to four of them, always in registers
 * that no other word relies on. The table is of both families (inet), so a word
 * about IPv4 asks for IPv4 first.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <libnftnl/expr.h>

#include "cli/host/nft_internal.h"
#include "core/util.h"

#define IP_SOURCE_OFFSET 12
#define IP_DESTINATION_OFFSET 16
#define PORT_OFFSET 2
/* so that no answer of a guest is for a port that the gateway serves itself */
#define MASQUERADE_FIRST_PORT 1024

/**
 * struct filling - a rule that is being made
 * @rule:	gets the expressions
 * @failed:	there was no memory for one
 */
struct filling {
	struct nftnl_rule *rule;
	bool failed;
};

static struct nftnl_expr *add(struct filling *f, const char *name)
{
	struct nftnl_expr *expr = nftnl_expr_alloc(name);

	if (expr)
		nftnl_rule_add_expr(f->rule, expr);
	else
		f->failed = true;
	return expr;
}

static void set_u32(struct nftnl_expr *expr, uint16_t attribute, uint32_t value)
{
	if (expr)
		nftnl_expr_set_u32(expr, attribute, value);
}

static void set(struct nftnl_expr *expr, uint16_t attribute, const void *data,
		uint32_t len)
{
	if (expr)
		nftnl_expr_set(expr, attribute, data, len);
}

static void compare(struct filling *f, enum nft_cmp_ops op, const void *data,
		    uint32_t len)
{
	struct nftnl_expr *expr = add(f, "cmp");

	set_u32(expr, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	set(expr, NFTNL_EXPR_CMP_DATA, data, len);
}

static void load_meta(struct filling *f, enum nft_meta_keys key)
{
	struct nftnl_expr *expr = add(f, "meta");

	set_u32(expr, NFTNL_EXPR_META_KEY, key);
	set_u32(expr, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void load_payload(struct filling *f, enum nft_payload_bases base,
			 uint32_t offset, uint32_t len)
{
	struct nftnl_expr *expr = add(f, "payload");

	set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, len);
}

static void mask(struct filling *f, uint32_t bits)
{
	struct nftnl_expr *expr = add(f, "bitwise");
	const uint32_t zero = 0;

	set_u32(expr, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	set_u32(expr, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	set_u32(expr, NFTNL_EXPR_BITWISE_LEN, sizeof(bits));
	set(expr, NFTNL_EXPR_BITWISE_MASK, &bits, sizeof(bits));
	set(expr, NFTNL_EXPR_BITWISE_XOR, &zero, sizeof(zero));
}

static void ask_interface(struct filling *f, enum nft_meta_keys key,
			  enum nft_cmp_ops op, uint32_t ifindex)
{
	load_meta(f, key);
	compare(f, op, &ifindex, sizeof(ifindex));
}

static void ask_ipv4(struct filling *f)
{
	const uint8_t family = NFPROTO_IPV4;

	load_meta(f, NFT_META_NFPROTO);
	compare(f, NFT_CMP_EQ, &family, sizeof(family));
}

static void ask_address(struct filling *f, uint32_t offset,
			const struct ipv4_prefix *prefix)
{
	uint32_t be_mask = htonl(ipv4_mask(prefix->len));
	uint32_t be_addr = htonl(prefix->addr) & be_mask;

	ask_ipv4(f);
	load_payload(f, NFT_PAYLOAD_NETWORK_HEADER, offset, sizeof(be_addr));
	if (prefix->len < 32)
		mask(f, be_mask);
	compare(f, NFT_CMP_EQ, &be_addr, sizeof(be_addr));
}

static void ask_host(struct filling *f)
{
	const uint32_t local = RTN_LOCAL;
	struct nftnl_expr *expr;

	ask_ipv4(f);
	expr = add(f, "fib");
	set_u32(expr, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	set_u32(expr, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	set_u32(expr, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR);
	compare(f, NFT_CMP_EQ, &local, sizeof(local));
}

static void ask_protocol(struct filling *f, uint32_t number)
{
	const uint8_t protocol = (uint8_t)number;

	load_meta(f, NFT_META_L4PROTO);
	compare(f, NFT_CMP_EQ, &protocol, sizeof(protocol));
}

static void ask_port(struct filling *f, uint32_t number)
{
	const uint16_t be_port = htons((uint16_t)number);

	load_payload(f, NFT_PAYLOAD_TRANSPORT_HEADER, PORT_OFFSET,
		     sizeof(be_port));
	compare(f, NFT_CMP_EQ, &be_port, sizeof(be_port));
}

static void ask_icmp(struct filling *f, uint32_t number)
{
	const uint8_t type = (uint8_t)number;

	load_payload(f, NFT_PAYLOAD_TRANSPORT_HEADER, 0, sizeof(type));
	compare(f, NFT_CMP_EQ, &type, sizeof(type));
}

/* Is any of @bits set in what conntrack knows of the packet? */
static void ask_flow(struct filling *f, enum nft_ct_keys key, uint32_t bits)
{
	struct nftnl_expr *expr = add(f, "ct");
	const uint32_t zero = 0;

	set_u32(expr, NFTNL_EXPR_CT_KEY, key);
	set_u32(expr, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	mask(f, bits);
	compare(f, NFT_CMP_NEQ, &zero, sizeof(zero));
}

static void count(struct filling *f, const char *name)
{
	struct nftnl_expr *expr = add(f, "objref");

	set_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	if (expr)
		nftnl_expr_set_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME, name);
}

static void judge(struct filling *f, uint32_t verdict)
{
	struct nftnl_expr *expr = add(f, "immediate");

	set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	set_u32(expr, NFTNL_EXPR_IMM_VERDICT, verdict);
}

static void reject(struct filling *f)
{
	struct nftnl_expr *expr = add(f, "reject");

	set_u32(expr, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH);
	if (expr)
		nftnl_expr_set_u8(expr, NFTNL_EXPR_REJECT_CODE,
				  NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
}

static void load(struct filling *f, enum nft_registers to, const void *data,
		 uint32_t len)
{
	struct nftnl_expr *expr = add(f, "immediate");

	set_u32(expr, NFTNL_EXPR_IMM_DREG, to);
	set(expr, NFTNL_EXPR_IMM_DATA, data, len);
}

static void masquerade(struct filling *f)
{
	const uint16_t be_first = htons(MASQUERADE_FIRST_PORT);
	const uint16_t be_last = UINT16_MAX;
	struct nftnl_expr *expr;

	load(f, NFT_REG_1, &be_first, sizeof(be_first));
	load(f, NFT_REG_2, &be_last, sizeof(be_last));
	expr = add(f, "masq");
	set_u32(expr, NFTNL_EXPR_MASQ_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
	set_u32(expr, NFTNL_EXPR_MASQ_REG_PROTO_MIN, NFT_REG_1);
	set_u32(expr, NFTNL_EXPR_MASQ_REG_PROTO_MAX, NFT_REG_2);
}

/* @port: NULL: stays the one that it is */
static void lead(struct filling *f, uint32_t address, const uint16_t *port)
{
	const uint32_t be_addr = htonl(address);
	uint32_t flags = NF_NAT_RANGE_MAP_IPS;
	uint16_t be_port;
	struct nftnl_expr *expr;

	load(f, NFT_REG_1, &be_addr, sizeof(be_addr));
	if (port) {
		be_port = htons(*port);
		load(f, NFT_REG_2, &be_port, sizeof(be_port));
		flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	}
	expr = add(f, "nat");
	set_u32(expr, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	set_u32(expr, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	set_u32(expr, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	if (port)
		set_u32(expr, NFTNL_EXPR_NAT_REG_PROTO_MIN, NFT_REG_2);
	set_u32(expr, NFTNL_EXPR_NAT_FLAGS, flags);
}

static void fill_question(struct filling *f, const struct nft_term *term)
{
	const uint32_t known = NF_CT_STATE_BIT(IP_CT_ESTABLISHED) |
			       NF_CT_STATE_BIT(IP_CT_RELATED);

	if (term->word == NFT_WORD_IN)
		ask_interface(f, NFT_META_IIF, NFT_CMP_EQ, term->number);
	else if (term->word == NFT_WORD_OUT)
		ask_interface(f, NFT_META_OIF, NFT_CMP_EQ, term->number);
	else if (term->word == NFT_WORD_NOT_OUT)
		ask_interface(f, NFT_META_OIF, NFT_CMP_NEQ, term->number);
	else if (term->word == NFT_WORD_FROM)
		ask_address(f, IP_SOURCE_OFFSET, &term->prefix);
	else if (term->word == NFT_WORD_TO)
		ask_address(f, IP_DESTINATION_OFFSET, &term->prefix);
	else if (term->word == NFT_WORD_TO_HOST)
		ask_host(f);
	else if (term->word == NFT_WORD_PROTOCOL)
		ask_protocol(f, term->number);
	else if (term->word == NFT_WORD_PORT)
		ask_port(f, term->number);
	else if (term->word == NFT_WORD_ICMP)
		ask_icmp(f, term->number);
	else if (term->word == NFT_WORD_NEW)
		ask_flow(f, NFT_CT_STATE, NF_CT_STATE_BIT(IP_CT_NEW));
	else if (term->word == NFT_WORD_KNOWN)
		ask_flow(f, NFT_CT_STATE, known);
	else if (term->word == NFT_WORD_INVALID)
		ask_flow(f, NFT_CT_STATE, NF_CT_STATE_INVALID_BIT);
	else if (term->word == NFT_WORD_REDIRECTED)
		ask_flow(f, NFT_CT_STATUS, IPS_DST_NAT);
}

static void fill_deed(struct filling *f, const struct nft_term *term)
{
	const uint16_t port = (uint16_t)term->number;

	if (term->word == NFT_WORD_COUNT)
		count(f, term->name);
	else if (term->word == NFT_WORD_ACCEPT)
		judge(f, NF_ACCEPT);
	else if (term->word == NFT_WORD_DROP)
		judge(f, NF_DROP);
	else if (term->word == NFT_WORD_REJECT)
		reject(f);
	else if (term->word == NFT_WORD_MASQUERADE)
		masquerade(f);
	else if (term->word == NFT_WORD_LEAD_TO)
		lead(f, term->prefix.addr, NULL);
	else if (term->word == NFT_WORD_LEAD_TO_PORT)
		lead(f, term->prefix.addr, &port);
}

int nft_rule_fill(struct nftnl_rule *rule, const struct nft_term *terms)
{
	struct filling f = {.rule = rule};
	unsigned i;

	for (i = 0; i < NFT_TERMS && terms[i].word != NFT_WORD_END; i++) {
		if (terms[i].word < NFT_WORD_COUNT)
			fill_question(&f, &terms[i]);
		else
			fill_deed(&f, &terms[i]);
	}
	return f.failed ? -ENOMEM : 0;
}
