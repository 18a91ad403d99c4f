// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vmm_options.c - the command line of weft-vmm
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit/cmocka_wrap.h"

#include "cli/vmm/options.h"
#include "core/util.h"

#define MAX_WORDS 32
#define LINE_SIZE 512

/**
 * struct line - a command line
 * @text:	words, apart by spaces, each terminated
 * @argv:	of @text
 */
struct line {
	char text[LINE_SIZE];
	char *argv[MAX_WORDS + 1];
};

static int parse(struct line *line, const char *text, struct options *options,
		 struct err *err)
{
	char *rest = line->text;
	char *word;
	int argc = 0;

	snprintf(line->text, sizeof(line->text), "weft-vmm %s", text);
	while ((word = strsep(&rest, " ")) && argc < MAX_WORDS)
		line->argv[argc++] = word;
	line->argv[argc] = NULL;
	return options_parse(argc, line->argv, options, err);
}

static void what_is_not_said_has_a_default(void **state)
{
	struct options options;
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, "--kernel k", &options, NULL), 0);
	assert_string_equal(options.kernel.path, "k");
	assert_string_equal(options.kvm.path, "/dev/kvm");
	assert_null(options.initrd.path);
	assert_int_equal(options.initrd.fd, -1);
	assert_string_equal(options.cmdline, "console=ttyS0");
	assert_int_equal(options.memory, 128 << 20);
	assert_int_equal(options.cpus, 1);
	assert_int_equal(options.serial.kind, LINE_STDIO);
	assert_int_equal(options.console.kind, LINE_NONE);
	assert_true(options.has_rng);
	assert_int_equal(options.control_fd, -1);
	assert_int_equal(
		options.net_count + options.disk_count + options.port_count, 0);
}

static void a_whole_machine_is_said(void **state)
{
	struct options options;
	struct line line;

	(void)state;
	assert_int_equal(
		parse(&line,
		      "--name web1 --kvm fd=3 --kernel fd=4 --initrd fd=5 "
		      "--memory 2G --cpus 4 --serial none "
		      "--console fd=6 --control fd=3",
		      &options, NULL),
		0);
	assert_string_equal(options.name, "web1");
	assert_null(options.kvm.path);
	assert_int_equal(options.kvm.fd, 3);
	assert_null(options.kernel.path);
	assert_int_equal(options.kernel.fd, 4);
	assert_int_equal(options.initrd.fd, 5);
	assert_int_equal(options.memory, 2ll << 30);
	assert_int_equal(options.cpus, 4);
	assert_int_equal(options.serial.kind, LINE_NONE);
	assert_int_equal(options.console.kind, LINE_FD);
	assert_int_equal(options.console.fd, 6);
	assert_int_equal(options.control_fd, 3);
}

static void each_kind_of_nic_is_said(void **state)
{
	static const struct mac mac = {{0x52, 0x54, 0, 0, 0, 7}};
	struct options options;
	struct line line;

	(void)state;
	assert_int_equal(
		parse(&line,
		      "--kernel k "
		      "--net fd=9,mac=52:54:00:00:00:07,mtu=9000,queues=4 "
		      "--net socket=/s,link=down --net tap=tap0 "
		      "--net vhost-fd=7:tap-fd=8,link=up",
		      &options, NULL),
		0);
	assert_int_equal(options.net_count, 4);
	assert_int_equal(options.nets[0].kind, NET_VHOST_USER);
	assert_int_equal(options.nets[0].source.fd, 9);
	assert_true(mac_is_equal(&options.nets[0].mac, &mac));
	assert_int_equal(options.nets[0].mtu, 9000);
	assert_int_equal(options.nets[0].queues, 4);
	assert_true(options.nets[0].is_up);
	assert_string_equal(options.nets[1].source.path, "/s");
	assert_int_equal(options.nets[1].queues, 1);
	assert_false(options.nets[1].is_up);
	assert_int_equal(options.nets[2].kind, NET_TAP);
	assert_string_equal(options.nets[2].source.path, "tap0");
	assert_int_equal(options.nets[3].kind, NET_VHOST_KERNEL);
	assert_int_equal(options.nets[3].vhost_fd, 7);
	assert_int_equal(options.nets[3].tap_fd, 8);
}

static void disks_and_ports_are_said(void **state)
{
	struct options options;
	struct line line;

	(void)state;
	assert_int_equal(parse(&line,
			       "--kernel k --disk a.raw --disk fd=5,readonly "
			       "--disk b.raw,overlay --disk c.raw,overlay=fd=6 "
			       "--port name=weft.agent,fd=7 "
			       "--port socket=/p,name=x",
			       &options, NULL),
			 0);
	assert_int_equal(options.disk_count, 4);
	assert_string_equal(options.disks[0].source.path, "a.raw");
	assert_false(options.disks[0].is_readonly);
	assert_int_equal(options.disks[1].source.fd, 5);
	assert_true(options.disks[1].is_readonly);
	assert_true(options.disks[2].has_overlay);
	assert_int_equal(options.disks[2].overlay.fd, -1);
	assert_int_equal(options.disks[3].overlay.fd, 6);
	assert_int_equal(options.port_count, 2);
	assert_string_equal(options.ports[0].name, "weft.agent");
	assert_int_equal(options.ports[0].source.fd, 7);
	assert_string_equal(options.ports[1].source.path, "/p");
}

