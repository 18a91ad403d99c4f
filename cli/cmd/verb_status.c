// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_status.c - weft status and weft show: what runs
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

/* "running 12s": the time in its largest unit. */
static const char *age_text(const json_t *object, char *text, size_t size)
{
	json_int_t s =
		json_integer_value(json_object_get(object, "uptime_ms")) / 1000;

	if (!json_object_get(object, "uptime_ms"))
		return NULL;
	if (s < 120)
		snprintf(text, size, "%llds", (long long)s);
	else if (s < 7200)
		snprintf(text, size, "%lldm", (long long)s / 60);
	else
		snprintf(text, size, "%lldh", (long long)s / 3600);
	return text;
}

/* All addresses of a node, or of one NIC, with blanks between. */
static void add_addresses(const json_t *nic, char *text, size_t size)
{
	json_t *address;
	size_t i, used;

	json_array_foreach(json_object_get(nic, "ipv4"), i, address)
	{
		used = strlen(text);
		snprintf(text + used, size - used, "%s%s", used ? " " : "",
			 json_is_string(address) ? json_string_value(address)
						 : "?");
	}
}

static void add_node(struct table *table, const json_t *node)
{
	char addresses[TABLE_CELL_SIZE] = "", age[32], runner[32] = "";
	const char *by = text_of(node, "runner"), *accel;
	json_t *nic;
	size_t i;

	json_array_foreach(json_object_get(node, "nics"), i, nic)
		add_addresses(nic, addresses, sizeof(addresses));
	accel = text_of(node, "accel");
	if (by)
		snprintf(runner, sizeof(runner), "%s%s%s", by, accel ? "/" : "",
			 accel ? accel : "");
	table_add(table, text_of(node, "name"));
	table_add(table, text_of(node, "kind"));
	table_add(table, text_of(node, "state"));
	table_add(table, addresses);
	table_add(table, runner);
	table_add(table, age_text(node, age, sizeof(age)));
	table_add(table, text_of(node, "reason"));
}

static bool is_wanted(const json_t *object, const char *name)
{
	const char *own = text_of(object, "name");

	return !name || (own && strcmp(own, name) == 0);
}

/* Rows shown; 0 with a @name says that there is no such thing. */
static unsigned print_nodes(const json_t *status, const char *name, bool brief)
{
	struct table table;
	unsigned count = 0;
	json_t *node;
	size_t i;

	table_init(&table, "NODE KIND STATE ADDRESS RUNNER UP REASON");
	json_array_foreach(json_object_get(status, "nodes"), i, node)
	{
		if (!is_wanted(node, name))
			continue;
		add_node(&table, node);
		count++;
	}
	table_print(&table, brief);
	return count;
}

