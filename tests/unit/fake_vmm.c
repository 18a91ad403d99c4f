// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_vmm.c - a weft-vmm that does what its guest's console tells it
 */
#include "unit/fake_vmm.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/vmm/vmm_msg.h"

/**
 * struct fake - a weft-vmm
 * @serial:	its guest's console
 * @control:	labd
 * @in:		lines from @serial
 */
struct fake {
	int serial;
	int control;
	FILE *in;
};

static int fd_after(int argc, char **argv, const char *option)
{
	int i, fd = -1;

	for (i = 1; i + 1 < argc; i++) {
		if (strcmp(argv[i], option) == 0)
			sscanf(argv[i + 1], "fd=%d", &fd);
	}
	return fd;
}

static void fake_say(const struct fake *fake, unsigned type, unsigned index,
		     unsigned value, const char *text)
{
	struct vmm_msg msg = {type, index, value, ""};

	snprintf(msg.text, sizeof(msg.text), "%s", text);
	vmm_msg_send(fake->control, &msg, -1);
}

/* "say TYPE INDEX VALUE WORDS...", "echo WORDS...", "complain WORDS...",
 * "exit CODE", "hang up" */
static void fake_do(struct fake *fake)
{
	unsigned type, index, value;
	char line[256];
	int words = 0;

	if (!fgets(line, sizeof(line), fake->in))
		exit(9);
	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "say %u %u %u %n", &type, &index, &value, &words) == 3)
		fake_say(fake, type, index, value, line + words);
	else if (strncmp(line, "echo ", 5) == 0)
		dprintf(fake->serial, "%s\n", line);
	else if (strncmp(line, "complain ", 9) == 0)
		dprintf(STDERR_FILENO, "%s\n", line + 9);
	else if (sscanf(line, "exit %u", &value) == 1)
		exit((int)value);
	else if (strcmp(line, "hang up") == 0)
		shutdown(fake->control, SHUT_RDWR);
}

static void fake_hear(const struct fake *fake)
{
	struct vmm_msg msg;
	int fd, code = vmm_msg_recv(fake->control, &msg, &fd);

	if (code == -EPIPE)
		pause();
	if (code)
		exit(8);
	dprintf(fake->serial, "heard %u %u %u%s\n", msg.type, msg.index,
		msg.value, fd >= 0 ? " with one" : "");
	if (fd >= 0)
		close(fd);
}

int fake_vmm_main(int argc, char **argv)
{
	struct fake fake = {.serial = fd_after(argc, argv, "--serial"),
			    .control = fd_after(argc, argv, "--control")};
	struct pollfd fds[2] = {{fake.serial, POLLIN, 0},
				{fake.control, POLLIN, 0}};
	int i;

	fake.in = fdopen(dup(fake.serial), "r");
	setvbuf(fake.in, NULL, _IONBF, 0);
	dprintf(fake.serial, "args");
	for (i = 1; i < argc; i++)
		dprintf(fake.serial, " %s", argv[i]);
	dprintf(fake.serial, "\n");
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return 7;
		if (fds[0].revents)
			fake_do(&fake);
		if (fds[1].revents)
			fake_hear(&fake);
	}
}
