// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table_options.c - the flags of weft's verbs, as data
 *
 * Help and man pages are printed from these words: they are documentation.
 */
#include "cli/cmd/command.h"

const struct option_spec option_specs[OPTION_COUNT] = {
	[OPTION_HELP] = {"help", 'h', NULL, "Show this help.", COMPLETE_NOTHING,
			 NULL},
	[OPTION_LAB] = {"lab", 'l', "LAB",
			"The lab; default: WEFT_LAB, or the only one running.",
			COMPLETE_LAB, NULL},
	[OPTION_JSON] = {"json", 'j', NULL,
			 "Print JSON; its \"schema\" names the format.",
			 COMPLETE_NOTHING, NULL},
	[OPTION_BRIEF] = {"brief", 'b', NULL,
			  "Print one line each without heads; also -br.",
			  COMPLETE_NOTHING, NULL},
	[OPTION_STATS] = {"statistics", 's', NULL,
			  "Print more: for ports, why frames were dropped.",
			  COMPLETE_NOTHING, NULL},
	[OPTION_ALL] = {"all", 'a', NULL, "All labs that run.",
			COMPLETE_NOTHING, NULL},
	[OPTION_WAIT] = {"wait", 0, "ready|none",
			 "Return when every node is ready (default), or at "
			 "once.",
			 COMPLETE_WORDS, "ready none"},
	[OPTION_TIMEOUT] = {"timeout", 0, "TIME",
			    "How long to wait, as 90s or 2m; default 60s.",
			    COMPLETE_NOTHING, NULL},
	[OPTION_DRY_RUN] = {"dry-run", 0, NULL,
			    "Print what would be done, and do nothing.",
			    COMPLETE_NOTHING, NULL},
	[OPTION_EXIT_CODE] = {"exit-code", 0, NULL,
			      "Exit with 10 when there is something to change.",
			      COMPLETE_NOTHING, NULL},
	[OPTION_TTY] = {"tty", 't', NULL,
			"Give the command a terminal of this one's size.",
			COMPLETE_NOTHING, NULL},
	[OPTION_FOLLOW] = {"follow", 'f', NULL,
			   "Go on printing what is added, until ^C.",
			   COMPLETE_NOTHING, NULL},
	[OPTION_FOR] = {"for", 0, "TIME",
			"And back after that time, as 500ms or 5s.",
			COMPLETE_NOTHING, NULL},
	[OPTION_LIMIT] = {"count", 'c', "N", "End after N of them.",
			  COMPLETE_NOTHING, NULL},
	[OPTION_LAST] = {"last", 0, "N|TIME",
			 "Begin with the last N, or those of the last 30s, 5m.",
			 COMPLETE_NOTHING, NULL},
	[OPTION_TEXT] = {"text", 0, NULL, "Trees of words (default).",
			 COMPLETE_NOTHING, NULL},
	[OPTION_DOT] = {"dot", 0, NULL, "The language of Graphviz.",
			COMPLETE_NOTHING, NULL},
	[OPTION_MERMAID] = {"mermaid", 0, NULL, "The language of Mermaid.",
			    COMPLETE_NOTHING, NULL},
	[OPTION_JUNIT] = {"junit", 0, "FILE",
			  "Write the results there as JUnit XML; - for "
			  "standard output.",
			  COMPLETE_FILE, NULL},
	[OPTION_RECURSIVE] = {"recursive", 'r', NULL,
			      "Copy a folder with all that is in it.",
			      COMPLETE_NOTHING, NULL},
};
static_assert(OPTION_COUNT < 64, "flags no longer fit a set");
