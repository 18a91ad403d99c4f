/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft_internal.h - what the files behind the door to libnftnl share
 */
#ifndef CLI_HOST_NFT_INTERNAL_H
#define CLI_HOST_NFT_INTERNAL_H

#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>

#include "cli/host/nft.h"

/**
 * nft_rule_fill() - expressions for words
 * @terms:	up to NFT_WORD_END
 *
 * Return: 0 or -ENOMEM.
 */
int nft_rule_fill(struct nftnl_rule *rule, const struct nft_term *terms);

/** nft_socket_open() - a socket that speaks with nf_tables; NULL with @err */
struct mnl_socket *nft_socket_open(struct err *err);

/**
 * nft_dump() - ask for a list, and hand its messages to @each
 * @request:	with NLM_F_DUMP
 * @each:	as libmnl has it
 * @anew:	the list was changed by somebody meanwhile, and comes again from
 *		its beginning: forget what @each was given
 *
 * Return: 0, or -errno with @err filled.
 */
int nft_dump(const struct nlmsghdr *request, mnl_cb_t each,
	     void (*anew)(void *ctx), void *ctx, struct err *err);

#endif
