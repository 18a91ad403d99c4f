/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_header.h - what every message between labd and weft-switch begins with
 */
#ifndef CLI_SWITCHD_WIRE_HEADER_H
#define CLI_SWITCHD_WIRE_HEADER_H

#include <stdint.h>

/**
 * struct wire_header - in front of every message
 * @type:	enum wire_type
 * @id:		of the request; an answer repeats it; 0 for events
 */
struct wire_header {
	uint32_t type;
	uint32_t id;
};

#endif
