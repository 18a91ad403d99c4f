// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_dhcp.c - a DHCP client for the host's own leg in a network
 *
 * The script writes a line for each event: an address with its length, or
 * "none". When the client ends, its lease has nobody to renew it, so that is as
 * good as "none"; another one is started a moment later.
 */
#include "cli/labd/host_dhcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define PATH_SIZE 192
#define NAME_SIZE 96

static const char script[] =
	"#!/bin/sh\n"
	"# Written by weft: says what was learned, and changes nothing.\n"
	"case $1 in\n"
	"deconfig) echo none ;;\n"
	"bound | renew) echo \"$ip/$mask\" ;;\n"
	"esac\n";

/* Never into one that is there: another network's client may be running it. */
static int write_script(const char *path, struct err *err)
{
	ssize_t len = (ssize_t)strlen(script);
	char next[PATH_SIZE + 8];
	int fd, rc = 0;

	snprintf(next, sizeof(next), "%s.new", path);
	fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0755);
	if (fd < 0)
		return err_set(err, -errno, "cannot create %s: %s", next,
			       strerror(errno));
	if (write(fd, script, (size_t)len) != len)
		rc = err_set(err, -EIO, "cannot write %s: is the disk full?",
			     next);
	close(fd);
	if (!rc && rename(next, path))
		rc = err_set(err, -errno, "cannot create %s: %s", path,
			     strerror(errno));
	return rc;
}

static void lease_is_gone(struct host_dhcp *dhcp)
{
	if (!dhcp->is_bound)
		return;
	dhcp->is_bound = false;
	dhcp->bound(dhcp, NULL);
}

static void obey_line(struct host_dhcp *dhcp)
{
	struct ipv4_prefix lease;

	if (strcmp(dhcp->line, "none") == 0) {
		lease_is_gone(dhcp);
	} else if (ipv4_prefix_parse(dhcp->line, &lease) == 0) {
		dhcp->is_bound = true;
		dhcp->bound(dhcp, &lease);
	} else {
		dhcp->bad++;
	}
}

void host_dhcp_read(struct host_dhcp *dhcp, const char *data, size_t len)
{
	for (; len && dhcp->loop; data++, len--) {
		if (*data != '\n') {
			if (dhcp->len < HOST_DHCP_LINE - 1)
				dhcp->line[dhcp->len] = *data;
			if (dhcp->len < HOST_DHCP_LINE)
				dhcp->len++;
			continue;
		}
		if (dhcp->len < HOST_DHCP_LINE) {
			dhcp->line[dhcp->len] = '\0';
			obey_line(dhcp);
		} else {
			dhcp->bad++;
		}
		dhcp->len = 0;
	}
}

static void report_close(struct host_dhcp *dhcp)
{
	if (dhcp->report.fd < 0)
		return;
	watch_remove(&dhcp->report);
	close(dhcp->report.fd);
	dhcp->report.fd = -1;
	dhcp->len = 0;
}

static void report_ready(struct watch *watch, uint32_t events)
{
	struct host_dhcp *dhcp = container_of(watch, struct host_dhcp, report);
	char data[256];
	ssize_t len = read(watch->fd, data, sizeof(data));

	(void)events;
	if (len > 0)
		host_dhcp_read(dhcp, data, (size_t)len);
	else if (len == 0 || errno != EAGAIN)
		report_close(dhcp);
}

/**
 * struct arguments - of the client, with room for their texts
 * @path:	of the script
 * @name:	hostname option
 * @ifname:	interface
 * @list:	for execv()
 */
struct arguments {
	char path[PATH_SIZE];
	char name[NAME_SIZE];
	char ifname[IF_NAMESIZE];
	char *list[24];
};

