// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_apply.c - a lab that runs becomes another one
 *
 * weft-switch is this very program, which writes down what it is told. The
 * nodes are external ones, so their sockets are real; a node that takes its
 * time to end is made by giving it other node_ops.
 */
#include "unit/cmocka_wrap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/apply.h"
#include "cli/labd/capture_book.h"
#include "unit/labd_bed.h"
#include "unit/switch_record.h"

#define WAIT_MS 20
#define MAX_WAITS 500

/* The bed */

static struct labd_bed bed;
static char record_path[64];
static unsigned answers;

static int setup(void **state)
{
	char ports[128];

	(void)state;
	labd_bed_init(&bed);
	snprintf(record_path, sizeof(record_path), "%s/record", bed.folder);
	setenv(SWITCH_RECORD, record_path, 1);
	snprintf(ports, sizeof(ports), "%s/ports", bed.folder);
	assert_int_equal(mkdir(ports, 0700), 0);
	return 0;
}

static int teardown(void **state)
{
	char ports[128];

	(void)state;
	snprintf(ports, sizeof(ports), "%s/ports", bed.folder);
	labd_tear_down(&bed.labd);
	unlink(record_path);
	assert_int_equal(rmdir(ports), 0); /* no socket is left */
	labd_bed_fini(&bed);
	return 0;
}

static void answered(void *arg, const union wire_message *answer)
{
	(void)arg;
	(void)answer;
	answers++;
}

/* Wait until weft-switch has read all that it was told. */
static void settle(void)
{
	unsigned before = answers;
	int i;

	fabric_query_network(bed.labd.fabric, 0, answered, NULL);
	for (i = 0; i < MAX_WAITS && answers == before; i++)
		loop_run_once(bed.labd.loop, WAIT_MS);
	assert_int_equal(answers, before + 1);
}

/* What weft-switch was told since, in one line; to be freed. */
static char *told(void)
{
	char *text = calloc(1, 8192), *end;
	FILE *file;

	settle();
	file = fopen(record_path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, 8191, file) < 8191);
	fclose(file);
	assert_int_equal(truncate(record_path, 0), 0);
	for (end = text; *end; end++) {
		if (*end == '\n')
			*end = end[1] ? ';' : '\0';
	}
	return text;
}

static void assert_told(const char *wanted)
{
	char *got = told();

	assert_string_equal(got, wanted);
	free(got);
}

/* networks: and nodes: of a lab, in JSON, as lab.apply's params. */
static void ask(const char *method, const char *networks, const char *nodes)
{
	char *params;

	assert_true(asprintf(&params,
			     "{\"lab\":{\"lab\":\"office\",\"networks\":{%s},"
			     "\"nodes\":{%s}},\"timeout_ms\":5000}",
			     networks, nodes) > 0);
	labd_bed_say(&bed, method, params);
	free(params);
}

static void apply(const char *networks, const char *nodes)
{
	ask("lab.apply", networks, nodes);
}

#define INTERNAL(name) "\"" name "\":{\"mode\":\"internal\"}"
#define SERVED(name, net)                                     \
	"\"" name "\":{\"mode\":\"internal\",\"ipv4\":\"" net \
	".0/24\",\"dhcp\":\"on\"}"
#define NODE(name, nics) \
	"\"" name "\":{\"kind\":\"external\",\"nics\":[" nics "]}"
#define STREAM(name, nics)                                    \
	"\"" name "\":{\"kind\":\"external\",\"nics\":[" nics \
	"],\"socket\":{\"type\":\"stream\"}}"
#define ON(net) "{\"net\":\"" net "\"}"
#define AT(net, address) "{\"net\":\"" net "\",\"ipv4\":\"" address "/24\"}"

#define TWO_NETWORKS INTERNAL("a") "," INTERNAL("b")
#define TWO_NODES NODE("one", ON("a")) "," NODE("two", ON("b"))

static void apply_two(void)
{
	apply(TWO_NETWORKS, TWO_NODES);
	assert_non_null(strstr(labd_bed_hear(&bed), "\"state\":\"ready\""));
	free(told());
}

static void assert_heard(const char *text)
{
	if (!strstr(bed.heard, text) && !strstr(labd_bed_hear(&bed), text))
		fail_msg("not heard: %s; but: %s", text, bed.heard);
}

/* A node that ends when the test says so */

static void slow_stop(struct node *node, bool now)
{
	(void)node;
	(void)now;
}

