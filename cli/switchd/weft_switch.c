// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft_switch.c - the data path process: main()
 *
 * labd starts it with descriptor 3 as one end of a SOCK_SEQPACKET pair and
 * everything else closed. It makes its threads, gives up what it can do, and
 * then does what labd says until labd is gone.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/switchd/control.h"
#include "cli/switchd/sandbox.h"

#define CONTROL_FD 3
#define MAX_SPIN_US 1000000

/**
 * struct options - the command line
 * @lab:	in front of log lines
 * @workers:	data path threads
 * @spin_us:	keep polling so long after traffic
 * @max_fds:	what the kernel lets us have; no option
 */
struct options {
	const char *lab;
	unsigned workers;
	unsigned spin_us;
	uint32_t max_fds;
};

static const struct option long_options[] = {
	{"lab", required_argument, NULL, 'l'},
	{"workers", required_argument, NULL, 'w'},
	{"spin-us", required_argument, NULL, 's'},
	{NULL, 0, NULL, 0},
};

static bool parse_number(const char *text, unsigned max, unsigned *number)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (!*text || *end || value > max)
		return false;
	*number = (unsigned)value;
	return true;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		bool right = c != '?';

		if (c == 'l')
			options->lab = optarg;
		if (c == 'w')
			right = parse_number(optarg, CONTROL_MAX_WORKERS,
					     &options->workers);
		if (c == 's')
			right = parse_number(optarg, MAX_SPIN_US,
					     &options->spin_us);
		if (!right)
			return false;
	}
	return optind == argc;
}

static unsigned default_workers(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return (unsigned)MIN(MAX(cpus, 1), 4);
}

/*
 * A front-end with all its queue pairs brings some fifty descriptors, so the
 * usual 1024 are few. We never use select(), for which that number was made.
 */
static uint32_t raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 1024;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (uint32_t)MIN(limit.rlim_cur, UINT32_MAX);
}

static int serve(struct loop *loop, const struct options *options,
		 struct log *log, struct err *err)
{
	struct worker_settings settings = {
		.log = log,
		.max_fds = options->max_fds,
		.spin_ns = options->spin_us * NSEC_PER_USEC,
	};
	struct control *control;
	int code;

	if (sandbox_drop(log, err))
		return err->code;
	control = control_create(loop, CONTROL_FD, options->workers, &settings,
				 err);
	if (!control)
		return err->code;
	code = sandbox_filter(log, err);
	if (!code)
		code = control_listen(control, err);
	if (!code)
		loop_run(loop);
	control_destroy(control);
	return code;
}

int main(int argc, char **argv)
{
	struct options options = {.lab = ""};
	char tag[64];
	struct clock clock;
	struct log log = {LOG_INFO, tag, &clock};
	struct loop *loop;
	struct err err;
	int code;

	if (!parse_options(argc, argv, &options)) {
		fprintf(stderr, "usage: weft-switch --lab NAME [--workers N] "
				"[--spin-us N]; started by weft labd\n");
		return 2;
	}
	if (!options.workers)
		options.workers = default_workers();
	snprintf(tag, sizeof(tag), "weft-switch %s", options.lab);
	clock_init_monotonic(&clock);
	/* Else malloc() counts the CPUs when many threads use it: a file. */
	mallopt(M_ARENA_MAX, CONTROL_MAX_WORKERS + CAPTURES_MAX + 1);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a capture's file; write() says so too */
	options.max_fds = raise_descriptor_limit();
	loop = loop_create(&clock, &err);
	code = loop ? serve(loop, &options, &log, &err) : err.code;
	if (code)
		log_error(&log, "%s", err.msg);
	loop_destroy(loop);
	return code ? 1 : 0;
}
