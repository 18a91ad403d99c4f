// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_dhcp.c - the DHCP client of a netns node: busybox udhcpc, our script
 *
 * The script uses busybox' own ip, so one package (busybox-static) is all a
 * node needs. Each interface's name servers are kept in a file of their own and
 * resolv.conf is made from all of them, in place: it is bind-mounted.
 */
#include "cli/host/netns_dhcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
	"	;;\n"
	"esac\n";

int netns_dhcp_write_script(const char *run_dir, struct err *err)
{
	char path[PATH_SIZE];
	int fd, rc = 0;

	snprintf(path, sizeof(path), "%s/" NETNS_DHCP_SCRIPT, run_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0700);
	if (fd < 0)
		return err_set(err, -errno, "cannot create %s: %s", path,
			       strerror(errno));
	if (write(fd, script, sizeof(script) - 1) != sizeof(script) - 1)
		rc = err_set(err, -EIO, "cannot write %s: is the disk full?",
			     path);
	close(fd);
	return rc;
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
