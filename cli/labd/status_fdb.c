// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_fdb.c - weft.fdb/1: which address is behind which port, page by page
 *
 * A page of weft-switch becomes a page of the client's: nobody holds a whole
 * database, and no worker is held up for longer than one page takes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/**
 * struct fdb_question - one page asked for
 * @labd:	whose
 * @req:	gets it
 * @network:	name; the lab may be another one when the answer comes
 */
struct fdb_question {
	struct labd *labd;
	struct ctl_request *req;
	char network[LAB_NAME_SIZE];
};

/* "web1:0" or "wan/gateway"; of a port that has just gone, its number. */
static void name_port(const struct fdb_question *question, uint32_t port,
		      char *name, size_t size)
{
	const struct node_settings *node = NULL;

	if (port == WIRE_PORT_SERVICE) {
		snprintf(name, size, "%s/gateway", question->network);
		return;
	}
	if (question->labd->lab)
		node = lab_numbered_node(question->labd->lab,
					 port / LAB_MAX_NICS);
	if (node)
		snprintf(name, size, "%s:%u", node->name, port % LAB_MAX_NICS);
	else
		snprintf(name, size, "#%u", port);
}

static json_t *entry_json(const struct fdb_question *question,
			  const struct wire_fdb_entry *entry)
{
	char port[LAB_NAME_SIZE + 16], mac[MAC_TEXT_SIZE];

	name_port(question, entry->port, port, sizeof(port));
	return json_pack("{s:s, s:i, s:s, s:I, s:b}", "mac",
			 mac_format(&entry->mac, mac), "vid", (int)entry->vid,
			 "port", port, "age_s", (json_int_t)entry->age_s,
			 "static", entry->is_static);
}

static void page_answered(void *arg, const union wire_message *answer)
{
	struct fdb_question *question = arg;
	const struct wire_fdb_page *page = &answer->fdb_page;
	json_t *document, *entries;
	uint32_t i;

	if (!answer || answer->header.type != WIRE_FDB_PAGE) {
		ctl_fail(question->req, CTL_BUSY, EXIT_FAILED,
			 "weft-switch has just been started again; try again");
		free(question);
		return;
	}
	entries = json_array();
	for (i = 0; i < page->count; i++)
		json_array_append_new(entries,
				      entry_json(question, &page->entries[i]));
	document = json_pack("{s:s, s:s, s:s, s:o}", "schema", "weft.fdb/1",
			     "lab", question->labd->name, "network",
			     question->network, "entries", entries);
	if (page->cursor)
		json_object_set_new(document, "cursor",
				    json_integer((json_int_t)page->cursor));
	ctl_reply(question->req, document, NULL, 0);
	free(question);
}

void status_fdb(struct labd *labd, struct ctl_request *req, unsigned network,
		uint32_t cursor)
{
	struct fdb_question *question = calloc(1, sizeof(*question));

	if (!question) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	question->labd = labd;
	question->req = req;
	snprintf(question->network, sizeof(question->network), "%s",
		 labd->lab->networks[network].name);
	fabric_query_fdb(labd->fabric, labd->lab->networks[network].number,
			 cursor, page_answered, question);
}
