// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_api.c - labd's requests about nodes that start, fail, stop, vanish
 *
 * The nodes are of a kind that does what the test says. weft-switch is this
 * very program, which ends at once under that name; nobody needs it.
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/labd/link.h"
#include "cli/labd/wait.h"
#include "unit/labd_bed.h"

/**
 * struct puppets - what was done to the nodes
 * @exec:	what the last exec() of a node got
 * @cancelled:	what the last exec_cancel() got
 * @links:	times that link() of a node was called
 * @pauses:	and pause()
 * @resumes:	and resume()
 */
struct puppets {
	struct node_exec exec;
	const void *cancelled;
	unsigned links;
	unsigned pauses;
	unsigned resumes;
};

static struct labd_bed bed;
static struct puppets puppets;

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

static void puppet_pause(struct node *node)
{
	(void)node;
	puppets.pauses++;
}

static void puppet_resume(struct node *node)
{
	(void)node;
	puppets.resumes++;
}

static int puppet_exec(struct node *node, const struct node_exec *exec,
		       struct err *err)
{
	int i;

	(void)node;
	(void)err;
	puppets.exec = *exec;
	for (i = 0; i < 3; i++)
		close(exec->fds[i]);
	return 0;
}

static void puppet_exec_cancel(struct node *node, const void *arg)
{
	(void)node;
	puppets.cancelled = arg;
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
	puppets.links++;
}

static void puppet_destroy(struct node *node)
{
	node->state = NODE_STOPPED;
}

static const struct node_ops puppet_ops = {
	.start = puppet_start,
	.stop = puppet_stop,
	.pause = puppet_pause,
	.resume = puppet_resume,
	.exec = puppet_exec,
	.exec_cancel = puppet_exec_cancel,
	.tail = puppet_tail,
	.destroy = puppet_destroy,
	.link = puppet_link,
};

/* The labd */

/* In place of the empty one that labd begins with. */
static void make_lab(struct labd *labd)
{
	static const struct lab_diff nothing;
	struct lab *empty = labd->lab, *lab = lab_create(1, 2);
	unsigned i;

	assert_non_null(lab);
	lab->node_count = 2;
	lab->network_count = 1;
	strcpy(lab->networks[0].name, "wan");
	strcpy(lab->nodes[0].name, "web1");
	strcpy(lab->nodes[1].name, "web2");
	lab->nodes[0].nic_count = 1;
	lab_number(lab, NULL);
	fabric_apply(labd->fabric, lab, &nothing);
	labd->lab = lab;
	labd->host.lab = lab;
	lab_destroy(empty);
	for (i = 0; i < 2; i++) {
		node_init(&labd->nodes[i], &labd->host, &lab->nodes[i]);
		labd->nodes[i].ops = &puppet_ops;
		labd->nodes[i].is_open = true;
	}
}

static void run(void)
{
	labd_bed_run(&bed);
}

static const char *hear(void)
{
	return labd_bed_hear(&bed);
}

static void say(const char *method, const char *params)
{
	labd_bed_say(&bed, method, params);
}