static void slow_destroy(struct node *node)
{
	node->state = NODE_STOPPED;
}

static const struct node_ops slow_ops = {
	.stop = slow_stop,
	.destroy = slow_destroy,
};

static struct node *node_of(const char *name)
{
	struct node *node = labd_lookup_node(&bed.labd, name);

	assert_non_null(node);
	return node;
}

static void make_slow(const char *name)
{
	node_of(name)->ops = &slow_ops;
}

static void first_lab_is_made_of_an_empty_one(void **state)
{
	(void)state;
	apply(TWO_NETWORKS, TWO_NODES);
	labd_bed_hear(&bed);
	assert_heard("\"method\":\"plan\"");
	assert_heard("\"runs\":false");
	assert_heard("\"result\":{\"schema\":\"weft.status/1\"");
	assert_told("add 0 a;start 0;add 1 b;start 1;"
		    "plug 0 one:0 into 0;plug 8 two:0 into 1");
}

static void same_lab_in_another_order_tells_nothing(void **state)
{
	(void)state;
	apply_two();
	apply(INTERNAL("b") "," INTERNAL("a"),
	      NODE("two", ON("b")) "," NODE("one", ON("a")));
	assert_non_null(strstr(labd_bed_hear(&bed), "\"actions\":[]"));
	assert_told("");
	assert_string_equal(labd_node(&bed.labd, 0)->settings->name, "two");
}

static void what_stays_is_not_touched_when_its_place_moves(void **state)
{
	struct node *two;

	(void)state;
	apply_two();
	two = node_of("two");
	apply(INTERNAL("new") "," INTERNAL("b"),
	      NODE("front", ON("new")) "," NODE("two", ON("b")));
	assert_told("unplug 0;remove 0;add 2 new;start 2;"
		    "plug 16 front:0 into 2");
	assert_ptr_equal(node_of("two"), two);
	assert_ptr_equal(two->settings, &bed.labd.lab->nodes[1]);
	assert_int_equal(two->number, 1);
	assert_null(labd_lookup_node(&bed.labd, "one"));
}

static void weft_switch_that_dies_after_it_is_told_the_new_lab(void **state)
{
	const struct switch_link *link;
	unsigned i;

	(void)state;
	apply_two();
	apply(INTERNAL("new") "," INTERNAL("b"),
	      NODE("front", ON("new")) "," NODE("two", ON("b")));
	free(told());
	link = fabric_link(bed.labd.fabric);
	kill(switch_link_pid(link), SIGKILL);
	for (i = 0; i < MAX_WAITS && !switch_link_restarts(link); i++) {
		bed.clock.ns += NSEC_PER_SEC;
		loop_run_once(bed.labd.loop, WAIT_MS);
	}
	assert_told("add 2 new;start 2;add 1 b;start 1;plug 8 two:0 into 1;"
		    "plug 16 front:0 into 2");
}

static void node_that_restarts_is_unplugged_and_plugged_in(void **state)
{
	(void)state;
	apply_two();
	apply(TWO_NETWORKS, STREAM("one", ON("a")) "," NODE("two", ON("b")));
	assert_told("unplug 0;plug 0 one:0 into 0");
	apply(TWO_NETWORKS,
	      NODE("one", ON("b") "," ON("a")) "," NODE("two", ON("b")));
	assert_told("unplug 0;plug 0 one:0 into 1;plug 1 one:1 into 0");
}

static void network_that_changes_keeps_its_ports(void **state)
{
	(void)state;
	apply(SERVED("a", "10.1.0"), NODE("one", AT("a", "10.1.0.1")));
	assert_told("add 0 a;keep 10.1.0.1;start 0;plug 0 one:0 into 0");
	apply("\"a\":{\"mode\":\"internal\",\"ipv4\":\"10.1.0.0/24\","
	      "\"dhcp\":{\"lease\":\"2h\"}}",
	      NODE("one", AT("a", "10.1.0.1")));
	assert_told("change 0 a;keep 10.1.0.1;start 0");
}

static void node_with_its_own_address_costs_reservations_only(void **state)
{
	(void)state;
	apply(SERVED("a", "10.1.0") "," SERVED("b", "10.2.0"),
	      NODE("one", ON("a")));
	free(told());
	apply(SERVED("a", "10.1.0") "," SERVED("b", "10.2.0"),
	      NODE("two", AT("a", "10.1.0.2")) "," NODE("one", ON("a")));
	assert_told("keep 10.1.0.2;reserve 0;plug 8 two:0 into 0");
	apply(SERVED("a", "10.1.0") "," SERVED("b", "10.2.0"),
	      NODE("one", ON("a")));
	assert_told("unplug 8;reserve 0");
}

