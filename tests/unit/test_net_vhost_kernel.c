// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_net_vhost_kernel.c - descriptors that are no vhost-net
 *
 * What it does with real ones is for tests/vm/vhost_net.sh: few kernels that
 * build this have vhost-net.
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <string.h>

#include "unit/vhost_user_bed.h"
#include "unit/virtio_guest.h"
#include "vmm/net_backend.h"

static struct machine_bed bed;

static int open_null(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static void what_is_no_vhost_net_is_refused_and_closed(void **state)
{
	struct err err = {0};
	unsigned fds;

	(void)state;
	assert_int_equal(machine_bed_open(&bed), 0);
	fds = bed_fds();
	assert_null(net_vhost_kernel_create(&bed.machine, open_null(),
					    open_null(), &err));
	assert_non_null(strstr(err.msg, "no unused /dev/vhost-net"));
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(machine_bed_close(&bed), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_vhost_net_is_refused_and_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
