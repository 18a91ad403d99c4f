// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nft_dump.c - lists of nf_tables that somebody changes while they are
 * read
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>

#include "cli/host/nft_internal.h"
#include "core/util.h"
#include "unit/private_net.h"

/* more than the kernel puts into one answer */
#define COUNTERS 1500u

static struct nft_counter counters[COUNTERS];

/**
 * struct reader - who reads a list
 * @seen:	messages since it began
 * @changes:	times that the tables are changed meanwhile
 * @other:	which one is
 * @fails:	it gives up at the first message
 */
struct reader {
	unsigned seen;
	unsigned changes;
	struct nft *other;
	bool fails;
};

static void no_rules(void *ctx, nft_rule_fn *rule, void *rule_ctx)
{
	(void)ctx;
	(void)rule;
	(void)rule_ctx;
}

static void change(struct reader *reader)
{
	const struct nft_content nothing = {.rules = no_rules};
	struct err err;

	reader->changes--;
	assert_int_equal(nft_replace(reader->other, &nothing, &err), 0);
}

static int each(const struct nlmsghdr *message, void *ctx)
{
	struct reader *reader = ctx;

	(void)message;
	if (!reader->seen++ && reader->changes)
		change(reader);
	return reader->fails ? MNL_CB_ERROR : MNL_CB_OK;
}

static void anew(void *ctx)
{
	struct reader *reader = ctx;

	reader->seen = 0;
}

static int read_list(struct reader *reader, struct err *err)
{
	char buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *family;

	request->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETOBJ;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = 1;
	family = mnl_nlmsg_put_extra_header(request, sizeof(*family));
	family->nfgen_family = NFPROTO_INET;
	return nft_dump(request, each, anew, reader, err);
}

/* NULL: not here. */
static struct nft *make_table(void)
{
	const struct nft_content content = {
		.rules = no_rules,
		.counters = counters,
		.counter_count = COUNTERS,
	};
	struct err err = {0};
	struct nft *nft;
	unsigned i;

	for (i = 0; i < COUNTERS; i++) {
		counters[i] = (struct nft_counter){.packets = i};
		snprintf(counters[i].name, NFT_NAME, "counter.%u", i);
	}
	nft = private_net_enter() ? nft_open("weft-test", &err) : NULL;
	if (nft)
		assert_int_equal(nft_replace(nft, &content, &err), 0);
	return nft;
}

static void test_list_that_is_changed_comes_whole(void **state)
{
	struct reader reader = {.changes = 3};
	struct err err = {0};

	if (!*state)
		skip();
	reader.other = nft_open("other", &err);
	assert_non_null(reader.other);
	assert_int_equal(read_list(&reader, &err), 0);
	assert_int_equal(reader.seen, COUNTERS);
	assert_int_equal(reader.changes, 0);
	nft_close(reader.other);
}

static void test_list_that_always_changes_is_given_up(void **state)
{
	struct reader reader = {.changes = 1000};
	struct err err = {0};

	if (!*state)
		skip();
	reader.other = nft_open("other", &err);
	assert_non_null(reader.other);
	assert_int_equal(read_list(&reader, &err), -EINTR);
	assert_true(reader.changes > 900);
	nft_close(reader.other);
}

static void test_list_that_broke_off_spoils_no_other(void **state)
{
	struct reader broken = {.fails = true}, whole = {0};
	struct nft_counter last = {.name = "counter.1499"};
	struct err err = {0};

	if (!*state)
		skip();
	assert_int_not_equal(read_list(&broken, &err), 0);
	assert_int_equal(broken.seen, 1);
	assert_int_equal(read_list(&whole, &err), 0);
	assert_int_equal(whole.seen, COUNTERS);
	assert_int_equal(nft_read_counters(*state, &last, 1, &err), 0);
	assert_int_equal(last.packets, 1499);
}

static int setup(void **state)
{
	*state = make_table();
	return 0;
}

static int teardown(void **state)
{
	nft_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_that_is_changed_comes_whole),
		cmocka_unit_test(test_list_that_always_changes_is_given_up),
		cmocka_unit_test(test_list_that_broke_off_spoils_no_other),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