static int setup(void **state)
{
	struct lab *empty = lab_create(0, 0);
	struct err err;

	(void)state;
	memset(&puppets, 0, sizeof(puppets));
	labd_bed_init(&bed);
	assert_int_equal(labd_prepare(&bed.labd, empty, &err), 0);
	lab_destroy(empty);
	make_lab(&bed.labd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	labd_bed_fini(&bed);
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
	puppets.exec.exited(puppets.exec.arg, 42);
	hear();
	assert_non_null(strstr(bed.heard, "exec.exit"));
	assert_non_null(strstr(bed.heard, "\"code\":42"));
	assert_null(puppets.cancelled);
}

static void command_is_cancelled_when_its_client_goes(void **state)
{
	(void)state;
	say("node.exec", "{\"node\":\"web1\",\"argv\":[\"sleep\"]}");
	assert_null(puppets.cancelled);
	shutdown(bed.client, SHUT_RDWR);
	run();
	assert_ptr_equal(puppets.cancelled, puppets.exec.arg);
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
	assert_int_equal(puppets.links, 1);
	bed.clock.ns += 500 * NSEC_PER_MSEC;
	assert_non_null(strstr(hear(), "\"admin\":\"up\""));
	assert_string_equal(link_state(&bed.labd, node, 0), "up");
	assert_int_equal(puppets.links, 2);
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

static void pause_is_answered_when_the_node_stands_still(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	say("node.pause", "{\"node\":\"web1\"}");
	assert_null(strstr(hear(), "result"));
	assert_int_equal(puppets.pauses, 1);
	node_paused(node, true);
	assert_non_null(strstr(hear(), "\"state\":\"paused\""));
	say("node.resume", "{\"node\":\"web1\"}");
	assert_int_equal(puppets.resumes, 1);
	assert_null(strstr(hear(), "result"));
	node_paused(node, false);
	assert_int_equal(node->state, NODE_READY);
	assert_non_null(strstr(hear(), "result"));
}

static void node_that_became_ready_as_it_paused_goes_on_ready(void **state)
{
	struct node *node = &bed.labd.nodes[0];
	uint64_t ready_ns;

	(void)state;
	node_set_state(node, NODE_BOOTING);
	node_paused(node, true);
	node_set_ready(node);
	assert_int_equal(node->state, NODE_PAUSED);
	assert_true(node_was_ready(node));
	ready_ns = node->ready_ns;
	assert_int_not_equal(ready_ns, 0);
	bed.clock.ns += NSEC_PER_SEC;
	run();
	node_paused(node, false);
	assert_int_equal(node->state, NODE_READY);
	assert_int_equal(node->ready_ns, ready_ns);
}

static void start_lets_a_paused_node_go_on(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	node_paused(node, true);
	say("node.start", "{\"node\":\"web1\"}");
	assert_int_equal(puppets.resumes, 1);
	node_paused(node, false);
	assert_non_null(strstr(hear(), "\"state\":\"ready\""));
}

static void paused_node_can_be_stopped(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	node_paused(node, true);
	say("node.stop", "{\"node\":\"web1\"}");
	assert_int_equal(node->state, NODE_STOPPING);
	node_paused(node, false);
	assert_int_equal(node->state, NODE_STOPPING);
	node_set_state(node, NODE_STOPPED);
	assert_non_null(strstr(hear(), "\"state\":\"stopped\""));
}

static void only_a_machine_of_ours_that_runs_can_be_paused(void **state)
{
	(void)state;
	say("node.pause", "{\"node\":\"web1\"}");
	assert_non_null(strstr(hear(), "node web1 is stopped"));
	bed.labd.nodes[0].ops = &node_netns_ops;
	bed.labd.nodes[1].ops = &node_external_ops;
	say("node.pause", "{\"node\":\"web1\"}");
	assert_non_null(strstr(hear(), "node web1 is no virtual machine"));
	say("node.resume", "{\"node\":\"web2\"}");
	assert_non_null(strstr(hear(), "node web2 is no virtual machine"));
	bed.labd.nodes[0].ops = &puppet_ops;
	bed.labd.nodes[1].ops = &puppet_ops;
	assert_int_equal(puppets.pauses, 0);
}

static void pause_of_a_node_that_ends_instead_fails(void **state)
{
	struct node *node = &bed.labd.nodes[0];

	(void)state;
	node_set_state(node, NODE_READY);
	say("node.pause", "{\"node\":\"web1\"}");
	node_set_state(node, NODE_STOPPED);
	assert_non_null(strstr(hear(), "stopped before it was paused"));
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
		TEST(pause_is_answered_when_the_node_stands_still),
		TEST(node_that_became_ready_as_it_paused_goes_on_ready),
		TEST(start_lets_a_paused_node_go_on),
		TEST(paused_node_can_be_stopped),
		TEST(only_a_machine_of_ours_that_runs_can_be_paused),
		TEST(pause_of_a_node_that_ends_instead_fails),
		TEST(second_down_is_told_that_one_is_under_way),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
