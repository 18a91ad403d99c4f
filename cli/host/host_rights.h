/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_rights.h - may we open NICs and taps of our host?
 */
#ifndef CLI_HOST_HOST_RIGHTS_H
#define CLI_HOST_HOST_RIGHTS_H

#include <stdbool.h>

/**
 * host_rights_are_ours() - has this process what host_access_here takes?
 *
 * CAP_NET_ADMIN and CAP_NET_RAW, and in the user namespace that owns its
 * network namespace.
 */
bool host_rights_are_ours(void);

#endif
