// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_kernel.c - the kernel is asked about an interface
 *
 * By its number, which stays while it exists; the ioctls want a name, which may
 * change, so that is asked for first each time.
 */
#include "backends/link_watch.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/util.h"

static const struct link_kernel *of_source(const struct link_source *source)
{
	return container_of(source, struct link_kernel, source);
}

/* What the name belonged to was renamed meanwhile; rtnetlink tells of that. */
static int by_name(int error)
{
	return error == ENODEV ? -EAGAIN : -error;
}

static int ask_name(const struct link_kernel *kernel, struct ifreq *ifr)
{
	memset(ifr, 0, sizeof(*ifr));
	ifr->ifr_ifindex = kernel->ifindex;
	return ioctl(kernel->fd, SIOCGIFNAME, ifr) ? -errno : 0;
}

/*
 * ETHTOOL_GLINK asks the driver, under the RTNL, and says no for an interface
 * that is set down, too. A driver without words for it has nothing to add to
 * what the kernel knows.
 */
static int kernel_ask_carrier(const struct link_source *source, bool *carrier)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
	const struct link_kernel *kernel = of_source(source);
	struct ifreq ifr;
	int rc = ask_name(kernel, &ifr);

	if (rc)
		return rc;
	ifr.ifr_data = (void *)&value;
	if (ioctl(kernel->fd, SIOCETHTOOL, &ifr) == 0)
		*carrier = value.data != 0;
	else if (errno == EOPNOTSUPP)
		*carrier = true;
	else
		return by_name(errno);
	return 0;
}

/* None of these waits for the RTNL. */
static int kernel_ask(const struct link_source *source,
		      struct link_state *state)
{
	const struct link_kernel *kernel = of_source(source);
	struct ifreq ifr;
	int rc = ask_name(kernel, &ifr);

	if (rc)
		return rc;
	if (ioctl(kernel->fd, SIOCGIFFLAGS, &ifr))
		return by_name(errno);
	state->is_there = true;
	state->is_up = ifr.ifr_flags & IFF_UP;
	state->carrier = ifr.ifr_flags & IFF_RUNNING;
	if (ioctl(kernel->fd, SIOCGIFMTU, &ifr))
		return by_name(errno);
	state->mtu = (uint32_t)ifr.ifr_mtu;
	return 0;
}

void link_kernel_init(struct link_kernel *kernel, int fd, int ifindex)
{
	kernel->source.ask = kernel_ask;
	kernel->source.ask_carrier = kernel_ask_carrier;
	kernel->fd = fd;
	kernel->ifindex = ifindex;
}
