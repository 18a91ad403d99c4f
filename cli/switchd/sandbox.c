// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c - what weft-switch gives up before it sees its first frame
 *
 * Theory of operation
 *
 * Each descriptor comes from labd or from a peer that labd let in, so nothing
 * is needed but what they are good for. It goes in two steps.
 *
 * Before there are threads, because capabilities belong to a thread and new
 * ones inherit them: no-new-privs, no core; every capability goes, from the
 * bounding set too; and root becomes nobody, since root without capabilities
 * still owns root's files and may signal root's processes.
 *
 * Once all threads are there: the system call filter, on all of them at once. A
 * call that is not on the list kills the process; labd starts a fresh one.
 *
 * A sanitizer's runtime needs more calls than we do, so such a build does
 * without the filter and says so.
 */
#include "cli/switchd/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <sched.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/util.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

/* The uid and gid that own nothing. */
#define NOBODY 65534

/*
 * Every system call that is left, and what for. Those of libc's own (abort,
 * the heap, the end of a thread) show up in no ordinary run.
 */
static const int allowed[] = {
	/* the loop */
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), /* the same, where that is the only one */
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(clock_gettime), /* where the vDSO can't answer */
	SCMP_SYS(time),          /* likewise: when a lease expires */
	/* frames and notifications: tap, eventfd, labd, front-ends */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), /* the stream port, as the next two */
	SCMP_SYS(poll),
	SCMP_SYS(ppoll), /* the same, where that is the only one */
	/* NAT: sockets of the host; socket and setsockopt: see below */
	SCMP_SYS(bind),        /* a port near the guest's */
	SCMP_SYS(connect),     /* also to ask whether an address is ours */
	SCMP_SYS(getsockname), /* the answer to that */
	SCMP_SYS(getpeername), /* the client of a forward */
	SCMP_SYS(getsockopt),  /* why a connection failed */
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(shutdown), /* half of a connection is over */
	SCMP_SYS(getegid),  /* to say which group may not ping */
	/* front-ends that come and go, and what they pass */
	SCMP_SYS(accept4),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), /* how some libcs do fstat */
	SCMP_SYS(fstatfs),
	SCMP_SYS(fcntl),
	/* guest memory, and the heap; mmap and mprotect: see below */
	SCMP_SYS(munmap),
	SCMP_SYS(madvise), /* a heap shrinks, a thread ends */
	SCMP_SYS(brk),
	SCMP_SYS(mremap), /* realloc() of a big table */
	/* the timer that ends a blocked notification */
	SCMP_SYS(timer_settime),
	SCMP_SYS(timer_delete),
	SCMP_SYS(rt_sigreturn), /* from its handler, and from SIGBUS's */
	SCMP_SYS(sigaltstack),  /* a worker's end */
	/* abort(), with tgkill: see below */
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	/* a capture's writer, a thread; clone: see below */
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(eventfd2),
	SCMP_SYS(ftruncate), /* half a block that a full disk took */
	/* threads: waiting for one another, and the end */
	SCMP_SYS(futex),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* secrets and seeds of networks */
	SCMP_SYS(getrandom),
};

/**
 * struct socket_kind - what may be opened: the inside of a connection, of a
 * datagram, of a ping; never a device, a raw packet or netlink
 * @type:	without SOCK_NONBLOCK and SOCK_CLOEXEC
 * @protocol:	as given; 0: the type's only one
 */
static const struct socket_kind {
	int type;
	int protocol;
} socket_kinds[] = {
	{SOCK_STREAM, 0},          {SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, 0},
	{SOCK_DGRAM, IPPROTO_UDP}, {SOCK_DGRAM, IPPROTO_ICMP},
};

/**
 * struct socket_option - what may be set
 * @level:	of the option
 * @name:	its number
 */
static const struct socket_option {
	int level;
	int name;
} socket_options[] = {
	{IPPROTO_IP, IP_RECVERR},      /* ICMP errors go to the guest */
	{IPPROTO_IP, IP_MTU_DISCOVER}, /* a guest's DF */
	{IPPROTO_TCP, TCP_NODELAY},    /* guests decide when to send */
	{SOL_SOCKET, SO_PEEK_OFF},     /* what a guest still lacks */
	{SOL_SOCKET, SO_OOBINLINE},    /* urgent data is data */
	{SOL_SOCKET, SO_LINGER},       /* a guest's RST becomes ours */
};

