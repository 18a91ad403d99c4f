// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - weft-switch's ear: messages of labd, carried to the workers
 *
 * Theory of operation
 *
 * The control thread owns no network, but captures, which may look at ports of
 * several workers (captures.c). Another message is routed by the number in it
 * to the worker that has that network or port, as a task; the worker does it
 * between two batches and posts the task back with its answer. Tasks for one
 * worker keep their order. A new network goes to the worker with the fewest,
 * but if one of its group is somewhere, there: networks of a group with all
 * that is plugged into them are a domain, and domains share nothing.
 *
 * Answers that labd's socket does not take at once wait in a list that is as
 * long as labd's own open requests; events are as many as the workers' bounded
 * tables allow.
 */
#include "cli/switchd/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/switchd/captures.h"

/* Messages taken in one turn. */
#define TURN_MESSAGES 64

/**
 * struct task - a message on its way through a worker
 * @post:	to the worker, and back
 * @link:	in the list of what labd has not taken yet
 * @control:	where it came from
 * @worker:	who does it; NULL for an event
 * @message:	what to do
 * @fds:	that came with it
 * @answer:	what labd gets
 */
struct task {
	struct post post;
	struct list link;
	struct control *control;
	struct worker *worker;
	union wire_message message;
	int fds[WIRE_MAX_FDS];
	union wire_message answer;
};

/**
 * struct control - the control thread's state
 * @loop:	of this thread
 * @watch:	the pair to labd
 * @outbox:	tasks whose answers wait for room in the socket
 * @workers:	@worker_count threads
 * @worker_count: entries
 * @captures:	those of all workers
 * @network_worker: who has a network
 * @network_group: of the networks that somebody has
 * @port_worker: who has a port
 * @uplink_worker: who has an uplink
 */
struct control {
	struct loop *loop;
	struct watch watch;
	struct list outbox;
	struct worker *workers;
	unsigned worker_count;
	struct captures *captures;
	struct worker *network_worker[DOMAINS_MAX_NETWORKS];
	uint32_t network_group[DOMAINS_MAX_NETWORKS];
	struct worker *port_worker[DOMAINS_MAX_PORTS];
	struct worker *uplink_worker[WIRE_MAX_UPLINKS];
};

static void task_free(struct task *task)
{
	unsigned i;

	for (i = 0; i < WIRE_MAX_FDS; i++) {
		if (task->fds[i] >= 0)
			close(task->fds[i]);
	}
	free(task);
}

static void outbox_flush(struct control *control)
{
	while (!list_is_empty(&control->outbox)) {
		struct task *task;
		int code;

		task = container_of(control->outbox.next, struct task, link);
		code = wire_send(control->watch.fd, &task->answer, NULL);
		if (code == -EAGAIN) {
			watch_change(&control->watch, EPOLLIN | EPOLLOUT);
			return;
		}
		list_remove(&task->link);
		task_free(task);
	}
	watch_change(&control->watch, EPOLLIN);
}

/* On the control thread: an answer or an event goes to labd. */
static void task_returned(struct post *post)
{
	struct task *task = container_of(post, struct task, post);
	struct control *control = task->control;

	if (task->worker && !wire_is_request(task->message.header.type)) {
		task_free(task);
		return;
	}
	task->answer.header.id = task->worker ? task->message.header.id : 0;
	list_append(&control->outbox, &task->link);
	outbox_flush(control);
}

/* On the worker's thread. */
static void task_run(struct post *post)
{
	struct task *task = container_of(post, struct task, post);

	domains_handle(&task->worker->domains, &task->message, task->fds,
		       &task->answer);
	task->post.call = task_returned;
	loop_post(task->control->loop, &task->post);
}

static struct task *task_create(struct control *control)
{
	struct task *task = calloc(1, sizeof(*task));
	unsigned i;

	if (!task)
		return NULL;
	task->control = control;
	list_init(&task->link);
	for (i = 0; i < WIRE_MAX_FDS; i++)
		task->fds[i] = -1;
	return task;
}

/* On a worker's thread: tell labd something. */
static void control_event(void *ctx, const union wire_message *message)
{
	struct control *control = ctx;
	struct task *task = task_create(control);

	if (!task)
		return;
	task->answer = *message;
	task->post.call = task_returned;
	loop_post(control->loop, &task->post);
}

/* On the control thread: the same, and answers too. */
static void control_say(void *ctx, const union wire_message *message)
{
	struct control *control = ctx;
	struct task *task = task_create(control);

	if (!task)
		return;
	task->answer = *message;
	list_append(&control->outbox, &task->link);
	outbox_flush(control);
}

static struct worker *least_loaded(struct control *control)
{
	struct worker *least = control->workers;
	unsigned i;

	for (i = 1; i < control->worker_count; i++) {
		if (control->workers[i].networks < least->networks)
			least = &control->workers[i];
	}
	return least;
}

static struct worker *choose_worker(struct control *control, uint32_t group)
{
	unsigned i;

	for (i = 0; i < DOMAINS_MAX_NETWORKS; i++) {
		if (control->network_worker[i] &&
		    control->network_group[i] == group)
			return control->network_worker[i];
	}
	return least_loaded(control);
}

static struct worker *route_network(struct control *control,
				    const union wire_message *m)
{
	uint32_t number = m->network_ref.network;
	struct worker *worker;

	if (number >= DOMAINS_MAX_NETWORKS)
		return control->workers; /* it will refuse the number */
	worker = control->network_worker[number];
	if (m->header.type == WIRE_NETWORK_ADD && !worker) {
		worker = choose_worker(control, m->network_add.group);
		worker->networks++;
		control->network_worker[number] = worker;
		control->network_group[number] = m->network_add.group;
	}
	if (m->header.type == WIRE_NETWORK_REMOVE && worker) {
		worker->networks--;
		control->network_worker[number] = NULL;
	}
	return worker ? worker : control->workers;
}

