// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c - the command line of weft-vmm
 *
 * One table is what is parsed and what --help prints; weft-vmm(8) has the same
 * in full.
 */
#include "cli/vmm/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli/vmm/options_internal.h"
#include "core/util.h"
#include "vmm/vm.h"

#define DEFAULT_KVM "/dev/kvm"
#define DEFAULT_MEMORY (128ull << 20)
#define DEFAULT_CMDLINE "console=ttyS0"

/**
 * struct option_row - one option
 * @name:	without dashes
 * @arg:	what its argument is, for --help; NULL: has none
 * @help:	what it is for
 * @parse:	0, or -EINVAL with a sentence
 */
struct option_row {
	const char *name;
	const char *arg;
	const char *help;
	int (*parse)(struct options *options, char *text, struct err *err);
};

static int parse_name(struct options *options, char *text, struct err *err)
{
	options->name = text;
	return *text ? 0 : err_set(err, -EINVAL, "--name: a name isn't empty");
}

static int parse_kvm(struct options *options, char *text, struct err *err)
{
	return parse_source(text, &options->kvm)
		       ? 0
		       : err_set(err, -EINVAL, "--kvm: give a path or fd=N");
}

static int parse_kernel(struct options *options, char *text, struct err *err)
{
	return parse_source(text, &options->kernel)
		       ? 0
		       : err_set(err, -EINVAL, "--kernel: give a path or fd=N");
}

static int parse_initrd(struct options *options, char *text, struct err *err)
{
	return parse_source(text, &options->initrd)
		       ? 0
		       : err_set(err, -EINVAL, "--initrd: give a path or fd=N");
}

static int parse_cmdline(struct options *options, char *text, struct err *err)
{
	(void)err;
	options->cmdline = text;
	return 0;
}

static int parse_memory(struct options *options, char *text, struct err *err)
{
	size_t len = strlen(text);
	char unit = len ? text[len - 1] : '\0';
	unsigned shift = unit == 'G' ? 30 : 20;
	unsigned max = (unsigned)(VM_MEMORY_MAX >> shift);
	unsigned number;

	if (unit == 'M' || unit == 'G') {
		text[len - 1] = '\0';
		if (parse_number(text, 1, max, &number)) {
			options->memory = (uint64_t)number << shift;
			return 0;
		}
		text[len - 1] = unit;
	}
	return err_set(err, -EINVAL,
		       "--memory %s: a size is a number with M or G, 4M to "
		       "1024G",
		       text);
}

static int parse_cpus(struct options *options, char *text, struct err *err)
{
	if (parse_number(text, 1, VM_MAX_CPUS, &options->cpus))
		return 0;
	return err_set(err, -EINVAL, "--cpus %s: a guest has 1 to %d", text,
		       VM_MAX_CPUS);
}

static bool parse_line(const char *text, struct line_option *line)
{
	line->kind = LINE_STDIO;
	if (strcmp(text, "stdio") == 0)
		return true;
	line->kind = LINE_NONE;
	if (strcmp(text, "none") == 0)
		return true;
	line->kind = LINE_FD;
	return strncmp(text, "fd=", 3) == 0 && parse_fd(text + 3, &line->fd);
}

static int parse_serial(struct options *options, char *text, struct err *err)
{
	if (parse_line(text, &options->serial))
		return 0;
	return err_set(err, -EINVAL, "--serial %s: give stdio, fd=N or none",
		       text);
}

static int parse_console(struct options *options, char *text, struct err *err)
{
	if (parse_line(text, &options->console))
		return 0;
	return err_set(err, -EINVAL, "--console %s: give stdio, fd=N or none",
		       text);
}

static int parse_no_rng(struct options *options, char *text, struct err *err)
{
	(void)text;
	(void)err;
	options->has_rng = false;
	return 0;
}

static int parse_control(struct options *options, char *text, struct err *err)
{
	if (strncmp(text, "fd=", 3) == 0 &&
	    parse_fd(text + 3, &options->control_fd))
		return 0;
	return err_set(err, -EINVAL, "--control %s: give fd=N", text);
}

static int parse_version(struct options *options, char *text, struct err *err)
{
	(void)text;
	(void)err;
	options->wants_version = true;
	return 0;
}

static int parse_syscalls(struct options *options, char *text, struct err *err)
{
	(void)text;
	(void)err;
	options->wants_syscalls = true;
	return 0;
}

static int parse_help(struct options *options, char *text, struct err *err)
{
	(void)text;
	(void)err;
	options->wants_help = true;
	return 0;
}