static void add_fdb(struct table *table, const json_t *fdb)
{
	static const char *const keys[] = {"addresses", "learned", "moved",
					   "evicted"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		table_add_number(table, json_integer_value(
						json_object_get(fdb, keys[i])));
}

/* As lab.status has them, or as network.list does, with learnt addresses. */
static unsigned print_networks(const json_t *status, const char *name,
			       bool brief)
{
	const json_t *first =
		json_array_get(json_object_get(status, "networks"), 0);
	bool with_fdb = json_object_get(first, "fdb") != NULL;
	struct table table;
	unsigned count = 0;
	json_t *network;
	size_t i;

	table_init(&table, with_fdb ? "NETWORK MODE IPV4 GATEWAY PORTS "
				      "ADDRESSES LEARNED MOVED EVICTED"
				    : "NETWORK MODE IPV4 GATEWAY PORTS");
	json_array_foreach(json_object_get(status, "networks"), i, network)
	{
		if (!is_wanted(network, name))
			continue;
		table_add(&table, text_of(network, "name"));
		table_add(&table, text_of(network, "mode"));
		table_add(&table, text_of(network, "ipv4"));
		table_add(&table, text_of(network, "gateway"));
		table_add_number(&table, json_integer_value(json_object_get(
						 network, "ports")));
		if (with_fdb)
			add_fdb(&table, json_object_get(network, "fdb"));
		count++;
	}
	table_print(&table, brief);
	return count;
}

static void print_status(const json_t *status, bool brief)
{
	char age[32];
	const char *up = age_text(status, age, sizeof(age));

	if (brief) {
		print_nodes(status, NULL, true);
		return;
	}
	print_safe(stdout, text_of(status, "lab"));
	putchar(' ');
	print_safe(stdout, text_of(status, "state"));
	printf(" %s\n\n", up ? up : "");
	print_networks(status, NULL, false);
	putchar('\n');
	print_nodes(status, NULL, false);
}

static int status_all(const struct invocation *call)
{
	char names[STATE_LABS_MAX][LAB_NAME_SIZE];
	json_t *labs = json_array(), *status;
	struct session session;
	struct state_env env;
	unsigned i, count;

	state_env_init(&env);
	count = state_dir_list(&env, names);
	for (i = 0; i < count; i++) {
		if (session_find(&session, call, names[i], false))
			continue;
		if (session_query(&session, "lab.status", NULL, &status) == 0)
			json_array_append_new(labs, status);
		session_close(&session);
	}
	if (option_given(call, OPTION_JSON)) {
		status = json_pack("{s:s, s:O}", "schema", "weft.labs/1",
				   "labs", labs);
		print_json(status);
		json_decref(status);
	} else {
		for (i = 0; i < json_array_size(labs); i++) {
			if (i)
				putchar('\n');
			print_status(json_array_get(labs, i),
				     option_given(call, OPTION_BRIEF));
		}
	}
	json_decref(labs);
	return EXIT_DONE;
}

int run_status(const struct invocation *call)
{
	struct session session;
	json_t *status;
	int error;

	if (option_given(call, OPTION_ALL))
		return status_all(call);
	error = session_find(&session, call, call->argv[0], false);
	if (error)
		return error;
	error = session_query(&session, "lab.status", NULL, &status);
	session_close(&session);
	if (error)
		return error;
	if (option_given(call, OPTION_JSON))
		print_json(status);
	else
		print_status(status, option_given(call, OPTION_BRIEF));
	json_decref(status);
	return EXIT_DONE;
}

static bool is_port_wanted(const json_t *port, const char *name)
{
	const char *own = text_of(port, "port");
	size_t len = name ? strlen(name) : 0;

	if (!name)
		return true;
	return own && strncmp(own, name, len) == 0 &&
	       (!own[len] || own[len] == ':');
}

static void add_counters(struct table *table, const json_t *port)
{
	static const char *const names[] = {"rx_frames", "rx_bytes",
					    "tx_frames", "tx_bytes"};
	json_int_t drops = 0;
	const char *reason;
	json_t *count;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		table_add_number(table, json_integer_value(json_object_get(
						port, names[i])));
	json_object_foreach(json_object_get(port, "drops"), reason, count)
		drops += json_integer_value(count);
	table_add_number(table, drops);
}

/* Why frames were dropped, under the port's row: -s. */
static void print_drops(const json_t *ports, const char *name)
{
	const char *reason;
	json_t *port, *count;
	size_t i;

	json_array_foreach(json_object_get(ports, "ports"), i, port)
	{
		if (!is_port_wanted(port, name))
			continue;
		json_object_foreach(json_object_get(port, "drops"), reason,
				    count)
		{
			if (!json_integer_value(count))
				continue;
			print_safe(stdout, text_of(port, "port"));
			printf(" dropped %" JSON_INTEGER_FORMAT " ",
			       json_integer_value(count));
			print_safe(stdout, reason);
			putchar('\n');
		}
	}
}

static unsigned print_ports(const json_t *ports, const char *name, bool brief)
{
	struct table table;
	unsigned count = 0;
	json_t *port;
	size_t i;

	table_init(&table, "PORT NETWORK MAC CARRIER RX RX-BYTES TX TX-BYTES "
			   "DROPS");
	json_array_foreach(json_object_get(ports, "ports"), i, port)
	{
		json_t *carrier = json_object_get(port, "carrier");

		if (!is_port_wanted(port, name))
			continue;
		table_add(&table, text_of(port, "port"));
		table_add(&table, text_of(port, "network"));
		table_add(&table, text_of(port, "mac"));
		table_add(&table, json_is_true(carrier) ? "up" : "down");
		add_counters(&table, port);
		count++;
	}
	table_print(&table, brief);
	return count;
}

/* "in 58m", or NULL for a lease that is over. */
static const char *expiry_text(const json_t *lease, char *text, size_t size)
{
	json_int_t s = json_integer_value(json_object_get(lease, "expires_s"));

	s -= (json_int_t)time(NULL);
	if (s <= 0)
		return NULL;
	if (s < 120)
		snprintf(text, size, "in %ds", (int)s);
	else if (s < 7200)
		snprintf(text, size, "in %dm", (int)(s / 60));
	else
		snprintf(text, size, "in %dh", (int)MIN(s / 3600, 99999));
	return text;
}

static unsigned print_leases(const json_t *leases, const char *name, bool brief)
{
	char expiry[32];
	struct table table;
	unsigned count = 0;
	json_t *lease;
	size_t i;

	table_init(&table, "ADDRESS MAC NETWORK NODE STATE EXPIRES");
	json_array_foreach(json_object_get(leases, "leases"), i, lease)
	{
		const char *node = text_of(lease, "node");

		if (name && (!node || strcmp(node, name) != 0))
			continue;
		table_add(&table, text_of(lease, "ipv4"));
		table_add(&table, text_of(lease, "mac"));
		table_add(&table, text_of(lease, "network"));
		table_add(&table, node);
		table_add(&table, text_of(lease, "state"));
		table_add(&table, expiry_text(lease, expiry, sizeof(expiry)));
		count++;
	}
	table_print(&table, brief);
	return count;
}

/**
 * struct view - what weft show can show
 * @name:	as typed
 * @method:	whose result has it
 * @print:	rows, those of one name only if that isn't NULL
 */
struct view {
	const char *name;
	const char *method;
	unsigned (*print)(const json_t *result, const char *name, bool brief);
};

static const struct view views[] = {
	{"leases", "lease.list", print_leases},
	{"networks", "network.list", print_networks},
	{"nodes", "lab.status", print_nodes},
	{"ports", "port.list", print_ports},
};

static int show(const struct view *view, const struct invocation *call,
		const json_t *result)
{
	const char *name = call->argv[1];

	if (option_given(call, OPTION_JSON))
		return print_json(result);
	if (!view->print(result, name, option_given(call, OPTION_BRIEF)) &&
	    name)
		return complain(EXIT_NO_SUCH, "%s has no '%s'", view->name,
				name);
	if (option_given(call, OPTION_STATS) && view->print == print_ports)
		print_drops(result, name);
	return EXIT_DONE;
}

int run_show(const struct invocation *call)
{
	const struct view *view = NULL;
	struct session session;
	json_t *result;
	size_t i;
	int code;

	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (strcmp(views[i].name, call->argv[0]) == 0)
			view = &views[i];
	}
	if (!view)
		return usage_error(call->command,
				   "show: nothing is called '%s'; there are "
				   "leases, networks, nodes, ports",
				   call->argv[0]);
	code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	code = session_query(&session, view->method, NULL, &result);
	session_close(&session);
	if (code)
		return code;
	code = show(view, call, result);
	json_decref(result);
	return code;
}
