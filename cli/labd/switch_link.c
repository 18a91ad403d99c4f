// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switch_link.c - labd's weft-switch: started, asked, started again
 *
 * Theory of operation
 *
 * weft-switch runs as a child with one end of a SOCK_SEQPACKET pair as its
 * descriptor 3. When it dies, for whatever reason, every open request is
 * answered with NULL, the owner is told, and a new one is started: at once if
 * the old one had lived a while, else after a pause that doubles. The owner
 * then replays what it wants to exist; it keeps the descriptors for that.
 *
 * While none runs, a request is answered with NULL at once: what it wanted is
 * in the owner's books and comes with the replay, and a question has no answer.
 *
 * labd may wait for weft-switch to take a message (SEND_TIMEOUT_MS at most);
 * weft-switch never waits for labd, so the two can't wait for each other. One
 * that does not take messages hangs, and is killed; it gets no second message.
 */
#include "cli/labd/switch_link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/labd/child.h"

#define SEND_TIMEOUT_MS 2000
#define STABLE_NS (10 * NSEC_PER_SEC)
#define PAUSE_MIN_NS (100 * NSEC_PER_MSEC)
#define PAUSE_MAX_NS (5 * NSEC_PER_SEC)
/* Messages taken in one turn. */
#define TURN_MESSAGES 64

/**
 * struct request - an open question
 * @link:	in the order of asking
 * @id:		the answer carries it too
 * @answer:	called once
 * @arg:	for @answer
 */
struct request {
	struct list link;
	uint32_t id;
	switch_answer_fn *answer;
	void *arg;
};

/**
 * struct switch_link - the process and the questions put to it
 * @loop:	labd's
 * @settings:	how to run it
 * @events:	whom to tell
 * @ctx:	for @events
 * @child:	the process
 * @watch:	our end of the socket pair; fd -1 while there is none
 * @restart_timer: armed from death to the next start
 * @requests:	open ones, oldest first
 * @next_id:	last id given out
 * @restarts:	starts after the first
 * @started_ns:	when the process began
 * @pause_ns:	last pause before a start
 */
struct switch_link {
	struct loop *loop;
	struct switch_link_settings settings;
	const struct switch_link_events *events;
	void *ctx;
	struct child child;
	struct watch watch;
	struct timer restart_timer;
	struct list requests;
	uint32_t next_id;
	unsigned restarts;
	uint64_t started_ns;
	uint64_t pause_ns;
};

static void link_fail_requests(struct switch_link *link)
{
	struct list *item;

	while ((item = list_pop(&link->requests))) {
		struct request *request;

		request = container_of(item, struct request, link);
		request->answer(request->arg, NULL);
		free(request);
	}
}

static void link_close(struct switch_link *link)
{
	if (link->watch.fd < 0)
		return;
	watch_remove(&link->watch);
	close(link->watch.fd);
	link->watch.fd = -1;
}

/* It is gone, hangs or is mad: its death is what we act upon. */
static void link_drop(struct switch_link *link)
{
	link_close(link);
	child_signal(&link->child, SIGKILL);
}

static void link_answer(struct switch_link *link,
			const union wire_message *message)
{
	list_for_each (item, &link->requests) {
		struct request *request;

		request = container_of(item, struct request, link);
		if (request->id != message->header.id)
			continue;
		list_remove(&request->link);
		request->answer(request->arg, message);
		free(request);
		return;
	}
}

static void link_readable(struct watch *watch, uint32_t events)
{
	struct switch_link *link;
	union wire_message message;
	int fds[WIRE_MAX_FDS], i, code;

	(void)events;
	link = container_of(watch, struct switch_link, watch);
	for (i = 0; i < TURN_MESSAGES && link->watch.fd >= 0; i++) {
		code = wire_recv(watch->fd, &message, fds);
		if (code == -EAGAIN)
			return;
		if (code) {
			link_drop(link);
			return;
		}
		if (message.header.id)
			link_answer(link, &message);
		else
			link->events->event(link->ctx, &message);
	}
}

static void link_restart(struct timer *timer)
{
	struct switch_link *link;
	struct err err;

	link = container_of(timer, struct switch_link, restart_timer);
	link->restarts++;
	if (switch_link_start(link, &err)) {
		log_error(link->settings.log, "%s", err.msg);
		timer_arm(link->loop, &link->restart_timer,
			  loop_now_ns(link->loop) + PAUSE_MAX_NS);
	}
}