static struct worker *route_port(struct control *control,
				 const union wire_message *m)
{
	uint32_t number = m->header.type == WIRE_PORT_ADD ? m->port_add.port
							  : m->port_ref.port;
	struct worker *worker = NULL;

	if (number >= DOMAINS_MAX_PORTS)
		return control->workers;
	if (number >= WIRE_METER_PORTS)
		worker =
			control->uplink_worker[(number - WIRE_METER_PORTS) / 2];
	else if (number >= WIRE_CABLE_PORTS && number < WIRE_HOST_PORTS)
		worker = control->uplink_worker[(number - WIRE_CABLE_PORTS) /
						BOND_MAX_MEMBERS];
	else if (number >= WIRE_UPLINK_PORTS && number < WIRE_CABLE_PORTS)
		worker = control->uplink_worker[number - WIRE_UPLINK_PORTS];
	if (worker)
		return worker;
	if (m->header.type == WIRE_PORT_ADD) {
		if (m->port_add.network == WIRE_NO_NETWORK)
			worker = control->workers;
		else if (m->port_add.network < DOMAINS_MAX_NETWORKS)
			worker = control->network_worker[m->port_add.network];
		if (worker && !control->port_worker[number])
			control->port_worker[number] = worker;
	} else {
		worker = control->port_worker[number];
		if (m->header.type == WIRE_PORT_REMOVE)
			control->port_worker[number] = NULL;
	}
	return worker ? worker : control->workers;
}

static struct worker *route_uplink(struct control *control,
				   const union wire_message *m)
{
	uint32_t number = m->uplink_ref.uplink, network;
	struct worker *worker;

	if (number >= WIRE_MAX_UPLINKS)
		return control->workers;
	worker = control->uplink_worker[number];
	if (m->header.type == WIRE_UPLINK_ADD) {
		network = m->uplink_add.network;
		if (network < DOMAINS_MAX_NETWORKS)
			worker = control->network_worker[network];
		control->uplink_worker[number] = worker;
	}
	if (m->header.type == WIRE_UPLINK_REMOVE)
		control->uplink_worker[number] = NULL;
	return worker ? worker : control->workers;
}

static struct worker *control_route(struct control *control,
				    const union wire_message *m)
{
	enum wire_type type = m->header.type;

	if (type == WIRE_PORT_ADD || type == WIRE_PORT_REMOVE ||
	    type == WIRE_PORT_QUERY || type == WIRE_PORT_SET)
		return route_port(control, m);
	if (wire_is_uplink(type))
		return route_uplink(control, m);
	return route_network(control, m);
}

/* One message; false when there is none, or labd is gone. */
static bool control_take(struct control *control)
{
	struct task *task = task_create(control);
	int code;

	if (!task)
		return false;
	code = wire_recv(control->watch.fd, &task->message, task->fds);
	if (code || task->message.header.type >= WIRE_REPLY) {
		task_free(task);
		if (code != -EAGAIN)
			loop_stop(control->loop); /* without labd, no lab */
		return false;
	}
	if (wire_is_capture(task->message.header.type)) {
		captures_handle(control->captures, &task->message, task->fds);
		task_free(task);
		return true;
	}
	task->worker = control_route(control, &task->message);
	task->post.call = task_run;
	loop_post(task->worker->domains.loop, &task->post);
	return true;
}

static void control_ready(struct watch *watch, uint32_t events)
{
	struct control *control = container_of(watch, struct control, watch);
	int i;

	if (events & EPOLLOUT)
		outbox_flush(control);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	for (i = 0; i < TURN_MESSAGES; i++) {
		if (!control_take(control))
			return;
	}
}

struct control *control_create(struct loop *loop, int fd, unsigned workers,
			       struct worker_settings *settings,
			       struct err *err)
{
	struct control *control = calloc(1, sizeof(*control));

	if (control)
		control->workers = calloc(workers, sizeof(struct worker));
	if (!control || !control->workers) {
		err_set(err, -ENOMEM, "no memory for workers");
		free(control);
		return NULL;
	}
	control->loop = loop;
	control->watch.fd = fd;
	control->watch.ready = control_ready;
	control->watch.name = "labd";
	list_init(&control->outbox);
	settings->event = control_event;
	settings->event_ctx = control;
	for (; control->worker_count < workers; control->worker_count++) {
		if (worker_start(&control->workers[control->worker_count],
				 settings, err)) {
			control_destroy(control);
			return NULL;
		}
	}
	control->captures = captures_create(loop, control->workers, workers,
					    control_say, control);
	if (!control->captures) {
		err_set(err, -ENOMEM, "no memory for captures");
		control_destroy(control);
		return NULL;
	}
	return control;
}

int control_listen(struct control *control, struct err *err)
{
	int code = watch_add(control->loop, &control->watch, EPOLLIN);

	return code ? err_set(err, code, "cannot watch the link to labd: %s",
			      strerror(-code))
		    : 0;
}

void control_destroy(struct control *control)
{
	struct list *link;
	unsigned i;

	if (!control)
		return;
	watch_remove(&control->watch);
	for (i = 0; i < control->worker_count; i++)
		worker_stop(&control->workers[i]);
	captures_destroy(control->captures);
	while ((link = list_pop(&control->outbox)))
		task_free(container_of(link, struct task, link));
	free(control->workers);
	free(control);
}
