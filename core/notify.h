/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h - write an eventfd that somebody else may have made to block
 *
 * A peer that passed us an eventfd shares its counter and its O_NONBLOCK flag.
 * It can fill the first and clear the second, and our write would wait for
 * ever. A timer interrupts such a write after some ten milliseconds.
 */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/err.h"

/**
 * struct notifier - one per thread that notifies; must not move
 * @timer:	sends its signal to that thread
 * @in_call:	a write is under way
 * @armed:	@timer will expire
 */
struct notifier {
	timer_t timer;
	volatile sig_atomic_t in_call;
	volatile sig_atomic_t armed;
};

/**
 * notifier_init() - on the thread that is going to call notifier_write()
 *
 * Takes the signal SIGRTMIN of the process for itself.
 */
int notifier_init(struct notifier *notifier, struct err *err);

/** notifier_fini() - on the same thread */
void notifier_fini(struct notifier *notifier);

/**
 * notifier_write() - add 1 to an eventfd
 *
 * Return: 0, also when the counter is full and the write did not block: the
 * other side has enough to wake up for. -ETIMEDOUT when the write blocked.
 */
int notifier_write(struct notifier *notifier, int fd);

/**
 * notifier_is_eventfd() - is @fd something that can be notified safely?
 *
 * Never blocks and never changes what @fd refers to.
 */
bool notifier_is_eventfd(int fd);

#endif
