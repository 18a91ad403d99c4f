// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic_return.c - NICs of the lab that were pulled out, and come back
 *
 * Theory of operation
 *
 * A socket on a NIC that went away is dead, and one that comes in its place,
 * with the same name, is another NIC for the kernel: it has to be opened anew.
 * What rtnetlink says is only a hint to look for such ones, and thrown away
 * unread (as in backends/link_watch.h). A NIC that can't be had, because a
 * bridge has it, say, is looked at again with the next hint, and complained of
 * once.
 */
#include "cli/labd/nic_return.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "backends/link_watch.h"

static void renew(struct nic_return *nic_return, struct host_nic *nic)
{
	struct err err = {0};

	if (host_nics_renew(nic_return->nics, nic, &err)) {
		if (!nic->is_refused)
			log_warning(nic_return->log, "%s is back, but: %s",
				    nic->name, err.msg);
		nic->is_refused = true;
		return;
	}
	nic->is_refused = false;
	log_info(nic_return->log, "%s is back", nic->name);
	nic_return->returned(nic_return->ctx, nic->name);
}

void nic_return_look(struct nic_return *nic_return)
{
	struct host_nics *nics = nic_return->nics;
	unsigned i;

	for (i = 0; i < HOST_NICS_MAX; i++) {
		struct host_nic *nic = &nics->nics[i];

		if (!nic->is_wanted)
			continue;
		if (nics->is_other(nic->name, nic->fds.fd))
			renew(nic_return, nic);
		else
			nic->is_refused = false;
	}
}

static void hint_readable(struct watch *hint, uint32_t events)
{
	(void)events;
	link_hints_read(hint);
	nic_return_look(container_of(hint, struct nic_return, hint));
}

void nic_return_init(struct nic_return *nic_return)
{
	nic_return->hint.fd = -1;
	nic_return->hint.ready = hint_readable;
	nic_return->hint.name = "links";
}

void nic_return_fini(struct nic_return *nic_return)
{
	if (nic_return->hint.fd < 0)
		return;
	watch_remove(&nic_return->hint);
	close(nic_return->hint.fd);
	nic_return->hint.fd = -1;
}

static bool has_nics(const struct host_nics *nics)
{
	unsigned i;

	for (i = 0; i < HOST_NICS_MAX; i++) {
		if (nics->nics[i].is_wanted)
			return true;
	}
	return false;
}

void nic_return_listen(struct nic_return *nic_return)
{
	struct err err = {0};
	int fd;

	if (!has_nics(nic_return->nics)) {
		nic_return_fini(nic_return);
		return;
	}
	if (nic_return->hint.fd >= 0)
		return;
	fd = packet_open_links(&err);
	if (fd < 0) {
		log_warning(nic_return->log, "%s", err.msg);
		return;
	}
	nic_return->hint.fd = fd;
	if (watch_add(nic_return->loop, &nic_return->hint, EPOLLIN))
		nic_return_fini(nic_return);
}