static const struct option_row rows[] = {
	{"name", "NAME", "in front of what is said about this guest",
	 parse_name},
	{"kvm", "PATH", "KVM's device; " DEFAULT_KVM " if not given",
	 parse_kvm},
	{"kernel", "PATH", "bzImage, or ELF file with a PVH entry",
	 parse_kernel},
	{"initrd", "PATH", "what the kernel finds as its first file system",
	 parse_initrd},
	{"cmdline", "TEXT", "of the kernel; console=ttyS0 if not given",
	 parse_cmdline},
	{"memory", "SIZE", "with M or G; 128M if not given", parse_memory},
	{"cpus", "N", "virtual CPUs; 1 if not given", parse_cpus},
	{"serial", "stdio|fd=N|none", "first serial port; stdio if not given",
	 parse_serial},
	{"console", "stdio|fd=N|none", "virtio console hvc0; none if not given",
	 parse_console},
	{"net", "BACK-END[,...]",
	 "a NIC: fd=N or socket=PATH (vhost-user), tap=NAME or\n"
	 "vhost-fd=N:tap-fd=M (vhost-net), then mac=, mtu=,\n"
	 "queues=, link=up|down; repeat for more",
	 options_add_net},
	{"disk", "PATH[,readonly][,overlay]",
	 "a raw image; with overlay it stays as it is; repeat",
	 options_add_disk},
	{"port", "name=NAME,fd=N|socket=PATH",
	 "a port of the virtio console; repeat", options_add_port},
	{"no-rng", NULL, "no virtio-rng", parse_no_rng},
	{"control", "fd=N", "socket of labd", parse_control},
	{"syscalls", NULL,
	 "print the system calls that a running guest has left",
	 parse_syscalls},
	{"version", NULL, "print the version", parse_version},
	{"help", NULL, "print this", parse_help},
};

static void make_long_options(struct option *options)
{
	unsigned i;

	memset(options, 0, (ARRAY_SIZE(rows) + 1) * sizeof(*options));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		options[i].name = rows[i].name;
		options[i].has_arg =
			rows[i].arg ? required_argument : no_argument;
		options[i].val = (int)i;
	}
}

static int check(const struct options *options, struct err *err)
{
	if (options->wants_help || options->wants_version ||
	    options->wants_syscalls)
		return 0;
	if (!options->kernel.path && options->kernel.fd < 0)
		return err_set(err, -EINVAL,
			       "--kernel is missing: a bzImage or PVH ELF "
			       "file");
	if (options->serial.kind == LINE_STDIO &&
	    options->console.kind == LINE_STDIO)
		return err_set(err, -EINVAL,
			       "--serial and --console can't both be stdio: "
			       "say --serial none");
	if (options->console.kind != LINE_NONE &&
	    options->port_count == CONSOLE_MAX_PORTS)
		return err_set(err, -EINVAL,
			       "--port: a guest has %d at most, --console "
			       "counted",
			       CONSOLE_MAX_PORTS);
	if (strlen(options->cmdline) >= BOOT_CMDLINE_SIZE)
		return err_set(err, -EINVAL,
			       "--cmdline: longer than the %d bytes that a "
			       "kernel takes",
			       BOOT_CMDLINE_SIZE - 1);
	return 0;
}

int options_parse(int argc, char **argv, struct options *options,
		  struct err *err)
{
	struct option long_options[ARRAY_SIZE(rows) + 1];
	int row, code;

	make_long_options(long_options);
	*options = (struct options){
		.name = "guest",
		.kvm = {DEFAULT_KVM, -1},
		.kernel.fd = -1,
		.initrd.fd = -1,
		.cmdline = DEFAULT_CMDLINE,
		.memory = DEFAULT_MEMORY,
		.cpus = 1,
		.serial.kind = LINE_STDIO,
		.has_rng = true,
		.control_fd = -1,
	};
	opterr = 0;
	optind = 0; /* from the start, also the second time */
	while ((row = getopt_long(argc, argv, "+:", long_options, NULL)) !=
	       -1) {
		if (row == ':')
			return err_set(err, -EINVAL,
				       "%s lacks its argument; see --help",
				       argv[optind - 1]);
		if (row == '?')
			return err_set(err, -EINVAL,
				       "there is no option %s; see --help",
				       argv[optind - 1]);
		code = rows[row].parse(options, optarg, err);
		if (code)
			return code;
	}
	if (optind < argc)
		return err_set(err, -EINVAL, "%s is no option; see --help",
			       argv[optind]);
	return check(options, err);
}

void options_print_help(FILE *out)
{
	unsigned i;

	fprintf(out, "usage: weft-vmm --kernel PATH [OPTIONS]\n"
		     "Runs one virtual machine on KVM. A PATH may be fd=N, "
		     "a descriptor.\n\n");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *line = rows[i].help;
		const char *end;

		fprintf(out, "  --%s%s%s\n", rows[i].name,
			rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
		while ((end = strchr(line, '\n'))) {
			fprintf(out, "\t%.*s\n", (int)(end - line), line);
			line = end + 1;
		}
		fprintf(out, "\t%s\n", line);
	}
}
