/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_view.h - a capture's stream as lines for people or programs
 */
#ifndef CLI_CMD_CAPTURE_VIEW_H
#define CLI_CMD_CAPTURE_VIEW_H

#include <stdbool.h>

struct capture_view;

/** capture_view_create() - @json: one object a line; NULL without memory */
struct capture_view *capture_view_create(bool json);

/** capture_view_destroy() - NULL is fine */
void capture_view_destroy(struct capture_view *view);

/**
 * capture_view_read() - take in what is there, and print what is whole
 * @fd:		the stream, as weft-switch writes it
 *
 * Return: 1; 0 at its end; -errno, -EPROTO when it is not such a stream.
 */
int capture_view_read(struct capture_view *view, int fd);

#endif
