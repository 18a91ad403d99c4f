// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forward_api.c - forwards that come and go while a lab runs
 *
 * Theory of operation
 *
 * What is asked for is judged as if it stood in the lab file: it is put into a
 * copy of the lab's document, together with those that were added before, and
 * that is read by the same tables. So there is one grammar, and one set of
 * complaints. The document itself stays what the file says.
 */
#include "cli/labd/forward_api.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/lab/lab_forward.h"
#include "cli/lab/lab_json.h"
#include "cli/labd/live_forward.h"

static json_t *forwards_of(json_t *document, const char *network)
{
	json_t *object =
		json_object_get(json_object_get(document, "networks"), network);
	json_t *list = json_object_get(object, "forward");

	if (!list) {
		list = json_array();
		json_object_set_new(object, "forward", list);
	}
	return list;
}

static int append(json_t *document, const char *network, const char *host,
		  const char *to)
{
	return json_array_append_new(
		forwards_of(document, network),
		json_pack("{s:s, s:s}", "host", host, "to", to));
}

static json_t *document_with_live(const struct labd *labd)
{
	json_t *document = json_deep_copy(labd->document);
	struct lab_forward_text text;
	unsigned i;

	for (i = 0; document && i < labd->host_ports.live_count; i++) {
		const struct live_forward *live = &labd->host_ports.live[i];

		lab_forward_format(&live->forward, &text);
		append(document, live->network, text.host, text.to);
	}
	return document;
}

/* Where it would stand in the lab file is of no interest. */
static int without_place(struct err *err)
{
	const char *text = strncmp(err->msg, "networks.", 9) == 0
				   ? strstr(err->msg, ": ")
				   : NULL;

	if (text)
		memmove(err->msg, text + 2, strlen(text + 2) + 1);
	return err->code;
}

/* The new forward of @network, as the lab's rules have it. */
static int judge(const struct labd *labd, const char *network, const char *host,
		 const char *to, struct forward_settings *forward,
		 struct err *err)
{
	json_t *document = document_with_live(labd);
	struct network_settings *judged;
	struct lab *lab = NULL;

	if (!document || append(document, network, host, to))
		err_set(err, -ENOMEM, "no memory for a forward");
	else
		lab = lab_from_json(document, err);
	json_decref(document);
	if (!lab)
		return without_place(err);
	judged = lab_lookup_network(lab, network);
	*forward = judged->forwards[judged->forward_count - 1];
	lab_destroy(lab);
	return 0;
}

/* Is what @to says on that network, so that its complaint is the one to hear?
 */
static bool is_meant(const struct labd *labd, unsigned network, const char *to)
{
	const char *colon = strrchr(to, ':');
	const struct node_settings *node;
	char name[LAB_NAME_SIZE];
	uint32_t address;
	unsigned i;

	if (!colon || colon - to >= (ptrdiff_t)sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(colon - to), to);
	if (!ipv4_parse(name, &address))
		return ipv4_prefix_contains(&labd->lab->networks[network].ipv4,
					    address);
	node = lab_lookup_node(labd->lab, name);
	for (i = 0; node && i < node->nic_count; i++) {
		if (node->nics[i].network == network)
			return true;
	}
	return false;
}

/*
 * The first nat network that it fits. Else the complaint is that of the first
 * one which has the node or the address, or of the last one that was tried.
 */
static int find_network(const struct labd *labd, const char *wanted,
			const char *host, const char *to,
			struct live_forward *found, struct err *err)
{
	struct err meant = {0};
	unsigned i;

	err_set(err, -ENOENT, "lab %s has no nat network%s%s", labd->name,
		wanted ? " called " : "", wanted ? wanted : "");
	for (i = 0; i < labd->lab->network_count; i++) {
		const struct network_settings *network =
			&labd->lab->networks[i];

		if (network->mode != NETWORK_NAT ||
		    (wanted && strcmp(wanted, network->name) != 0))
			continue;
		if (judge(labd, network->name, host, to, &found->forward,
			  err)) {
			if (!meant.code && is_meant(labd, i, to))
				meant = *err;
			continue;
		}
		memcpy(found->network, network->name, sizeof(found->network));
		return 0;
	}
	if (meant.code)
		*err = meant;
	return err->code;
}

static bool can_change(struct ctl_request *req)
{
	struct labd *labd = ctl_request_ctx(req);

	if (!labd->document)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has nothing in it", labd->name);
	else if (labd->apply)
		ctl_fail(req, CTL_BUSY, EXIT_FAILED,
			 "lab %s is being changed by a weft up: try again when "
			 "that is done",
			 labd->name);
	return labd->document && !labd->apply;
}

