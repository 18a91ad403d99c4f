/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - a verb's way to the lab it is about
 */
#ifndef CLI_CMD_SESSION_H
#define CLI_CMD_SESSION_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cmd/command.h"
#include "cli/ctl/ctl_client.h"
#include "cli/state_dir.h"

/**
 * struct session - connected to one lab's labd
 * @lab:	its name
 * @dir:	its folders
 * @stop_fd:	a signalfd of SIGINT, SIGTERM and SIGHUP, which are blocked
 * @client:	the connection; NULL: not connected
 * @quiet:	errors are not said
 */
struct session {
	char lab[LAB_NAME_SIZE];
	struct state_dir dir;
	int stop_fd;
	struct ctl_client *client;
	bool quiet;
};

/** SESSION_TIMEOUT_MS - for calls that only look */
#define SESSION_TIMEOUT_MS 10000

/**
 * session_find() - find the lab and connect
 * @call:	whose -l LAB counts, then WEFT_LAB, then the only running lab
 * @lab:	name from the command line, before all those; or NULL
 * @quiet:	say nothing when it fails
 *
 * Return: 0, or an exit code after saying why; nothing is then to be closed.
 */
int session_find(struct session *session, const struct invocation *call,
		 const char *lab, bool quiet);

/**
 * session_locate() - as far as the folders, without connecting
 *
 * Return: 0 or an exit code; session_close() is due after 0.
 */
int session_locate(struct session *session, const char *lab, bool quiet);

/** session_connect() - to a located lab; -errno in @err */
int session_connect(struct session *session, struct err *err);

/** session_close() - hang up */
void session_close(struct session *session);

/**
 * session_call() - ask; says what went wrong, with console lines and fix
 * @what:	as of ctl_client_call()
 *
 * Return: 0, or an exit code. ctl_answer_fini() is due in every case.
 */
int session_call(struct session *session, const struct ctl_call *what,
		 struct ctl_answer *answer);

/** session_ask() - the result of a plain call, to be freed; NULL: failed */
json_t *session_ask(struct session *session, const char *method, json_t *params,
		    int timeout_ms);

/** session_open_stop_fd() - block what ends a command (SIGINT, SIGTERM,
 * SIGHUP); a signalfd of these */
int session_open_stop_fd(void);

/** session_query() - as session_ask(), and says and returns the exit code */
int session_query(struct session *session, const char *method, json_t *params,
		  json_t **result);

/**
 * session_status() - weft.status/1 of the lab that a verb is about
 * @lab:	as of session_find()
 *
 * Return: 0, or an exit code after saying why.
 */
int session_status(const struct invocation *call, const char *lab,
		   json_t **status);

#endif
