// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_bond.c - weft bond: an uplink's members, and which of them is active
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/bond_view.h"
#include "cli/cmd/print.h"
#include "cli/cmd/show.h"
#include "cli/cmd/uplinks.h"
#include "cli/cmd/verbs.h"

/* "bond0/eth1": the longest names of both, and more than a user would type */
#define MEMBER_SIZE 128

/* Only the uplink called @name is left. */
static int pick_uplink(json_t *uplinks, const char *name)
{
	json_t *uplink = uplinks_lookup(uplinks, name);

	if (!uplink)
		return complain(EXIT_NO_SUCH,
				"there is no uplink '%s'; weft show uplinks "
				"shows them all",
				name);
	json_object_set_new(uplinks, "uplinks", json_pack("[O]", uplink));
	return 0;
}

static void print_uplinks(const struct invocation *call, json_t *uplinks)
{
	const struct show show = {.brief = true};
	json_t *uplink;
	size_t i;

	if (option_given(call, OPTION_JSON)) {
		print_json(uplinks);
		return;
	}
	if (option_given(call, OPTION_BRIEF)) {
		show_uplinks(uplinks, &show);
		return;
	}
	json_array_foreach(json_object_get(uplinks, "uplinks"), i, uplink)
	{
		if (i)
			putchar('\n');
		bond_view_print(stdout, uplink,
				option_given(call, OPTION_STATS));
	}
	if (!i)
		complain(0, "the lab has no uplinks");
}

static int show_bonds(struct session *session, const struct invocation *call)
{
	json_t *uplinks;
	int code;

	code = session_query(session, "uplink.list", NULL, &uplinks);
	if (!code && call->argv[1])
		code = pick_uplink(uplinks, call->argv[1]);
	if (!code)
		print_uplinks(call, uplinks);
	json_decref(uplinks);
	return code;
}

static int switch_member(struct session *session, const struct invocation *call)
{
	const char *uplink = call->argv[1], *word = call->argv[2];
	char member[MEMBER_SIZE];
	json_t *result;
	int code;

	if (strchr(word, '/'))
		snprintf(member, sizeof(member), "%s", word);
	else
		snprintf(member, sizeof(member), "%s/%s", uplink, word);
	code = session_query(
		session, "bond.switch",
		json_pack("{s:s, s:s}", "uplink", uplink, "member", member),
		&result);
	if (!code && option_given(call, OPTION_JSON))
		print_json(result);
	json_decref(result);
	return code;
}

int run_bond(const struct invocation *call)
{
	bool is_switch = strcmp(call->argv[0], "switch") == 0;
	struct session session;
	int code;

	if (!is_switch && strcmp(call->argv[0], "show") != 0)
		return usage_error(call->command,
				   "bond: '%s' is neither show nor switch",
				   call->argv[0]);
	if (is_switch && call->argc != 3)
		return usage_error(call->command,
				   "bond switch: an uplink and a member are "
				   "wanted");
	if (!is_switch && call->argc > 2)
		return usage_error(call->command,
				   "bond show: '%s' is one word too many",
				   call->argv[2]);
	code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	code = is_switch ? switch_member(&session, call)
			 : show_bonds(&session, call);
	session_close(&session);
	return code;
}