static json_t *fields_of(const struct live_forward *live)
{
	struct lab_forward_text text;

	lab_forward_format(&live->forward, &text);
	return json_pack("{s:s, s:s, s:s}", "network", live->network, "host",
			 text.host, "to", text.to);
}

static void answer(struct ctl_request *req, const struct live_forward *live)
{
	struct labd *labd = ctl_request_ctx(req);
	json_t *document = json_pack("{s:s, s:s}", "schema", "weft.forward/1",
				     "lab", labd->name);

	if (document)
		json_object_update_new(document, fields_of(live));
	ctl_reply(req, document, NULL, 0);
}

/* What there is now is told to weft-switch. */
static void change(struct labd *labd, const char *network)
{
	const struct network_settings *n =
		lab_lookup_network(labd->lab, network);

	fabric_change_forwards(labd->fabric, labd->lab);
	if (n)
		fabric_tell_forwards(labd->fabric,
				     (unsigned)(n - labd->lab->networks));
}

void forward_add_method(struct ctl_request *req, json_t *params)
{
	const char *host = NULL, *to = NULL, *network = NULL;
	struct labd *labd = ctl_request_ctx(req);
	struct live_forward live = {0};
	struct err err = {0};

	if (json_unpack(params, "{s:s, s:s, s?s}", "host", &host, "to", &to,
			"network", &network)) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "forward.add takes {\"host\": PORT, \"to\": "
			 "\"NODE:PORT\"}");
		return;
	}
	if (!can_change(req))
		return;
	if (find_network(labd, network, host, to, &live, &err)) {
		ctl_fail(req, CTL_FAILED,
			 err.code == -ENOENT ? EXIT_NO_SUCH : EXIT_FAILED, "%s",
			 err.msg);
		return;
	}
	if (live_forward_add(&labd->host_ports, live.network, &live.forward,
			     &err)) {
		ctl_fail(req, CTL_FAILED,
			 err.code == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
			 "%s", err.msg);
		return;
	}
	change(labd, live.network);
	events_emit(&labd->events, "forward.added", fields_of(&live));
	answer(req, &live);
}

/* One that is the file's can't be taken away here. */
static void refuse_del(struct ctl_request *req,
		       const struct forward_settings *host, const char *text)
{
	struct labd *labd = ctl_request_ctx(req);
	unsigned i, k;

	for (i = 0; i < labd->lab->network_count; i++) {
		const struct network_settings *network =
			&labd->lab->networks[i];

		for (k = 0; k < network->forward_count; k++) {
			if (!lab_forwards_clash(host, &network->forwards[k]))
				continue;
			ctl_fail(req, CTL_FAILED, EXIT_FAILED,
				 "%s is forwarded by the lab file: take it out "
				 "of there, and weft up",
				 text);
			return;
		}
	}
	ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
		 "nothing was added live at %s; weft forward list shows what "
		 "there is",
		 text);
}

void forward_del_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	struct live_forward live = {0};
	struct forward_settings host = {0};
	const char *text = NULL;

	if (json_unpack(params, "{s:s}", "host", &text) ||
	    !lab_forward_parse_host(text, &host)) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "'%.60s' is no port of the host: write 8080, "
			 "127.0.0.1:8080, [::1]:8080 or 127.0.0.1:53/udp",
			 text ? text : "");
		return;
	}
	if (!can_change(req))
		return;
	if (live_forward_remove(&labd->host_ports, &host, &live)) {
		refuse_del(req, &host, text);
		return;
	}
	change(labd, live.network);
	events_emit(&labd->events, "forward.removed", fields_of(&live));
	answer(req, &live);
}

json_t *forward_plan(const struct labd *labd, const struct lab *lab)
{
	const struct host_ports *table = &labd->host_ports;
	struct forward_settings settings;
	json_t *list;
	unsigned i;

	if (!table->live_count)
		return NULL;
	list = json_array();
	for (i = 0; i < table->live_count; i++) {
		const char *why =
			live_forward_why_not(lab, &table->live[i], &settings);
		json_t *fields = fields_of(&table->live[i]);

		if (fields)
			json_object_update_new(fields,
					       json_pack("{s:b, s:s*}", "stays",
							 !why, "reason", why));
		json_array_append_new(list, fields);
	}
	return list;
}
