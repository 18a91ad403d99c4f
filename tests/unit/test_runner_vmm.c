// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_runner_vmm.c - labd and a weft-vmm that does what it is told
 *
 * weft-vmm is this very program under that name (fake_vmm.h). weft-switch is
 * this program too, and ends at once.
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/vmm/vmm_msg.h"
#include "unit/fake_vmm.h"
#include "unit/labd_bed.h"
#include "vmm/vm.h"

#define ROUNDS 500
#define ROUND_MS 20

static struct labd_bed bed;
static struct node *node;
static int console;

static void path_of(const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", bed.folder, file);
}

static void make_lab(struct labd *labd)
{
	static const struct lab_diff nothing;
	struct lab *empty = labd->lab, *lab = lab_create(1, 1);
	struct node_settings *s = &lab->nodes[0];
	unsigned i;

	lab->network_count = 1;
	lab->node_count = 1;
	lab->networks[0].mode = NETWORK_INTERNAL;
	lab->networks[0].mtu = 1400;
	strcpy(lab->networks[0].name, "wan");
	strcpy(s->name, "web1");
	strcpy(s->kernel, "/proc/self/exe");
	s->memory_mib = 64;
	s->cpus = 2;
	s->nic_count = 2;
	for (i = 0; i < 2; i++) {
		mac_parse("52:54:00:00:00:00", &s->nics[i].mac);
		s->nics[i].mac.b[5] = (uint8_t)(i + 1);
	}
	lab_number(lab, NULL);
	fabric_apply(labd->fabric, lab, &nothing);
	labd->lab = lab;
	labd->host.lab = lab;
	lab_destroy(empty);
	node = &labd->nodes[0];
	node_init(node, &labd->host, &lab->nodes[0]);
}

static int setup(void **state)
{
	struct lab *empty = lab_create(0, 0);
	struct runners *runners;
	char path[64];
	struct err err;

	(void)state;
	labd_bed_init(&bed);
	bed.log.level = LOG_ERROR;
	runners = &bed.labd.host.runners;
	runners->is_probed = true;
	runners->host.kvm.verdict = KVM_GOOD;
	runners->kvm_device = "/dev/null";
	strcpy(runners->host.vmm, "/proc/self/exe");
	assert_int_equal(labd_prepare(&bed.labd, empty, &err), 0);
	lab_destroy(empty);
	path_of("ports", path, sizeof(path));
	assert_int_equal(mkdir(path, 0700), 0);
	make_lab(&bed.labd);
	console = -1;
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {"ports/web1:0.sock",
					    "ports/web1:1.sock", "ports",
					    "web1.console.log"};
	char path[64];
	unsigned i;

	(void)state;
	if (console >= 0)
		close(console);
	labd_tear_down(&bed.labd);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		path_of(files[i], path, sizeof(path));
		remove(path);
	}
	labd_bed_fini(&bed);
	return 0;
}

static bool has_printed(const char *text)
{
	static char tail[4096];

	node->ops->tail(node, tail, sizeof(tail));
	return strstr(tail, text);
}

static void await_print(const char *text)
{
	int i;

	for (i = 0; i < ROUNDS && !has_printed(text); i++)
		loop_run_once(bed.labd.loop, ROUND_MS);
	if (!has_printed(text))
		fail_msg("it has not printed: %s", text);
}

static void await_state(enum node_state state)
{
	int i;

	for (i = 0; i < ROUNDS && node->state != state; i++)
		loop_run_once(bed.labd.loop, ROUND_MS);
	if (node->state != state)
		fail_msg("it is %s, not %s (%s)", node_state_name(node->state),
			 node_state_name(state), node->reason);
}