#ifndef SANITIZED
static struct scmp_arg_cmp equals(unsigned arg, int value)
{
	return (struct scmp_arg_cmp){
		.arg = arg, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)value};
}

static int add_socket_rules(scmp_filter_ctx filter, int family)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < ARRAY_SIZE(socket_kinds); i++) {
		const struct scmp_arg_cmp kind[] = {
			equals(0, family),
			SCMP_A1(SCMP_CMP_MASKED_EQ,
				~(scmp_datum_t)(SOCK_NONBLOCK | SOCK_CLOEXEC),
				(scmp_datum_t)socket_kinds[i].type),
			equals(2, socket_kinds[i].protocol),
		};

		code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
					      SCMP_SYS(socket),
					      ARRAY_SIZE(kind), kind);
	}
	return code;
}

static int add_option_rules(scmp_filter_ctx filter)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < ARRAY_SIZE(socket_options); i++) {
		const struct scmp_arg_cmp option[] = {
			equals(1, socket_options[i].level),
			equals(2, socket_options[i].name),
		};

		code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
					      SCMP_SYS(setsockopt),
					      ARRAY_SIZE(option), option);
	}
	return code;
}

static int add_memory_rules(scmp_filter_ctx filter)
{
	/* Memory may be mapped and protected, but never become code. */
	const struct scmp_arg_cmp no_exec =
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int code;

	code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				      &no_exec);
	if (code)
		return code;
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
				      SCMP_SYS(mprotect), 1, &no_exec);
}

/*
 * A thread may be made, and no process. Of clone3() the filter can't see the
 * flags, as they are in memory; libc then takes clone().
 */
static int add_thread_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp is_thread =
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM,
			CLONE_THREAD | CLONE_VM);
	int code;

	code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone),
				      1, &is_thread);
	if (code)
		return code;
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				SCMP_SYS(clone3), 0);
}

/* abort() signals us; nobody else is to be signalled. */
static int add_signal_rule(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp ourselves = equals(0, getpid());

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
				      1, &ourselves);
}

static int filter_load(struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int code = -ENOMEM;
	size_t i;

	if (!filter)
		goto fail;
	code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	for (i = 0; !code && i < ARRAY_SIZE(allowed); i++)
		code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
					      allowed[i], 0, NULL);
	if (!code)
		code = add_memory_rules(filter);
	if (!code)
		code = add_thread_rules(filter);
	if (!code)
		code = add_signal_rule(filter);
	if (!code)
		code = add_socket_rules(filter, AF_INET);
	if (!code)
		code = add_socket_rules(filter, AF_INET6);
	if (!code)
		code = add_option_rules(filter);
	if (!code)
		code = seccomp_load(filter);
	seccomp_release(filter);
	if (!code)
		return 0;
fail:
	return err_set(err, code, "cannot load the system call filter: %s",
		       strerror(-code));
}
#endif

/* Where uids are mapped (a container), there may be no nobody: stay then. */
static void leave_root(const struct log *log)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		log_warning(log, "stays root, without capabilities: %s",
			    strerror(errno));
}

int sandbox_drop(const struct log *log, struct err *err)
{
	const struct rlimit no_core = {0, 0};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    setrlimit(RLIMIT_CORE, &no_core))
		return err_set(err, -errno, "cannot give up privileges: %s",
			       strerror(errno));
	capng_clear(CAPNG_SELECT_ALL);
	/* Who has no right to narrow the bounding set can't use it either. */
	if (capng_apply(CAPNG_SELECT_BOUNDS))
		log_debug(log, "the bounding set stays as it is");
	leave_root(log);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return err_set(err, -EPERM, "cannot give up capabilities");
	/* New credentials have undone both: our end with labd, our privacy. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0))
		return err_set(err, -errno, "cannot give up privileges: %s",
			       strerror(errno));
	return 0;
}

int sandbox_filter(const struct log *log, struct err *err)
{
#ifdef SANITIZED
	(void)allowed;
	(void)socket_kinds;
	(void)socket_options;
	(void)err;
	log_warning(log, "this build has sanitizers: no system call filter");
	return 0;
#else
	(void)log;
	return filter_load(err);
#endif
}
