// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft_vmm.c - one virtual machine: main()
 *
 * Everything is opened, then the machine is built, then it runs until it turns
 * itself off, fails, or somebody ends it.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/vmm/control.h"
#include "cli/vmm/filters.h"
#include "cli/vmm/guest.h"
#include "cli/vmm/sandbox.h"

/* Machines and devices are; of their tables a guest may use little. */
#define LARGE (8 << 10)

/**
 * struct weft_vmm - the process
 * @guest:	its machine
 * @control:	labd
 * @loop:	of the I/O thread
 * @signals:	signals that end the process
 * @log:	for words
 */
struct weft_vmm {
	struct guest guest;
	struct control control;
	struct loop *loop;
	struct watch signals;
	struct log log;
};

static void signal_readable(struct watch *watch, uint32_t events)
{
	struct weft_vmm *weft_vmm =
		container_of(watch, struct weft_vmm, signals);

	(void)events;
	loop_stop(weft_vmm->loop);
}

/* Signals that end the process are read, so that the terminal is given back. */
static int catch_signals(struct weft_vmm *weft_vmm, struct err *err)
{
	sigset_t set;
	int code;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	weft_vmm->signals = (struct watch){
		.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
		.ready = signal_readable,
		.name = "signals",
	};
	if (weft_vmm->signals.fd < 0)
		return err_set(err, -errno, "signals: %s", strerror(errno));
	code = watch_add(weft_vmm->loop, &weft_vmm->signals, EPOLLIN);
	return code ? err_set(err, code, "signals: %s", strerror(-code)) : 0;
}

static void end_asked(void *ctx)
{
	struct weft_vmm *weft_vmm = ctx;

	loop_stop(weft_vmm->loop);
}

static void vm_changed(void *ctx, enum vm_state state)
{
	struct weft_vmm *weft_vmm = ctx;

	control_tell_state(&weft_vmm->control);
	if (state == VM_FAILED)
		log_error(&weft_vmm->log, "%s", vm_reason(weft_vmm->guest.vm));
	if (state == VM_FAILED || state == VM_OFF)
		loop_stop(weft_vmm->loop);
}

static void vm_was_reset(void *ctx)
{
	struct weft_vmm *weft_vmm = ctx;

	control_tell_reset(&weft_vmm->control);
}

static void vm_drivers(void *ctx)
{
	struct weft_vmm *weft_vmm = ctx;

	control_tell_drivers(&weft_vmm->control);
}

static int thread_ready(void *ctx, bool is_cpu)
{
	(void)ctx;
	return sandbox_enter(is_cpu);
}

static int exit_code_of(int code)
{
	if (code == -EACCES || code == -EPERM)
		return EXIT_PERMISSION;
	return code == -ENODEV ? EXIT_HOST : EXIT_FAILED;
}

static int run(struct weft_vmm *weft_vmm, struct err *err)
{
	const struct vm_settings callbacks = {
		.changed = vm_changed,
		.reset = vm_was_reset,
		.drivers = vm_drivers,
		.ctx = weft_vmm,
	};
	int code = catch_signals(weft_vmm, err);

	if (!code)
		code = guest_open(&weft_vmm->guest, err);
	if (!code)
		code = guest_build(&weft_vmm->guest, &callbacks, err);
	if (!code)
		code = control_open(&weft_vmm->control, &weft_vmm->guest,
				    weft_vmm->guest.options->control_fd, err);
	if (!code)
		code = sandbox_drop(&weft_vmm->log, err);
	if (!code)
		code = vm_start(weft_vmm->guest.vm, thread_ready, err);
	malloc_trim(0); /* what making it took is most of the heap */
	if (code)
		return exit_code_of(code);
	control_tell_state(&weft_vmm->control);
	loop_run(weft_vmm->loop);
	return vm_state(weft_vmm->guest.vm) == VM_FAILED ? EXIT_FAILED
							 : EXIT_DONE;
}

static int serve(const struct options *options)
{
	char tag[64];
	struct clock clock;
	struct weft_vmm weft_vmm = {
		.log = {LOG_INFO, tag, &clock},
		.signals.fd = -1,
	};
	struct err err;
	int code;

	snprintf(tag, sizeof(tag), "weft-vmm %s", options->name);
	clock_init_monotonic(&clock);
	weft_vmm.loop = loop_create(&clock, &err);
	if (!weft_vmm.loop) {
		log_error(&weft_vmm.log, "%s", err.msg);
		return EXIT_FAILED;
	}
	guest_init(&weft_vmm.guest);
	weft_vmm.guest.options = options;
	weft_vmm.guest.loop = weft_vmm.loop;
	weft_vmm.guest.log = &weft_vmm.log;
	weft_vmm.control.ended = end_asked;
	weft_vmm.control.ctx = &weft_vmm;
	weft_vmm.guest.terminal.leave = end_asked;
	weft_vmm.guest.terminal.ctx = &weft_vmm;
	err.code = 0;
	code = run(&weft_vmm, &err);
	control_close(&weft_vmm.control);
	guest_close(&weft_vmm.guest);
	if (err.code) {
		log_error(&weft_vmm.log, "%s", err.msg);
		control_tell_failure(options->control_fd, err.msg);
	}
	watch_remove(&weft_vmm.signals);
	if (weft_vmm.signals.fd >= 0)
		close(weft_vmm.signals.fd);
	loop_destroy(weft_vmm.loop);
	return code;
}

/*
 * Each thread that calls malloc() would get a heap of its own. What is large is
 * mapped, as calloc() writes to all of what lies in a heap; the heap that libc
 * has made before main() would be used up first.
 */
static void set_heap(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, LARGE);
	mallopt(M_TOP_PAD, 0);
	malloc_trim(0);
}

int main(int argc, char **argv)
{
	struct options options;
	struct err err;

	set_heap();
	if (options_parse(argc, argv, &options, &err)) {
		fprintf(stderr, "weft-vmm: %s\n", err.msg);
		return EXIT_USAGE;
	}
	if (options.wants_help) {
		options_print_help(stdout);
		return EXIT_DONE;
	}
	if (options.wants_syscalls) {
		fputs(vmm_cpu_filter.text, stdout);
		fputs(vmm_io_filter.text, stdout);
		return EXIT_DONE;
	}
	if (options.wants_version) {
		printf("weft-vmm %s\n", WEFT_VERSION);
		return EXIT_DONE;
	}
	return serve(&options);
}
