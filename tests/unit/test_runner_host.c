// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_runner_host.c - who runs a node, on which host
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "cli/doctor/runner_host.h"

static const struct node_settings wants_kvm = {
	.name = "web1", .kind = NODE_VM, .runner = RUNNER_KVM};

static struct runner_host host_with(enum kvm_verdict verdict, const char *vmm)
{
	struct runner_host host = {.kvm.verdict = verdict};

	strcpy(host.vmm, vmm);
	return host;
}

static enum node_runner choose(enum kvm_verdict verdict, const char *vmm,
			       enum node_runner wanted)
{
	struct runner_host host = host_with(verdict, vmm);

	return runner_host_choose(&host, wanted);
}

static void auto_takes_kvm_only_where_guests_run_at_full_speed(void **state)
{
	(void)state;
	assert_int_equal(choose(KVM_GOOD, "/v", RUNNER_AUTO), RUNNER_KVM);
	assert_int_equal(choose(KVM_GOOD, "", RUNNER_AUTO), RUNNER_QEMU);
	assert_int_equal(choose(KVM_SLOW, "/v", RUNNER_AUTO), RUNNER_QEMU);
	assert_int_equal(choose(KVM_BROKEN, "/v", RUNNER_AUTO), RUNNER_QEMU);
	assert_int_equal(choose(KVM_DENIED, "/v", RUNNER_AUTO), RUNNER_QEMU);
	assert_int_equal(choose(KVM_ABSENT, "/v", RUNNER_AUTO), RUNNER_QEMU);
}

static void file_has_its_will(void **state)
{
	(void)state;
	assert_int_equal(choose(KVM_GOOD, "/v", RUNNER_QEMU), RUNNER_QEMU);
	assert_int_equal(choose(KVM_SLOW, "/v", RUNNER_KVM), RUNNER_KVM);
}

static int check(enum kvm_verdict verdict, const char *vmm, struct err *err)
{
	struct runner_host host = host_with(verdict, vmm);

	return runner_host_check(&host, &wants_kvm, err);
}

static void kvm_that_can_not_be_had_is_refused_with_a_reason(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(check(KVM_GOOD, "/v", &err), 0);
	assert_int_equal(check(KVM_SLOW, "/v", &err), 0);
	assert_int_equal(check(KVM_ABSENT, "/v", &err), -ENODEV);
	assert_non_null(strstr(err.msg, "node web1: runner: kvm"));
	assert_non_null(strstr(err.msg, "there is no /dev/kvm"));
	assert_int_equal(check(KVM_BROKEN, "/v", &err), -ENODEV);
	assert_int_equal(check(KVM_DENIED, "/v", &err), -EACCES);
	assert_int_equal(check(KVM_GOOD, "", &err), -ENOPKG);
	assert_non_null(strstr(err.msg, "weft-vmm"));
}

static void others_are_not_asked(void **state)
{
	struct node_settings node = wants_kvm;
	struct runner_host host = host_with(KVM_ABSENT, "");
	struct err err;

	(void)state;
	node.runner = RUNNER_AUTO;
	assert_int_equal(runner_host_check(&host, &node, &err), 0);
	node.runner = RUNNER_KVM;
	node.kind = NODE_NETNS;
	assert_int_equal(runner_host_check(&host, &node, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			auto_takes_kvm_only_where_guests_run_at_full_speed),
		cmocka_unit_test(file_has_its_will),
		cmocka_unit_test(
			kvm_that_can_not_be_had_is_refused_with_a_reason),
		cmocka_unit_test(others_are_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