static void set_arguments(const struct host_dhcp_settings *s,
			  struct arguments *a)
{
	static char name[] = "busybox", applet[] = "udhcpc",
		    foreground[] = "-f", interface[] = "-i", script_is[] = "-s",
		    option[] = "-x", tries[] = "-t", three[] = "3",
		    pause[] = "-T", one[] = "1", wait_again[] = "-A",
		    only[] = "-o", ask_for[] = "-O", subnet[] = "subnet";
	char *const list[] = {name,      applet,     foreground, interface,
			      a->ifname, script_is,  a->path,    option,
			      a->name,   tries,      three,      pause,
			      one,       wait_again, one,        only,
			      ask_for,   subnet,     NULL};

	snprintf(a->name, sizeof(a->name), "hostname:%s", s->hostname);
	snprintf(a->ifname, sizeof(a->ifname), "%s", s->ifname);
	memcpy(a->list, list, sizeof(list));
}

static int run_client(struct host_dhcp *dhcp, int pipe_fd, struct err *err)
{
	const struct host_dhcp_settings *s = &dhcp->settings;
	struct arguments a;
	const struct child_settings settings = {
		.path = s->busybox,
		.argv = a.list,
		.stdin_fd = -1,
		.stdout_fd = pipe_fd, /* it closes what lies above 2 */
		.stderr_fd = s->log_fd,
	};
	int rc;

	snprintf(a.path, sizeof(a.path), "%s/" HOST_DHCP_SCRIPT, s->run_dir);
	set_arguments(s, &a);
	rc = write_script(a.path, err);
	if (rc)
		return rc;
	dhcp->starts++;
	return child_start(dhcp->loop, &dhcp->child, &settings, err);
}

static int start_client(struct host_dhcp *dhcp, struct err *err)
{
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, -errno, "no pipe for a DHCP client: %s",
			       strerror(errno));
	rc = run_client(dhcp, fds[1], err);
	close(fds[1]);
	if (rc) {
		close(fds[0]);
		return rc;
	}
	dhcp->report.fd = fds[0];
	rc = watch_add(dhcp->loop, &dhcp->report, EPOLLIN);
	if (!rc)
		return 0;
	child_forget(&dhcp->child);
	report_close(dhcp);
	return err_set(err, rc, "cannot watch a DHCP client: %s",
		       strerror(-rc));
}

static void try_later(struct host_dhcp *dhcp)
{
	timer_arm(dhcp->loop, &dhcp->again,
		  loop_now_ns(dhcp->loop) + HOST_DHCP_AGAIN_NS);
}

static void client_exited(struct child *child, int wait_status)
{
	struct host_dhcp *dhcp = container_of(child, struct host_dhcp, child);

	(void)wait_status; /* it has said why, into the log */
	report_close(dhcp);
	try_later(dhcp);
	lease_is_gone(dhcp);
}

static void client_again(struct timer *timer)
{
	struct host_dhcp *dhcp = container_of(timer, struct host_dhcp, again);
	struct err err;

	if (start_client(dhcp, &err)) {
		dprintf(dhcp->settings.log_fd, "%s\n", err.msg);
		try_later(dhcp);
	}
}

void host_dhcp_init(struct host_dhcp *dhcp,
		    void (*bound)(struct host_dhcp *dhcp,
				  const struct ipv4_prefix *lease))
{
	memset(dhcp, 0, sizeof(*dhcp));
	dhcp->bound = bound;
	dhcp->report.fd = -1;
	dhcp->report.ready = report_ready;
	dhcp->report.name = "host's DHCP client";
	dhcp->again.expired = client_again;
	child_init(&dhcp->child, client_exited);
}

int host_dhcp_start(struct host_dhcp *dhcp, struct loop *loop,
		    const struct host_dhcp_settings *settings, struct err *err)
{
	dhcp->loop = loop;
	dhcp->settings = *settings;
	return start_client(dhcp, err);
}

void host_dhcp_stop(struct host_dhcp *dhcp)
{
	if (!dhcp->loop)
		return;
	timer_cancel(dhcp->loop, &dhcp->again);
	child_forget(&dhcp->child);
	report_close(dhcp);
	dhcp->is_bound = false;
	dhcp->loop = NULL;
}
