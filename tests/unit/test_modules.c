// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_modules.c - modules.dep of made-up kernels
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/image/modules.h"

static const char dep[] =
	"kernel/virtio.ko:\n"
	"kernel/virtio_ring.ko: kernel/virtio.ko\n"
	"kernel/d/virtio_pci.ko.xz: kernel/virtio_ring.ko kernel/virtio.ko\n"
	"kernel/d/virtio-rng.ko: kernel/virtio_ring.ko kernel/virtio.ko\n"
	"kernel/n/virtio_net_more.ko:\n";

static const char builtin[] = "kernel/net/packet/af_packet.ko\n";

struct fixture {
	char dir[64];
	struct modules modules;
	struct err err;
};

static void put(const struct fixture *f, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	assert_int_equal(cache_store(path, text, strlen(text), NULL), 0);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	strcpy(f.dir, "/tmp/weft-modules-XXXXXX");
	*state = &f;
	return mkdtemp(f.dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cache_remove_tree(f->dir);
	return 0;
}

static void modules_come_after_what_they_need(void **state)
{
	static const struct module_request requests[] = {
		{"virtio_pci", false},
		{"virtio_rng", false},
		{"af_packet", false},
		{"nowhere", true},
	};
	struct fixture *f = *state;

	put(f, "modules.dep", dep);
	put(f, "modules.builtin", builtin);
	assert_int_equal(
		modules_resolve(f->dir, requests, 4, &f->modules, &f->err), 0);
	assert_int_equal(f->modules.count, 4);
	assert_string_equal(f->modules.paths[0], "kernel/virtio.ko");
	assert_string_equal(f->modules.paths[1], "kernel/virtio_ring.ko");
	assert_string_equal(f->modules.paths[2], "kernel/d/virtio_pci.ko.xz");
	assert_string_equal(f->modules.paths[3], "kernel/d/virtio-rng.ko");
}

static void missing_module_is_an_error_that_names_it(void **state)
{
	static const struct module_request request = {"virtio_net", false};
	struct fixture *f = *state;

	put(f, "modules.dep", dep);
	assert_int_equal(
		modules_resolve(f->dir, &request, 1, &f->modules, &f->err),
		-ENOENT);
	assert_non_null(strstr(f->err.msg, "virtio_net"));
}

static void tree_without_modules_dep_is_an_error(void **state)
{
	static const struct module_request request = {"virtio_net", true};
	struct fixture *f = *state;

	assert_int_equal(
		modules_resolve(f->dir, &request, 1, &f->modules, &f->err),
		-ENOENT);
	assert_non_null(strstr(f->err.msg, "depmod"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			modules_come_after_what_they_need, setup, teardown),
		cmocka_unit_test_setup_teardown(
			missing_module_is_an_error_that_names_it, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			tree_without_modules_dep_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
