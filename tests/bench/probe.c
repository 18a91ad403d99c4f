// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe.c - how far apart are two CPUs: nanoseconds to hand over a cache line
 *
 * Theory of operation
 *
 * Two threads, one pinned to each CPU, pass a counter back and forth in many
 * cache lines in turn, because where in the cache a line lives changes the
 * figure of that line. It is done in many short bursts and the median burst is
 * printed, so a burst in which somebody else got a CPU doesn't count. Both
 * threads take real-time priority if they may: the probe can then look at two
 * CPUs that are busy polling, without stopping anyone for longer than it takes.
 *
 * A virtual machine's CPUs move about on their host. When two that shared a
 * cache no longer do, every figure taken on both of them halves; a benchmark
 * asks before and after each sample and drops it when this figure is off.
 *
 * Limits: says nothing about a CPU that is merely slower or shared.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>

#define LINES 256
#define BURSTS 101
/* first bursts that only wait for the other thread and for the clock to rise */
#define BURSTS_LOST 20

/**
 * struct line - one counter with two cache lines to itself, as CPUs fetch pairs
 * @turn:	even: the near side's move; odd: the far side's
 */
struct line {
	_Alignas(128) _Atomic uint64_t turn;
};

/**
 * struct pair - what the two threads share
 * @lines:	used in turn
 * @start:	both sides are where they belong, or know that they can't be
 * @far_cpu:	where the far side runs
 * @far_ok:	it could be pinned there
 */
struct pair {
	struct line lines[LINES];
	pthread_barrier_t start;
	int far_cpu;
	bool far_ok;
};

static bool pin(int cpu)
{
	struct sched_param param = {.sched_priority = 50};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		return false;
	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		return true; /* not allowed: the median has to do */
	return true;
}

static void wait_for(struct line *line, uint64_t turn)
{
	while (atomic_load_explicit(&line->turn, memory_order_acquire) != turn)
		__builtin_ia32_pause();
}

static void move(struct line *line, uint64_t turn)
{
	atomic_store_explicit(&line->turn, turn, memory_order_release);
}

static void *far_side(void *arg)
{
	struct pair *pair = arg;
	unsigned burst, i;

	pair->far_ok = pin(pair->far_cpu);
	pthread_barrier_wait(&pair->start);
	if (!pair->far_ok)
		return NULL;
	for (burst = 0; burst < BURSTS + BURSTS_LOST; burst++) {
		for (i = 0; i < LINES; i++) {
			wait_for(&pair->lines[i], 2 * burst + 1);
			move(&pair->lines[i], 2 * burst + 2);
		}
	}
	return NULL;
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double near_side(struct pair *pair)
{
	double ns[BURSTS + BURSTS_LOST];
	unsigned burst, i;

	for (burst = 0; burst < BURSTS + BURSTS_LOST; burst++) {
		double start = now_ns();

		for (i = 0; i < LINES; i++) {
			move(&pair->lines[i], 2 * burst + 1);
			wait_for(&pair->lines[i], 2 * burst + 2);
		}
		ns[burst] = (now_ns() - start) / (2 * LINES);
	}
	qsort(ns + BURSTS_LOST, BURSTS, sizeof(*ns), by_value);
	return ns[BURSTS_LOST + BURSTS / 2];
}

int main(int argc, char **argv)
{
	static struct pair pair;
	pthread_t thread;
	bool near_ok;
	int err;

	if (argc != 3) {
		fprintf(stderr, "usage: probe CPU CPU\n");
		return 2;
	}
	pair.far_cpu = atoi(argv[2]);
	pthread_barrier_init(&pair.start, NULL, 2);
	err = pthread_create(&thread, NULL, far_side, &pair);
	if (err) {
		fprintf(stderr, "probe: no thread: %s\n", strerror(err));
		return 1;
	}
	/* only now: the thread would inherit CPU and real-time priority, and
	 * never run while this one polls */
	near_ok = pin(atoi(argv[1]));
	pthread_barrier_wait(&pair.start);
	if (!near_ok || !pair.far_ok) {
		fprintf(stderr, "probe: cannot run on CPU %s and CPU %s\n",
			argv[1], argv[2]);
		return 1;
	}
	printf("%.1f\n", near_side(&pair));
	pthread_join(thread, NULL);
	return 0;
}
