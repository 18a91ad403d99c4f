// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_qemu_args.c - QEMU's command line follows from the node
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>

#include "cli/labd/qemu_args.h"

struct fixture {
	struct network_settings network;
	struct node_settings settings;
	struct lab lab;
	struct state_dir dir;
	struct node_host host;
	struct node node;
	struct arg_list args;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	f.network.mtu = 1400;
	f.lab.networks = &f.network;
	f.lab.network_count = 1;
	snprintf(f.settings.name, sizeof(f.settings.name), "web1");
	f.settings.builtin = true;
	f.settings.memory_mib = 128;
	f.settings.cpus = 2;
	f.settings.nic_count = 1;
	mac_parse("52:54:00:00:00:07", &f.settings.nics[0].mac);
	f.lab.nodes = &f.settings;
	f.lab.node_count = 1;
	snprintf(f.dir.path, sizeof(f.dir.path), "/run/weft/lab");
	f.host.lab = &f.lab;
	f.host.dir = &f.dir;
	f.host.runners.accel = "kvm";
	snprintf(f.host.image.kernel, sizeof(f.host.image.kernel), "/k");
	snprintf(f.host.image.initrd, sizeof(f.host.image.initrd), "/i");
	snprintf(f.host.runners.qemu.reconnect,
		 sizeof(f.host.runners.qemu.reconnect), "reconnect=1");
	f.node.host = &f.host;
	f.node.settings = &f.settings;
	*state = &f;
	return 0;
}

static bool has_arg(const struct arg_list *args, const char *text)
{
	unsigned i;

	for (i = 0; i < args->argc; i++) {
		if (strstr(args->argv[i], text))
			return true;
	}
	return false;
}

static void memory_is_shared_and_of_the_size_asked_for(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(qemu_args_build(&f->args, &f->node, NULL), 0);
	assert_true(has_arg(&f->args,
			    "memory-backend-memfd,id=ram,size=128M,share=on"));
	assert_true(has_arg(&f->args, "memory-backend=ram"));
	assert_null(f->args.argv[f->args.argc]);
}

static void nic_connects_to_its_port_and_knows_mac_and_mtu(void **state)
{
	struct fixture *f = *state;

	qemu_args_build(&f->args, &f->node, NULL);
	assert_true(has_arg(&f->args, "path=/run/weft/lab/ports/web1:0.sock,"
				      "reconnect=1"));
	assert_true(has_arg(&f->args, "mac=52:54:00:00:00:07,host_mtu=1400"));
}

static void comma_in_a_path_does_not_end_it(void **state)
{
	struct fixture *f = *state;

	snprintf(f->dir.path, sizeof(f->dir.path), "/run/a,b");
	qemu_args_build(&f->args, &f->node, NULL);
	assert_true(has_arg(&f->args, "path=/run/a,,b/ports/web1:0.sock,rec"));
}

static void only_emulation_goes_without_msix(void **state)
{
	struct fixture *f = *state;

	qemu_args_build(&f->args, &f->node, NULL);
	assert_false(has_arg(&f->args, QEMU_NO_MSIX));
	f->host.runners.accel = "tcg";
	qemu_args_build(&f->args, &f->node, NULL);
	assert_true(has_arg(&f->args, QEMU_NO_MSIX));
}

static void foreign_guest_gets_its_own_kernel_and_no_agent(void **state)
{
	struct fixture *f = *state;

	f->settings.builtin = false;
	snprintf(f->settings.kernel, sizeof(f->settings.kernel), "/boot/mine");
	qemu_args_build(&f->args, &f->node, NULL);
	assert_true(has_arg(&f->args, "/boot/mine"));
	assert_false(has_arg(&f->args, "-initrd"));
	assert_false(has_arg(&f->args, "weft.agent"));
}

static void disks_come_in_their_order_as_descriptors(void **state)
{
	struct fixture *f = *state;

	f->settings.disk_count = 3;
	f->settings.disks[0].overlay = true;
	f->settings.disks[1].readonly = true;
	assert_int_equal(qemu_args_build(&f->args, &f->node, NULL), 0);
	assert_true(has_arg(&f->args, "fd=6,set=0"));
	assert_true(has_arg(&f->args,
			    "id=disk0,format=raw,file=/dev/fdset/0,"
			    "discard=unmap,auto-read-only=off,snapshot=on,"
			    "readonly=off"));
	assert_true(has_arg(&f->args, "drive=disk0,serial=disk0"));
	assert_true(has_arg(&f->args, "fd=7,set=1"));
	assert_true(has_arg(&f->args, "snapshot=off,readonly=on"));
	assert_true(has_arg(&f->args, "fd=8,set=2"));
	assert_true(has_arg(&f->args, "snapshot=off,readonly=off"));
}

static void command_line_that_does_not_fit_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err;

	memset(f->settings.cmdline, 'x', sizeof(f->settings.cmdline) - 1);
	f->settings.nic_count = LAB_MAX_NICS;
	assert_int_equal(qemu_args_build(&f->args, &f->node, &err), 0);
	memset(f->dir.path, '/', sizeof(f->dir.path) - 1);
	assert_int_not_equal(qemu_args_build(&f->args, &f->node, &err), 0);
}

#define T(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(memory_is_shared_and_of_the_size_asked_for),
		T(nic_connects_to_its_port_and_knows_mac_and_mtu),
		T(comma_in_a_path_does_not_end_it),
		T(only_emulation_goes_without_msix),
		T(foreign_guest_gets_its_own_kernel_and_no_agent),
		T(disks_come_in_their_order_as_descriptors),
		T(command_line_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
