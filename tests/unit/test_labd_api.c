// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_api.c - labd's requests about nodes that start, fail, stop, vanish
 *
 * The nodes are of a kind that does what the test says. weft-switch is this
 * very program, which ends at once under that name; nobody needs it.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/labd/labd.h"
#include "cli/labd/link.h"
#include "cli/labd/wait.h"

#define ROUNDS 8
#define HELLO                                                            \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":" \
	"{\"client\":\"test\",\"protocol\":1}}\n"

/**
 * struct bed - a labd whose nodes are puppets
 * @clock:	stands still unless told
 * @log:	errors only
 * @labd:	under test
 * @folder:	for its files
 * @client:	a connected client that has said hello
 * @heard:	what it heard last
 * @exec:	what the last exec() of a node got
 * @cancelled:	what the last exec_cancel() got
 * @links:	times that link() of a node was called
 */
struct bed {
	struct fake_clock clock;
	struct log log;
	struct labd labd;
	char folder[32];
	int client;
	char heard[16384];
	struct node_exec exec;
	const void *cancelled;
	unsigned links;
};

static struct bed bed;

/* Puppets */

static int puppet_start(struct node *node, struct err *err)
{
	(void)err;
	node_set_state(node, NODE_BOOTING);
	return 0;
}

static void puppet_stop(struct node *node, bool now)
{
	(void)node;
	(void)now;
}

static int puppet_exec(struct node *node, const struct node_exec *exec,
		       struct err *err)
{
	int i;

	(void)node;
	(void)err;
	bed.exec = *exec;
	for (i = 0; i < 3; i++)
		close(exec->fds[i]);
	return 0;
}

static void puppet_exec_cancel(struct node *node, const void *arg)
{
	(void)node;
	bed.cancelled = arg;
}

static void puppet_tail(struct node *node, char *text, size_t size)
{
	(void)node;
	snprintf(text, size, "last words");
}

static void puppet_link(struct node *node, unsigned nic, bool up)
{
	(void)node;
	(void)nic;
	(void)up;
	bed.links++;
}

static const struct node_ops puppet_ops = {
	.start = puppet_start,
	.stop = puppet_stop,
	.exec = puppet_exec,
	.exec_cancel = puppet_exec_cancel,
	.tail = puppet_tail,
	.link = puppet_link,
};

/* The labd */

static void node_changed(void *ctx, struct node *node)
{
	wait_node_changed(ctx, node);
}

