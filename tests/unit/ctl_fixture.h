/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_fixture.h - a control server on a fake clock, and raw clients for it
 */
#ifndef UNIT_CTL_FIXTURE_H
#define UNIT_CTL_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "cli/ctl/ctl_server.h"

#define HELLO                                                            \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":" \
	"{\"client\":\"test\",\"protocol\":1}}\n"
#define KEEP "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"keep\"}\n"

/**
 * struct ctl_fixture - the server under test and what its handlers saw
 * @fake:	its clock
 * @loop:	run by ctl_fixture_run()
 * @log:	for the server
 * @server:	with the methods echo, fail, flood, keep, pipe and take
 * @address:	of its socket
 * @folder:	that the socket is in
 * @kept:	the newest request of method keep
 * @kept_count:	calls of keep
 * @gone_count:	clients that left a kept request
 */
struct ctl_fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct log log;
	struct ctl_server *server;
	struct sockaddr_un address;
	char folder[32];
	struct ctl_request *kept;
	unsigned kept_count;
	unsigned gone_count;
};

/** ctl_fixture_setup() - for cmocka; @state becomes the fixture */
int ctl_fixture_setup(void **state);

/** ctl_fixture_teardown() - for cmocka */
int ctl_fixture_teardown(void **state);

/** ctl_fixture_run() - some rounds of the loop, without waiting */
void ctl_fixture_run(struct ctl_fixture *f);

/** ctl_fixture_connect() - a raw client that has said nothing */
int ctl_fixture_connect(struct ctl_fixture *f);

/** ctl_greet() - a raw client that has said hello and read the answer */
int ctl_greet(struct ctl_fixture *f);

/** ctl_say() - send all of @text */
void ctl_say(int fd, const char *text);

/** ctl_say_with_fds() - send @text with descriptors */
void ctl_say_with_fds(int to, const char *text, const int *fds, size_t count);

/** ctl_hear() - run, then what the server has said so far; static memory */
const char *ctl_hear(struct ctl_fixture *f, int fd);

/** ctl_is_closed() - run, then whether the server has closed @fd */
bool ctl_is_closed(struct ctl_fixture *f, int fd);

/** open_fd_count() - descriptors of this process, and some constant */
unsigned open_fd_count(void);

#endif