/* It lives at the last address, .254, as long as nobody else does. */
static void dhcp_port_makes_room_for_a_node(void **state)
{
	(void)state;
	apply(SERVED("a", "10.1.0"), NODE("one", ON("a")));
	free(told());
	apply(SERVED("a", "10.1.0"),
	      NODE("one", ON("a")) "," NODE("two", AT("a", "10.1.0.254")));
	assert_told("change 0 a;keep 10.1.0.254;start 0;plug 8 two:0 into 0");
}

static void nothing_changes_before_the_last_node_has_ended(void **state)
{
	(void)state;
	apply_two();
	make_slow("one");
	apply(INTERNAL("b"), STREAM("two", ON("b")));
	assert_told("");
	assert_int_equal(node_of("one")->state, NODE_STOPPING);
	assert_int_equal(node_of("two")->state, NODE_STOPPED);
	node_set_state(node_of("one"), NODE_STOPPED);
	labd_bed_run(&bed);
	assert_told("unplug 0;unplug 8;remove 0;plug 8 two:0 into 1");
	assert_null(labd_lookup_node(&bed.labd, "one"));
	assert_heard("\"result\"");
}

static void node_that_leaves_is_not_started_meanwhile(void **state)
{
	struct node *one;

	(void)state;
	apply_two();
	make_slow("one");
	one = node_of("one");
	apply(INTERNAL("b"), NODE("two", ON("b")));
	labd_bed_say(&bed, "node.start", "{\"node\":\"one\"}");
	labd_bed_say(&bed, "node.restart", "{\"node\":\"one\"}");
	node_set_state(one, NODE_STOPPED);
	assert_int_equal(one->state, NODE_STOPPED);
	labd_bed_hear(&bed);
	assert_heard("node one was taken out of the lab");
	assert_null(labd_lookup_node(&bed.labd, "one"));
}

static void second_apply_is_told_to_come_back(void **state)
{
	(void)state;
	apply_two();
	make_slow("one");
	apply(INTERNAL("b"), NODE("two", ON("b")));
	labd_bed_hear(&bed);
	apply(TWO_NETWORKS, TWO_NODES);
	assert_non_null(strstr(labd_bed_hear(&bed), "is being changed by"));
	ask("lab.plan", TWO_NETWORKS, TWO_NODES);
	assert_non_null(strstr(labd_bed_hear(&bed), "weft.plan/1"));
	node_set_state(node_of("one"), NODE_STOPPED);
	assert_non_null(strstr(labd_bed_hear(&bed), "\"result\""));
}

static void change_goes_on_without_its_client(void **state)
{
	(void)state;
	apply_two();
	make_slow("one");
	apply(INTERNAL("b"), NODE("two", ON("b")));
	shutdown(bed.client, SHUT_RDWR);
	labd_bed_run(&bed);
	node_set_state(node_of("one"), NODE_STOPPED);
	labd_bed_run(&bed);
	assert_null(labd_lookup_node(&bed.labd, "one"));
	assert_null(bed.labd.apply);
}

static void down_ends_a_change_that_is_in_work(void **state)
{
	(void)state;
	apply_two();
	make_slow("one");
	apply(INTERNAL("b"), NODE("two", ON("b")));
	labd_tear_down(&bed.labd);
	assert_null(bed.labd.apply);
	assert_non_null(strstr(labd_bed_hear(&bed), "the lab is going down"));
}

#define BAD(name)                                            \
	"\"" name "\":{\"kind\":\"external\",\"nics\":[" ON( \
		"a") "],\"socket\":{\"group\":\"no-such-group\"}}"

static void node_that_cannot_be_made_leaves_the_others(void **state)
{
	(void)state;
	apply_two();
	apply(TWO_NETWORKS, TWO_NODES
	      "," BAD("bad") "," BAD("worse") "," NODE("good", ON("a")));
	labd_bed_hear(&bed);
	assert_heard("node bad failed: port bad:0: there is no group "
		     "'no-such-group'; so did worse");
	assert_heard("\"exit\":8");
	assert_int_equal(node_of("good")->state, NODE_READY);
	assert_int_equal(node_of("bad")->state, NODE_FAILED);
	ask("lab.plan", TWO_NETWORKS, TWO_NODES);
	labd_bed_hear(&bed);
	assert_heard("{\"action\":\"remove\",\"kind\":\"node\","
		     "\"name\":\"bad\"");
}

