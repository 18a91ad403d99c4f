/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch_record.h - a weft-switch that writes down what it is told
 *
 * A line a message, "plug 8 two:0 into 1" (-1: no network); it answers all of
 * them with yes, but a question for changes of an uplink with three of them,
 * and a member that it is to refuse with no.
 */
#ifndef UNIT_SWITCH_RECORD_H
#define UNIT_SWITCH_RECORD_H

/** SWITCH_RECORD - environment variable: the file that it appends to */
#define SWITCH_RECORD "WEFT_TEST_RECORD"

/** SWITCH_REFUSE - environment variable: name of the member to refuse */
#define SWITCH_REFUSE "WEFT_TEST_REFUSE"

/** switch_record_main() - be that weft-switch, to its end */
int switch_record_main(void);

#endif
