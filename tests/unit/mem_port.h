/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mem_port.h - a port in memory: tests put frames in and look at what came out
 */
#ifndef UNIT_MEM_PORT_H
#define UNIT_MEM_PORT_H

#include "core/port.h"

#define MEM_PORT_FRAMES 512
#define MEM_PORT_BYTES 2048

/**
 * struct mem_port - a port whose other end is the test
 * @port:	to plug in
 * @room:	frames that send() still takes; UINT_MAX: no limit
 * @sent:	frames that send() took
 * @len:	length of each
 * @data:	their first bytes
 * @resumed:	times resume() was called
 * @verdict:	of the last frame of the last mem_port_input()
 */
struct mem_port {
	struct port port;
	unsigned room;
	unsigned sent;
	uint32_t len[MEM_PORT_FRAMES];
	uint8_t data[MEM_PORT_FRAMES][MEM_PORT_BYTES];
	unsigned resumed;
	struct verdict verdict;
};

/** mem_port_init() - a port with carrier and room without limit */
void mem_port_init(struct mem_port *mem, const char *name);

/**
 * mem_port_input() - bring @n equal frames in
 * @dst:	last byte of destination 02:00:00:00:00:xx; 0xff: broadcast
 * @src:	last byte of source
 * @len:	length; byte i of the payload is i
 *
 * Return: how many were taken.
 */
unsigned mem_port_input(struct mem_port *mem, uint8_t dst, uint8_t src,
			uint32_t len, unsigned n);

#endif