/**
 * struct mistake - a command line that is wrong
 * @line:	what was typed
 * @says:	what the answer has in it
 */
struct mistake {
	const char *line;
	const char *says;
};

static const struct mistake mistakes[] = {
	{"--cpus 2", "--kernel is missing"},
	{"--kernel", "--kernel lacks its argument"},
	{"--kernel fd=", "--kernel: give a path or fd=N"},
	{"--kernel fd=-1", "--kernel: give a path or fd=N"},
	{"--kernel k --initrd fd=x", "--initrd: give a path"},
	{"--kernel k --kernal k", "there is no option --kernal"},
	{"--kernel k more", "more is no option"},
	{"--kernel k --cpus 0", "--cpus 0: a guest has 1 to 64"},
	{"--kernel k --cpus 65", "--cpus 65"},
	{"--kernel k --cpus 1x", "--cpus 1x"},
	{"--kernel k --memory 128", "--memory 128: a size is a number with M"},
	{"--kernel k --memory M", "--memory M"},
	{"--kernel k --memory 0G", "--memory 0G"},
	{"--kernel k --memory 1025G", "--memory 1025G"},
	{"--kernel k --memory 99999999999999999999M", "--memory 9999"},
	{"--kernel k --memory -1M", "--memory -1M"},
	{"--kernel k --serial x", "--serial x: give stdio, fd=N or none"},
	{"--kernel k --console fd=", "--console fd="},
	{"--kernel k --console stdio", "can't both be stdio"},
	{"--kernel k --control 3", "--control 3: give fd=N"},
	{"--kernel k --net mac=52:54:00:00:00:07", "--net: no back-end"},
	{"--kernel k --net fd=1,fd=2", "--net: more than one back-end"},
	{"--kernel k --net fd=1,mac=01:00:5e:00:00:01", "--net: mac=01:00"},
	{"--kernel k --net fd=1,mac=00:00:00:00:00:00", "--net: mac=00:00"},
	{"--kernel k --net fd=1,mtu=67", "--net: mtu=67"},
	{"--kernel k --net fd=1,queues=9", "--net: queues=9"},
	{"--kernel k --net fd=1,link=sideways", "--net: link=sideways"},
	{"--kernel k --net fd=1,", "--net"},
	{"--kernel k --net vhost-fd=1", "--net: vhost-fd=1"},
	{"--kernel k --net socket=", "--net: socket="},
	{"--kernel k --disk a,overlay=fd=", "--disk: overlay=fd="},
	{"--kernel k --disk a,readwrite", "--disk: readwrite"},
	{"--kernel k --disk ", "--disk"},
	{"--kernel k --port name=x", "--port: a port is name="},
	{"--kernel k --port fd=1", "--port: a port is name="},
	{"--kernel k --port name=x,fd=1,socket=/s", "--port: a port is"},
	{"--kernel k --port name=x,fd=1,foo", "--port: foo"},
};

static void each_mistake_is_answered_with_what_would_be_right(void **state)
{
	struct options options;
	struct line line;
	struct err err;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		err.msg[0] = '\0';
		assert_int_equal(parse(&line, mistakes[i].line, &options, &err),
				 -EINVAL);
		if (!strstr(err.msg, mistakes[i].says))
			fail_msg("%s: %s", mistakes[i].line, err.msg);
	}
}

static void one_device_too_many_is_refused(void **state)
{
	struct options options;
	struct line line;
	struct err err;
	char text[LINE_SIZE] = "--kernel k";
	unsigned i;

	(void)state;
	for (i = 0; i < CONSOLE_MAX_PORTS + 1; i++)
		strcat(text, " --port name=x,fd=1");
	assert_int_equal(parse(&line, text, &options, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "4 at most"));
	snprintf(text, sizeof(text), "--kernel k --console fd=1");
	for (i = 0; i < CONSOLE_MAX_PORTS; i++)
		strcat(text, " --port name=x,fd=1");
	assert_int_equal(parse(&line, text, &options, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "--console counted"));
}

static void help_names_each_option(void **state)
{
	char text[8192] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(out);
	options_print_help(out);
	fclose(out);
	assert_non_null(strstr(text, "  --kernel PATH\n"));
	assert_non_null(strstr(text, "  --no-rng\n"));
	assert_non_null(strstr(text, "link=up|down"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_has_a_default),
		cmocka_unit_test(a_whole_machine_is_said),
		cmocka_unit_test(each_kind_of_nic_is_said),
		cmocka_unit_test(disks_and_ports_are_said),
		cmocka_unit_test(
			each_mistake_is_answered_with_what_would_be_right),
		cmocka_unit_test(one_device_too_many_is_refused),
		cmocka_unit_test(help_names_each_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
