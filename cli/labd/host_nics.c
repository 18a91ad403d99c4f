// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_nics.c - the host's NICs that are members of uplinks: sockets that labd
 * keeps
 *
 * Theory of operation
 *
 * A NIC that is in the lab before and after a change stays open. One that goes
 * to another uplink is opened anew: the old one still receives for a while
 * (UPLINK_GRACE_NS), and two that read one socket take each other's frames.
 *
 * New ones are opened before anything else of a lab is changed, as that is what
 * can fail; they are wanted once the change is made. An uplink that no network
 * goes out by does not run, so its NICs are left alone.
 *
 * One that was pulled out stays in the table until it is back
 * (nic_return.h): a lab can be changed meanwhile.
 *
 * Limits: the speed of a link is read once, when its NIC is opened.
 */
#include "cli/labd/host_nics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPEED_TEXT 16

void host_nics_init(struct host_nics *table, struct host_access *host)
{
	memset(table, 0, sizeof(*table));
	table->host = host;
	table->is_other = packet_is_other;
}

static void nic_close(struct host_nic *nic)
{
	if (!nic->name[0])
		return;
	close(nic->fds.fd);
	close(nic->fds.link_fd);
	memset(nic, 0, sizeof(*nic));
}

void host_nics_forget(struct host_nics *table)
{
	unsigned i;

	for (i = 0; i < HOST_NICS_MAX; i++) {
		if (!table->nics[i].is_wanted)
			nic_close(&table->nics[i]);
	}
}

void host_nics_fini(struct host_nics *table)
{
	unsigned i;

	for (i = 0; i < HOST_NICS_MAX; i++)
		nic_close(&table->nics[i]);
}

static struct host_nic *lookup(struct host_nics *table, const char *name)
{
	unsigned i;

	for (i = 0; i < HOST_NICS_MAX; i++) {
		if (strcmp(table->nics[i].name, name) == 0)
			return &table->nics[i];
	}
	return NULL;
}

/* Of a link that is down, or has none, the kernel says -1, or nothing. */
static uint32_t read_speed(const char *name)
{
	char path[64], text[SPEED_TEXT] = "";
	long speed = 0;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%.*s/speed",
		 LAB_NIC_SIZE - 1, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) > 0)
		speed = strtol(text, NULL, 10);
	close(fd);
	return speed > 0 ? (uint32_t)MIN(speed, UINT32_MAX) : 0;
}

static int reopen(struct host_nics *table, struct host_nic *nic, bool is_forced,
		  struct err *err)
{
	struct packet_fds fds;

	if (table->host->ops->open_nic(table->host, nic->name, is_forced, &fds,
				       err))
		return err->code;
	close(nic->fds.fd);
	close(nic->fds.link_fd);
	nic->fds = fds;
	nic->speed_mbps = read_speed(nic->name);
	return 0;
}

static int open_new(struct host_nics *table, struct host_nic *nic,
		    const char *name, bool is_forced, struct err *err)
{
	if (table->host->ops->open_nic(table->host, name, is_forced, &nic->fds,
				       err))
		return err->code;
	snprintf(nic->name, sizeof(nic->name), "%s", name);
	nic->speed_mbps = read_speed(name);
	return 0;
}

static int open_nic(struct host_nics *table, const char *name,
		    const struct lab_uplink_settings *uplink, struct err *err)
{
	struct host_nic *nic = lookup(table, name);
	int code;

	if (nic && strcmp(nic->uplink, uplink->name) == 0)
		return 0;
	if (nic) {
		code = reopen(table, nic, uplink->force, err);
	} else {
		nic = lookup(table, "");
		if (!nic)
			return err_set(err, -ENOSPC,
				       "more than %u NICs of a lab",
				       HOST_NICS_MAX);
		code = open_new(table, nic, name, uplink->force, err);
	}
	if (!code)
		snprintf(nic->uplink, sizeof(nic->uplink), "%s", uplink->name);
	return code;
}

/* The uplink that a network of @lab goes out by; NULL: it has none. */
static const struct lab_uplink_settings *way_out(const struct lab *lab,
						 unsigned network)
{
	const char *name = lab->networks[network].uplink;

	return name[0] ? lab_lookup_uplink(lab, name) : NULL;
}

static int open_members(struct host_nics *table,
			const struct lab_uplink_settings *uplink,
			struct err *err)
{
	unsigned i;

	for (i = 0; i < uplink->member_count; i++) {
		if (!uplink->members[i].is_cable &&
		    open_nic(table, uplink->members[i].text, uplink, err))
			return err_wrap(err, "uplink %s", uplink->name);
	}
	return 0;
}

int host_nics_open(struct host_nics *table, const struct lab *lab,
		   struct err *err)
{
	unsigned i;

	host_nics_forget(table);
	for (i = 0; i < lab->network_count; i++) {
		const struct lab_uplink_settings *uplink = way_out(lab, i);

		if (!uplink || !open_members(table, uplink, err))
			continue;
		host_nics_forget(table);
		return err->code;
	}
	return 0;
}

void host_nics_change(struct host_nics *table, const struct lab *lab)
{
	unsigned i, k;

	for (i = 0; i < HOST_NICS_MAX; i++)
		table->nics[i].is_wanted = false;
	for (i = 0; i < lab->network_count; i++) {
		const struct lab_uplink_settings *uplink = way_out(lab, i);

		for (k = 0; uplink && k < uplink->member_count; k++) {
			struct host_nic *nic =
				lookup(table, uplink->members[k].text);

			if (!nic || uplink->members[k].is_cable)
				continue;
			nic->is_wanted = true;
			nic->is_forced = uplink->force;
		}
	}
	host_nics_forget(table);
}

int host_nics_renew(struct host_nics *table, struct host_nic *nic,
		    struct err *err)
{
	return reopen(table, nic, nic->is_forced, err);
}

const struct host_nic *host_nics_lookup(const struct host_nics *table,
					const char *name)
{
	return lookup((struct host_nics *)(uintptr_t)table, name);
}
