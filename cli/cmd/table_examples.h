/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_examples.h - the examples of weft's verbs, for the table of them
 */
#ifndef CLI_CMD_TABLE_EXAMPLES_H
#define CLI_CMD_TABLE_EXAMPLES_H

/* Pairs: command line, what it does; NULL at the end. */
extern const char *const up_examples[];
extern const char *const plan_examples[];
extern const char *const down_examples[];
extern const char *const status_examples[];
extern const char *const console_examples[];
extern const char *const exec_examples[];
extern const char *const logs_examples[];
extern const char *const start_examples[];
extern const char *const stop_examples[];
extern const char *const restart_examples[];
extern const char *const pause_examples[];
extern const char *const resume_examples[];
extern const char *const attach_examples[];
extern const char *const detach_examples[];
extern const char *const attach_qemu_examples[];
extern const char *const attach_xml_examples[];
extern const char *const forward_examples[];
extern const char *const validate_examples[];
extern const char *const check_examples[];
extern const char *const cp_examples[];
extern const char *const image_examples[];
extern const char *const doctor_examples[];
extern const char *const capture_examples[];
extern const char *const show_examples[];
extern const char *const events_examples[];
extern const char *const link_examples[];
extern const char *const failover_examples[];
extern const char *const bond_examples[];
extern const char *const graph_examples[];
extern const char *const top_examples[];
extern const char *const metrics_examples[];
extern const char *const completion_examples[];
extern const char *const no_examples[];

#endif
