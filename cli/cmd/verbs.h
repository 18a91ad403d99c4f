/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs.h - the functions behind the command table, one file per verb or kin
 *
 * Each returns enum exit_code; exec returns its command's code.
 */
#ifndef CLI_CMD_VERBS_H
#define CLI_CMD_VERBS_H

#include "cli/cmd/command.h"

int run_attach_qemu(const struct invocation *call);
int run_attach_xml(const struct invocation *call);
int run_console(const struct invocation *call);
int run_doctor(const struct invocation *call);
int run_down(const struct invocation *call);
int run_exec(const struct invocation *call);
int run_image(const struct invocation *call);
int run_logs(const struct invocation *call);
int run_restart(const struct invocation *call);
int run_show(const struct invocation *call);
int run_start(const struct invocation *call);
int run_status(const struct invocation *call);
int run_stop(const struct invocation *call);
int run_up(const struct invocation *call);
int run_validate(const struct invocation *call);

#endif