static void nothing_carrier(void *ctx, unsigned port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void nothing_said(void *ctx, const char *why)
{
	(void)ctx;
	(void)why;
}

static void nothing_up(void *ctx)
{
	(void)ctx;
}

static const struct fabric_events fabric_events = {
	nothing_carrier, nothing_said, nothing_said, nothing_up, NULL};

static void make_lab(struct labd *labd)
{
	unsigned i;

	labd->lab = lab_create(1, 2);
	assert_non_null(labd->lab);
	labd->lab->node_count = 2;
	strcpy(labd->lab->nodes[0].name, "web1");
	strcpy(labd->lab->nodes[1].name, "web2");
	labd->lab->nodes[0].nic_count = 1;
	lab_number(labd->lab, NULL);
	labd->host.lab = labd->lab;
	labd->nodes = calloc(LAB_MAX_NODES, sizeof(struct node));
	assert_non_null(labd->nodes);
	for (i = 0; i < 2; i++) {
		labd->nodes[i].host = &labd->host;
		labd->nodes[i].settings = &labd->lab->nodes[i];
		labd->nodes[i].number = i;
		labd->nodes[i].ops = &puppet_ops;
		labd->nodes[i].is_open = true;
	}
}

static void make_fabric(struct labd *labd)
{
	struct fabric_settings settings = {
		.lab = labd->lab,
		.leases = labd->leases,
		.link = {.path = "/proc/self/exe",
			 .lab = "office",
			 .stderr_fd = STDERR_FILENO,
			 .log = labd->log},
	};
	struct err err;

	labd->fabric =
		fabric_start(labd->loop, &settings, &fabric_events, labd, &err);
	assert_non_null(labd->fabric);
	labd->host.fabric = labd->fabric;
}

static void run(void)
{
	int i;

	for (i = 0; i < ROUNDS; i++)
		loop_run_once(bed.labd.loop, 0);
}

static const char *hear(void)
{
	size_t len = 0;
	ssize_t got;

	run();
	while ((got = recv(bed.client, bed.heard + len,
			   sizeof(bed.heard) - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)got;
	bed.heard[len] = '\0';
	return bed.heard;
}

static void say(const char *method, const char *params)
{
	char line[512];
	int len;

	len = snprintf(line, sizeof(line),
		       "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\","
		       "\"params\":%s}\n",
		       method, params);
	assert_int_equal(send(bed.client, line, (size_t)len, 0), len);
	run();
}

static void serve(struct labd *labd)
{
	const struct ctl_service service = {labd_methods, labd_method_count,
					    labd};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct err err;
	int fd;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock",
		 bed.folder);
	fd = node_listen(address.sun_path, 0600, &err);
	assert_true(fd >= 0);
	labd->server =
		ctl_server_create(labd->loop, fd, &service, &bed.log, &err);
	assert_non_null(labd->server);
	bed.client = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(bed.client, (struct sockaddr *)&address,
				 sizeof(address)),
			 0);
	unlink(address.sun_path);
	assert_int_equal(send(bed.client, HELLO, strlen(HELLO), 0),
			 strlen(HELLO));
	assert_non_null(strstr(hear(), "result"));
}

static int setup(void **state)
{
	struct labd *labd = &bed.labd;
	char leases[64];
	struct err err;

	(void)state;
	memset(&bed, 0, sizeof(bed));
	strcpy(bed.folder, "/tmp/test-labd-XXXXXX");
	if (!mkdtemp(bed.folder))
		return -1;
	snprintf(leases, sizeof(leases), "%s/leases", bed.folder);
	fake_clock_init(&bed.clock, NSEC_PER_SEC);
	bed.log = (struct log){LOG_ERROR, "test", &bed.clock.clock};
	strcpy(labd->name, "office");
	labd->log = &bed.log;
	labd->loop = loop_create(&bed.clock.clock, &err);
	labd->leases = lease_store_open(leases, &bed.log, &err);
	unlink(leases);
	list_init(&labd->waits);
	list_init(&labd->flaps);
	events_init(&labd->events, labd->name, events_wall_ms);
	labd->host.loop = labd->loop;
	labd->host.log = &bed.log;
	labd->host.dir = &labd->dir;
	labd->host.changed = node_changed;
	labd->host.ctx = labd;
	make_lab(labd);
	make_fabric(labd);
	serve(labd);
	return rmdir(bed.folder);
}

static int teardown(void **state)
{
	struct labd *labd = &bed.labd;

	(void)state;
	wait_cancel_all(labd, "the test is over");
	link_cancel_all(labd, "the test is over");
	events_fini(&labd->events);
	close(bed.client);
	fabric_destroy(labd->fabric);
	ctl_server_destroy(labd->server);
	free(labd->nodes);
	lab_destroy(labd->lab);
	lease_store_close(labd->leases);
	loop_destroy(labd->loop);
	return 0;
}

static void start_is_answered_when_the_node_is_ready(void **state)
{
	(void)state;
	say("node.start", "{\"node\":\"web1\"}");
	assert_null(strstr(hear(), "result"));
	node_set_state(&bed.labd.nodes[0], NODE_READY);
	assert_non_null(strstr(hear(), "\"schema\":\"weft.status/1\""));
	assert_true(list_is_empty(&bed.labd.waits));
}

static void start_of_a_node_that_fails_tells_its_last_words(void **state)
{
	(void)state;
	say("node.start", "{\"node\":\"web1\"}");
	node_fail(&bed.labd.nodes[0], "it fell over");
	hear();
	assert_non_null(strstr(bed.heard, "node web1 failed: it fell over"));
	assert_non_null(strstr(bed.heard, "last words"));
	assert_non_null(strstr(bed.heard, "\"exit\":1"));
}

static void start_that_takes_too_long_ends_with_7(void **state)
{
	(void)state;
	say("node.start", "{\"node\":\"web1\",\"timeout_ms\":5000}");
	bed.clock.ns += 4999 * NSEC_PER_MSEC;
	assert_null(strstr(hear(), "error"));
	bed.clock.ns += NSEC_PER_MSEC;
	hear();
	assert_non_null(strstr(bed.heard, "was not ready in time"));
	assert_non_null(strstr(bed.heard, "\"exit\":7"));
}

static void restart_is_not_failed_by_the_stop_in_between(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	say("node.restart", "{\"node\":\"web1\"}");
	assert_int_equal(node->state, NODE_STOPPING);
	node_set_state(node, NODE_STOPPED);
	assert_int_equal(node->state, NODE_BOOTING);
	node_set_state(node, NODE_READY);
	assert_non_null(strstr(hear(), "\"result\""));
	assert_null(strstr(bed.heard, "error"));
}

static void start_of_a_stopping_node_starts_it_after_that(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	say("node.stop", "{\"node\":\"web1\"}");
	say("node.start", "{\"node\":\"web1\"}");
	assert_null(strstr(hear(), "error"));
	node_set_state(node, NODE_STOPPED);
	assert_int_equal(node->state, NODE_BOOTING);
}

static void stop_takes_a_restart_back(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	say("node.restart", "{\"node\":\"web1\"}");
	say("node.stop", "{\"node\":\"web1\"}");
	node_set_state(node, NODE_STOPPED);
	assert_int_equal(node->state, NODE_STOPPED);
	assert_non_null(strstr(hear(), "stopped before it was ready"));
}

static void wait_ends_with_its_client(void **state)
{
	(void)state;
	say("node.start", "{\"node\":\"web1\"}");
	assert_false(list_is_empty(&bed.labd.waits));
	shutdown(bed.client, SHUT_RDWR);
	run();
	assert_true(list_is_empty(&bed.labd.waits));
	node_set_state(&bed.labd.nodes[0], NODE_READY);
}

static void wait_ends_when_the_lab_goes_down(void **state)
{
	(void)state;
	say("node.start", "{\"node\":\"web1\"}");
	wait_cancel_all(&bed.labd, "the lab is going down");
	assert_non_null(strstr(hear(), "the lab is going down"));
}

static void end_of_a_command_is_told(void **state)
{
	(void)state;
	say("node.exec", "{\"node\":\"web1\",\"argv\":[\"true\"]}");
	assert_non_null(strstr(hear(), "\"exec\":1"));
	bed.exec.exited(bed.exec.arg, 42);
	hear();
	assert_non_null(strstr(bed.heard, "exec.exit"));
	assert_non_null(strstr(bed.heard, "\"code\":42"));
	assert_null(bed.cancelled);
}

static void command_is_cancelled_when_its_client_goes(void **state)
{
	(void)state;
	say("node.exec", "{\"node\":\"web1\",\"argv\":[\"sleep\"]}");
	assert_null(bed.cancelled);
	shutdown(bed.client, SHUT_RDWR);
	run();
	assert_ptr_equal(bed.cancelled, bed.exec.arg);
}

static void ports_are_told_while_weft_switch_is_dead(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 500 && switch_link_pid(fabric_link(bed.labd.fabric));
	     i++)
		loop_run_once(bed.labd.loop, 20);
	say("port.list", "{}");
	assert_non_null(strstr(hear(), "weft.ports/1"));
}

