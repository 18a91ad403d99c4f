// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_attach.c - spare NICs go into networks, and out
 *
 * weft-switch is this very program, which writes down what it is told, and so
 * is weft-vmm (fake_vmm.h), which prints it.
 */
#include "unit/cmocka_wrap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/attach.h"
#include "unit/fake_vmm.h"
#include "unit/labd_bed.h"
#include "unit/switch_record.h"

#define WAIT_MS 20
#define MAX_WAITS 500
#define NETWORK(name, more) "\"" name "\":{\"mode\":\"internal\"" more "}"
#define TWO_NETWORKS NETWORK("a", "") "," NETWORK("b", "")
#define VM(name, more)                                            \
	"\"" name "\":{\"kernel\":\"/proc/self/exe\",\"runner\":" \
	"\"kvm\",\"nics\":[{\"net\":\"a\"}]" more "}"
#define EXTERNAL "\"ext\":{\"kind\":\"external\",\"nics\":[{\"net\":\"a\"}]}"

static struct labd_bed bed;
static char record_path[64];
static unsigned answers;

static void path_of(const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", bed.folder, file);
}

static int setup(void **state)
{
	struct runners *runners;
	char ports[64];

	(void)state;
	labd_bed_init(&bed);
	runners = &bed.labd.host.runners;
	runners->is_probed = true;
	runners->host.kvm.verdict = KVM_GOOD;
	runners->kvm_device = "/dev/null";
	strcpy(runners->host.vmm, "/proc/self/exe");
	path_of("record", record_path, sizeof(record_path));
	setenv(SWITCH_RECORD, record_path, 1);
	path_of("ports", ports, sizeof(ports));
	assert_int_equal(mkdir(ports, 0700), 0);
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {"record", "web1.console.log",
					    "web2.console.log", "ports"};
	char path[64];
	unsigned i;

	(void)state;
	labd_tear_down(&bed.labd);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		path_of(files[i], path, sizeof(path));
		remove(path);
	}
	path_of("ports", path, sizeof(path));
	assert_int_not_equal(access(path, F_OK), 0); /* no socket is left */
	labd_bed_fini(&bed);
	return 0;
}

static void answered(void *arg, const union wire_message *answer)
{
	(void)arg;
	(void)answer;
	answers++;
}

/* Is this among what weft-switch was told so far? */
static bool was_told(const char *line)
{
	unsigned i, before = answers;
	char text[8192];
	FILE *file;
	size_t len;

	fabric_query_network(bed.labd.fabric, 0, answered, NULL);
	for (i = 0; i < MAX_WAITS && answers == before; i++)
		loop_run_once(bed.labd.loop, WAIT_MS);
	file = fopen(record_path, "r");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return strstr(text, line);
}

static void forget_told(void)
{
	was_told("");
	assert_int_equal(truncate(record_path, 0), 0);
}

static struct node *web1(void)
{
	return labd_lookup_node(&bed.labd, "web1");
}

static void await_print(const char *text)
{
	char tail[4096] = "";
	int i;

	for (i = 0; i < MAX_WAITS && !strstr(tail, text); i++) {
		loop_run_once(bed.labd.loop, WAIT_MS);
		web1()->ops->tail(web1(), tail, sizeof(tail));
	}
	if (!strstr(tail, text))
		fail_msg("not printed: %s; but: %s", text, tail);
}

static const char *hear_until(const char *text)
{
	int i;

	for (i = 0; i < MAX_WAITS && !strstr(labd_bed_hear(&bed), text); i++)
		loop_run_once(bed.labd.loop, WAIT_MS);
	if (i == MAX_WAITS)
		fail_msg("not heard: %s", text);
	return bed.heard;
}

static void apply(const char *networks, const char *nodes)
{
	char *params;

	assert_true(asprintf(&params,
			     "{\"lab\":{\"lab\":\"office\",\"networks\":{%s},"
			     "\"nodes\":{%s}},\"wait\":\"none\"}",
			     networks, nodes) > 0);
	labd_bed_say(&bed, "lab.apply", params);
	free(params);
	hear_until("\"result\"");
}

static const char *ask(const char *method, const char *params)
{
	labd_bed_hear(&bed);
	labd_bed_say(&bed, method, params);
	return labd_bed_hear(&bed);
}

/* Nobody gives it a carrier, so it is answered after a while. */
static void attach(const char *params, const char *answer)
{
	ask("node.attach", params);
	assert_null(strstr(bed.heard, "result"));
	bed.clock.ns += 3 * NSEC_PER_SEC;
	if (!strstr(labd_bed_hear(&bed), answer))
		fail_msg("not heard: %s; but: %s", answer, bed.heard);
}

static void start_web1(const char *more)
{
	char *nodes;

	assert_true(asprintf(&nodes, VM("web1", "%s") "," EXTERNAL, more) > 0);
	apply(TWO_NETWORKS, nodes);
	free(nodes);
	await_print("args ");
}

static void guest_finds_its_spare_nics_without_a_carrier(void **state)
{
	(void)state;
	start_web1(",\"spare-nics\":2");
	await_print("link=up --net fd=8");
	await_print("mtu=1500,queues=1,link=down --net fd=9");
	assert_true(was_told("plug 0 web1:0 into 0"));
	assert_true(was_told("plug 1 web1:1 into -1"));
	assert_true(was_told("plug 2 web1:2 into -1"));
	ask("lab.status", "{}");
	assert_null(strstr(bed.heard, "web1:1"));
	labd_bed_say(&bed, "port.list", "{}");
	assert_null(strstr(hear_until("weft.ports/1"), "web1:1"));
}

