/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_host.h - checks of the host's limits and files, for doctor.c's table
 */
#ifndef CLI_DOCTOR_DOCTOR_HOST_H
#define CLI_DOCTOR_DOCTOR_HOST_H

#include <stdio.h>
#include <sys/types.h>

#include "cli/doctor/doctor.h"

/** doctor_is_advice() - no lab needs it: weft up doesn't ask, weft doctor does
 */
bool doctor_is_advice(const struct lab *lab);

/** doctor_check_sockets() - do socket paths of long names fit in 108 bytes? */
void doctor_check_sockets(struct doctor_finding *finding);

/** doctor_check_ping() - may NAT send pings, ping_group_range? */
void doctor_check_ping(struct doctor_finding *finding);

/** doctor_check_resolver() - does /etc/resolv.conf name a server? */
void doctor_check_resolver(struct doctor_finding *finding);

/** doctor_check_broker() - are NICs and taps of the host ours, or lent to us?
 */
void doctor_check_broker(struct doctor_finding *finding);

/** doctor_check_firewall() - would rules of the host stop guests whose NAT is
 * the kernel's? */
void doctor_check_firewall(struct doctor_finding *finding);

/** doctor_check_files() - how many files may be open at once? */
void doctor_check_files(struct doctor_finding *finding);

/** doctor_check_memory() - is there some for guests? */
void doctor_check_memory(struct doctor_finding *finding);

/** doctor_check_clock() - is it fine enough for time stamps, and set? */
void doctor_check_clock(struct doctor_finding *finding);

/** doctor_check_tshark() - is there a reader of captures? */
void doctor_check_tshark(struct doctor_finding *finding);

/**
 * doctor_find_nameserver() - the first one of a resolv.conf(5)
 * @in:		the file
 * @server:	of @size, its address as text
 *
 * Return: how many there are whose address can be read.
 */
unsigned doctor_find_nameserver(FILE *in, char *server, size_t size);

/** doctor_range_has() - is @gid in "FIRST LAST" of ping_group_range? */
bool doctor_range_has(const char *range, gid_t gid);

#endif
