// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * broker_find.c - where weft-broker is, and whether it can do its work for us
 */
#include "cli/broker/broker_find.h"

#include <endian.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/helper_path.h"

#define ATTRIBUTE "security.capability"

bool broker_has_capabilities(const void *data, size_t len)
{
	const uint32_t two =
		CAP_TO_MASK(CAP_NET_ADMIN) | CAP_TO_MASK(CAP_NET_RAW);
	struct vfs_cap_data caps;

	if (len < sizeof(caps))
		return false;
	memcpy(&caps, data, sizeof(caps));
	return (le32toh(caps.data[0].permitted) & two) == two;
}

static bool has_capabilities(const char *path)
{
	char data[64];
	ssize_t len = getxattr(path, ATTRIBUTE, data, sizeof(data));

	return len > 0 && broker_has_capabilities(data, (size_t)len);
}

/* A change of its group takes its capabilities away: they come last. */
static void say_how_to_set_up(struct broker_found *found)
{
	snprintf(found->fix, sizeof(found->fix),
		 "%ssudo chgrp " BROKER_GROUP " %s && sudo chmod 0750 %s; sudo "
		 "setcap cap_net_admin,cap_net_raw=p %s",
		 getgrnam(BROKER_GROUP) ? ""
					: "sudo groupadd --system " BROKER_GROUP
					  "; ",
		 found->path, found->path, found->path);
}

static int find_file(struct broker_found *found)
{
	struct err err;

	if (helper_path_here("weft-broker", "broker", found->path,
			     sizeof(found->path), &err) == 0)
		return 0;
	found->path[0] = '\0';
	snprintf(found->why, sizeof(found->why), "%s", err.msg);
	snprintf(found->fix, sizeof(found->fix),
		 "build or install all of weft");
	return -ENOENT;
}

static int check_capabilities(struct broker_found *found)
{
	struct statvfs fs;

	if (!has_capabilities(found->path)) {
		snprintf(found->why, sizeof(found->why),
			 "%s has not got the file capabilities CAP_NET_ADMIN "
			 "and CAP_NET_RAW",
			 found->path);
		say_how_to_set_up(found);
		return -EPERM;
	}
	if (statvfs(found->path, &fs) == 0 && (fs.f_flag & ST_NOSUID)) {
		snprintf(found->why, sizeof(found->why),
			 "%s is on a file system that is mounted with nosuid",
			 found->path);
		snprintf(found->fix, sizeof(found->fix),
			 "install weft on another one");
		return -EPERM;
	}
	return 0;
}

static int check_access(struct broker_found *found)
{
	struct group *group;
	struct stat st;

	if (access(found->path, X_OK) == 0)
		return 0;
	snprintf(found->why, sizeof(found->why), "%s may not be run by us: %s",
		 found->path, strerror(errno));
	group = stat(found->path, &st) ? NULL : getgrgid(st.st_gid);
	if (group && st.st_gid)
		snprintf(found->fix, sizeof(found->fix),
			 "sudo usermod -aG %s $USER, then log in again",
			 group->gr_name);
	else
		say_how_to_set_up(found);
	return -EACCES;
}

int broker_find(struct broker_found *found)
{
	memset(found, 0, sizeof(*found));
	found->code = find_file(found);
	if (!found->code)
		found->code = check_capabilities(found);
	if (!found->code)
		found->code = check_access(found);
	if (!found->code && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
		found->code = -EPERM;
		snprintf(found->why, sizeof(found->why),
			 "no program gets a privilege where no_new_privs is "
			 "set");
		snprintf(found->fix, sizeof(found->fix),
			 "start weft without it");
	}
	return found->code;
}
