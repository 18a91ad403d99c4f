/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * back_end.h - a vhost-user back-end that does what a test says
 *
 * It answers as a decent one does, but for one reply, with which it does
 * something else.
 */
#ifndef UNIT_BACK_END_H
#define UNIT_BACK_END_H

#include "core/vhost_user_msg.h"

#define BACK_END_RINGS 16
#define BACK_END_HEARD 200

/** enum back_end_manner - what the script does instead of the reply */
enum back_end_manner {
	BACK_END_DECENT,
	BACK_END_SILENT,   /* nothing, ever again */
	BACK_END_CLOSED,   /* it ends */
	BACK_END_SHORT,    /* half a reply */
	BACK_END_OTHER,    /* the reply to another request */
	BACK_END_LONG,     /* more than a reply holds */
	BACK_END_FDS,      /* with a descriptor */
	BACK_END_MANY_FDS, /* with more than any message may have */
	BACK_END_GARBAGE,  /* bytes */
	BACK_END_TWICE,    /* the same reply again */
	BACK_END_NO,       /* something that can't be; a failure */
	BACK_END_MANNERS,
};

/**
 * struct back_end - a back-end
 * @conn:	to the front-end
 * @features:	that it offers
 * @protocol:	likewise
 * @pairs:	likewise
 * @manner:	what it does with reply number @at
 * @at:		counted from 0
 * @replies:	so far
 * @heard:	requests so far
 * @heard_count: how many
 * @kicks:	kick eventfds that it was given
 * @kick_fd:	the last of them
 * @base:	the last SET_VRING_BASE by ring
 * @enabled:	the last SET_VRING_ENABLE by ring
 * @err_fd:	the last SET_VRING_ERR
 * @memory:	the last SET_MEM_TABLE
 * @addr:	the last SET_VRING_ADDR by ring
 */
struct back_end {
	struct vhost_user_conn conn;
	uint64_t features;
	uint64_t protocol;
	uint64_t pairs;
	enum back_end_manner manner;
	unsigned at;
	unsigned replies;
	uint8_t heard[BACK_END_HEARD];
	unsigned heard_count;
	unsigned kicks;
	int kick_fd;
	uint32_t base[BACK_END_RINGS];
	uint32_t enabled[BACK_END_RINGS];
	int err_fd;
	struct vhost_user_memory memory;
	struct vhost_user_vring_addr addr[BACK_END_RINGS];
};

/** back_end_init() - nobody is connected */
void back_end_init(struct back_end *be);

/** back_end_raise() - be of that manner from reply @at on, anew
 *
 * Return: the front-end's end of the connection; -1 when there is none. */
int back_end_raise(struct back_end *be, enum back_end_manner manner,
		   unsigned at);

/** back_end_fall() - end it */
void back_end_fall(struct back_end *be);

/** back_end_run() - handle what was said to it */
void back_end_run(struct back_end *be);

/** back_end_send() - bytes, and its own socket so many times with them */
void back_end_send(struct back_end *be, const void *bytes, size_t len,
		   unsigned fd_count);

/** back_end_heard() - did such a request come? */
bool back_end_heard(const struct back_end *be, uint32_t request);

#endif
