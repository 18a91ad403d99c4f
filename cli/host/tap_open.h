/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap_open.h - create a tap interface, ready to be handed to backends/tap.h
 */
#ifndef CLI_HOST_TAP_OPEN_H
#define CLI_HOST_TAP_OPEN_H

#include <stdbool.h>

#include "core/err.h"

/** TAP_NAME_SIZE - room for an interface's name (IFNAMSIZ) */
#define TAP_NAME_SIZE 16

/**
 * tap_open() - create a tap in the caller's network namespace
 * @pattern:	the interface's name, or with %d the first free number: "weft%d"
 * @name:	gets the name, TAP_NAME_SIZE bytes; may be NULL
 * @err:	says what to do when it can't be had
 *
 * The descriptor is non-blocking, close-on-exec, with the little-endian
 * virtio_net_hdr and the offloads that backends/tap.h wants. The interface is
 * down, has no owner flags and goes away with the last descriptor.
 *
 * Return: the descriptor, the caller's; or -errno.
 */
int tap_open(const char *pattern, char *name, struct err *err);

/**
 * tap_attach() - the same with a tap that is there already, by its name
 *
 * It stays with its addresses when the descriptor is closed; one that is not
 * there is made, and goes away.
 */
int tap_attach(const char *name, struct err *err);

/**
 * tap_set_carrier() - plug the interface's cable out or in
 * @fd:		of tap_open()
 *
 * Works from outside its namespace, too: who holds the descriptor may do it.
 * An interface without carrier still takes what is written to @fd.
 *
 * Return: 0 or -errno.
 */
int tap_set_carrier(int fd, bool up);

#endif
