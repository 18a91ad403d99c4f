/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_message.h - one line of the control protocol, as JSON-RPC 2.0
 */
#ifndef CLI_CTL_CTL_MESSAGE_H
#define CLI_CTL_CTL_MESSAGE_H

#include <jansson.h>
#include <stddef.h>

#include "core/err.h"

/** CTL_ID_LEN_MAX - longest request id that is a string, in bytes */
#define CTL_ID_LEN_MAX 64

/**
 * struct ctl_message - a line taken apart; free with ctl_message_fini()
 * @root:	owns the others
 * @id:		integer or string; NULL: none, or null
 * @method:	of a request or notification, else NULL
 * @params:	object, or NULL
 * @result:	of an answer, else NULL
 * @error:	object with code and message, else NULL
 */
struct ctl_message {
	json_t *root;
	json_t *id;
	const char *method;
	json_t *params;
	json_t *result;
	json_t *error;
};

/**
 * ctl_message_parse() - take a line apart
 * @text:	@len bytes without the newline; need not end in NUL
 *
 * Return: 0; -EBADMSG when it is not one JSON value in UTF-8, or too rich
 * (CTL_VALUES_MAX); -EINVAL when it is JSON but not JSON-RPC (@message then
 * holds @root and what @id it has). ctl_message_fini() is due in every case.
 */
int ctl_message_parse(const char *text, size_t len, struct ctl_message *message,
		      struct err *err);

/** ctl_message_fini() - drop what ctl_message_parse() made */
void ctl_message_fini(struct ctl_message *message);

/** ctl_message_request() - @params taken; NULL: none */
json_t *ctl_message_request(json_int_t id, const char *method, json_t *params);

/** ctl_message_result() - @id borrowed, @result taken */
json_t *ctl_message_result(json_t *id, json_t *result);

/** ctl_message_error() - @id borrowed, NULL says null; @data taken or NULL */
json_t *ctl_message_error(json_t *id, int code, const char *text, json_t *data);

/** ctl_message_notification() - @params taken */
json_t *ctl_message_notification(const char *method, json_t *params);

/**
 * ctl_text() - bytes of a guest or a file as a JSON string
 *
 * What is not UTF-8 and every control character but tab and newline becomes
 * '?', so nothing that a guest prints reaches a terminal as a command.
 */
json_t *ctl_text(const char *bytes, size_t len);

#endif
