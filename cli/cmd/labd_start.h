/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labd_start.h - start a lab's labd and wait until it serves
 *
 * The program is started as "weft labd --lab LAB --state DIR --ready-fd N" in a
 * session of its own, standard input /dev/null, output and errors to
 * DIR/labd.log. On descriptor N it writes one letter and closes it:
 *
 *	R		it serves DIR/ctl.sock
 *	E<code> <text>	it could not start: an exit code and what to do
 *
 * Nothing at all: it died.
 */
#ifndef CLI_CMD_LABD_START_H
#define CLI_CMD_LABD_START_H

#include "cli/state_dir.h"
#include "core/err.h"

/**
 * labd_start() - start it and wait
 * @program:	"/proc/self/exe"
 * @lab:	name
 * @dir:	state_dir_create() was done
 * @stop_fd:	ends the wait when readable; -1: none
 * @err:	what labd said, or the end of its log
 *
 * Return: 0, or an exit code (enum exit_code).
 */
int labd_start(const char *program, const char *lab,
	       const struct state_dir *dir, int stop_fd, struct err *err);

#endif
