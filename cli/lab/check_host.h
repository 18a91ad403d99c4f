/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_host.h - whom a check's target names, taken out of its text
 */
#ifndef CLI_LAB_CHECK_HOST_H
#define CLI_LAB_CHECK_HOST_H

#include "cli/lab/lab.h"

/** CHECK_NO_NIC - a target names a node, not one of its ports */
#define CHECK_NO_NIC -1

/**
 * struct check_host - a target's host
 * @name:	node, IPv4 address, "localhost" or DNS name; empty: the kind has
 *		no host
 * @is_node:	@name must be a node's: it is one label
 * @nic:	of that node, from "router:1"; CHECK_NO_NIC: none named
 * @port:	TCP port
 * @path:	of a URL, from its '/' or "" on; points into the target
 */
struct check_host {
	char name[LAB_DOMAIN_SIZE];
	bool is_node;
	int nic;
	uint16_t port;
	const char *path;
};

/**
 * check_host_parse() - take a target apart
 * @kind:	what is tried
 * @target:	"router", "router:1", "web1:80", "http://web1:8080/x"
 *
 * Return: NULL; or what is wrong, as the end of a sentence: "has no port ...".
 */
const char *check_host_parse(enum check_kind kind, const char *target,
			     struct check_host *host);

#endif
