// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table_options.c - the flags of weft's verbs, as data
 *
 * Help and man pages are printed from these words: they are documentation.
 */
#include "cli/cmd/command.h"

const struct option_spec option_specs[OPTION_COUNT] = {
	[OPTION_HELP] = {"help", 'h', NULL, "Show this help."},
	[OPTION_LAB] = {"lab", 'l', "LAB",
			"The lab; default: WEFT_LAB, or the only one running."},
	[OPTION_JSON] = {"json", 'j', NULL,
			 "Print JSON; its \"schema\" names the format."},
	[OPTION_BRIEF] = {"brief", 'b', NULL,
			  "Print one line each without heads; also -br."},
	[OPTION_STATS] = {"statistics", 's', NULL,
			  "Print more: for ports, why frames were dropped; for "
			  "a lab, its switch."},
	[OPTION_ALL] = {"all", 'a', NULL, "All labs that run."},
	[OPTION_WAIT] = {"wait", 0, "ready|none",
			 "Return when every node is ready (default), or at "
			 "once."},
	[OPTION_TIMEOUT] = {"timeout", 0, "TIME",
			    "How long to wait, as 90s or 2m; default 60s."},
	[OPTION_DRY_RUN] = {"dry-run", 0, NULL,
			    "Print what would be done, and do nothing."},
	[OPTION_EXIT_CODE] =
		{"exit-code", 0, NULL,
		 "Exit with 10 when there is something to change."},
	[OPTION_TTY] = {"tty", 't', NULL,
			"Give the command a terminal of this one's size."},
	[OPTION_FOLLOW] = {"follow", 'f', NULL,
			   "Go on printing what is added, until ^C."},
	[OPTION_FOR] = {"for", 0, "TIME",
			"And back after that time, as 500ms or 5s."},
	[OPTION_SILENT] = {"silent", 0, NULL,
			   "The carrier stays; only frames vanish."},
	[OPTION_TIMES] = {"rounds", 'n', "N",
			  "Break members so often; default 5."},
	[OPTION_HOLD] = {"hold", 0, "TIME",
			 "Leave one broken for that time; default 1s."},
	[OPTION_REPORT] = {"report", 0, "FILE",
			   "Write a page with pictures there, or one picture "
			   "if it ends in .svg."},
	[OPTION_FAR] = {"far", 0, "NETWORK",
			"The other end; default: where cables lead to."},
	[OPTION_NET] = {"net", 0, "NETWORK",
			"The nat network; default: the first that has the "
			"node."},
	[OPTION_LIMIT] = {"count", 'c', "N", "End after N of them."},
	[OPTION_LAST] =
		{"last", 0, "N|TIME",
		 "Begin with the last N, or those of the last 30s, 5m."},
	[OPTION_TEXT] = {"text", 0, NULL, "Trees of words (default)."},
	[OPTION_DOT] = {"dot", 0, NULL, "The language of Graphviz."},
	[OPTION_MERMAID] = {"mermaid", 0, NULL, "The language of Mermaid."},
	[OPTION_SVG] = {"svg", 0, NULL, "A picture for a browser."},
	[OPTION_BATCH] = {"batch", 'b', NULL,
			  "Print tables, one behind the other, for scripts."},
	[OPTION_ROUNDS] = {"iterations", 'n', "N", "End after N of them."},
	[OPTION_INTERVAL] = {"interval", 'd', "TIME",
			     "From one to the next; default 1s."},
	[OPTION_SORT] = {"sort", 0, "KEY",
			 "What comes first: name, cpu, memory, frames, bits, "
			 "drops."},
	[OPTION_JUNIT] = {"junit", 0, "FILE",
			  "Write the results there as JUnit XML; - for "
			  "standard output."},
	[OPTION_SCHEMA] = {"schema", 0, NULL,
			   "Print a JSON schema of lab files, for editors."},
	[OPTION_RECURSIVE] = {"recursive", 'r', NULL,
			      "Copy a folder with all that is in it."},
	[OPTION_FILTER] = {"filter", 'f', "FILTER",
			   "Only frames that it matches; pcap-filter(7)."},
	[OPTION_WRITE] = {"write", 'w', "FILE",
			  "Write pcapng there; - for standard output."},
	[OPTION_SNAPLEN] = {"snaplen", 's', "BYTES",
			    "Most bytes of each frame; default: all of it."},
	[OPTION_WIRESHARK] = {"wireshark", 0, NULL,
			      "Start Wireshark and show it there, live."},
};
static_assert(OPTION_COUNT < 64, "flags no longer fit a set");
