// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_server.c - the serving end of the control protocol: who gets in
 *
 * Theory of operation
 *
 * Each connection is accepted, so that nobody hangs in the backlog; whoever is
 * not served is told why in one line, which the fresh socket's buffer takes at
 * once, and closed. Served are the owner of the server process and root: the
 * socket's folder is 0700 already, and SO_PEERCRED (the uid at connect(2), as
 * the kernel knows it) holds also when somebody loosens that.
 *
 * Limits: CTL_CLIENTS_MAX clients; at most ACCEPT_BATCH new ones per wake.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl/ctl_message.h"
#include "cli/ctl/ctl_peer.h"
#include "cli/exit_code.h"

#define ACCEPT_BATCH 16
#define ACCEPT_PAUSE_NS NSEC_PER_SEC
/* The last flush waits so often, all clients together. */
#define FLUSH_STEPS 20

static void turn_away(struct ctl_server *server, int fd, int exit_code,
		      const char *why)
{
	json_t *data = json_pack("{s:i}", "exit", exit_code);
	struct ctl_output output;
	int code = exit_code == EXIT_PERMISSION ? CTL_REFUSED : CTL_BUSY;

	log_limited(server->log, &server->limit, LOG_WARNING,
		    "control client refused: %s", why);
	ctl_output_init(&output);
	if (ctl_output_add(&output, ctl_message_error(NULL, code, why, data),
			   NULL, 0) == 0)
		ctl_output_send(&output, fd);
	ctl_output_fini(&output);
	close(fd);
}

static void admit(struct ctl_server *server, int fd)
{
	socklen_t len = sizeof(struct ucred);
	struct ucred peer;
	char why[160];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len)) {
		turn_away(server, fd, EXIT_PERMISSION,
			  "the kernel does not say who you are");
	} else if (peer.uid != server->owner && peer.uid != 0) {
		snprintf(why, sizeof(why),
			 "this lab belongs to uid %u and you are uid %u: "
			 "run the command as its owner or as root",
			 server->owner, peer.uid);
		turn_away(server, fd, EXIT_PERMISSION, why);
	} else if (server->peer_count == CTL_CLIENTS_MAX) {
		turn_away(server, fd, EXIT_FAILED,
			  "64 clients are connected already; close some");
	} else {
		ctl_peer_create(server, fd);
	}
}

/* Out of descriptors or memory: the rest waits in the backlog, and so do we. */
static void pause_accepting(struct ctl_server *server)
{
	uint64_t at_ns = loop_now_ns(server->loop) + ACCEPT_PAUSE_NS;

	log_limited(server->log, &server->limit, LOG_WARNING,
		    "cannot accept a control client: %s", strerror(errno));
	if (timer_arm(server->loop, &server->resume, at_ns) == 0)
		watch_change(&server->listen, 0);
}

static void listen_ready(struct watch *watch, uint32_t events)
{
	struct ctl_server *server =
		container_of(watch, struct ctl_server, listen);
	int i, fd;

	(void)events;
	for (i = 0; i < ACCEPT_BATCH; i++) {
		fd = accept4(watch->fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			break;
		admit(server, fd);
	}
	if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED &&
	    errno != EINTR)
		pause_accepting(server);
}

static void resume_accepting(struct timer *timer)
{
	struct ctl_server *server =
		container_of(timer, struct ctl_server, resume);

	if (watch_change(&server->listen, EPOLLIN))
		log_error(server->log, "the control socket is lost");
}

struct ctl_server *ctl_server_create(struct loop *loop, int listen_fd,
				     const struct ctl_service *service,
				     const struct log *log, struct err *err)
{
	struct ctl_server *server = calloc(1, sizeof(*server));
	int error = server ? 0 : -ENOMEM;

	if (!error && fcntl(listen_fd, F_SETFL, O_NONBLOCK) < 0)
		error = -errno;
	if (!error) {
		server->listen = (struct watch){listen_fd, listen_ready,
						"control socket", 0, NULL};
		error = watch_add(loop, &server->listen, EPOLLIN);
	}
	if (error) {
		err_set(err, error, "cannot serve the control socket: %s",
			strerror(-error));
		close(listen_fd);
		free(server);
		return NULL;
	}
	server->loop = loop;
	server->resume.expired = resume_accepting;
	server->service = *service;
	server->log = log;
	server->owner = geteuid();
	list_init(&server->peers);
	list_init(&server->requests);
	return server;
}

static void destroy_requests(struct list *requests)
{
	list_for_each_safe (link, requests)
		ctl_request_destroy(
			container_of(link, struct ctl_request, link));
}

void ctl_server_destroy(struct ctl_server *server)
{
	if (!server)
		return;
	timer_cancel(server->loop, &server->resume);
	watch_remove(&server->listen);
	close(server->listen.fd);
	list_for_each_safe (link, &server->peers) {
		struct ctl_peer *peer =
			container_of(link, struct ctl_peer, link);

		ctl_output_send(&peer->output, peer->watch.fd);
		destroy_requests(&peer->requests);
		ctl_peer_destroy(peer);
	}
	destroy_requests(&server->requests);
	free(server);
}

void ctl_server_set_lab(struct ctl_server *server, const char *name)
{
	snprintf(server->lab, sizeof(server->lab), "%s", name);
}

void ctl_server_flush(struct ctl_server *server, int ms)
{
	int steps = FLUSH_STEPS;

	list_for_each (link, &server->peers) {
		struct ctl_peer *peer =
			container_of(link, struct ctl_peer, link);
		struct pollfd poll_fd = {peer->watch.fd, POLLOUT, 0};

		while (ctl_output_send(&peer->output, peer->watch.fd) ==
			       -EAGAIN &&
		       steps-- > 0)
			poll(&poll_fd, 1, ms / FLUSH_STEPS);
	}
}

unsigned ctl_server_client_count(const struct ctl_server *server)
{
	return server->peer_count;
}
