// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_dhcp.c - a netns node's DHCP client, busybox udhcpc, and resolv.conf
 *
 * The script uses busybox' own ip, so one package (busybox-static) is all a
 * node needs. Each interface's name servers are kept in a file of their own and
 * resolv.conf is made from all of them, in place: it is bind-mounted. Last of
 * all a mark says that routes and name servers are there too, and a signal to
 * the supervisor, process 1, that it may look.
 */
#include "cli/host/netns_dhcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/lab/lab.h"

#define PATH_SIZE (LAB_PATH_SIZE + 32)

static const char script[] =
	"#!/bin/sh\n"
	"# Written by weft: what a DHCP answer changes in this node.\n"
	"dir=${0%/*}\n"
	"metric=$((100 + ${interface#eth}))\n"
	"case $1 in\n"
	"deconfig)\n"
	"	busybox ip -4 addr flush dev \"$interface\"\n"
	"	rm -f \"$dir/resolv.$interface\" \"$dir/bound.$interface\"\n"
	"	;;\n"
	"bound | renew)\n"
	"	have=$(busybox ip -o -4 addr show dev \"$interface\")\n"
	"	case \"$have \" in\n"
	"	*\" $ip/$mask \"*) ;;\n"
	"	*)\n"
	"		busybox ip -4 addr flush dev \"$interface\"\n"
	"		busybox ip addr add \"$ip/$mask\" dev \"$interface\"\n"
	"		;;\n"
	"	esac\n"
	"	[ -z \"$mtu\" ] ||\n"
	"		busybox ip link set dev \"$interface\" mtu \"$mtu\"\n"
	"	# RFC 3442: with classless routes the router option is void.\n"
	"	[ -n \"$staticroutes\" ] ||\n"
	"		staticroutes=${router:+0.0.0.0/0 ${router%% *}}\n"
	"	set -- $staticroutes\n"
	"	while [ $# -ge 2 ]; do\n"
	"		via=\"via $2\"\n"
	"		[ \"$2\" != 0.0.0.0 ] || via=\n"
	"		busybox ip route replace \"$1\" $via \\\n"
	"			dev \"$interface\" metric $metric\n"
	"		shift 2\n"
	"	done\n"
	"	{\n"
	"		search=${search:-$domain}\n"
	"		[ -z \"$search\" ] || echo \"search $search\"\n"
	"		for server in $dns; do\n"
	"			echo \"nameserver $server\"\n"
	"		done\n"
	"	} >\"$dir/resolv.$interface\"\n"
	"	cat \"$dir\"/resolv.eth* >\"$dir/resolv.conf\"\n"
	"	: >\"$dir/bound.$interface\"\n"
	"	kill -USR1 1\n"
	"	;;\n"
	"esac\n";

static int write_text(const char *run_dir, const char *name, const char *text,
		      struct err *err)
{
	ssize_t len = (ssize_t)strlen(text);
	char path[PATH_SIZE];
	int fd, rc = 0;

	snprintf(path, sizeof(path), "%s/%s", run_dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0755);
	if (fd < 0)
		return err_set(err, -errno, "cannot create %s: %s", path,
			       strerror(errno));
	if (write(fd, text, (size_t)len) != len)
		rc = err_set(err, -EIO, "cannot write %s: is the disk full?",
			     path);
	close(fd);
	return rc;
}

int netns_dhcp_write_files(const char *run_dir, const char *domain,
			   uint32_t dns, struct err *err)
{
	char search[LAB_DOMAIN_SIZE + 16] = "", server[32] = "";
	char text[sizeof(search) + sizeof(server)];
	char addr[IPV4_TEXT_SIZE];
	int rc;

	if (*domain)
		snprintf(search, sizeof(search), "search %s\n", domain);
	if (dns)
		snprintf(server, sizeof(server), "nameserver %s\n",
			 ipv4_format(dns, addr));
	snprintf(text, sizeof(text), "%s%s", search, server);
	rc = write_text(run_dir, NETNS_RESOLV_CONF, text, err);
	if (rc)
		return rc;
	return write_text(run_dir, NETNS_DHCP_SCRIPT, script, err);
}

bool netns_dhcp_is_bound(const char *run_dir, const char *ifname)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/bound.%s", run_dir, ifname);
	return access(path, F_OK) == 0;
}

void netns_dhcp_exec(const char *run_dir, const char *ifname,
		     const char *hostname)
{
	char path[PATH_SIZE], name[LAB_NAME_SIZE + 16];

	snprintf(path, sizeof(path), "%s/" NETNS_DHCP_SCRIPT, run_dir);
	snprintf(name, sizeof(name), "hostname:%s", hostname);
	/* One second between tries: a lab's server answers at once or is not
	 * up yet. */
	execlp("busybox", "busybox", "udhcpc", "-f", "-i", ifname, "-s", path,
	       "-x", name, "-t", "3", "-T", "1", "-A", "1", "-O",
	       "staticroutes", "-O", "search", "-O", "mtu", (char *)NULL);
}