static void plan_names_what_does_not_run(void **state)
{
	(void)state;
	ask("lab.plan", TWO_NETWORKS, TWO_NODES);
	labd_bed_hear(&bed);
	assert_heard("\"runs\":false");
	assert_heard("\"action\":\"add\"");
	assert_null(bed.labd.lab);
	apply_two();
	labd_bed_say(&bed, "node.stop", "{\"node\":\"one\"}");
	labd_bed_hear(&bed);
	ask("lab.plan", TWO_NETWORKS, TWO_NODES);
	labd_bed_hear(&bed);
	assert_heard("\"runs\":true,\"actions\":[{\"action\":\"start\","
		     "\"kind\":\"node\",\"name\":\"one\",\"changes\":[]}]");
	assert_told("");
}

static void bad_lab_changes_nothing(void **state)
{
	(void)state;
	apply_two();
	apply("", NODE("one", ON("nowhere")));
	labd_bed_hear(&bed);
	assert_heard("\"exit\":3");
	labd_bed_say(&bed, "lab.apply",
		     "{\"lab\":{\"lab\":\"home\",\"networks\":{},"
		     "\"nodes\":{}}}");
	labd_bed_hear(&bed);
	assert_heard("this is lab office, not home");
	labd_bed_say(&bed, "lab.plan", "{}");
	labd_bed_hear(&bed);
	assert_heard("\"exit\":3");
	assert_told("");
}

/* Node one with a capture of so many bytes a frame; 0: without one. */
static void apply_capture(unsigned snaplen)
{
	char *captures = NULL, *params;

	assert_true(asprintf(&captures,
			     ",\"captures\":[{\"port\":\"one:0\",\"file\":"
			     "\"%s/own.pcapng\",\"snaplen\":%u}]",
			     bed.folder, snaplen) > 0);
	assert_true(asprintf(&params,
			     "{\"lab\":{\"lab\":\"office\",\"networks\":{%s},"
			     "\"nodes\":{%s}%s},\"timeout_ms\":5000}",
			     INTERNAL("a"), NODE("one", ON("a")),
			     snaplen ? captures : "") > 0);
	labd_bed_say(&bed, "lab.apply", params);
	free(params);
	free(captures);
}

static void capture_has_ended(unsigned number)
{
	union wire_message message = {
		.capture_ended = {.header.type = WIRE_CAPTURE_ENDED,
				  .capture = number}};

	capture_book_message(bed.labd.captures, &message);
}

static void file_of_a_capture_has_one_writer_at_a_time(void **state)
{
	char path[64];

	(void)state;
	apply_capture(64);
	labd_bed_hear(&bed);
	assert_told("add 0 a;start 0;plug 0 one:0 into 0;capture 0");
	apply_capture(128);
	assert_told("stop 0");
	apply_capture(256);
	assert_told("");
	capture_has_ended(0);
	assert_told("capture 0");
	/* and one that has no heir stays ended */
	apply_capture(0);
	assert_told("stop 0");
	capture_has_ended(0);
	assert_told("");
	snprintf(path, sizeof(path), "%s/own.pcapng", bed.folder);
	unlink(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(first_lab_is_made_of_an_empty_one),
		TEST(same_lab_in_another_order_tells_nothing),
		TEST(what_stays_is_not_touched_when_its_place_moves),
		TEST(weft_switch_that_dies_after_it_is_told_the_new_lab),
		TEST(node_that_restarts_is_unplugged_and_plugged_in),
		TEST(network_that_changes_keeps_its_ports),
		TEST(node_with_its_own_address_costs_reservations_only),
		TEST(dhcp_port_makes_room_for_a_node),
		TEST(nothing_changes_before_the_last_node_has_ended),
		TEST(node_that_leaves_is_not_started_meanwhile),
		TEST(second_apply_is_told_to_come_back),
		TEST(change_goes_on_without_its_client),
		TEST(down_ends_a_change_that_is_in_work),
		TEST(node_that_cannot_be_made_leaves_the_others),
		TEST(plan_names_what_does_not_run),
		TEST(bad_lab_changes_nothing),
		TEST(file_of_a_capture_has_one_writer_at_a_time),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return switch_record_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
