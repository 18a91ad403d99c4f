/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * help.h - what the command table says, for the terminal, man and bash
 */
#ifndef CLI_CMD_HELP_H
#define CLI_CMD_HELP_H

#include <stdio.h>

#include "cli/cmd/command.h"

/** help_print_all() - weft --help: every verb in a line */
void help_print_all(FILE *out);

/** help_print() - weft VERB --help: examples first */
void help_print(const struct command *command, FILE *out);

/** help_print_man() - the scdoc(5) source of weft-VERB(1) */
void help_print_man(const struct command *command, FILE *out);

/** run_man() - the hidden verb that prints a man page for the build */
int run_man(const struct invocation *call);

/** run_completion() - weft completion bash */
int run_completion(const struct invocation *call);

/** run_complete() - the hidden verb that the completion script calls */
int run_complete(const struct invocation *call);

#endif
