/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.h - the views of weft show: one function each, one row in a table
 */
#ifndef CLI_CMD_SHOW_H
#define CLI_CMD_SHOW_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cmd/session.h"

/**
 * struct show - how a view is to be printed
 * @name:	of the one thing that is wanted; NULL: all
 * @brief:	without heads
 * @stats:	with more
 */
struct show {
	const char *name;
	bool brief;
	bool stats;
};

/**
 * struct show_view - what weft show can show
 * @name:	as typed
 * @method:	whose result has it; NULL: @fetch gets it
 * @fetch:	the document, of more than one call; 0 or an exit code after
 *		saying why
 * @print:	prints the rows that are wanted and returns how many; 0 for a
 *		name says that there is no such thing, unless @fetch knew it
 */
struct show_view {
	const char *name;
	const char *method;
	int (*fetch)(struct session *session, const char *name,
		     json_t **result);
	unsigned (*print)(const json_t *result, const struct show *show);
};

/** show_port_wanted() - is it that port, one of that node, or of anything? */
bool show_port_wanted(const char *port, const char *name);

/** show_wants() - is the thing called @name among what is to be printed? */
bool show_wants(const struct show *show, const char *name);

/**
 * fetch_drops() - weft.drops/1, which weft makes of weft.ports/1
 * @name:	of a port or a node; NULL: all
 */
int fetch_drops(struct session *session, const char *name, json_t **result);

/** show_drops() - of weft.drops/1 */
unsigned show_drops(const json_t *result, const struct show *show);

/**
 * fetch_fdb() - weft.fdb/1 of one network or all of them, page by page
 * @name:	of the network; NULL: all
 */
int fetch_fdb(struct session *session, const char *name, json_t **result);

/** show_fdb() - of weft.fdb/1 */
unsigned show_fdb(const json_t *result, const struct show *show);

/** show_forwards() - of weft.forwards/1 */
unsigned show_forwards(const json_t *result, const struct show *show);
/**
 * struct show_pages - a document that comes page by page
 * @method:	of the control protocol
 * @key:	array of each page
 */
struct show_pages {
	const char *method;
	const char *key;
};

/** fetch_pages() - all of one network, each with its "network", to @entries */
int fetch_pages(struct session *session, const struct show_pages *pages_of,
		const char *network, json_t *entries);

/**
 * fetch_flows() - weft.flows/1 of all nat networks, of one, or of a node
 * @name:	of the network or node; NULL: all
 */
int fetch_flows(struct session *session, const char *name, json_t **result);

/** show_flows() - of weft.flows/1 */
unsigned show_flows(const json_t *result, const struct show *show);

/** show_captures() - of weft.captures/1 */
unsigned show_captures(const json_t *result, const struct show *show);

/** show_leases() - of weft.leases/1 */
unsigned show_leases(const json_t *result, const struct show *show);

/** show_networks() - of weft.networks/1 or weft.status/1, which counts less */
unsigned show_networks(const json_t *result, const struct show *show);

/** say_firewalls() - what of the host's stops guests, of weft.status/1 */
void say_firewalls(const json_t *status);

/** show_nodes() - of weft.status/1 */
unsigned show_nodes(const json_t *result, const struct show *show);

/** show_ports() - of weft.ports/1 */
unsigned show_ports(const json_t *result, const struct show *show);

/** show_uplinks() - of weft.uplinks/1 */
unsigned show_uplinks(const json_t *result, const struct show *show);

#endif
