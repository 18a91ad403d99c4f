// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * broker_policy.c - what weft-broker does for whoever may run it, and what not
 */
#include "cli/broker/broker_policy.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* As the kernel has it: they are parts of paths, and words in many a file. */
static int check_nic_name(const char *name, struct err *err)
{
	const char *c;
	bool right = strcmp(name, ".") && strcmp(name, "..");

	for (c = name; *c; c++)
		right &= isgraph((unsigned char)*c) && *c != '/' && *c != ':';
	return right ? 0
		     : err_set(err, -EINVAL, "no interface has such a name");
}

/*
 * A name of ours has a dash, so it is none that a NIC, a tunnel or a bridge of
 * the host's usually gets: a rule of its firewall may be about that one. A
 * percent sign would have the kernel choose.
 */
static int check_tap_name(const char *name, struct err *err)
{
	const char *c;
	bool right = isalnum((unsigned char)*name) && strchr(name, '-');

	for (c = name; *c; c++)
		right &= isalnum((unsigned char)*c) || strchr("-_.", *c);
	return right ? 0
		     : err_set(err, -EPERM,
			       "a tap of weft is called LAB-NETWORK, of "
			       "letters, digits, dashes, dots and underscores");
}

static int check_tap(const struct broker_request *request, struct err *err)
{
	if (check_tap_name(request->name, err))
		return err->code;
	if (mac_is_group(&request->mac) || mac_is_zero(&request->mac))
		return err_set(err, -EINVAL, "that is no station's address");
	return 0;
}

static int check_mtu(const struct broker_request *request, struct err *err)
{
	if (request->mtu >= BROKER_MIN_MTU)
		return 0;
	return err_set(err, -EINVAL, "an MTU of %u is less than %u",
		       request->mtu, BROKER_MIN_MTU);
}

/* RFC 1918, and RFC 6598: those that have more than a BROKER_PUBLIC_LEN. */
static const struct ipv4_prefix private_nets[] = {
	{0x0a000000, 8},
	{0xac100000, 12},
	{0x64400000, 10},
};

static int check_address(const struct broker_request *request, struct err *err)
{
	size_t i;

	if (!request->has_address || request->prefix_len >= BROKER_PUBLIC_LEN)
		return 0;
	for (i = 0; i < ARRAY_SIZE(private_nets); i++) {
		if (request->prefix_len >= private_nets[i].len &&
		    ipv4_prefix_contains(&private_nets[i], request->address))
			return 0;
	}
	return err_set(err, -EPERM,
		       "weft-broker gives the host no subnet of the Internet "
		       "that is larger than /%u: choose a smaller one, or run "
		       "as root",
		       BROKER_PUBLIC_LEN);
}

int broker_policy_check(const struct broker_request *request, struct err *err)
{
	switch ((enum broker_type)request->type) {
	case BROKER_HELLO:
	case BROKER_TAP_CLOSE:
	case BROKER_TYPES:
		return 0;
	case BROKER_NIC_OPEN:
		return check_nic_name(request->name, err);
	case BROKER_TAP_OPEN:
		return check_tap(request, err) ? err->code
					       : check_mtu(request, err);
	case BROKER_TAP_ADDRESS:
		return check_address(request, err);
	case BROKER_TAP_MTU:
		return check_mtu(request, err);
	}
	return 0;
}
