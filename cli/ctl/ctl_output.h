/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_output.h - lines and their descriptors on the way into a stream socket
 */
#ifndef CLI_CTL_CTL_OUTPUT_H
#define CLI_CTL_CTL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/ctl/ctl_protocol.h"
#include "core/list.h"

/**
 * struct ctl_output - lines that wait
 * @lines:	in order
 * @len:	bytes in them that are not sent; at most CTL_OUTPUT_MAX
 */
struct ctl_output {
	struct list lines;
	size_t len;
};

/** ctl_output_init() - empty */
void ctl_output_init(struct ctl_output *output);

/** ctl_output_fini() - drop all that waits and close its descriptors */
void ctl_output_fini(struct ctl_output *output);

/**
 * ctl_output_add() - queue one line
 * @message:	reference taken
 * @fds:	@count of them, at most CTL_FDS_MAX, taken
 *
 * Return: 0, -ENOBUFS when CTL_OUTPUT_MAX is reached, -ENOMEM also when
 * @message is NULL, so that a failed json_pack() need not be looked at before.
 */
int ctl_output_add(struct ctl_output *output, json_t *message, const int *fds,
		   unsigned count);

/**
 * ctl_output_send() - send what the kernel takes, without waiting
 *
 * Return: 0 when all is sent, -EAGAIN when some waits, another -errno when the
 * peer is gone.
 */
int ctl_output_send(struct ctl_output *output, int fd);

static inline bool ctl_output_is_empty(const struct ctl_output *output)
{
	return list_is_empty(&output->lines);
}

#endif
