// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc_usage.c - time and memory of a process, and of all that it started
 *
 * proc(5): /proc/PID/stat for both, /proc/PID/task/TID/children for who was
 * started. A process that ends meanwhile is left out.
 */
#include "cli/cmd/proc_usage.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * struct tree - processes found and not yet read
 * @proc:	where proc(5) is
 * @pids:	all found so far
 * @count:	of @pids
 */
struct tree {
	const char *proc;
	int pids[PROC_TREE_MAX];
	unsigned count;
};

static FILE *open_file(const struct tree *tree, int pid, const char *rest)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%d/%s", tree->proc, pid, rest);
	return fopen(path, "re");
}

/* Fields 14 to 17 are ticks, 24 is pages; field 2 may have blanks and ")". */
static int add_stat(const struct tree *tree, int pid, struct proc_usage *usage)
{
	long long user, system, dead_user, dead_system, rss;
	char line[2048], *fields;
	FILE *file = open_file(tree, pid, "stat");
	long tick = sysconf(_SC_CLK_TCK);
	int found = 0;

	if (!file)
		return -ESRCH;
	fields = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	if (fields)
		found = sscanf(fields + 1,
			       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			       "%lld %lld %lld %lld %*d %*d %*d %*d %*u %*u "
			       "%lld",
			       &user, &system, &dead_user, &dead_system, &rss);
	if (found != 5)
		return -ESRCH;
	usage->cpu_ms +=
		(user + system + dead_user + dead_system) * 1000 / tick;
	usage->rss_bytes += rss * sysconf(_SC_PAGESIZE);
	usage->processes++;
	return 0;
}

static void add_children(struct tree *tree, int pid, const char *task)
{
	char rest[300];
	FILE *file;
	int child;

	snprintf(rest, sizeof(rest), "task/%s/children", task);
	file = open_file(tree, pid, rest);
	if (!file)
		return; /* a kernel that was built without */
	while (tree->count < PROC_TREE_MAX && fscanf(file, "%d", &child) == 1)
		tree->pids[tree->count++] = child;
	fclose(file);
}

static void find_children(struct tree *tree, int pid)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%d/task", tree->proc, pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			add_children(tree, pid, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

int proc_usage_read(const char *proc, int pid, bool descendants,
		    struct proc_usage *usage)
{
	struct tree tree = {.proc = proc, .pids = {pid}, .count = 1};
	unsigned i;

	*usage = (struct proc_usage){0};
	for (i = 0; i < tree.count; i++) {
		if (add_stat(&tree, tree.pids[i], usage) && i == 0)
			return -ESRCH;
		if (descendants)
			find_children(&tree, tree.pids[i]);
	}
	return 0;
}
