/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft_walk.h - what one rule of somebody's would do with a packet; for the
 * files behind the door to libnftnl
 */
#ifndef CLI_HOST_NFT_WALK_H
#define CLI_HOST_NFT_WALK_H

#include <libnftnl/rule.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct nft_packet - a TCP packet over IPv4 that is made up
 * @in:		interface that it comes in by
 * @out:	that it leaves by; empty: not known
 * @ip:		its IPv4 header, as far as rules look at it
 * @is_answer:	of a flow that was answered; else the first of one
 */
struct nft_packet {
	char in[IF_NAMESIZE];
	char out[IF_NAMESIZE];
	uint8_t ip[20];
	bool is_answer;
};

/** enum nft_deed - what a rule does */
enum nft_deed {
	NFT_DEED_NOTHING,
	NFT_DEED_ACCEPT,
	NFT_DEED_DROP, /* or reject */
	NFT_DEED_JUMP,
	NFT_DEED_GOTO,
	NFT_DEED_RETURN,
};

/**
 * struct nft_outcome - of a rule
 * @deed:	enum nft_deed
 * @is_sure:	all that it asks is true; else it may be
 * @chain:	of a jump, the rule's own memory
 */
struct nft_outcome {
	enum nft_deed deed;
	bool is_sure;
	const char *chain;
};

/** nft_walk_rule() - NFT_DEED_NOTHING also where it asks what is not true */
void nft_walk_rule(const struct nftnl_rule *rule,
		   const struct nft_packet *packet,
		   struct nft_outcome *outcome);

#endif
