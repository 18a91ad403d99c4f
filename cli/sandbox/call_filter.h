/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call_filter.h - a thread has few system calls left, from now on
 */
#ifndef CLI_SANDBOX_CALL_FILTER_H
#define CLI_SANDBOX_CALL_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

/** CALL_FILTER_MAX - instructions of a filter; it lies on a stack */
#define CALL_FILTER_MAX 256

/**
 * struct call_filter - a filter, made at build time by make_filter
 * @code:	as the kernel takes it, but for one number
 * @length:	instructions in @code
 * @pid_at:	the instruction that compares with our own pid
 * @text:	for people: one line a rule: thread, call, reason
 */
struct call_filter {
	const struct sock_filter *code;
	unsigned short length;
	unsigned short pid_at;
	const char *text;
};

/** call_filter_is_there() - false in a build with sanitizers: they need more
 * calls
 */
bool call_filter_is_there(void);

/**
 * call_filter_enter() - for good: any other call ends the process
 * @all:	every thread of the process; else the calling one
 *
 * Needs no-new-privs. Does nothing where call_filter_is_there() says false.
 *
 * Return: 0, or -errno.
 */
int call_filter_enter(const struct call_filter *filter, bool all);

#endif