static void start(void)
{
	struct err err;

	if (node_start(node, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(node->state, NODE_BOOTING);
	await_print("args ");
	if (console < 0)
		console = node->ops->console(node);
	assert_true(console >= 0);
}

static void have_it(const char *line)
{
	dprintf(console, "%s\n", line);
}

static void say(unsigned type, unsigned index, unsigned value,
		const char *words)
{
	char line[128];

	snprintf(line, sizeof(line), "say %u %u %u %s", type, index, value,
		 words);
	have_it(line);
}

/* All that it was to say has been said and heard. */
static void settle(void)
{
	static unsigned number;
	char line[32];

	snprintf(line, sizeof(line), "echo %u.", ++number);
	have_it(line);
	await_print(line);
	loop_run_once(bed.labd.loop, 0);
}

static void start_ready(void)
{
	start();
	say(VMM_MSG_DRIVERS, 0, 3, "");
	await_state(NODE_READY);
}

static void await_heard(unsigned type, unsigned index, unsigned value,
			const char *more)
{
	char text[64];

	snprintf(text, sizeof(text), "heard %u %u %u%s", type, index, value,
		 more);
	await_print(text);
}

static void it_gets_all_as_descriptors(void **state)
{
	(void)state;
	fabric_set_link(bed.labd.fabric, 1, false);
	start();
	await_print("args --name web1 --memory 64M --cpus 2 --kvm fd=3 "
		    "--cmdline console=ttyS0");
	await_print(" --kernel fd=4 --serial fd=5 --control fd=6 --net "
		    "fd=7,mac=52:54:00:00:00:01,mtu=1400,queues=1,link=up "
		    "--net "
		    "fd=8,mac=52:54:00:00:00:02,mtu=1400,queues=1,link=down");
}

static void guest_is_ready_when_all_its_drivers_run(void **state)
{
	(void)state;
	start();
	say(VMM_MSG_STATE, 0, VM_RUNNING, "");
	say(VMM_MSG_DRIVERS, 0, 2, "");
	settle();
	assert_int_equal(node->state, NODE_BOOTING);
	say(VMM_MSG_DRIVERS, 0, 3, "");
	await_state(NODE_READY);
}

static void guest_that_turns_itself_off_has_stopped(void **state)
{
	(void)state;
	start_ready();
	say(VMM_MSG_STATE, 0, VM_OFF, "");
	have_it("exit 0");
	await_state(NODE_STOPPED);
	assert_int_equal(node->pid, 0);
	start();
}

static void reason_of_a_failure_is_told(void **state)
{
	(void)state;
	start_ready();
	say(VMM_MSG_STATE, 0, VM_FAILED, "CPU 1: triple fault");
	have_it("exit 1");
	await_state(NODE_FAILED);
	assert_string_equal(node->reason, "CPU 1: triple fault");
}

static void end_without_a_word_is_a_failure(void **state)
{
	(void)state;
	start_ready();
	have_it("exit 3");
	await_state(NODE_FAILED);
	assert_string_equal(node->reason, "weft-vmm exited with code 3");
}

static void what_it_complains_of_is_said_by_labd(void **state)
{
	int stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	int logged = memfd_create("log", MFD_CLOEXEC);
	char text[4096] = "", *said;

	(void)state;
	bed.log.level = LOG_WARNING;
	dup2(logged, STDERR_FILENO);
	start_ready();
	have_it("complain labd: error: \033all is lost");
	have_it("exit 3");
	await_state(NODE_FAILED);
	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	assert_true(pread(logged, text, sizeof(text) - 1, 0) > 0);
	close(logged);
	/* weft-switch ends and begins anew meanwhile, and that is told too. */
	said = strstr(text, "test: warning: node web1 says: labd: error: "
			    "?all is lost\n");
	assert_non_null(said);
	assert_non_null(strstr(said, "node web1: weft-vmm exited with code 3"));
}

static void who_has_ended_and_stays_is_killed(void **state)
{
	(void)state;
	start_ready();
	say(VMM_MSG_STATE, 0, VM_OFF, "");
	settle();
	assert_int_equal(node->state, NODE_READY);
	bed.clock.ns += NSEC_PER_SEC;
	await_state(NODE_STOPPED);
	start();
	have_it("hang up");
	settle();
	bed.clock.ns += NSEC_PER_SEC;
	await_state(NODE_FAILED);
	assert_string_equal(node->reason,
			    "weft-vmm killed by signal 9 (Killed)");
}

static void nonsense_ends_it(void **state)
{
	static const char *const nonsense[] = {
		"say 4 0 0",  /* labd's own words */
		"say 99 0 0", /* no words at all */
		"say 3 2 0",  /* of a NIC that it has not */
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(nonsense); i++) {
		start();
		have_it(nonsense[i]);
		await_state(NODE_FAILED);
		assert_string_equal(node->reason,
				    "weft-vmm broke the protocol");
	}
}

static void pause_and_resume_are_asked_for_and_told(void **state)
{
	struct err err;

	(void)state;
	start_ready();
	assert_int_equal(node_pause(node, &err), 0);
	await_heard(VMM_MSG_PAUSE, 0, 0, "");
	assert_int_equal(node->state, NODE_READY);
	say(VMM_MSG_STATE, 0, VM_PAUSED, "");
	await_state(NODE_PAUSED);
	assert_int_equal(node_resume(node, &err), 0);
	await_heard(VMM_MSG_RESUME, 0, 0, "");
	say(VMM_MSG_STATE, 0, VM_RUNNING, "");
	await_state(NODE_READY);
}

static void link_is_told(void **state)
{
	(void)state;
	start();
	node_set_link(node, 1, false);
	await_heard(VMM_MSG_LINK, 1, 0, "");
	node_set_link(node, 1, true);
	await_heard(VMM_MSG_LINK, 1, 1, "");
}

static void lost_connection_is_made_again(void **state)
{
	(void)state;
	start_ready();
	/* one that was good for long: at once */
	bed.clock.ns += 6 * NSEC_PER_SEC;
	loop_run_once(bed.labd.loop, 0);
	say(VMM_MSG_GONE, 1, 0, "it hung up");
	await_heard(VMM_MSG_CONNECT, 1, 0, " with one");
	/* and soon after that, after a while, and then a longer one */
	say(VMM_MSG_GONE, 1, 0, "it hung up");
	settle();
	have_it("echo first");
	await_print("echo first");
	bed.clock.ns += 50 * NSEC_PER_MSEC;
	await_print("echo first\nheard 4 1 0 with one");
	say(VMM_MSG_GONE, 1, 0, "it hung up");
	settle();
	bed.clock.ns += 99 * NSEC_PER_MSEC;
	loop_run_once(bed.labd.loop, 0);
	have_it("echo second");
	await_print("echo second");
	bed.clock.ns += NSEC_PER_MSEC;
	await_print("echo second\nheard 4 1 0 with one");
	assert_int_equal(node->state, NODE_READY);
}

static void guest_reboots_within_its_process(void **state)
{
	pid_t pid;

	(void)state;
	start_ready();
	pid = node->pid;
	say(VMM_MSG_RESET, 0, 0, "");
	await_state(NODE_BOOTING);
	assert_false(has_printed("args"));
	say(VMM_MSG_DRIVERS, 0, 3, "");
	await_state(NODE_READY);
	assert_int_equal(node->pid, pid);
}

static void guest_that_reboots_before_it_was_ready_has_failed(void **state)
{
	(void)state;
	start();
	say(VMM_MSG_RESET, 0, 0, "");
	await_state(NODE_FAILED);
	assert_string_equal(node->reason,
			    "the guest restarted before it was ready");
}

static void guest_that_reboots_after_a_panic_has_failed(void **state)
{
	(void)state;
	start_ready();
	/* the fake prints its arguments, and cmdline is one of them */
	say(VMM_MSG_RESET, 0, 0, "");
	await_state(NODE_FAILED);
	assert_string_equal(node->reason,
			    "the guest's kernel panicked: no init");
}

static int setup_panic(void **state)
{
	setup(state);
	strcpy(bed.labd.lab->nodes[0].cmdline,
	       "Kernel panic - not syncing: no init\n");
	return 0;
}

static void stop_presses_the_power_button_and_then_kills(void **state)
{
	(void)state;
	start_ready();
	node_stop(node, false);
	await_heard(VMM_MSG_POWER, 0, 0, "");
	assert_int_equal(node->state, NODE_STOPPING);
	bed.clock.ns += 10 * NSEC_PER_SEC;
	await_state(NODE_STOPPED);
}

static void stop_of_a_guest_that_reboots_instead_ends_it(void **state)
{
	(void)state;
	start_ready();
	node_stop(node, false);
	say(VMM_MSG_RESET, 0, 0, "");
	await_state(NODE_STOPPED);
}

static void status_names_the_runner(void **state)
{
	json_t *status = json_object();

	(void)state;
	node->ops->describe(node, status);
	assert_string_equal(
		json_string_value(json_object_get(status, "runner")), "kvm");
	bed.labd.host.runners.host.kvm.verdict = KVM_SLOW;
	node->ops->describe(node, status);
	assert_string_equal(
		json_string_value(json_object_get(status, "runner")), "qemu");
	json_decref(status);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(it_gets_all_as_descriptors),
		TEST(guest_is_ready_when_all_its_drivers_run),
		TEST(guest_that_turns_itself_off_has_stopped),
		TEST(reason_of_a_failure_is_told),
		TEST(end_without_a_word_is_a_failure),
		TEST(what_it_complains_of_is_said_by_labd),
		TEST(who_has_ended_and_stays_is_killed),
		TEST(nonsense_ends_it),
		TEST(pause_and_resume_are_asked_for_and_told),
		TEST(link_is_told),
		TEST(lost_connection_is_made_again),
		TEST(guest_reboots_within_its_process),
		TEST(guest_that_reboots_before_it_was_ready_has_failed),
		cmocka_unit_test_setup_teardown(
			guest_that_reboots_after_a_panic_has_failed,
			setup_panic, teardown),
		TEST(stop_presses_the_power_button_and_then_kills),
		TEST(stop_of_a_guest_that_reboots_instead_ends_it),
		TEST(status_names_the_runner),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return 0;
	if (argc > 1 && strcmp(argv[0], "weft-vmm") == 0)
		return fake_vmm_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
