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

#include "cli/labd/live_forward.h"
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
	f.lab = lab_create(2, 1);
	f.lab->network_count = 2;
	strcpy(f.lab->networks[0].name, "wan");
	strcpy(f.lab->networks[1].name, "other");
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
					  .count = 1,
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

static void settle(struct fixture *f)
{
	unsigned i;

	f->gone = 0;
	host_ports_change(&f->table, f->lab, note_gone, f);
	for (i = 0; i < HOST_PORTS_MAX; i++)
		f->table.ports[i].is_told = f->table.ports[i].is_wanted;
}

static void change(struct fixture *f)
{
	struct err err = {0};

	assert_int_equal(host_ports_open(&f->table, f->lab, &err), 0);
	settle(f);
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

/* Three free ports in a row, if the host has such; else 0. */
static uint16_t free_range(void)
{
	uint16_t first, port;
	unsigned tries;

	for (tries = 0; tries < 100; tries++) {
		int fd = listen_somewhere(&first), more[2];
		unsigned i, open_count = 0;

		for (i = 0; i < 2; i++) {
			struct sockaddr_in at = {
				.sin_family = AF_INET,
				.sin_port = htons((uint16_t)(first + i + 1)),
				.sin_addr.s_addr = htonl(LOOPBACK)};

			more[i] = socket(AF_INET, SOCK_STREAM, 0);
			port = (uint16_t)(first + i + 1);
			open_count += port > first &&
				      !bind(more[i], (struct sockaddr *)&at,
					    sizeof(at));
		}
		close(fd);
		close(more[0]);
		close(more[1]);
		if (open_count == 2)
			return first;
	}
	return 0;
}

static void range_is_a_socket_for_each_port(void **state)
{
	struct fixture *f = *state;
	uint16_t first = free_range();
	struct host_port last;

	if (!first)
		skip();
	add(f, 0, first, 80);
	f->lab->networks[0].forwards[0].count = 3;
	change(f);
	last = port_of(f, (uint16_t)(first + 2));
	assert_true(last.fd >= 0);
	assert_int_equal(last.forward.port, 82);
	assert_int_equal(last.number, 2);
	clear(f);
	change(f);
	assert_int_equal(f->gone, 3);
}

static struct forward_settings live_at(const struct fixture *f, unsigned i)
{
	return (struct forward_settings){.host = LOOPBACK,
					 .host_port = f->free_port[i],
					 .count = 1,
					 .address = 0x0a140007,
					 .port = 90};
}

static void live_forward_outlives_other_lab_files(void **state)
{
	struct fixture *f = *state;
	struct forward_settings forward = live_at(f, 2);
	struct live_forward removed;
	struct err err = {0};
	int fd;

	add(f, 0, f->free_port[0], 80);
	change(f);
	assert_int_equal(live_forward_add(&f->table, "wan", &forward, &err), 0);
	settle(f);
	fd = port_of(f, f->free_port[2]).fd;
	assert_true(fd >= 0);
	assert_true(port_of(f, f->free_port[2]).is_live);
	assert_int_equal(port_of(f, f->free_port[2]).number, 1);
	assert_false(port_of(f, f->free_port[0]).is_live);
	clear(f);
	add(f, 0, f->free_port[1], 81);
	change(f);
	assert_int_equal(port_of(f, f->free_port[2]).fd, fd);
	assert_int_equal(f->gone, 1);
	assert_int_equal(live_forward_remove(&f->table, &forward, &removed), 0);
	assert_string_equal(removed.network, "wan");
	change(f);
	assert_int_equal(port_of(f, f->free_port[2]).fd, -1);
	assert_int_equal(live_forward_remove(&f->table, &forward, &removed),
			 -ENOENT);
}

static void assert_goes(struct fixture *f, const char *reason)
{
	struct forward_settings settings;
	const char *why =
		live_forward_why_not(f->lab, &f->table.live[0], &settings);

	assert_int_equal(f->table.live_count, 1);
	assert_non_null(why);
	assert_string_equal(why, reason);
}

static void live_forward_goes_with_what_it_leads_to(void **state)
{
	struct fixture *f = *state;
	struct forward_settings forward = live_at(f, 2);
	struct node_settings *node = &f->lab->nodes[0];
	struct err err = {0};

	strcpy(node->name, "a");
	strcpy(forward.node, "a");
	forward.address = 0;
	f->lab->node_count = 1;
	node->nic_count = 2;
	node->nics[0].network = 1;
	node->nics[1].ipv4 = NIC_IPV4_DHCP;
	assert_int_equal(live_forward_add(&f->table, "wan", &forward, &err), 0);
	settle(f);
	assert_int_equal(port_of(f, f->free_port[2]).forward.nic, 1);
	node->nics[1].ipv4 = NIC_IPV4_NONE;
	assert_goes(f, "its node has no address there");
	node->nic_count = 1;
	assert_goes(f, "its node is not on that network");
	f->lab->node_count = 0;
	assert_goes(f, "its node is gone");
	strcpy(f->lab->networks[0].name, "lan");
	assert_goes(f, "its network is gone");
	change(f);
	assert_int_equal(f->table.live_count, 0);
	assert_int_equal(port_of(f, f->free_port[2]).fd, -1);
}

static void file_that_wants_the_port_gets_its_socket(void **state)
{
	struct fixture *f = *state;
	struct forward_settings forward = live_at(f, 2);
	struct err err = {0};
	int fd;

	assert_int_equal(live_forward_add(&f->table, "wan", &forward, &err), 0);
	settle(f);
	fd = port_of(f, f->free_port[2]).fd;
	add(f, 0, f->free_port[2], 80);
	assert_goes(f, "the lab file has that port");
	change(f);
	assert_int_equal(f->table.live_count, 0);
	assert_int_equal(port_of(f, f->free_port[2]).fd, fd);
	assert_false(port_of(f, f->free_port[2]).is_live);
	assert_int_equal(port_of(f, f->free_port[2]).forward.port, 80);
}

static void live_forward_that_cannot_be_had_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct forward_settings forward = live_at(f, 2);
	struct err err = {0};
	int fd = listen_somewhere(&forward.host_port);

	assert_int_equal(live_forward_add(&f->table, "wan", &forward, &err),
			 -EADDRINUSE);
	assert_int_equal(f->table.live_count, 0);
	close(fd);
}

static void live_forward_of_all_addresses_goes_by_any(void **state)
{
	struct fixture *f = *state;
	struct forward_settings forward = live_at(f, 2);
	struct live_forward removed;
	struct err err = {0};

	forward.host = 0;
	assert_int_equal(live_forward_add(&f->table, "wan", &forward, &err), 0);
	forward.host = LOOPBACK;
	forward.count = 2; /* not one of more ports, though */
	assert_int_equal(live_forward_remove(&f->table, &forward, &removed),
			 -ENOENT);
	forward.count = 1;
	forward.udp = true;
	assert_int_equal(live_forward_remove(&f->table, &forward, &removed),
			 -ENOENT);
	forward.udp = false;
	assert_int_equal(live_forward_remove(&f->table, &forward, &removed), 0);
	assert_int_equal(removed.forward.host, 0);
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
		PORTS_TEST(range_is_a_socket_for_each_port),
		PORTS_TEST(live_forward_outlives_other_lab_files),
		PORTS_TEST(live_forward_goes_with_what_it_leads_to),
		PORTS_TEST(file_that_wants_the_port_gets_its_socket),
		PORTS_TEST(live_forward_that_cannot_be_had_leaves_nothing),
		PORTS_TEST(live_forward_of_all_addresses_goes_by_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
