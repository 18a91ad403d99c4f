// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notify.c - write an eventfd that somebody else may have made to block
 *
 * Theory of operation
 *
 * A POSIX timer sends a signal to the thread of the notifier; its handler is
 * installed without SA_RESTART, so a blocked write() ends with EINTR. The timer
 * costs one system call per GUARD_MS under load and nothing when idle: the
 * first write arms it for one shot, and the handler arms it again only if it
 * finds a write under way.
 *
 * The first EINTR of a write proves little, as the timer may have been armed by
 * an earlier one, so the write is tried once more. By the second it has waited
 * for at least GUARD_MS: no reader comes.
 *
 * Order matters against the handler in between: @in_call is set before @armed
 * is looked at. Seen armed, the handler is yet to run, will find @in_call and
 * arm again; a signal that strikes just before the write() system call is thus
 * followed by another.
 */
#include "core/notify.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GUARD_MS 10
#define GUARD_SIGNAL SIGRTMIN

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void arm(struct notifier *notifier)
{
	struct itimerspec spec = {.it_value.tv_nsec =
					  GUARD_MS * (long)NSEC_PER_MSEC};

	notifier->armed = 1;
	timer_settime(notifier->timer, 0, &spec, NULL);
}

static void guard_expired(int signal_number, siginfo_t *info, void *context)
{
	struct notifier *notifier = info->si_value.sival_ptr;
	int saved_errno = errno;

	(void)signal_number;
	(void)context;
	if (info->si_code != SI_TIMER)
		return;
	if (notifier->in_call)
		arm(notifier);
	else
		notifier->armed = 0;
	errno = saved_errno;
}

int notifier_init(struct notifier *notifier, struct err *err)
{
	struct sigaction action = {.sa_sigaction = guard_expired,
				   .sa_flags = SA_SIGINFO};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID,
				 .sigev_value.sival_ptr = notifier};

	memset(notifier, 0, sizeof(*notifier));
	event.sigev_signo = GUARD_SIGNAL;
	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	sigemptyset(&action.sa_mask);
	if (sigaction(GUARD_SIGNAL, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, &event, &notifier->timer))
		return err_set(err, -errno,
			       "cannot guard notifications with a timer: %s",
			       strerror(errno));
	return 0;
}

void notifier_fini(struct notifier *notifier)
{
	timer_delete(notifier->timer);
}

int notifier_write(struct notifier *notifier, int fd)
{
	uint64_t one = 1;
	int interrupts = 0, rc = 0;

	notifier->in_call = 1;
	if (!notifier->armed)
		arm(notifier);
	while (write(fd, &one, sizeof(one)) < 0) {
		if (errno != EINTR)
			break;
		if (++interrupts == 2) {
			rc = -ETIMEDOUT;
			break;
		}
	}
	notifier->in_call = 0;
	return rc;
}

/*
 * eventfds have no file type, which rules out files, pipes, sockets and
 * devices, and of the other anonymous inodes only eventfd (and, harmlessly,
 * those without a write operation) answer a short write with EINVAL at once.
 */
bool notifier_is_eventfd(int fd)
{
	uint32_t half = 0;
	struct stat st;

	if (fstat(fd, &st) || (st.st_mode & S_IFMT))
		return false;
	return write(fd, &half, sizeof(half)) < 0 && errno == EINVAL;
}
