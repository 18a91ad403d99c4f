/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_protocol.h - the numbers of the control protocol (weft-ctl(7))
 *
 * JSON-RPC 2.0 over a unix stream socket: one object a line, UTF-8, ended by
 * one newline.
 *
 * File descriptors belong to a line. The sender attaches them to the sendmsg()
 * that carries the first byte of their line, and that call carries no byte of
 * any other line. The receiver gives what a recvmsg() brought to the line that
 * holds the last byte of that recvmsg(). The kernel makes the two ends agree:
 * one recvmsg() never goes on past data that came with descriptors, it may only
 * have earlier data in front.
 */
#ifndef CLI_CTL_CTL_PROTOCOL_H
#define CLI_CTL_CTL_PROTOCOL_H

#include "core/util.h"

/** CTL_PROTOCOL - version said in hello; only ever the same one works */
#define CTL_PROTOCOL 1

/** CTL_LINE_MAX - longest line in bytes, newline included */
#define CTL_LINE_MAX (4u << 20)
/** CTL_SMALL_MAX - a longer line needs one of a few shared big buffers */
#define CTL_SMALL_MAX (64u << 10)
/** CTL_BIG_PEERS - clients that may send a line over CTL_SMALL_MAX at once */
#define CTL_BIG_PEERS 4
/** CTL_VALUES_MAX - JSON values in one line; bounds what parsing allocates */
#define CTL_VALUES_MAX (64u << 10)
/** CTL_FDS_MAX - descriptors with one line */
#define CTL_FDS_MAX 8
/** CTL_OUTPUT_MAX - bytes that may wait for one client */
#define CTL_OUTPUT_MAX (8u << 20)

/** CTL_CLIENTS_MAX - clients that one server serves at a time */
#define CTL_CLIENTS_MAX 64
/** CTL_REQUESTS_MAX - requests of one client that are not finished */
#define CTL_REQUESTS_MAX 32

/** CTL_OPEN_MAX - unfinished requests of all, with those whose client went */
#define CTL_OPEN_MAX 512

/** CTL_HELLO_NS - from connecting to the end of hello */
#define CTL_HELLO_NS (10 * NSEC_PER_SEC)
/** CTL_LINE_NS - from the first to the last byte of one line */
#define CTL_LINE_NS (10 * NSEC_PER_SEC)
/** CTL_DRAIN_NS - how long output may wait without one byte being taken */
#define CTL_DRAIN_NS (10 * NSEC_PER_SEC)

/**
 * enum ctl_code - JSON-RPC error codes
 * @CTL_PARSE_ERROR:		not JSON; the connection is closed after it
 * @CTL_INVALID_REQUEST:	JSON, but not a request
 * @CTL_METHOD_NOT_FOUND:	no method of that name
 * @CTL_INVALID_PARAMS:		wrong or missing parameters or descriptors
 * @CTL_INTERNAL_ERROR:		the server is at fault
 * @CTL_FAILED:			the work failed; data.exit says how
 * @CTL_REFUSED:		this client isn't served; closed after it
 * @CTL_BUSY:			a limit of this file is reached
 */
enum ctl_code {
	CTL_PARSE_ERROR = -32700,
	CTL_INVALID_REQUEST = -32600,
	CTL_METHOD_NOT_FOUND = -32601,
	CTL_INVALID_PARAMS = -32602,
	CTL_INTERNAL_ERROR = -32603,
	CTL_FAILED = -32000,
	CTL_REFUSED = -32001,
	CTL_BUSY = -32002,
};

#endif
