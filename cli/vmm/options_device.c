// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options_device.c - options that are lists: --net, --disk, --port
 *
 * "key=value" or a single word, with commas between. A path with a comma in it
 * can't be written; fd=N can.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/vmm/options_internal.h"
#include "core/util.h"

#define MTU_MIN 68
#define MTU_MAX 65535

bool parse_number(const char *text, unsigned min, unsigned max,
		  unsigned *number)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return false;
	*number = (unsigned)value;
	return true;
}

bool parse_fd(const char *text, int *fd)
{
	unsigned number;

	if (!parse_number(text, 0, INT32_MAX, &number))
		return false;
	*fd = (int)number;
	return true;
}

bool parse_source(const char *text, struct source *source)
{
	*source = (struct source){.fd = -1};
	if (strncmp(text, "fd=", 3) == 0)
		return parse_fd(text + 3, &source->fd);
	source->path = text;
	return *text;
}

/* "vhost-fd=N:tap-fd=M"; the key is gone already */
static bool parse_vhost(char *value, struct net_option *net)
{
	static const char second[] = "tap-fd=";
	char *colon = strchr(value, ':');

	if (!colon || strncmp(colon + 1, second, strlen(second)) != 0)
		return false;
	*colon = '\0';
	net->kind = NET_VHOST_KERNEL;
	return parse_fd(value, &net->vhost_fd) &&
	       parse_fd(colon + 1 + strlen(second), &net->tap_fd);
}

static bool set_peer(struct net_option *net, const char *key, char *value)
{
	if (strcmp(key, "vhost-fd") == 0)
		return parse_vhost(value, net);
	if (strcmp(key, "fd") == 0)
		return parse_fd(value, &net->source.fd);
	net->kind = strcmp(key, "tap") == 0 ? NET_TAP : NET_VHOST_USER;
	net->source.path = value;
	return *value;
}

static bool is_peer(const char *key)
{
	return strcmp(key, "fd") == 0 || strcmp(key, "socket") == 0 ||
	       strcmp(key, "tap") == 0 || strcmp(key, "vhost-fd") == 0;
}

static bool set_link(struct net_option *net, const char *value)
{
	net->is_up = strcmp(value, "up") == 0;
	return net->is_up || strcmp(value, "down") == 0;
}

static bool set_mtu(struct net_option *net, const char *value)
{
	unsigned mtu;

	if (!parse_number(value, MTU_MIN, MTU_MAX, &mtu))
		return false;
	net->mtu = (uint16_t)mtu;
	return true;
}

static bool set_mac(struct net_option *net, const char *value)
{
	return !mac_parse(value, &net->mac) && !mac_is_group(&net->mac) &&
	       !mac_is_zero(&net->mac);
}

static bool set_net_key(struct net_option *net, const char *key, char *value)
{
	if (strcmp(key, "mac") == 0)
		return set_mac(net, value);
	if (strcmp(key, "mtu") == 0)
		return set_mtu(net, value);
	if (strcmp(key, "queues") == 0)
		return parse_number(value, 1, NET_BACKEND_MAX_PAIRS,
				    &net->queues);
	if (strcmp(key, "link") == 0)
		return set_link(net, value);
	return false;
}

/* Cuts "key=value" in two; a word without '=' has no value: NULL. */
static char *cut_value(char *item)
{
	char *value = strchr(item, '=');

	if (!value)
		return NULL;
	*value = '\0';
	return value + 1;
}

static int wrong(struct err *err, const char *option, const char *key,
		 const char *value, const char *right)
{
	return err_set(err, -EINVAL, "%s: %s%s%s: %s", option, key,
		       value ? "=" : "", value ? value : "", right);
}

int options_add_net(struct options *options, char *text, struct err *err)
{
	static const char right[] =
		"a NIC is fd=N, socket=PATH, tap=NAME or vhost-fd=N:tap-fd=M, "
		"then mac=, mtu= (68 to 65535), queues= (1 to 8), "
		"link=up|down";
	struct net_option *net = &options->nets[options->net_count];
	unsigned peers = 0;
	char *item;

	if (options->net_count == OPTIONS_MAX_NETS)
		return err_set(err, -EINVAL, "--net: a guest has %d at most",
			       OPTIONS_MAX_NETS);
	*net = (struct net_option){.source.fd = -1,
				   .vhost_fd = -1,
				   .tap_fd = -1,
				   .queues = 1,
				   .is_up = true};
	while ((item = strsep(&text, ","))) {
		char *value = cut_value(item);
		bool is_right = false;

		if (value && is_peer(item)) {
			is_right = set_peer(net, item, value);
			peers++;
		} else if (value) {
			is_right = set_net_key(net, item, value);
		}
		if (!is_right)
			return wrong(err, "--net", item, value, right);
	}
	if (peers != 1)
		return err_set(err, -EINVAL, "--net: %s back-end: %s",
			       peers ? "more than one" : "no", right);
	options->net_count++;
	return 0;
}

static bool set_disk_key(struct disk_option *disk, const char *key,
			 const char *value)
{
	if (strcmp(key, "readonly") == 0 && !value) {
		disk->is_readonly = true;
		return true;
	}
	if (strcmp(key, "overlay") != 0)
		return false;
	disk->has_overlay = true;
	return !value || parse_source(value, &disk->overlay);
}

int options_add_disk(struct options *options, char *text, struct err *err)
{
	static const char right[] = "a disk is PATH or fd=N, then readonly, "
				    "overlay or overlay=PATH|fd=N";
	struct disk_option *disk = &options->disks[options->disk_count];
	char *item = strsep(&text, ",");

	if (options->disk_count == OPTIONS_MAX_DISKS)
		return err_set(err, -EINVAL, "--disk: a guest has %d at most",
			       OPTIONS_MAX_DISKS);
	*disk = (struct disk_option){.overlay.fd = -1};
	if (!item || !parse_source(item, &disk->source))
		return wrong(err, "--disk", item ? item : "", NULL, right);
	while ((item = strsep(&text, ","))) {
		char *value = cut_value(item);

		if (!set_disk_key(disk, item, value))
			return wrong(err, "--disk", item, value, right);
	}
	options->disk_count++;
	return 0;
}

static bool set_port_key(struct port_option *port, const char *key,
			 const char *value)
{
	if (!value || !*value)
		return false;
	if (strcmp(key, "name") == 0)
		port->name = value;
	else if (strcmp(key, "socket") == 0)
		port->source.path = value;
	else if (strcmp(key, "fd") == 0)
		return parse_fd(value, &port->source.fd);
	else
		return false;
	return true;
}

int options_add_port(struct options *options, char *text, struct err *err)
{
	static const char right[] =
		"a port is name=NAME and either fd=N or socket=PATH";
	struct port_option *port = &options->ports[options->port_count];
	char *item;

	if (options->port_count == CONSOLE_MAX_PORTS)
		return err_set(err, -EINVAL, "--port: a guest has %d at most",
			       CONSOLE_MAX_PORTS);
	*port = (struct port_option){.source.fd = -1};
	while ((item = strsep(&text, ","))) {
		char *value = cut_value(item);

		if (!set_port_key(port, item, value))
			return wrong(err, "--port", item, value, right);
	}
	if (!port->name || (port->source.fd < 0) == !port->source.path)
		return err_set(err, -EINVAL, "--port: %s", right);
	options->port_count++;
	return 0;
}