static void flap_ends_by_itself_and_then_is_answered(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	say("link.set", "{\"port\":\"web1:0\",\"up\":false,\"for_ms\":500,"
			"\"wait\":true}");
	assert_null(strstr(hear(), "result"));
	assert_string_equal(link_state(&bed.labd, node, 0), "down");
	assert_int_equal(bed.links, 1);
	bed.clock.ns += 500 * NSEC_PER_MSEC;
	assert_non_null(strstr(hear(), "\"admin\":\"up\""));
	assert_string_equal(link_state(&bed.labd, node, 0), "up");
	assert_int_equal(bed.links, 2);
	assert_true(list_is_empty(&bed.labd.flaps));
}

static void flap_ends_without_its_client_too(void **state)
{
	(void)state;
	say("link.set", "{\"port\":\"web1:0\",\"up\":false,\"for_ms\":500,"
			"\"wait\":true}");
	shutdown(bed.client, SHUT_RDWR);
	run();
	bed.clock.ns += 500 * NSEC_PER_MSEC;
	run();
	assert_string_equal(link_state(&bed.labd, &bed.labd.nodes[0], 0), "up");
}

static void link_that_is_set_anew_forgets_what_was_planned(void **state)
{
	(void)state;
	say("link.set", "{\"port\":\"web1:0\",\"up\":false,\"for_ms\":500,"
			"\"wait\":true}");
	say("link.set", "{\"port\":\"web1:0\",\"up\":false}");
	assert_non_null(strstr(hear(), "somebody set it anew"));
	bed.clock.ns += NSEC_PER_SEC;
	run();
	assert_string_equal(link_state(&bed.labd, &bed.labd.nodes[0], 0),
			    "down");
	say("link.set", "{\"port\":\"web1:1\",\"up\":false}");
	assert_non_null(strstr(hear(), "has no port 'web1:1'"));
	say("link.set", "{\"port\":\"web1:0\",\"up\":false,\"for_ms\":-1}");
	assert_non_null(strstr(hear(), "-32602"));
}

static void second_down_is_told_that_one_is_under_way(void **state)
{
	(void)state;
	say("lab.down", "{}");
	say("lab.down", "{}");
	assert_non_null(strstr(hear(), "is going down already"));
	ctl_reply(bed.labd.down, NULL, NULL, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(start_is_answered_when_the_node_is_ready),
		TEST(start_of_a_node_that_fails_tells_its_last_words),
		TEST(start_that_takes_too_long_ends_with_7),
		TEST(restart_is_not_failed_by_the_stop_in_between),
		TEST(start_of_a_stopping_node_starts_it_after_that),
		TEST(stop_takes_a_restart_back),
		TEST(wait_ends_with_its_client),
		TEST(wait_ends_when_the_lab_goes_down),
		TEST(end_of_a_command_is_told),
		TEST(command_is_cancelled_when_its_client_goes),
		TEST(ports_are_told_while_weft_switch_is_dead),
		TEST(flap_ends_by_itself_and_then_is_answered),
		TEST(flap_ends_without_its_client_too),
		TEST(link_that_is_set_anew_forgets_what_was_planned),
		TEST(second_down_is_told_that_one_is_under_way),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
