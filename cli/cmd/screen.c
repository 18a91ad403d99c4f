// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * screen.c - a whole terminal for a while, given back whatever happens
 *
 * Theory of operation
 *
 * Who draws is a child. This process saved the terminal before and waits: when
 * the child is gone, however it went, the terminal is put back, so a crash
 * costs nobody his shell. No signal handler is needed for that, and no state
 * that one could reach. A signal to this process alone is passed on; when this
 * process is killed, the kernel ends the child, and that one puts the terminal
 * back.
 *
 * Sequences are those of ECMA-48 and of xterm for the alternate screen.
 */
#include "cli/cmd/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cmd/command.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
/* How soon this process sees that the child is gone. */
#define GUARD_MS 100

static void say(const char *text)
{
	size_t len = strlen(text);
	ssize_t done = 1;

	for (; len && done > 0; len -= (size_t)done) {
		done = write(STDOUT_FILENO, text, len);
		text += done > 0 ? done : 0;
	}
}

static void give_back(const struct termios *saved)
{
	say(LEAVE);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, saved);
}

/* Keys at once and unseen; ^C stays a signal, ^Z is no way out. */
static int take(const struct termios *saved)
{
	struct termios keys = *saved;

	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 0;
	keys.c_cc[VTIME] = 0;
	keys.c_cc[VSUSP] = _POSIX_VDISABLE;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys))
		return -errno;
	say(ENTER);
	return 0;
}

static int open_size_fd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Until the child is gone; signals to this process are passed on. */
static int guard(pid_t child, int stop_fd)
{
	struct pollfd stop = {stop_fd, POLLIN, 0};
	struct signalfd_siginfo info;
	int status;
	pid_t got;

	while ((got = waitpid(child, &status, WNOHANG)) == 0) {
		if (poll(&stop, 1, GUARD_MS) == 1 &&
		    read(stop_fd, &info, sizeof(info)) == sizeof(info))
			kill(child, (int)info.ssi_signo);
	}
	return got == child ? status : -1;
}

int screen_run(int stop_fd, int (*draw)(struct screen *screen, void *arg),
	       void *arg)
{
	struct screen screen = {.stop_fd = stop_fd};
	struct termios saved;
	pid_t parent = getpid(), child;
	int status;

	if (tcgetattr(STDIN_FILENO, &saved))
		return complain(EXIT_FAILED, "no terminal: %s",
				strerror(errno));
	fflush(stdout);
	child = fork();
	if (child < 0)
		return complain(EXIT_FAILED, "fork: %s", strerror(errno));
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		screen.size_fd = open_size_fd();
		status = getppid() != parent || screen.size_fd < 0 ||
					 take(&saved)
				 ? EXIT_FAILED
				 : draw(&screen, arg);
		if (getppid() != parent)
			give_back(&saved);
		_exit(status);
	}
	status = guard(child, stop_fd);
	give_back(&saved);
	if (status >= 0 && WIFEXITED(status))
		return WEXITSTATUS(status);
	return complain(EXIT_FAILED, "what drew the screen ended by signal %d",
			status >= 0 ? WTERMSIG(status) : 0);
}

/* The next line of @text, at most @columns of it; moves on behind it. */
static void show_line(FILE *out, const char **text, unsigned columns)
{
	const char *end = strchrnul(*text, '\n');
	unsigned column = 0;

	for (; *text < end; (*text)++) {
		/* the tails of a UTF-8 character take no column */
		column += (**text & 0xc0) != 0x80;
		if (column <= columns)
			fputc(**text, out);
	}
	*text += *end == '\n';
	fputs("\033[K", out);
}

void screen_show(const char *text, const char *foot)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	size_t len;
	char *frame;
	FILE *out = open_memstream(&frame, &len);
	unsigned row;

	if (!out)
		return;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	fputs("\033[H", out);
	for (row = 1; row < size.ws_row && *text; row++) {
		show_line(out, &text, size.ws_col);
		fputs("\r\n", out);
	}
	fprintf(out, "\033[J\033[%u;1H", (unsigned)size.ws_row);
	show_line(out, &foot, size.ws_col);
	if (fclose(out) == 0)
		say(frame);
	free(frame);
}

int screen_wait(const struct screen *screen, int ms)
{
	struct pollfd fds[3] = {{STDIN_FILENO, POLLIN, 0},
				{screen->stop_fd, POLLIN, 0},
				{screen->size_fd, POLLIN, 0}};
	struct signalfd_siginfo info;
	char key;

	if (poll(fds, ARRAY_SIZE(fds), ms) <= 0)
		return 0;
	if (fds[1].revents)
		return -EINTR;
	if (fds[2].revents && read(screen->size_fd, &info, sizeof(info)) < 0)
		return -EPIPE;
	if (!fds[0].revents)
		return 0;
	return read(STDIN_FILENO, &key, 1) == 1 ? (unsigned char)key : -EPIPE;
}
