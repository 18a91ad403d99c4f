// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic_read.c - find out about an interface of the host
 *
 * Everything is asked where the answer is that of the thread's own network
 * namespace: sockets, and /proc/thread-self. sysfs shows the namespace that it
 * was mounted in, so it counts only where the interface's number is the same.
 */
#include "cli/host/nic.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/wireless.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUTES "/proc/thread-self/net/route"
#define ROUTES6 "/proc/thread-self/net/ipv6_route"
/* A host with more routes than this is no place to look for the default. */
#define ROUTES_SIZE (1024 * 1024)
#define LINK_MESSAGE_SIZE 16384
/* The kernel answers a request of ours at once. */
#define LINK_ANSWER_S 2

static_assert(NIC_NAME_SIZE == IFNAMSIZ, "a name of the kernel's");

static void name_request(struct ifreq *ifr, const char *name)
{
	memset(ifr, 0, sizeof(*ifr));
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
}

static int ask_basics(int fd, struct nic *nic)
{
	struct ifreq ifr;

	name_request(&ifr, nic->name);
	if (ioctl(fd, SIOCGIFINDEX, &ifr))
		return -errno;
	nic->ifindex = ifr.ifr_ifindex;
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		return -errno;
	nic->is_up = ifr.ifr_flags & IFF_UP;
	nic->is_loopback = ifr.ifr_flags & IFF_LOOPBACK;
	if (ioctl(fd, SIOCGIFHWADDR, &ifr))
		return -errno;
	nic->type = ifr.ifr_hwaddr.sa_family;
	return 0;
}

/* A number in a file of sysfs; 0 when there is none. */
static int sysfs_ifindex(const char *name)
{
	char path[64 + NIC_NAME_SIZE];
	int ifindex = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/ifindex", name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%9d", &ifindex) != 1)
		ifindex = 0;
	fclose(file);
	return ifindex;
}

static bool sysfs_has(const char *name, const char *what)
{
	char path[64 + NIC_NAME_SIZE];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, what);
	return stat(path, &st) == 0;
}

/* Kernels may lack the old ioctl, and sysfs may be another namespace's. */
static bool is_wifi(int fd, const struct nic *nic)
{
	struct iwreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", nic->name);
	if (ioctl(fd, SIOCGIWNAME, &request) == 0)
		return true;
	return sysfs_ifindex(nic->name) == nic->ifindex &&
	       (sysfs_has(nic->name, "wireless") ||
		sysfs_has(nic->name, "phy80211"));
}

static int send_link_request(int fd, int ifindex)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETLINK,
			   .nlmsg_flags = NLM_F_REQUEST},
		.info = {.ifi_index = ifindex},
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

/* What is @ifindex enslaved to, and of what kind is it itself? */
static int ask_link(int fd, int ifindex, int *master, char *kind)
{
	_Alignas(struct nlmsghdr) char answer[LINK_MESSAGE_SIZE];
	int rc = send_link_request(fd, ifindex);
	ssize_t len;

	if (rc)
		return rc;
	len = recv(fd, answer, sizeof(answer), 0);
	if (len < 0)
		return -errno;
	return nic_link_decode(answer, (size_t)len, master, kind) ? 0 : -EPROTO;
}

static int ask_master(int fd, struct nic *nic)
{
	int master, none,
		rc = ask_link(fd, nic->ifindex, &master, nic->master_kind);
	struct ifreq ifr = {0};

	nic->master_kind[0] = '\0';
	if (rc || !master)
		return rc;
	ifr.ifr_ifindex = master;
	if (ioctl(fd, SIOCGIFNAME, &ifr))
		return -errno;
	memcpy(nic->master, ifr.ifr_name, NIC_NAME_SIZE);
	return ask_link(fd, master, &none, nic->master_kind);
}

static bool has_route(const char *path, const char *name,
		      bool (*look)(const char *text, const char *name))
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	bool found;
	char *text;

	if (fd < 0)
		return false;
	text = malloc(ROUTES_SIZE);
	while (text && used < ROUTES_SIZE - 1) {
		ssize_t len = read(fd, text + used, ROUTES_SIZE - 1 - used);

		if (len <= 0)
			break;
		used += (size_t)len;
	}
	close(fd);
	if (!text)
		return false;
	text[used] = '\0';
	found = look(text, name);
	free(text);
	return found;
}

static int nic_ask(struct nic *nic)
{
	struct timeval patience = {.tv_sec = LINK_ANSWER_S};
	int fd, rc;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	rc = ask_basics(fd, nic);
	if (!rc) {
		nic->is_wifi = is_wifi(fd, nic);
		rc = ask_master(fd, nic);
	}
	close(fd);
	return rc;
}

int nic_read(struct nic *nic, const char *name, struct err *err)
{
	int rc;

	memset(nic, 0, sizeof(*nic));
	if (!*name || strlen(name) >= NIC_NAME_SIZE)
		return err_set(err, -EINVAL,
			       "\"%s\" can't be an interface's name: 1 to %d "
			       "characters",
			       name, NIC_NAME_SIZE - 1);
	memcpy(nic->name, name, strlen(name));
	rc = nic_ask(nic);
	if (rc == -ENODEV)
		return err_set(err, rc,
			       "there is no interface %s here: ip link shows "
			       "those that there are",
			       name);
	if (rc)
		return err_set(err, rc, "cannot ask about interface %s: %s",
			       name, strerror(-rc));
	nic->has_default_route =
		has_route(ROUTES, name, nic_routes_have_default) ||
		has_route(ROUTES6, name, nic_routes6_have_default);
	return 0;
}
