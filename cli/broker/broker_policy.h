/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broker_policy.h - what weft-broker does for whoever may run it, and what not
 *
 * Beyond what host_access_here refuses to anybody: NICs that the host needs,
 * addresses in the way of the host's own. In words of users: weft-broker(8).
 */
#ifndef CLI_BROKER_BROKER_POLICY_H
#define CLI_BROKER_BROKER_POLICY_H

#include "cli/broker/broker_msg.h"
#include "core/err.h"

/** BROKER_MIN_MTU - RFC 791: what each host must take in one piece */
#define BROKER_MIN_MTU 68
/** BROKER_PUBLIC_LEN - shortest prefix of a subnet that isn't private: more of
 * the Internet is not led into a lab
 */
#define BROKER_PUBLIC_LEN 16

/**
 * broker_policy_check() - is it right to do this?
 * @request:	of broker_request_decode()
 *
 * Return: 0; or -EINVAL, -EPERM with a sentence in @err.
 */
int broker_policy_check(const struct broker_request *request, struct err *err);

#endif
