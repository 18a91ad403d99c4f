// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample.c - let two polling threads have their CPUs alone for a moment
 *
 * usage: sample SECONDS COMMAND-FIFO ASKED-TID POLLING-TID...
 *
 * Gives the polling threads real-time priority, asks the load for its counters
 * through its command FIFO, sleeps, asks again, and gives the priority back.
 * The thread that answers comes before the polling ones, and we before all.
 * Where real-time priority is refused the sample is merely less sharp.
 *
 * This is a program and not three lines of shell because a shell that shares a
 * CPU with a real-time thread doesn't come back to end it.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PRIORITY_POLLING 10
#define PRIORITY_ASKED 15
#define PRIORITY_SELF 20
/* time the load needs to print its counters */
#define ANSWER_NS 30000000

static void set_priority(pid_t tid, int priority)
{
	struct sched_param param = {.sched_priority = priority};
	int policy = priority ? SCHED_FIFO : SCHED_OTHER;

	if (sched_setscheduler(tid, policy, &param) < 0)
		return; /* not allowed: do without */
}

static void nap(double seconds)
{
	struct timespec ts = {.tv_sec = (time_t)seconds};

	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	nanosleep(&ts, NULL);
}

static void ask(int fd)
{
	static const char words[] = "show port stats all\n";

	if (write(fd, words, strlen(words)) < 0)
		perror("sample: the load doesn't listen");
	nap(ANSWER_NS / 1e9);
}

static void set_all(char **tids, int n, bool urgent)
{
	int i;

	for (i = n - 1; i >= 0; i--) {
		int priority = i ? PRIORITY_POLLING : PRIORITY_ASKED;

		set_priority(atoi(tids[i]), urgent ? priority : 0);
	}
}

int main(int argc, char **argv)
{
	double seconds;
	int fd;

	if (argc < 4) {
		fprintf(stderr, "usage: sample SECONDS FIFO TID TID...\n");
		return 2;
	}
	seconds = strtod(argv[1], NULL);
	fd = open(argv[2], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[2]);
		return 1;
	}
	/* to be interrupted now would leave them in real time */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	set_priority(0, PRIORITY_SELF);
	set_all(argv + 3, argc - 3, true);
	ask(fd);
	nap(seconds);
	ask(fd);
	set_all(argv + 3, argc - 3, false);
	close(fd);
	return 0;
}
