// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_message.c - one line of the control protocol, as JSON-RPC 2.0
 */
#include "cli/ctl/ctl_message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ctl/ctl_protocol.h"

/*
 * Each value but the first stands behind one of these, so their number bounds
 * what the parser allocates: "[[],[]," would else cost 40 times its length.
 * Those inside strings count too; a lab of the largest size has a quarter.
 */
static bool is_too_rich(const char *text, size_t len)
{
	size_t i, count = 0;

	for (i = 0; i < len; i++)
		count += text[i] == ',' || text[i] == '[' || text[i] == '{';
	return count > CTL_VALUES_MAX;
}

static bool is_id(const json_t *id)
{
	if (json_is_string(id))
		return json_string_length(id) <= CTL_ID_LEN_MAX;
	return json_is_integer(id);
}

static int take_apart(struct ctl_message *message, struct err *err)
{
	json_t *root = message->root, *id, *params, *method;
	const char *version;

	if (!json_is_object(root))
		return err_set(err, -EINVAL, "not a JSON object");
	id = json_object_get(root, "id");
	if (id && !json_is_null(id) && !is_id(id))
		return err_set(err, -EINVAL,
			       "id is neither an integer nor a short string");
	message->id = json_is_null(id) ? NULL : id;
	version = json_string_value(json_object_get(root, "jsonrpc"));
	if (!version || strcmp(version, "2.0") != 0)
		return err_set(err, -EINVAL, "jsonrpc is not \"2.0\"");
	params = json_object_get(root, "params");
	if (params && !json_is_object(params))
		return err_set(err, -EINVAL, "params is not an object");
	message->params = params;
	method = json_object_get(root, "method");
	message->method = json_string_value(method);
	message->result = json_object_get(root, "result");
	message->error = json_object_get(root, "error");
	if (message->error && !json_is_object(message->error))
		return err_set(err, -EINVAL, "error is not an object");
	if (!!message->method + !!message->result + !!message->error != 1)
		return err_set(err, -EINVAL,
			       "not exactly one of method, result and error");
	return 0;
}

int ctl_message_parse(const char *text, size_t len, struct ctl_message *message,
		      struct err *err)
{
	json_error_t error;

	*message = (struct ctl_message){0};
	if (is_too_rich(text, len))
		return err_set(err, -EBADMSG, "more than %u values in one line",
			       CTL_VALUES_MAX);
	message->root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!message->root)
		return err_set(err, -EBADMSG, "not JSON: %s", error.text);
	return take_apart(message, err);
}

void ctl_message_fini(struct ctl_message *message)
{
	json_decref(message->root);
	*message = (struct ctl_message){0};
}

json_t *ctl_message_request(json_int_t id, const char *method, json_t *params)
{
	return json_pack("{s:s, s:I, s:s, s:o*}", "jsonrpc", "2.0", "id", id,
			 "method", method, "params", params);
}

json_t *ctl_message_result(json_t *id, json_t *result)
{
	return json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id,
			 "result", result);
}

json_t *ctl_message_error(json_t *id, int code, const char *text, json_t *data)
{
	json_t *said = ctl_text(text, strlen(text));

	return json_pack("{s:s, s:O?, s:{s:i, s:o, s:o*}}", "jsonrpc", "2.0",
			 "id", id, "error", "code", code, "message", said,
			 "data", data);
}

json_t *ctl_message_notification(const char *method, json_t *params)
{
	return json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", method,
			 "params", params);
}

/* Length of the UTF-8 character at @p (RFC 3629 section 4); 0: it is none. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t i, len = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] >= 0x80 && (p[0] < 0xc2 || p[0] > 0xf4))
		return 0;
	if (len > left)
		return 0;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* C0 but tab and newline, DEL, and C1 (U+0080 to U+009F, c2 80 to c2 9f). */
static bool is_control(const unsigned char *p, size_t len)
{
	if (len == 1)
		return (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n') ||
		       p[0] == 0x7f;
	return len == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

json_t *ctl_text(const char *bytes, size_t len)
{
	const unsigned char *in = (const unsigned char *)bytes;
	char *text = malloc(len + 1);
	size_t i, used = 0;
	json_t *string;

	if (!text)
		return NULL;
	for (i = 0; i < len;) {
		size_t step = utf8_len(in + i, len - i);

		if (!step || is_control(in + i, step)) {
			text[used++] = '?';
		} else {
			memcpy(text + used, in + i, step);
			used += step;
		}
		i += step ? step : 1;
	}
	string = json_stringn(text, used);
	free(text);
	return string;
}
