/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve.h - the guest's end of the agent wire
 */
#ifndef CLI_GUEST_SERVE_H
#define CLI_GUEST_SERVE_H

#include "cli/guest/nics.h"
#include "cli/guest/run.h"

/**
 * struct serve - the agent
 * @conn:	the wire; in use once @port_fd was found
 * @find:	looks for the port until its driver has made it
 * @find_ns:	how long to wait before looking again
 * @began_ns:	when the search began
 * @alone:	the search was in vain, and the guest configured itself; a port
 *		that turns up later is served all the same
 * @waiter:	for room to send what is wanted below
 * @loop:	serves
 * @nics:	what it configures and reports
 * @runs:	commands
 * @session:	of the host; 0: none yet
 * @attached:	@conn is in use
 * @want_hello:	HELLO is to be sent
 * @want_status: STATUS is to be sent
 * @want_pong:	PONG with @cookie is to be sent
 * @cookie:	of the last PING
 * @configured:	called after each CONFIGURE: the guest has its name
 */
struct serve {
	struct agent_conn conn;
	struct timer find;
	uint64_t find_ns;
	uint64_t began_ns;
	bool alone;
	struct agent_waiter waiter;
	struct loop *loop;
	struct nics nics;
	struct runs runs;
	uint64_t session;
	bool attached;
	bool want_hello;
	bool want_status;
	bool want_pong;
	uint8_t cookie[8];
	void (*configured)(struct serve *serve);
};

/** serve_init() - begin to look for the port; 0 or -errno */
int serve_init(struct serve *serve, struct loop *loop,
	       void (*configured)(struct serve *serve));

#endif