static void attached_nic_is_in_its_network(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}",
	       "\"port\":\"web1:1\",\"node\":\"web1\",\"network\":\"b\"");
	assert_true(was_told("unplug 1\nplug 1 web1:1 into 1"));
	await_print("heard 5 1 1"); /* VMM_MSG_LINK, up */
	ask("lab.status", "{}");
	assert_non_null(strstr(bed.heard, "\"port\":\"web1:1\",\"network\":"
					  "\"b\""));
	assert_non_null(strstr(bed.heard, "\"attached\":true"));
	labd_bed_say(&bed, "port.list", "{}");
	assert_non_null(
		strstr(hear_until("weft.ports/1"), "\"port\":\"web1:1\""));
	assert_non_null(
		strstr(ask("link.set", "{\"port\":\"web1:1\",\"up\":false}"),
		       "\"admin\":\"down\""));
	await_print("heard 5 1 0");
}

static void carrier_ends_the_wait(void **state)
{
	(void)state;
	start_web1("");
	ask("node.attach", "{\"node\":\"web1\",\"network\":\"b\"}");
	assert_null(strstr(bed.heard, "result"));
	attach_carrier(&bed.labd, web1(), 1);
	assert_non_null(strstr(labd_bed_hear(&bed), "weft.attached/1"));
	assert_true(list_is_empty(&bed.labd.attachings));
}

static void detached_nic_is_nowhere_and_free_again(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}", "web1:1");
	ask("link.set", "{\"port\":\"web1:1\",\"up\":false}");
	ask("port.detach", "{\"port\":\"web1:1\"}");
	assert_non_null(strstr(bed.heard, "weft.attached/1"));
	assert_null(strstr(bed.heard, "network"));
	assert_true(was_told("unplug 1\nplug 1 web1:1 into -1"));
	assert_non_null(strstr(ask("port.detach", "{\"port\":\"web1:1\"}"),
			       "has no port 'web1:1' that weft attach"));
	assert_non_null(strstr(ask("port.detach", "{\"port\":\"web1:0\"}"),
			       "has no port 'web1:0' that weft attach"));
	/* with a cable of its own */
	attach("{\"node\":\"web1\",\"network\":\"a\"}", "\"network\":\"a\"");
	await_print("heard 5 1 0\nheard 5 1 0\nheard 5 1 1");
}

static void who_has_no_spare_nic_is_refused(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}", "web1:1");
	assert_non_null(strstr(
		ask("node.attach", "{\"node\":\"web1\",\"network\":\"b\"}"),
		"node web1 has no spare NIC left"));
	assert_non_null(strstr(
		ask("node.attach", "{\"node\":\"ext\",\"network\":\"b\"}"),
		"node ext is of kind external"));
	assert_non_null(strstr(
		ask("node.attach", "{\"node\":\"web1\",\"network\":\"c\"}"),
		"has no network 'c'"));
	assert_non_null(strstr(
		ask("node.attach", "{\"node\":\"web9\",\"network\":\"b\"}"),
		"has no node 'web9'"));
	assert_non_null(strstr(ask("node.attach", "{}"), "-32602"));
}

static void attached_nic_stays_over_a_restart_and_another_lab(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}", "web1:1");
	node_stop(web1(), true);
	while (web1()->state != NODE_STOPPED)
		loop_run_once(bed.labd.loop, WAIT_MS);
	forget_told();
	apply(TWO_NETWORKS "," NETWORK("c", ""), VM("web1", ""));
	await_print("args ");
	await_print("mtu=1500,queues=1,link=up");
	assert_false(was_told("plug 1"));
	assert_int_equal(fabric_network(bed.labd.fabric, 1), 1);
}

static void new_weft_switch_is_told_of_attached_nics(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}", "web1:1");
	forget_told();
	kill(switch_link_pid(fabric_link(bed.labd.fabric)), SIGKILL);
	for (int i = 0; i < MAX_WAITS &&
			!switch_link_restarts(fabric_link(bed.labd.fabric));
	     i++) {
		bed.clock.ns += 100 * NSEC_PER_MSEC;
		loop_run_once(bed.labd.loop, WAIT_MS);
	}
	assert_true(was_told("plug 1 web1:1 into 1"));
}

static void network_that_goes_lets_its_nics_go(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}", "web1:1");
	forget_told();
	apply(NETWORK("a", ""), VM("web1", "") "," EXTERNAL);
	assert_true(was_told("unplug 1\nplug 1 web1:1 into -1\nremove 1"));
	assert_int_equal(web1()->state, NODE_BOOTING);
	attach("{\"node\":\"web1\",\"network\":\"a\"}", "web1:1");
}

static void node_that_is_made_anew_has_them_all(void **state)
{
	(void)state;
	start_web1("");
	attach("{\"node\":\"web1\",\"network\":\"b\"}", "web1:1");
	apply(TWO_NETWORKS, VM("web2", ""));
	assert_int_equal(fabric_network(bed.labd.fabric, 1), FABRIC_NO_NETWORK);
	apply(TWO_NETWORKS, VM("web1", ",\"memory\":\"256M\""));
	await_print("args ");
	assert_null(strstr(ask("lab.status", "{}"), "web1:1"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(guest_finds_its_spare_nics_without_a_carrier),
		TEST(attached_nic_is_in_its_network),
		TEST(carrier_ends_the_wait),
		TEST(detached_nic_is_nowhere_and_free_again),
		TEST(who_has_no_spare_nic_is_refused),
		TEST(attached_nic_stays_over_a_restart_and_another_lab),
		TEST(new_weft_switch_is_told_of_attached_nics),
		TEST(network_that_goes_lets_its_nics_go),
		TEST(node_that_is_made_anew_has_them_all),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return switch_record_main();
	if (argc > 1 && strcmp(argv[0], "weft-vmm") == 0)
		return fake_vmm_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
