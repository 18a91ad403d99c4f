/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_text.h - an Ethernet frame in a line of words
 */
#ifndef CLI_CMD_FRAME_TEXT_H
#define CLI_CMD_FRAME_TEXT_H

#include <stddef.h>
#include <stdint.h>

/** FRAME_TEXT_SIZE - room for any frame's words */
#define FRAME_TEXT_SIZE 256

/**
 * frame_text() - who to whom, and what, as 'tcpdump -n' says it
 * @data:	@len bytes, of anybody's making; may be a part of the frame
 * @text:	of FRAME_TEXT_SIZE: "IP 10.0.0.1.40000 > 10.0.0.2.80: TCP S"
 */
void frame_text(const uint8_t *data, size_t len, char *text);

#endif
