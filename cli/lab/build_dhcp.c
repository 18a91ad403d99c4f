// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_dhcp.c - what DHCP tells otherwise: keys become options' bytes
 *
 * gateway, dns, ntp, domain and lease are options like those that the file
 * gives by number, but each has a key that reads better.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/lab_dhcp.h"
#include "cli/lab/values.h"
#include "core/bytes.h"

/**
 * struct option_name - a name for a number
 * @name:	as in the file
 * @code:	of the option
 */
struct option_name {
	const char *name;
	uint8_t code;
};

static const struct option_name option_names[] = {
	{"log-server", LAB_DHCP_LOG_SERVER},
	{"tftp-server", 66},
	{"boot-file", 67},
	{"domain-search", LAB_DHCP_DOMAIN_SEARCH},
	{"wpad", 252},
};

/**
 * struct option_owner - an option that can't be given by number
 * @code:	of the option
 * @instead:	what to do
 */
struct option_owner {
	uint8_t code;
	const char *instead;
};

static const struct option_owner option_owners[] = {
	{1, "it follows from the network's 'ipv4'"},
	{3, "write 'gateway'"},
	{6, "write 'dns'"},
	{15, "write 'domain'"},
	{26, "it follows from the network's 'mtu'"},
	{28, "it follows from the network's 'ipv4'"},
	{42, "write 'ntp'"},
	{50, "it is the client's"},
	{51, "write 'lease'"},
	{52, "it is a part of the protocol"},
	{53, "it is a part of the protocol"},
	{54, "it is the server's own address"},
	{55, "it is the client's"},
	{57, "it is the client's"},
	{58, "it follows from 'lease'"},
	{59, "it follows from 'lease'"},
	{61, "it is the client's"},
	{80, "write 'rapid-commit: on' at the network"},
	{82, "it is the relay's"},
	{121, "write 'routes' at the network"},
};

static struct dhcp_option *lookup(struct dhcp_options *options, uint8_t code)
{
	unsigned i;

	for (i = 0; i < options->count; i++) {
		if (options->list[i].code == code)
			return &options->list[i];
	}
	return NULL;
}

/* The option with this code, made if it isn't there; NULL after saying why. */
static struct dhcp_option *option_of(struct schema_run *run, struct tree *at,
				     struct dhcp_options *options, uint8_t code)
{
	struct dhcp_option *option = lookup(options, code);

	if (option)
		return option;
	if (options->count == LAB_MAX_DHCP_OPTIONS) {
		diag_error(run->diag, at, "more than %d DHCP options here",
			   LAB_MAX_DHCP_OPTIONS);
		return NULL;
	}
	option = &options->list[options->count++];
	option->code = code;
	return option;
}

static bool append(struct dhcp_option *option, const void *data, size_t len)
{
	if (option->len + len > LAB_DHCP_OPTION_SIZE)
		return false;
	memcpy(option->data + option->len, data, len);
	option->len = (uint8_t)(option->len + len);
	return true;
}

static bool append_u32(struct dhcp_option *option, uint32_t value)
{
	uint8_t wire[4];

	be32_store(wire, value);
	return append(option, wire, sizeof(wire));
}

static void append_address(struct schema_run *run, struct tree *value,
			   struct dhcp_options *options, uint8_t code)
{
	const struct schema_slot slot = {.at = &(uint32_t){0}, .size = 4};
	struct dhcp_option *option;

	value_address(run, value, &slot);
	if (value->bad)
		return;
	option = option_of(run, value, options, code);
	if (option && !append_u32(option, *(uint32_t *)slot.at))
		diag_error(run->diag, value, "more than %d addresses",
			   LAB_DHCP_OPTION_SIZE / 4);
}

void value_dhcp_dns(struct schema_run *run, struct tree *value,
		    const struct schema_slot *slot)
{
	append_address(run, value, slot->at, LAB_DHCP_DNS);
}

void value_dhcp_ntp(struct schema_run *run, struct tree *value,
		    const struct schema_slot *slot)
{
	append_address(run, value, slot->at, LAB_DHCP_NTP);
}

void value_dhcp_gateway(struct schema_run *run, struct tree *value,
			const struct schema_slot *slot)
{
	if (strcmp(value->text, "none") == 0)
		option_of(run, value, slot->at, LAB_DHCP_GATEWAY);
	else
		append_address(run, value, slot->at, LAB_DHCP_GATEWAY);
}

void value_dhcp_domain(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	char domain[LAB_DOMAIN_SIZE] = "";
	const struct schema_slot own = {.at = domain, .size = sizeof(domain)};
	struct dhcp_option *option;

	static_assert(LAB_DOMAIN_SIZE <= LAB_DHCP_OPTION_SIZE, "each fits");
	value_domain(run, value, &own);
	if (value->bad)
		return;
	option = option_of(run, value, slot->at, LAB_DHCP_DOMAIN);
	if (option)
		append(option, domain, strlen(domain));
}

void value_dhcp_lease(struct schema_run *run, struct tree *value,
		      const struct schema_slot *slot)
{
	uint32_t lease_s = 0;
	const struct schema_slot own = {.at = &lease_s, .size = 4};
	struct dhcp_option *option;

	value_lease(run, value, &own);
	if (value->bad)
		return;
	option = option_of(run, value, slot->at, LAB_DHCP_LEASE);
	if (option)
		append_u32(option, lease_s);
}

void *build_dhcp_option_add(struct schema_run *run, void *parent,
			    struct tree *item)
{
	(void)run;
	(void)item;
	return parent;
}

