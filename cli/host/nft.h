/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft.h - one nf_tables table of ours, of the caller's namespace
 *
 * The one door to libnftnl and libmnl. The table has the owner flag (Linux
 * 5.12): only the socket that made it can change it, another program's
 * `nft flush ruleset` leaves it alone, and it is gone when the socket is
 * closed, also by kill -9.
 *
 * A rule is a list of words, of which all that ask must be true for those
 * behind them to be done. Everything of a table is replaced at once or not at
 * all.
 */
#ifndef CLI_HOST_NFT_H
#define CLI_HOST_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/err.h"

/** NFT_NAME - room for the name of a table, chain or counter */
#define NFT_NAME 96
/** NFT_TERMS - words of one rule */
#define NFT_TERMS 10
/** NFT_MAX_RULES - of a table */
#define NFT_MAX_RULES 16384

/** enum nft_chain_kind - where a chain of ours is hooked in */
enum nft_chain_kind {
	NFT_ON_PREROUTING,  /* nat: where what comes in leads to */
	NFT_ON_NAT_OUTPUT,  /* nat: likewise for the host's own */
	NFT_ON_POSTROUTING, /* nat: as whom it leaves */
	NFT_ON_INPUT,       /* filter: to the host itself */
	NFT_ON_FORWARD,     /* filter: through the host */
	NFT_ON_OUTPUT,      /* filter: from the host itself */
	NFT_CHAIN_KINDS,
};

/** enum nft_word - what a term asks or does; IPv4 unless it says otherwise */
enum nft_word {
	NFT_WORD_END,
	NFT_WORD_IN,          /* came in by interface @number */
	NFT_WORD_OUT,         /* leaves by interface @number */
	NFT_WORD_NOT_OUT,     /* leaves by another than @number */
	NFT_WORD_FROM,        /* source in @prefix */
	NFT_WORD_TO,          /* destination in @prefix */
	NFT_WORD_TO_HOST,     /* destination is an address of the host */
	NFT_WORD_PROTOCOL,    /* IPPROTO_ @number */
	NFT_WORD_PORT,        /* of the destination: @number */
	NFT_WORD_ICMP,        /* its type is @number; needs the protocol */
	NFT_WORD_NEW,         /* of a flow that was not answered yet */
	NFT_WORD_KNOWN,       /* of a flow that was, or an error about one */
	NFT_WORD_INVALID,     /* of no flow that there could be */
	NFT_WORD_REDIRECTED,  /* of a flow that a DNAT rule led elsewhere */
	NFT_WORD_COUNT,       /* counted by the counter @name */
	NFT_WORD_ACCEPT,      /* passes this chain */
	NFT_WORD_DROP,        /* ends here */
	NFT_WORD_REJECT,      /* likewise, and the sender is told */
	NFT_WORD_MASQUERADE,  /* leaves with the address of its interface */
	NFT_WORD_LEAD_TO,     /* goes to the address of @prefix instead */
	NFT_WORD_LEAD_TO_PORT /* likewise, and to its port @number */
};

/**
 * struct nft_term - a word, with what belongs to it
 * @word:	enum nft_word
 * @number:	interface, protocol, port or type
 * @prefix:	addresses, host order
 * @name:	of a counter
 */
struct nft_term {
	enum nft_word word;
	uint32_t number;
	struct ipv4_prefix prefix;
	const char *name;
};

/** nft_rule_fn - one more rule at the end of a chain
 * @terms: up to NFT_WORD_END, at most NFT_TERMS with it */
typedef void nft_rule_fn(void *ctx, enum nft_chain_kind chain,
			 const struct nft_term *terms);

/**
 * struct nft_counter - a counter of the table
 * @name:	in rules
 * @packets:	counted so far
 * @bytes:	likewise
 */
struct nft_counter {
	char name[NFT_NAME];
	uint64_t packets;
	uint64_t bytes;
};

/**
 * struct nft_content - all of a table
 * @rules:	calls its first argument for each rule, in order
 * @ctx:	for @rules
 * @counters:	that rules name; in: where each begins
 * @counter_count: entries
 */
struct nft_content {
	void (*rules)(void *ctx, nft_rule_fn *rule, void *rule_ctx);
	void *ctx;
	const struct nft_counter *counters;
	size_t counter_count;
};

struct nft;

/**
 * nft_open() - a table with this name, and with nothing in it
 *
 * Return: NULL with a sentence in @err: -EPERM without CAP_NET_ADMIN, -ENOPKG
 * when this kernel can't do it, -EEXIST when the table is somebody else's.
 */
struct nft *nft_open(const char *table, struct err *err);

/** nft_close() - the table goes; NULL is fine */
void nft_close(struct nft *nft);

/**
 * nft_replace() - @content in place of what the table had, in one transaction
 *
 * Return: 0, or -errno with @err filled, and the table is as it was.
 */
int nft_replace(struct nft *nft, const struct nft_content *content,
		struct err *err);

/**
 * nft_read_counters() - what those of @counters are at now, by name
 *
 * Return: 0, or -errno with @err filled.
 */
int nft_read_counters(struct nft *nft, struct nft_counter *counters,
		      size_t count, struct err *err);

#endif
