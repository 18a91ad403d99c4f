/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - what weft-broker gives up before it reads its first request
 *
 * It has privileges that its user has not, by its file's capabilities. So
 * whatever it got from who started it is suspect: environment, folder,
 * descriptors.
 */
#ifndef CLI_BROKER_CONFINE_H
#define CLI_BROKER_CONFINE_H

#include "core/err.h"

/** CONFINE_SOCK - the descriptor that requests come by; all others are closed
 */
#define CONFINE_SOCK 3

/**
 * confine_forget() - nothing is left of what was inherited but CONFINE_SOCK
 *
 * Return: 0; -ENOTSOCK when that is no SOCK_SEQPACKET of the Unix family, or
 * another -errno.
 */
int confine_forget(void);

/**
 * confine_privileges() - CAP_NET_ADMIN and CAP_NET_RAW, no others, none to come
 *
 * Return: 0, or -EPERM with the reason that we haven't got these two.
 */
int confine_privileges(struct err *err);

/** confine_calls() - from now on any other system call ends the process */
int confine_calls(struct err *err);

#endif
