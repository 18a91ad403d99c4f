// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_host_ports.c - sockets of forwards that stay, come, go and can't be had
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/labd/host_ports.h"
#include "core/util.h"

#define LOOPBACK 0x7f000001u

struct fixture {
	struct host_ports table;
	struct lab *lab;
	uint16_t free_port[3];
	unsigned gone;
	struct host_port last_gone;
};

static int listen_somewhere(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(at);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	return fd;
}

static int setup(void **state)
{
	static struct fixture f;
	unsigned i;
	int fd[3];

	memset(&f, 0, sizeof(f));
	host_ports_init(&f.table);
	f.lab = lab_create(2, 0);
	f.lab->network_count = 2;
	f.lab->networks[1].number = 1;
	for (i = 0; i < 3; i++)
		fd[i] = listen_somewhere(&f.free_port[i]);
	for (i = 0; i < 3; i++)
		close(fd[i]);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	host_ports_fini(&f->table);
	lab_destroy(f->lab);
	return 0;
}

static void add(struct fixture *f, unsigned network, uint16_t host_port,
		uint16_t port)
{
	struct network_settings *n = &f->lab->networks[network];

	n->forwards[n->forward_count++] =
		(struct forward_settings){.host = LOOPBACK,
					  .host_port = host_port,
					  .address = 0x0a140007,
					  .port = port};
}

static void clear(struct fixture *f)
{
	f->lab->networks[0].forward_count = 0;
	f->lab->networks[1].forward_count = 0;
}

static void note_gone(void *ctx, const struct host_port *port)
{
	struct fixture *f = ctx;

	f->gone++;
	f->last_gone = *port;
}

static void change(struct fixture *f)
{
	struct err err = {0};
	unsigned i;

	f->gone = 0;
	assert_int_equal(host_ports_open(&f->table, f->lab, &err), 0);
	host_ports_change(&f->table, f->lab, note_gone, f);
	for (i = 0; i < HOST_PORTS_MAX; i++)
		f->table.ports[i].is_told = f->table.ports[i].is_wanted;
}

/* As it is now; its fd is -1 where there is none. */
static struct host_port port_of(struct fixture *f, uint16_t host_port)
{
	const struct host_port none = {.fd = -1};
	unsigned i;

	for (i = 0; i < HOST_PORTS_MAX; i++) {
		if (f->table.ports[i].fd >= 0 &&
		    f->table.ports[i].forward.host_port == host_port)
			return f->table.ports[i];
	}
	return none;
}

static void socket_stays_wherever_it_leads(void **state)
{
	struct fixture *f = *state;
	struct host_port before, after;

	add(f, 0, f->free_port[0], 80);
	add(f, 0, f->free_port[1], 81);
	change(f);
	before = port_of(f, f->free_port[1]);
	assert_int_equal(before.number, 1);
	clear(f);
	add(f, 0, f->free_port[1], 82);
	change(f);
	assert_int_equal(f->gone, 1);
	assert_int_equal(f->last_gone.forward.host_port, f->free_port[0]);
	assert_int_equal(port_of(f, f->free_port[0]).fd, -1);
	after = port_of(f, f->free_port[1]);
	assert_int_equal(after.fd, before.fd);
	assert_int_equal(after.number, 1);
	assert_int_equal(after.forward.port, 82);
}

static void numbers_of_a_network_are_never_the_same(void **state)
{
	struct fixture *f = *state;

	add(f, 0, f->free_port[0], 80);
	add(f, 0, f->free_port[1], 81);
	change(f);
	clear(f);
	add(f, 0, f->free_port[2], 83); /* new, and before one that stays */
	add(f, 0, f->free_port[1], 81);
	change(f);
	assert_int_equal(port_of(f, f->free_port[1]).number, 1);
	assert_int_equal(port_of(f, f->free_port[2]).number, 0);
}

static void socket_that_changes_networks_is_told_anew(void **state)
{
	struct fixture *f = *state;
	int fd;

	add(f, 0, f->free_port[0], 80);
	change(f);
	fd = port_of(f, f->free_port[0]).fd;
	clear(f);
	add(f, 1, f->free_port[0], 80);
	host_ports_change(&f->table, f->lab, note_gone, f);
	assert_int_equal(f->gone, 1);
	assert_int_equal(f->last_gone.network, 0);
	assert_int_equal(port_of(f, f->free_port[0]).network, 1);
	assert_false(port_of(f, f->free_port[0]).is_told);
	assert_int_equal(port_of(f, f->free_port[0]).fd, fd);
}

static void port_that_is_taken_is_explained_and_nothing_opened(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	uint16_t taken;
	int fd = listen_somewhere(&taken);

	add(f, 0, f->free_port[0], 80);
	change(f);
	add(f, 1, f->free_port[1], 81);
	add(f, 1, taken, 82);
	assert_int_equal(host_ports_open(&f->table, f->lab, &err), -EADDRINUSE);
	assert_non_null(strstr(err.msg, "choose another in forward:"));
	assert_int_equal(port_of(f, f->free_port[1]).fd, -1);
	assert_true(port_of(f, f->free_port[0]).fd >= 0);
	close(fd);
}

static void lab_that_did_not_come_leaves_no_socket(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};

	add(f, 0, f->free_port[0], 80);
	assert_int_equal(host_ports_open(&f->table, f->lab, &err), 0);
	assert_true(port_of(f, f->free_port[0]).fd >= 0);
	clear(f);
	add(f, 0, f->free_port[1], 80);
	change(f);
	assert_int_equal(port_of(f, f->free_port[0]).fd, -1);
	assert_int_equal(f->gone, 0);
}

int main(void)
{
#define PORTS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		PORTS_TEST(socket_stays_wherever_it_leads),
		PORTS_TEST(numbers_of_a_network_are_never_the_same),
		PORTS_TEST(socket_that_changes_networks_is_told_anew),
		PORTS_TEST(port_that_is_taken_is_explained_and_nothing_opened),
		PORTS_TEST(lab_that_did_not_come_leaves_no_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
