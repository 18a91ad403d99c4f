/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labd_bed.h - a labd with a client, and weft-switch as the test has it
 *
 * weft-switch is the test itself, run again under that name: its main() must
 * see to that.
 */
#ifndef UNIT_LABD_BED_H
#define UNIT_LABD_BED_H

#include "cli/labd/labd.h"

/**
 * struct labd_bed - embed it, or have one
 * @clock:	stands still unless told
 * @log:	errors only
 * @labd:	under test; has no lab yet
 * @folder:	for its files; removed when empty
 * @client:	a connected client that has said hello
 * @heard:	what it heard last
 * @record:	file that weft-switch writes down what it is told in; empty:
 *		none
 */
struct labd_bed {
	struct fake_clock clock;
	struct log log;
	struct labd labd;
	char folder[32];
	int client;
	char heard[65536];
	char record[64];
};

/** labd_bed_init() - lab "office", and its client */
void labd_bed_init(struct labd_bed *bed);

/** labd_bed_fini() - end what there is */
void labd_bed_fini(struct labd_bed *bed);

/** labd_bed_run() - let labd do what is due */
void labd_bed_run(struct labd_bed *bed);

/** labd_bed_say() - a request with the id 7; @params is JSON */
void labd_bed_say(struct labd_bed *bed, const char *method, const char *params);

/** labd_bed_hear() - all that the client got since; also in @bed->heard */
const char *labd_bed_hear(struct labd_bed *bed);

/** labd_bed_assert_heard() - @text is among that */
void labd_bed_assert_heard(struct labd_bed *bed, const char *text);

/* Where weft-switch is switch_record_main() */

/** labd_bed_keep_record() - it writes down what it is told */
void labd_bed_keep_record(struct labd_bed *bed);

/** labd_bed_told() - how often it was told @lines so far */
unsigned labd_bed_told(const struct labd_bed *bed, const char *lines);

/** labd_bed_wait_told() - so often, for it writes when it gets to it */
void labd_bed_wait_told(struct labd_bed *bed, const char *lines,
			unsigned times);

#endif
