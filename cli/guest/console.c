// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console.c - a shell on the console, again and again
 */
#include "cli/guest/console.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/guest/spawn.h"
#include "cli/guest/text.h"

/* A shell that ends at once must not keep the CPU busy. */
#define RESPAWN_NS NSEC_PER_SEC

/*
 * The device behind /dev/console, which itself can't control a session: the
 * last one of those that the kernel uses, as console= on its command line says.
 */
static int console_open(void)
{
	char active[256], path[512], *name;

	text_read("/sys/class/tty/console/active", active, sizeof(active));
	active[strcspn(active, "\n")] = '\0';
	name = strrchr(active, ' ');
	snprintf(path, sizeof(path), "/dev/%s", name ? name + 1 : active);
	return open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void console_expired(struct timer *timer)
{
	struct console *console = container_of(timer, struct console, start);
	static const char *const argv[] = {"-sh", NULL};
	int fd = console_open();
	struct spawn spawn = {
		.path = "/bin/sh",
		.argv = argv,
		.fds = {fd, fd, fd},
		.tty = true,
	};
	pid_t pid = 0;

	if (fd >= 0) {
		pid = spawn_start(&spawn);
		close(fd);
	}
	console->pid = pid > 0 ? pid : 0;
	if (!console->pid)
		timer_arm(console->loop, timer,
			  loop_now_ns(console->loop) + RESPAWN_NS);
}

void console_init(struct console *console, struct loop *loop, uint64_t delay_ns)
{
	console->loop = loop;
	console->pid = 0;
	console->start = (struct timer){.expired = console_expired};
	timer_arm(loop, &console->start, loop_now_ns(loop) + delay_ns);
}

void console_start(struct console *console)
{
	if (!console->pid)
		timer_arm(console->loop, &console->start,
			  loop_now_ns(console->loop));
}

bool console_reaped(struct console *console, pid_t pid)
{
	if (console->pid != pid)
		return false;
	console->pid = 0;
	timer_arm(console->loop, &console->start,
		  loop_now_ns(console->loop) + RESPAWN_NS);
	return true;
}