/* "66" or "tftp-server"; 0: neither. */
static uint8_t option_code(const char *text)
{
	unsigned long code;
	char *end;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(option_names); i++) {
		if (strcmp(option_names[i].name, text) == 0)
			return option_names[i].code;
	}
	if (text[0] < '0' || text[0] > '9')
		return 0;
	code = strtoul(text, &end, 10);
	return *end || code > 254 ? 0 : (uint8_t)code;
}

/* @text behind "hex:" */
static bool append_hex(struct dhcp_option *option, const char *text)
{
	unsigned byte;

	for (; *text; text += 2) {
		uint8_t value;

		if (!strchr("0123456789abcdefABCDEF", text[0]) || !text[1] ||
		    !strchr("0123456789abcdefABCDEF", text[1]) ||
		    sscanf(text, "%2x", &byte) != 1)
			return false;
		value = (uint8_t)byte;
		if (!append(option, &value, 1))
			return false;
	}
	return true;
}

static bool append_number(struct dhcp_option *option, const char *text,
			  unsigned bytes)
{
	unsigned long long value;
	uint8_t wire[4];
	char *end;

	value = strtoull(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end || value >> (8 * bytes))
		return false;
	be32_store(wire, (uint32_t)value);
	return append(option, wire + 4 - bytes, bytes);
}

/* RFC 1035 3.1, as options 119 and the like have it (RFC 3397). */
static bool append_name(struct dhcp_option *option, const char *text)
{
	static const uint8_t root;

	if (!value_is_domain(text))
		return false;
	while (*text) {
		size_t len = strcspn(text, ".");
		uint8_t byte = (uint8_t)len;

		if (!append(option, &byte, 1) || !append(option, text, len))
			return false;
		text += len + (text[len] == '.');
	}
	return append(option, &root, 1);
}

static bool append_quad(struct dhcp_option *option, const char *text)
{
	uint32_t address;

	return !ipv4_parse(text, &address) && append_u32(option, address);
}

/* Each part of "A,B" by @one. */
static bool append_list(struct dhcp_option *option, const char *text,
			bool (*one)(struct dhcp_option *option,
				    const char *text))
{
	char part[LAB_DOMAIN_SIZE];

	for (;;) {
		size_t len = strcspn(text, ",");

		if (len >= sizeof(part))
			return false;
		memcpy(part, text, len);
		part[len] = '\0';
		if (!one(option, part))
			return false;
		if (!text[len])
			return true;
		text += len + 1;
	}
}

static const char *behind(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* What a value is that doesn't say so itself. */
static bool append_plain(struct dhcp_option *option, const char *text)
{
	switch (*text ? option->code : 0) {
	case LAB_DHCP_LOG_SERVER:
		return append_list(option, text, append_quad);
	case LAB_DHCP_DOMAIN_SEARCH:
		return append_list(option, text, append_name);
	}
	return append(option, text, strlen(text));
}

static bool append_value(struct dhcp_option *option, const char *text)
{
	const char *rest;

	if ((rest = behind(text, "hex:")))
		return append_hex(option, rest);
	if ((rest = behind(text, "ip:")))
		return append_list(option, rest, append_quad);
	if ((rest = behind(text, "names:")))
		return append_list(option, rest, append_name);
	if ((rest = behind(text, "u8:")))
		return append_number(option, rest, 1);
	if ((rest = behind(text, "u16:")))
		return append_number(option, rest, 2);
	if ((rest = behind(text, "u32:")))
		return append_number(option, rest, 4);
	return append_plain(option, text);
}

static const char *owner_of(uint8_t code)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(option_owners); i++) {
		if (option_owners[i].code == code)
			return option_owners[i].instead;
	}
	return NULL;
}

void value_dhcp_option(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	uint8_t code = option_code(value->key->text);
	struct dhcp_option *option;

	if (!code) {
		diag_error(run->diag, value->key,
			   "'%.40s' is no DHCP option: write its number, 1 to "
			   "254, or log-server, tftp-server, boot-file, "
			   "domain-search, wpad",
			   value->key->text);
		return;
	}
	if (owner_of(code)) {
		diag_error(run->diag, value->key,
			   "DHCP option %u is not given here: %s", code,
			   owner_of(code));
		return;
	}
	if (lookup(slot->at, code)) {
		diag_error(run->diag, value->key,
			   "DHCP option %u is here twice", code);
		return;
	}
	option = option_of(run, value, slot->at, code);
	if (option && !append_value(option, value->text))
		diag_error(run->diag, value,
			   "'%.60s' is no value of a DHCP option: write text, "
			   "hex:0a14, ip:10.20.0.7, u8:, u16: or u32:1, "
			   "names:a.lab,b.lab; at most %d bytes",
			   value->text, LAB_DHCP_OPTION_SIZE);
}

/* "dns: []" wants none to be told. */
static void tell_none(struct schema_run *run, struct dhcp_options *options,
		      struct tree *object)
{
	struct tree *dns = tree_lookup(object, "dns");
	struct tree *ntp = tree_lookup(object, "ntp");

	if (dns && dns->kind == TREE_LIST && !dns->count)
		option_of(run, dns, options, LAB_DHCP_DNS);
	if (ntp && ntp->kind == TREE_LIST && !ntp->count)
		option_of(run, ntp, options, LAB_DHCP_NTP);
}

void build_dhcp_end(struct schema_run *run, void *at, struct tree *object)
{
	struct network_settings *network = at;

	tell_none(run, &network->dhcp_options, object);
	network->dhcp = true;
}

void build_nic_dhcp_end(struct schema_run *run, void *at, struct tree *object)
{
	struct nic_settings *nic = at;

	tell_none(run, &nic->dhcp_options, object);
}

const struct dhcp_option *lab_dhcp_option(const struct dhcp_options *options,
					  uint8_t code)
{
	return lookup((struct dhcp_options *)(uintptr_t)options, code);
}
