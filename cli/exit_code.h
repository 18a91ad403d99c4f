/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit_code.h - what the weft command's exit code means
 *
 * The same numbers travel as error.data.exit in the control protocol, so that
 * labd, who knows what went wrong, decides how the command ends.
 */
#ifndef CLI_EXIT_CODE_H
#define CLI_EXIT_CODE_H

/**
 * enum exit_code - exit codes of weft (weft(1), EXIT STATUS)
 * @EXIT_DONE:		everything asked for was done
 * @EXIT_FAILED:	it failed, for a reason without a code of its own
 * @EXIT_USAGE:		wrong usage; nothing was tried
 * @EXIT_LAB_FILE:	the lab file is invalid
 * @EXIT_NO_SUCH:	no such lab, node, port or network
 * @EXIT_PERMISSION:	not permitted
 * @EXIT_HOST:		the host lacks something; doctor says what
 * @EXIT_TIMEOUT:	timed out
 * @EXIT_PARTLY:	partly done; the report names what failed
 * @EXIT_PENDING:	plan --exit-code: there is something to change
 * @EXIT_EXEC:		exec: weft's own error, not the command's
 * @EXIT_INTERRUPTED:	interrupted by the user
 */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_LAB_FILE = 3,
	EXIT_NO_SUCH = 4,
	EXIT_PERMISSION = 5,
	EXIT_HOST = 6,
	EXIT_TIMEOUT = 7,
	EXIT_PARTLY = 8,
	EXIT_PENDING = 10,
	EXIT_EXEC = 125,
	EXIT_INTERRUPTED = 130,
};

#endif
