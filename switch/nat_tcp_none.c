// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_none.c - an engine without TCP: it has no way to there
 */
#include "switch/nat_internal.h"

int nat_tcp_create(struct nat *nat, struct err *err)
{
	(void)nat;
	(void)err;
	return 0;
}

void nat_tcp_destroy(struct nat *nat)
{
	(void)nat;
}

size_t nat_tcp_slot_size(void)
{
	return 0;
}

enum drop_reason nat_tcp_input(struct nat *nat, const struct frame *frame,
			       size_t offset, const struct ip4 *ip)
{
	(void)nat;
	(void)frame;
	(void)offset;
	(void)ip;
	return DROP_NO_ROUTE;
}

void nat_tcp_flush(struct nat *nat)
{
	(void)nat;
}

void nat_tcp_resume(struct nat *nat)
{
	(void)nat;
}
