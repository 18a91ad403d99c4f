/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h - how far each node is, on stderr
 */
#ifndef CLI_CMD_PROGRESS_H
#define CLI_CMD_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "cli/lab/lab.h"

/** PROGRESS_LINES - subjects updated in place; with more, lines are printed */
#define PROGRESS_LINES 20
#define PROGRESS_TEXT_SIZE 80

/**
 * struct progress_line - the last that was said of one subject
 * @subject:	"web1"
 * @state:	"booting"
 * @text:	more, or empty
 * @elapsed_ms:	since the call began
 */
struct progress_line {
	char subject[LAB_NAME_SIZE];
	char state[16];
	char text[PROGRESS_TEXT_SIZE];
	long elapsed_ms;
};

/**
 * struct progress - what is on the screen
 * @lines:	@count of them, in order of appearance
 * @count:	used
 * @is_live:	lines are updated in place
 */
struct progress {
	struct progress_line lines[PROGRESS_LINES];
	unsigned count;
	bool is_live;
};

/** progress_init() - live when stderr is a terminal that can be */
void progress_init(struct progress *progress);

/** progress_notified() - for struct ctl_call; @arg is the struct progress */
void progress_notified(void *arg, const char *method, const json_t *params);

/** progress_fini() - leave the cursor below the lines */
void progress_fini(struct progress *progress);

#endif
