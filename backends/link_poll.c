// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_poll.c - a thread that asks for an interface's carrier again and again
 *
 * The thread writes three numbers, each by itself, and wakes the loop when the
 * answer is another one; the loop reads the latest. So nothing locks, nothing
 * queues up while a worker is late, and a flap that nobody was awake for is
 * none.
 */
#include "backends/link_poll.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backends/link_watch.h"

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* full: it will wake anyway */
}

static void look(struct link_poll *poll)
{
	uint64_t start_ns = clock_now_ns(&poll->clock), ns;
	bool carrier = false;
	int rc;

	rc = poll->source->ask_carrier(poll->source, &carrier);
	ns = clock_now_ns(&poll->clock) - start_ns;
	if (ns > atomic_load(&poll->slowest_ns))
		atomic_store(&poll->slowest_ns, ns);
	atomic_fetch_add(&poll->count, 1);
	if (rc && rc != -ENODEV)
		return;
	carrier = carrier && !rc;
	if (carrier != atomic_load(&poll->lost))
		return;
	atomic_store(&poll->lost, !carrier);
	wake(poll->news.fd);
}

/*
 * Questions are due at multiples of the period, counted from the first. What
 * one of them takes longer delays none of the others, and those that were
 * missed meanwhile are not made up for.
 */
static struct timespec until_next(struct link_poll *poll, uint64_t *due_ns)
{
	uint64_t now_ns = clock_now_ns(&poll->clock), ns;

	if (*due_ns <= now_ns)
		*due_ns += poll->ns * (1 + (now_ns - *due_ns) / poll->ns);
	ns = *due_ns - now_ns;
	return (struct timespec){
		.tv_sec = (time_t)(ns / NSEC_PER_SEC),
		.tv_nsec = (long)(ns % NSEC_PER_SEC),
	};
}

static void *poll_thread(void *arg)
{
	struct link_poll *poll = arg;
	struct pollfd quit = {.fd = poll->quit_fd, .events = POLLIN};
	uint64_t due_ns = clock_now_ns(&poll->clock);
	int rc;

	do {
		struct timespec wait = until_next(poll, &due_ns);

		rc = ppoll(&quit, 1, &wait, NULL);
		if (rc == 0)
			look(poll);
		/* libc interrupts all threads when one changes user. */
	} while (rc == 0 || (rc < 0 && errno == EINTR));
	return NULL;
}

static void news_readable(struct watch *news, uint32_t events)
{
	struct link_poll *poll = container_of(news, struct link_poll, news);
	uint64_t count;

	(void)events;
	if (read(news->fd, &count, sizeof(count)) < 0)
		return;
	poll->changed(poll);
}

/* Signals are for the threads that were there before. */
static int start_thread(struct link_poll *poll)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&poll->thread, NULL, poll_thread, poll);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int link_poll_start(struct link_poll *poll, struct loop *loop, uint64_t ns)
{
	int rc;

	poll->ns = ns;
	poll->news.ready = news_readable;
	poll->news.name = "link poll";
	clock_init_monotonic(&poll->clock);
	atomic_store(&poll->lost, false);
	poll->news.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (poll->news.fd < 0)
		return -errno;
	poll->quit_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (poll->quit_fd < 0) {
		rc = -errno;
		goto fail_quit;
	}
	rc = watch_add(loop, &poll->news, EPOLLIN);
	if (rc)
		goto fail_watch;
	rc = start_thread(poll);
	if (rc)
		goto fail_thread;
	poll->is_running = true;
	return 0;
fail_thread:
	watch_remove(&poll->news);
fail_watch:
	close(poll->quit_fd);
fail_quit:
	close(poll->news.fd);
	return rc;
}

void link_poll_stop(struct link_poll *poll)
{
	if (!poll->is_running)
		return;
	wake(poll->quit_fd);
	pthread_join(poll->thread, NULL);
	watch_remove(&poll->news);
	close(poll->news.fd);
	close(poll->quit_fd);
	poll->is_running = false;
}
