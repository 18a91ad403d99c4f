// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_resolvers.c - a resolv.conf that is read, replaced, linked and gone
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "cli/labd/resolvers.h"
#include "core/util.h"

struct fixture {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct resolvers *resolvers;
	char folder[64];
	char path[128];
	unsigned changes;
};

static void changed(void *ctx)
{
	struct fixture *f = ctx;

	f->changes++;
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	clock_init_monotonic(&f.clock);
	f.log = (struct log){LOG_ERROR, "test", &f.clock};
	f.loop = loop_create(&f.clock, NULL);
	strcpy(f.folder, "/tmp/weft-resolvers-XXXXXX");
	assert_non_null(mkdtemp(f.folder));
	snprintf(f.path, sizeof(f.path), "%s/resolv.conf", f.folder);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	resolvers_close(f->resolvers);
	loop_destroy(f->loop);
	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	return system(command);
}

static void write_file(const struct fixture *f, const char *name,
		       const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void move(const struct fixture *f, const char *from, const char *to)
{
	char a[256], b[256];

	snprintf(a, sizeof(a), "%s/%s", f->folder, from);
	snprintf(b, sizeof(b), "%s/%s", f->folder, to);
	assert_int_equal(rename(a, b), 0);
}

static void follow(struct fixture *f)
{
	f->resolvers = resolvers_open(f->loop, f->path, &f->log, changed, f);
	assert_non_null(f->resolvers);
}

static uint32_t first(struct fixture *f)
{
	const struct resolv_conf *conf;

	loop_run_once(f->loop, 0);
	conf = resolvers_get(f->resolvers);
	return conf->count ? conf->servers[0] : 0;
}

static unsigned parse(const char *text, struct resolv_conf *conf)
{
	resolv_conf_parse(text, strlen(text), conf);
	return conf->count;
}

static void nameserver_lines_are_read_and_nothing_else(void **state)
{
	struct resolv_conf conf;

	(void)state;
	assert_int_equal(parse("# nameserver 192.0.2.9\n"
			       "search lab\n"
			       "nameserver 192.0.2.1\n"
			       "nameserver\t 127.0.0.53 trailing words\r\n"
			       "nameserver fe80::1%eth0\n"
			       "nameserver 192.0.2.1\n"
			       " nameserver 192.0.2.8\n"
			       "nameservers 192.0.2.7\n"
			       "nameserver192.0.2.6\n"
			       "nameserver 192.0.2.300\n"
			       "nameserver 224.0.0.1\n"
			       "nameserver\n"
			       "nameserver 0.0.0.0\n"
			       "options edns0\n"
			       "nameserver 192.0.2.2",
			       &conf),
			 4);
	assert_int_equal(conf.servers[0], 0xc0000201);
	assert_int_equal(conf.servers[1], 0x7f000035);
	assert_int_equal(conf.servers[2], 0x7f000001);
	assert_int_equal(conf.servers[3], 0xc0000202);
	assert_int_equal(parse("", &conf), 0);
}

static void more_than_enough_resolvers_are_left_out(void **state)
{
	char text[1024] = "", *at = text;
	struct resolv_conf conf;
	unsigned i;

	(void)state;
	for (i = 1; i < 20; i++)
		at += sprintf(at, "nameserver 192.0.2.%u\n", i);
	assert_int_equal(parse(text, &conf), RESOLV_CONF_MAX);
}

static void file_that_is_replaced_is_read_again(void **state)
{
	struct fixture *f = *state;

	write_file(f, "resolv.conf", "nameserver 192.0.2.1\n");
	follow(f);
	assert_int_equal(first(f), 0xc0000201);
	write_file(f, "new", "nameserver 192.0.2.2\n");
	move(f, "new", "resolv.conf");
	assert_int_equal(first(f), 0xc0000202);
	write_file(f, "new", "nameserver 192.0.2.3\n");
	move(f, "new", "resolv.conf");
	assert_int_equal(first(f), 0xc0000203);
	assert_int_equal(f->changes, 2);
}

static void file_that_is_rewritten_in_place_is_read_again(void **state)
{
	struct fixture *f = *state;

	write_file(f, "resolv.conf", "nameserver 192.0.2.1\n");
	follow(f);
	write_file(f, "resolv.conf", "nameserver 192.0.2.2\n");
	assert_int_equal(first(f), 0xc0000202);
	write_file(f, "resolv.conf", "# a comment\nnameserver 192.0.2.2\n");
	assert_int_equal(first(f), 0xc0000202);
	assert_int_equal(f->changes, 1);
}

static void file_may_come_and_go(void **state)
{
	struct fixture *f = *state;

	follow(f);
	assert_int_equal(first(f), 0);
	write_file(f, "resolv.conf", "nameserver 192.0.2.1\n");
	assert_int_equal(first(f), 0xc0000201);
	unlink(f->path);
	assert_int_equal(first(f), 0);
	write_file(f, "other", "nameserver 192.0.2.1\n");
	assert_int_equal(first(f), 0);
	assert_int_equal(f->changes, 2);
}

static void link_is_followed_where_it_leads(void **state)
{
	struct fixture *f = *state;
	char sub[128];

	snprintf(sub, sizeof(sub), "%s/run", f->folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("run/stub.conf", f->path), 0);
	follow(f);
	assert_int_equal(first(f), 0); /* dangling as yet */
	write_file(f, "run/stub.conf", "nameserver 127.0.0.53\n");
	assert_int_equal(first(f), 0x7f000035);
	write_file(f, "run/new", "nameserver 192.0.2.1\n");
	move(f, "run/new", "run/stub.conf");
	assert_int_equal(first(f), 0xc0000201);
	write_file(f, "plain", "nameserver 192.0.2.2\n");
	move(f, "plain", "resolv.conf"); /* the link is no more */
	assert_int_equal(first(f), 0xc0000202);
	write_file(f, "run/stub.conf", "nameserver 127.0.0.53\n");
	assert_int_equal(first(f), 0xc0000202);
	assert_int_equal(f->changes, 3);
}

static void file_is_watched_through_another_name_too(void **state)
{
	struct fixture *f = *state;
	char sub[128], other[256];

	snprintf(sub, sizeof(sub), "%s/elsewhere", f->folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	write_file(f, "resolv.conf", "nameserver 192.0.2.1\n");
	snprintf(other, sizeof(other), "%s/same", sub);
	assert_int_equal(link(f->path, other), 0);
	follow(f);
	write_file(f, "elsewhere/same", "nameserver 192.0.2.2\n");
	assert_int_equal(first(f), 0xc0000202);
}

int main(void)
{
#define RESOLVERS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		RESOLVERS_TEST(nameserver_lines_are_read_and_nothing_else),
		RESOLVERS_TEST(more_than_enough_resolvers_are_left_out),
		RESOLVERS_TEST(file_that_is_replaced_is_read_again),
		RESOLVERS_TEST(file_that_is_rewritten_in_place_is_read_again),
		RESOLVERS_TEST(file_may_come_and_go),
		RESOLVERS_TEST(link_is_followed_where_it_leads),
		RESOLVERS_TEST(file_is_watched_through_another_name_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