static void link_exited(struct child *child, int wait_status)
{
	struct switch_link *link;
	char why[64];
	uint64_t lived_ns;

	link = container_of(child, struct switch_link, child);
	link_close(link);
	child_describe_exit(wait_status, why, sizeof(why));
	lived_ns = loop_now_ns(link->loop) - link->started_ns;
	link->pause_ns = lived_ns >= STABLE_NS ? 0
			 : link->pause_ns
				 ? MIN(2 * link->pause_ns, PAUSE_MAX_NS)
				 : PAUSE_MIN_NS;
	log_warning(link->settings.log, "weft-switch %s; starting it again",
		    why);
	timer_arm(link->loop, &link->restart_timer,
		  loop_now_ns(link->loop) + link->pause_ns);
	link->events->down(link->ctx, why);
	link_fail_requests(link);
}

struct switch_link *
switch_link_create(struct loop *loop,
		   const struct switch_link_settings *settings,
		   const struct switch_link_events *events, void *ctx)
{
	struct switch_link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->loop = loop;
	link->settings = *settings;
	link->events = events;
	link->ctx = ctx;
	child_init(&link->child, link_exited);
	link->watch.fd = -1;
	link->watch.ready = link_readable;
	link->watch.name = "weft-switch";
	link->restart_timer.expired = link_restart;
	list_init(&link->requests);
	return link;
}

static int link_spawn(struct switch_link *link, int fd, struct err *err)
{
	char workers[16], lab[80];
	char *argv[] = {(char *)(uintptr_t) "weft-switch", lab, workers, NULL};
	struct child_settings child = {
		.path = link->settings.path,
		.argv = argv,
		.fds = &fd,
		.fd_count = 1,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = link->settings.stderr_fd,
	};

	snprintf(lab, sizeof(lab), "--lab=%s", link->settings.lab);
	snprintf(workers, sizeof(workers), "--workers=%u",
		 link->settings.workers);
	return child_start(link->loop, &link->child, &child, err);
}

int switch_link_start(struct switch_link *link, struct err *err)
{
	int pair[2], code;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "cannot make a socket pair: %s",
			       strerror(errno));
	code = link_spawn(link, pair[1], err);
	close(pair[1]);
	if (code) {
		close(pair[0]);
		return code;
	}
	link->started_ns = loop_now_ns(link->loop);
	link->watch.fd = pair[0];
	code = watch_add(link->loop, &link->watch, EPOLLIN);
	if (code) {
		link_close(link);
		child_forget(&link->child);
		return err_set(err, code, "cannot watch weft-switch");
	}
	link->events->up(link->ctx);
	return 0;
}

void switch_link_destroy(struct switch_link *link)
{
	if (!link)
		return;
	timer_cancel(link->loop, &link->restart_timer);
	link_close(link);
	child_forget(&link->child);
	link_fail_requests(link);
	free(link);
}

static int link_send(struct switch_link *link,
		     const union wire_message *message, const int *fds)
{
	struct pollfd poll_fd = {.fd = link->watch.fd, .events = POLLOUT};
	int code;

	if (link->watch.fd < 0)
		return -EPIPE;
	code = wire_send(link->watch.fd, message, fds);
	if (code == -EAGAIN && poll(&poll_fd, 1, SEND_TIMEOUT_MS) == 1)
		code = wire_send(link->watch.fd, message, fds);
	if (code) {
		log_error(link->settings.log, "weft-switch takes no orders: %s",
			  strerror(-code));
		link_drop(link);
	}
	return code;
}

static void nobody_cares(void *arg, const union wire_message *answer)
{
	(void)arg;
	(void)answer;
}

void switch_link_request(struct switch_link *link, union wire_message *message,
			 const int *fds, switch_answer_fn *answer, void *arg)
{
	struct request *request;

	if (link->watch.fd < 0) {
		if (answer)
			answer(arg, NULL);
		return;
	}
	request = calloc(1, sizeof(*request));
	if (!request) {
		link_drop(link); /* the replay will repair it */
		if (answer)
			answer(arg, NULL);
		return;
	}
	if (!++link->next_id)
		++link->next_id;
	message->header.id = link->next_id;
	request->id = link->next_id;
	request->answer = answer ? answer : nobody_cares;
	request->arg = arg;
	list_append(&link->requests, &request->link);
	/* On failure the process is being killed, and that answers it. */
	link_send(link, message, fds);
}

void switch_link_tell(struct switch_link *link,
		      const union wire_message *message)
{
	link_send(link, message, NULL);
}

pid_t switch_link_pid(const struct switch_link *link)
{
	return link->child.pid;
}

unsigned switch_link_restarts(const struct switch_link *link)
{
	return link->restarts;
}
