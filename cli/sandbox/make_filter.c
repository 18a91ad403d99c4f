// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make_filter.c - at build time: tables of system calls become filters in C
 * usage: make_filter PREFIX HEADER
 *
 * Reasons are printed into C as they are: without quotes in them. libseccomp
 * makes the filters; who starts a guest need not wait for that, nor keep the
 * memory that it takes. Our own pid is known only when the filter is entered: a
 * number that is no pid stands for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/sandbox/call_filter.h"
#include "cli/sandbox/call_rule.h"

/* Above every pid: PID_MAX_LIMIT is 1 << 22. */
#define OUR_PID 0x6f757270

static int add_table(scmp_filter_ctx filter, const struct call_rules *table)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < table->count; i++) {
		const struct call_rule *rule = &table->rules[i];

		if (rule->call < 0)
			continue; /* this architecture has no such call */
		code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
					      rule->call, rule->check_count,
					      rule->checks);
	}
	return code;
}

/* abort() signals us, and so do timers of ours; nobody else is signalled. */
static int add_own_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp ourselves = CALL_IS(0, OUR_PID);
	int code;

	code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
				      1, &ourselves);
	if (code)
		return code;
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				SCMP_SYS(clone3), 0);
}

static int compile(const struct call_thread *thread, int fd)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	size_t i;
	int code = filter ? 0 : -ENOMEM;

	/* else a call of another architecture would end its thread only */
	if (!code)
		code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
					SCMP_ACT_KILL_PROCESS);
	/*
	 * A tree of numbers, not a list: when a filter is entered, the kernel
	 * asks it for each call that there is.
	 */
	if (!code)
		code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (i = 0; !code && i < thread->count; i++)
		code = add_table(filter, thread->tables[i]);
	if (!code)
		code = add_own_rules(filter);
	if (!code)
		code = seccomp_export_bpf(filter, fd);
	seccomp_release(filter);
	return code;
}

static bool compares_pid(const struct sock_filter *at)
{
	return at->code == (BPF_JMP | BPF_JEQ | BPF_K) && at->k == OUR_PID;
}

/* There must be one such place, or what was written is not what was meant. */
static int find_pid(const struct sock_filter *code, size_t n)
{
	size_t i;
	int found = -1;

	for (i = 0; i < n; i++) {
		if (compares_pid(&code[i])) {
			if (found >= 0)
				return -1;
			found = (int)i;
		}
	}
	return found;
}

static void write_words(const char *thread, const char *call, const char *why,
			bool is_checked)
{
	printf("\t\"%-8s %-18s %s%s\\n\"\n", thread, call, why,
	       is_checked ? " (arguments checked)" : "");
}

static void write_text(const struct call_thread *thread)
{
	size_t i, j;

	for (i = 0; i < thread->count; i++) {
		for (j = 0; j < thread->tables[i]->count; j++) {
			const struct call_rule *rule =
				&thread->tables[i]->rules[j];

			write_words(thread->name, rule->name, rule->why,
				    rule->check_count);
		}
	}
	write_words(thread->name, "tgkill",
		    "abort(), and signals to our own threads", true);
}

static void write_filter(const char *prefix, const struct call_thread *thread,
			 const struct sock_filter *code, size_t n, int pid_at)
{
	const char *name = thread->name;
	size_t i;

	printf("\nstatic const struct sock_filter %s_code[] = {\n", name);
	for (i = 0; i < n; i++)
		printf("\t{0x%x, %u, %u, 0x%x},\n", code[i].code, code[i].jt,
		       code[i].jf, code[i].k);
	printf("};\nconst struct call_filter %s_%s_filter = {\n"
	       "\t%s_code, %zu, %d,\n",
	       prefix, name, name, n, pid_at);
	write_text(thread);
	puts("};");
}

/* The library writes to a descriptor only. */
static int make(const char *prefix, const struct call_thread *thread, int fd)
{
	struct sock_filter code[CALL_FILTER_MAX];
	int result = compile(thread, fd);
	ssize_t size;
	int pid_at;

	if (result)
		return result;
	size = pread(fd, code, sizeof(code), 0);
	if (size <= 0 || lseek(fd, 0, SEEK_END) != size)
		return -E2BIG;
	pid_at = find_pid(code, (size_t)size / sizeof(*code));
	if (pid_at < 0)
		return -EINVAL;
	write_filter(prefix, thread, code, (size_t)size / sizeof(*code),
		     pid_at);
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;
	int code = argc == 3 ? 0 : -EINVAL;

	if (!code)
		printf("/* Made by make_filter from the tables in calls.c. */\n"
		       "#include \"%s\"\n",
		       argv[2]);
	for (i = 0; !code && i < call_thread_count; i++) {
		int fd = memfd_create("filter", MFD_CLOEXEC);

		code = fd < 0 ? -errno : make(argv[1], &call_threads[i], fd);
		close(fd);
	}
	if (code)
		fprintf(stderr, "make_filter: %s\n", strerror(-code));
	return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
