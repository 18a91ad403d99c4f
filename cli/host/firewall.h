/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewall.h - would this host's nf_tables rules let guests through?
 *
 * Rules of others, of iptables-nft too, are read and walked with two packets
 * that are made up: a guest's first to the outside, and the answer. Nothing is
 * changed. It needs CAP_NET_ADMIN.
 */
#ifndef CLI_HOST_FIREWALL_H
#define CLI_HOST_FIREWALL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

/** FIREWALL_TEXT - room for what stops guests, in words */
#define FIREWALL_TEXT 256

/** enum firewall_verdict - what becomes of the packets */
enum firewall_verdict {
	FIREWALL_PASSES,   /* nothing stops them for sure */
	FIREWALL_STOPS,    /* a policy or rule does */
	FIREWALL_MAY_STOP, /* likewise, unless a rule before it that we can't
			    * judge lets them pass */
};

/**
 * struct firewall_guest - whose packets
 * @ifname:	interface that they come in by
 * @address:	of the guest, host order
 * @own_table:	name of the table that doesn't count; may be empty
 */
struct firewall_guest {
	const char *ifname;
	uint32_t address;
	const char *own_table;
};

/**
 * struct firewall_answer - what was found
 * @verdict:	enum firewall_verdict
 * @text:	"chain FORWARD of table ip filter (policy drop)"; empty when
 *		nothing stops them
 * @fix:	how to let them pass
 */
struct firewall_answer {
	enum firewall_verdict verdict;
	char text[FIREWALL_TEXT];
	char fix[FIREWALL_TEXT];
};

/**
 * firewall_ask() - walk the rules
 *
 * Return: 0, or -errno with @err filled.
 */
int firewall_ask(const struct firewall_guest *guest,
		 struct firewall_answer *answer, struct err *err);

#endif
