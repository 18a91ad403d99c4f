/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_peer.h - inside the server: one client's connection and its requests
 */
#ifndef CLI_CTL_CTL_PEER_H
#define CLI_CTL_CTL_PEER_H

#include "cli/ctl/ctl_input.h"
#include "cli/ctl/ctl_output.h"
#include "cli/ctl/ctl_server.h"

#define CTL_LAB_SIZE 64

/**
 * struct ctl_server - see ctl_server.h
 * @loop:	where it runs
 * @listen:	the listening socket; owned
 * @resume:	accepts again after the process ran out of descriptors
 * @service:	what it offers
 * @log:	where refusals are said
 * @limit:	how often
 * @owner:	uid that is served beside root
 * @lab:	told in hello
 * @peers:	clients, as struct ctl_peer
 * @peer_count:	how many
 * @requests:	requests whose client has gone
 * @request_count: open ones, with those
 */
struct ctl_server {
	struct loop *loop;
	struct watch listen;
	struct timer resume;
	struct ctl_service service;
	const struct log *log;
	struct log_limit limit;
	uid_t owner;
	char lab[CTL_LAB_SIZE];
	struct list peers;
	unsigned peer_count;
	struct list requests;
	unsigned request_count;
};

/**
 * struct ctl_peer - one client
 * @server:	whose
 * @link:	in the server's peers
 * @watch:	its socket; owned
 * @timer:	the nearest of the deadlines below
 * @close:	closes it after the present callbacks
 * @input:	bytes of unfinished lines
 * @output:	lines not sent
 * @requests:	open requests, as struct ctl_request
 * @request_count: how many
 * @has_greeted: hello is done
 * @is_closing:	reads no more; closes when @output is empty
 * @line_by_ns:	end of the line that has begun, or of hello; 0: none
 * @drain_by_ns: some output must have gone by then; 0: none waits
 */
struct ctl_peer {
	struct ctl_server *server;
	struct list link;
	struct watch watch;
	struct timer timer;
	struct deferred close;
	struct ctl_input input;
	struct ctl_output output;
	struct list requests;
	unsigned request_count;
	bool has_greeted;
	bool is_closing;
	uint64_t line_by_ns;
	uint64_t drain_by_ns;
};

/**
 * struct ctl_request - one request from its line to its end
 * @link:	in the peer's, or once it has gone the server's requests
 * @server:	whose
 * @peer:	who asked; NULL once gone
 * @method:	the row of the table
 * @id:		of the request; reference
 * @gone:	told when the peer goes; may be NULL
 * @gone_arg:	for it
 * @fds:	that came with the line; -1 once taken
 */
struct ctl_request {
	struct list link;
	struct ctl_server *server;
	struct ctl_peer *peer;
	const struct ctl_method *method;
	json_t *id;
	void (*gone)(struct ctl_request *req, void *arg);
	void *gone_arg;
	int fds[CTL_FDS_MAX];
};

/** ctl_peer_create() - serve @fd, which is taken; -errno */
int ctl_peer_create(struct ctl_server *server, int fd);

/** ctl_peer_destroy() - close; open requests go to the server's list */
void ctl_peer_destroy(struct ctl_peer *peer);

/**
 * ctl_peer_say() - queue a line and send what can be sent
 * @message:	taken
 * @fds:	@count of them, taken
 *
 * What fails closes the peer, but only after the present callbacks: so no
 * request goes away under its handler.
 */
void ctl_peer_say(struct ctl_peer *peer, json_t *message, const int *fds,
		  unsigned count);

/** ctl_peer_finish() - read no more, close when all output is sent */
void ctl_peer_finish(struct ctl_peer *peer);

/** ctl_request_create() - by a peer's line, whose @fds are taken; or NULL */
struct ctl_request *ctl_request_create(struct ctl_peer *peer,
				       const struct ctl_method *method,
				       json_t *id, struct ctl_line *line);

/** ctl_request_destroy() - without an answer */
void ctl_request_destroy(struct ctl_request *req);

/** ctl_request_orphan() - its client has gone: keep it, say so */
void ctl_request_orphan(struct ctl_request *req);

#endif
