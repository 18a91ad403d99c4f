// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_setup.c - what a netns node's supervisor does once, in its namespaces
 */
#include "cli/host/netns_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/host/netif.h"
#include "cli/host/tap_open.h"

void netns_nic_name(unsigned nic, char *name)
{
	snprintf(name, IFNAMSIZ, "eth%u", nic);
}

void netns_setup_process(int sock, int log_fd)
{
	int signo, null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t all;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (signo = 1; signo < NSIG; signo++)
		sigaction(signo, &plain, NULL);
	setsid();
	if (log_fd < 0)
		log_fd = null_fd;
	/* Get the log and the socket out of the way of 0 to 3 first. */
	log_fd = fcntl(log_fd, F_DUPFD_CLOEXEC, 10);
	null_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, 10);
	if (log_fd < 0 || null_fd < 0 ||
	    (sock != NETNS_SOCK_FD &&
	     dup3(sock, NETNS_SOCK_FD, O_CLOEXEC) < 0) ||
	    dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(log_fd, STDOUT_FILENO) < 0 || dup2(log_fd, STDERR_FILENO) < 0)
		_exit(1);
	close_range(NETNS_SOCK_FD + 1, ~0U, 0);
}

static int write_file(const char *path, const char *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;
	ssize_t len = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)len) != len)
		rc = err_set(err, -errno, "cannot write %s: %s", path,
			     strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

int netns_setup_ids(uid_t uid, gid_t gid, struct err *err)
{
	char map[32];
	int rc;

	/* user_namespaces(7): no group map without giving up setgroups() */
	rc = write_file("/proc/self/setgroups", "deny", err);
	if (rc)
		return rc;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	rc = write_file("/proc/self/uid_map", map, err);
	if (rc)
		return rc;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map, err);
}

/*
 * A missing /etc/resolv.conf can't be mounted over and a container may not let
 * us have a new /proc or /sys. The node works without, so it is only said.
 */
static void mount_or_say(const char *source, const char *target,
			 const char *type, unsigned long flags)
{
	if (mount(source, target, type, flags, NULL) < 0)
		fprintf(stderr, "weft: this node has no %s of its own: %s\n",
			target, strerror(errno));
}

int netns_setup_mounts(const struct netns_node_settings *settings,
		       struct err *err)
{
	const char *name = settings->node->name;
	char path[LAB_PATH_SIZE + 16];

	/* Mounts of the node must not show outside; the host's may come in. */
	if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_set(err, -errno, "cannot detach its mounts: %s",
			       strerror(errno));
	mount_or_say("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	mount_or_say("sysfs", "/sys", "sysfs",
		     MS_NOSUID | MS_NODEV | MS_NOEXEC);
	snprintf(path, sizeof(path), "%s/resolv.conf", settings->run_dir);
	mount_or_say(path, "/etc/resolv.conf", NULL, MS_BIND);
	if (sethostname(name, strlen(name)) < 0)
		return err_set(err, -errno, "cannot set its host name: %s",
			       strerror(errno));
	return 0;
}

static int setup_nic(const struct nic_settings *nic, const char *name,
		     uint16_t mtu, struct err *err)
{
	int rc, fd = tap_open(name, NULL, err);

	if (fd < 0)
		return fd;
	rc = netif_set_mac(name, &nic->mac, err);
	if (rc == 0)
		rc = netif_set_mtu(name, mtu, err);
	if (rc == 0)
		rc = netif_set_up(name, err);
	if (rc == 0 && nic->ipv4 == NIC_IPV4_STATIC)
		rc = netif_set_ipv4(name, &nic->address, err);
	if (rc == 0 && nic->ipv4 == NIC_IPV4_STATIC && nic->gateway)
		rc = netif_add_default_route(name, nic->gateway, err);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int netns_setup_nics(const struct netns_node_settings *settings, int *taps,
		     struct err *err)
{
	const struct node_settings *node = settings->node;
	char name[IFNAMSIZ];
	unsigned i;
	int rc;

	rc = netif_set_up("lo", err);
	if (rc == 0 && node->router)
		rc = write_file("/proc/sys/net/ipv4/ip_forward", "1", err);
	if (rc)
		return rc;
	for (i = 0; i < node->nic_count; i++) {
		netns_nic_name(i, name);
		taps[i] =
			setup_nic(&node->nics[i], name, settings->mtu[i], err);
		if (taps[i] < 0)
			return taps[i];
	}
	return 0;
}
