// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic.c - may this interface of the host be an uplink?
 */
#include "cli/host/nic.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of /proc/net/route and /proc/net/ipv6_route. */
#define ROUTE_COLUMNS 11
#define ROUTE_FLAGS 3
#define ROUTE_MASK 7
#define ROUTE6_COLUMNS 10
#define ROUTE6_PREFIX_LEN 1
#define ROUTE6_FLAGS 8
#define ROUTE6_NAME 9
#define ROUTE_LINE_SIZE 256
/* RTF_UP and RTF_REJECT, the same in both. */
#define ROUTE_IS_UP 0x0001
#define ROUTE_REJECTS 0x0200

static int nic_check_kind(const struct nic *nic, struct err *err)
{
	if (nic->is_loopback)
		return err_set(err, -EINVAL,
			       "%s is the loopback interface and leads to no "
			       "wire: name a network card of this host (ip "
			       "link shows them)",
			       nic->name);
	if (nic->type != ARPHRD_ETHER)
		return err_set(err, -EINVAL,
			       "%s is no Ethernet interface, so guests can't "
			       "share it: name another (ip link shows them), "
			       "or make the network's mode nat",
			       nic->name);
	return 0;
}

int nic_check(const struct nic *nic, bool is_forced, struct err *err)
{
	int rc = nic_check_kind(nic, err);

	if (rc || is_forced)
		return rc;
	if (nic->is_wifi)
		return err_set(err, -EPERM,
			       "%s is a Wi-Fi interface: an access point takes "
			       "no frames of guests, only those with its "
			       "client's own MAC address. Use a wired "
			       "interface, or make the network's mode nat; or "
			       "force it",
			       nic->name);
	if (*nic->master)
		return err_set(err, -EPERM,
			       "%s belongs to the %s%s%s, which handles its "
			       "frames: use another interface, or take it out "
			       "(as root: ip link set %s nomaster); or force "
			       "it",
			       nic->name, nic->master_kind,
			       *nic->master_kind ? " " : "interface ",
			       nic->master, nic->name);
	if (nic->has_default_route)
		return err_set(err, -EPERM,
			       "%s carries the host's default route: what goes "
			       "wrong on it may cut this host off. Use another "
			       "interface, or make the network's mode nat; or "
			       "force it",
			       nic->name);
	return 0;
}

/* Cut a line at blanks; returns how many words there are, at most @max. */
static unsigned split(char *line, char **words, unsigned max)
{
	char *rest = NULL, *word = strtok_r(line, " \t", &rest);
	unsigned n = 0;

	for (; word && n < max; word = strtok_r(NULL, " \t", &rest))
		words[n++] = word;
	return n;
}

static bool is_usable(const char *flags)
{
	unsigned long bits = strtoul(flags, NULL, 16);

	return (bits & ROUTE_IS_UP) && !(bits & ROUTE_REJECTS);
}

static bool is_default(char *line, const char *name)
{
	char *words[ROUTE_COLUMNS];

	return split(line, words, ROUTE_COLUMNS) == ROUTE_COLUMNS &&
	       strcmp(words[0], name) == 0 && is_usable(words[ROUTE_FLAGS]) &&
	       strtoul(words[1], NULL, 16) == 0 &&
	       strtoul(words[ROUTE_MASK], NULL, 16) == 0;
}

static bool is_default6(char *line, const char *name)
{
	char *words[ROUTE6_COLUMNS];

	return split(line, words, ROUTE6_COLUMNS) == ROUTE6_COLUMNS &&
	       strcmp(words[ROUTE6_NAME], name) == 0 &&
	       is_usable(words[ROUTE6_FLAGS]) &&
	       strspn(words[0], "0") == strlen(words[0]) &&
	       strtoul(words[ROUTE6_PREFIX_LEN], NULL, 16) == 0;
}

/* Is one of the lines of @text such a one? */
static bool any_line(const char *text, const char *name,
		     bool (*matches)(char *line, const char *name))
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char line[ROUTE_LINE_SIZE];

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (matches(line, name))
			return true;
		text += len + (text[len] == '\n');
	}
	return false;
}

bool nic_routes_have_default(const char *text, const char *name)
{
	return any_line(text, name, is_default);
}

bool nic_routes6_have_default(const char *text, const char *name)
{
	return any_line(text, name, is_default6);
}

/**
 * struct attributes - a list of netlink attributes, walked through
 * @at:		the next one
 * @left:	bytes from there
 * @type:	of the one at hand, without the flags
 * @data:	its value
 * @len:	bytes of @data
 */
struct attributes {
	const uint8_t *at;
	size_t left;
	uint16_t type;
	const uint8_t *data;
	size_t len;
};

static bool attributes_next(struct attributes *list)
{
	struct rtattr attr;
	size_t step;

	if (list->left < sizeof(attr))
		return false;
	memcpy(&attr, list->at, sizeof(attr));
	if (attr.rta_len < sizeof(attr) || attr.rta_len > list->left)
		return false;
	list->type = attr.rta_type & NLA_TYPE_MASK;
	list->data = list->at + sizeof(attr);
	list->len = attr.rta_len - sizeof(attr);
	step = MIN(RTA_ALIGN((size_t)attr.rta_len), list->left);
	list->at += step;
	list->left -= step;
	return true;
}

static void take_kind(const uint8_t *data, size_t len, char *kind)
{
	struct attributes info = {.at = data, .left = len};

	while (attributes_next(&info)) {
		if (info.type == IFLA_INFO_KIND)
			snprintf(kind, NIC_NAME_SIZE, "%.*s", (int)info.len,
				 (const char *)info.data);
	}
}

bool nic_link_decode(const void *message, size_t len, int *master, char *kind)
{
	const size_t head = NLMSG_SPACE(sizeof(struct ifinfomsg));
	struct attributes list;
	struct nlmsghdr header;

	*master = 0;
	*kind = '\0';
	if (len < head)
		return false;
	memcpy(&header, message, sizeof(header));
	if (header.nlmsg_type != RTM_NEWLINK || header.nlmsg_len < head ||
	    header.nlmsg_len > len)
		return false;
	list.at = (const uint8_t *)message + head;
	list.left = header.nlmsg_len - head;
	while (attributes_next(&list)) {
		if (list.type == IFLA_MASTER && list.len >= sizeof(*master))
			memcpy(master, list.data, sizeof(*master));
		else if (list.type == IFLA_LINKINFO)
			take_kind(list.data, list.len, kind);
	}
	return true;
}
