/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_forward.h - forwards as text, and whether two of them get along
 */
#ifndef CLI_LAB_LAB_FORWARD_H
#define CLI_LAB_LAB_FORWARD_H

#include "cli/lab/lab.h"

/** LAB_FORWARD_HOST_SIZE - an address of the host as text */
#define LAB_FORWARD_HOST_SIZE 48

/**
 * struct lab_forward_text - a forward as a lab file has it
 * @host:	"127.0.0.1:8000-8010", "[::1]:80"
 * @to:		"web1:80/tcp"
 */
struct lab_forward_text {
	char host[64];
	char to[LAB_NAME_SIZE + 24];
};

/** lab_forward_format() - in canonical form */
void lab_forward_format(const struct forward_settings *forward,
			struct lab_forward_text *text);

/**
 * lab_forward_parse_host() - "[ADDRESS:]PORT[-PORT][/tcp|/udp]"; an IPv6
 * address has brackets around it
 * @forward:	host, is_v6, host6, host_port, count and udp are filled
 */
bool lab_forward_parse_host(const char *text, struct forward_settings *forward);

/** lab_forward_same_host() - are both at the same address of the host? */
bool lab_forward_same_host(const struct forward_settings *a,
			   const struct forward_settings *b);

/** lab_forward_host_text() - the host's address as text */
const char *lab_forward_host_text(const struct forward_settings *forward,
				  char text[LAB_FORWARD_HOST_SIZE]);

/** lab_forwards_clash() - do both want a port of the host? */
bool lab_forwards_clash(const struct forward_settings *a,
			const struct forward_settings *b);

/** lab_forward_port() - the port number @i of a range, as a forward by itself
 */
struct forward_settings lab_forward_port(const struct forward_settings *range,
					 unsigned i);

#endif
