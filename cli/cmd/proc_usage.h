/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_usage.h - time and memory of a process, and of all that it started
 */
#ifndef CLI_CMD_PROC_USAGE_H
#define CLI_CMD_PROC_USAGE_H

#include <stdbool.h>
#include <stdint.h>

/** PROC_TREE_MAX - processes of one tree that are looked at */
#define PROC_TREE_MAX 256

/**
 * struct proc_usage - what processes use
 * @cpu_ms:	processor time so far, of those that ended, too
 * @rss_bytes:	memory that is resident now; shared pages count each time
 * @processes:	how many
 */
struct proc_usage {
	int64_t cpu_ms;
	int64_t rss_bytes;
	unsigned processes;
};

/**
 * proc_usage_read() - of @pid
 * @proc:	"/proc"
 * @descendants: and of all that it started
 * @usage:	filled with what could be read
 *
 * Return: 0, or -ESRCH when @pid can't be read.
 */
int proc_usage_read(const char *proc, int pid, bool descendants,
		    struct proc_usage *usage);

#endif
