// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json_dhcp.c - what DHCP tells otherwise, as canonical JSON
 *
 * Bytes become the text that gives the same bytes again.
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_dhcp.h"
#include "core/bytes.h"
#include "core/util.h"

static json_t *addresses(const struct dhcp_option *option)
{
	json_t *list = json_array();
	char text[IPV4_TEXT_SIZE];

	for (unsigned i = 0; i + 4 <= option->len; i += 4) {
		ipv4_format(be32_load(option->data + i), text);
		if (json_array_append_new(list, json_string(text))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* Plain text of some is read as addresses or names. */
static bool is_text(const struct dhcp_option *option)
{
	static const char *const prefixes[] = {
		"hex:", "ip:", "names:", "u8:", "u16:", "u32:"};

	if (option->code == LAB_DHCP_LOG_SERVER ||
	    option->code == LAB_DHCP_DOMAIN_SEARCH)
		return !option->len;
	for (unsigned i = 0; i < option->len; i++) {
		if (option->data[i] < ' ' || option->data[i] > '~')
			return false;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (option->len >= len &&
		    memcmp(option->data, prefixes[i], len) == 0)
			return false;
	}
	return true;
}

static json_t *bytes(const struct dhcp_option *option)
{
	char text[4 + 2 * LAB_DHCP_OPTION_SIZE + 1] = "hex:";

	if (is_text(option))
		return json_stringn((const char *)option->data, option->len);
	for (unsigned i = 0; i < option->len; i++)
		snprintf(text + 4 + 2 * i, 3, "%02x", option->data[i]);
	return json_string(text);
}

static json_t *gateway(const struct dhcp_option *option)
{
	char text[IPV4_TEXT_SIZE];

	return option->len < 4 ? json_string("none")
			       : json_string(ipv4_format(
					 be32_load(option->data), text));
}

static int set_option(json_t *dhcp, json_t *others,
		      const struct dhcp_option *option)
{
	char code[4];

	switch (option->code) {
	case LAB_DHCP_GATEWAY:
		return json_object_set_new(dhcp, "gateway", gateway(option));
	case LAB_DHCP_DNS:
		return json_object_set_new(dhcp, "dns", addresses(option));
	case LAB_DHCP_NTP:
		return json_object_set_new(dhcp, "ntp", addresses(option));
	case LAB_DHCP_DOMAIN:
		return json_object_set_new(dhcp, "domain", bytes(option));
	case LAB_DHCP_LEASE:
		return json_object_set_new(
			dhcp, "lease",
			json_sprintf("%us", be32_load(option->data)));
	default: /* a number of the file's */
		snprintf(code, sizeof(code), "%u", option->code);
		return json_object_set_new(others, code, bytes(option));
	}
}

int lab_set_dhcp_options(json_t *dhcp, const struct dhcp_options *options)
{
	json_t *others = json_object();
	int bad = others ? 0 : -1;

	for (unsigned i = 0; i < options->count; i++)
		bad |= set_option(dhcp, others, &options->list[i]);
	if (json_object_size(others))
		bad |= json_object_set(dhcp, "options", others);
	json_decref(others);
	return bad;
}
