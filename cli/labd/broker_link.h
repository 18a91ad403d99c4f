/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broker_link.h - weft-broker, for a labd that lacks the privilege itself
 *
 * It is started when the first NIC or tap is to be opened, so a lab that has
 * none does without.
 */
#ifndef CLI_LABD_BROKER_LINK_H
#define CLI_LABD_BROKER_LINK_H

#include "cli/broker/broker_find.h"
#include "cli/host/host_access.h"
#include "cli/labd/child.h"
#include "core/log.h"

/**
 * struct broker_link - embedded in its owner; must stay where it is
 * @host:	what it is for: who does to the host what we may not
 * @own:	who does it where we may
 * @loop:	for @child
 * @log:	where it is said that it ended
 * @log_fd:	where it is said that it could not be run
 * @find:	broker_find(); another one in tests
 * @child:	the process
 * @sock:	our end; -1: none runs
 * @starts:	how often it was started
 */
struct broker_link {
	struct host_access host;
	struct host_access own;
	struct loop *loop;
	const struct log *log;
	int log_fd;
	int (*find)(struct broker_found *found);
	struct child child;
	int sock;
	unsigned starts;
};

/** broker_link_init() - none runs yet */
void broker_link_init(struct broker_link *link, struct loop *loop,
		      const struct log *log, int log_fd);

/** broker_link_choose() - who does to the host what takes a privilege */
struct host_access *broker_link_choose(struct broker_link *link);

/** broker_link_fini() - it is not needed any more; no-op when none runs */
void broker_link_fini(struct broker_link *link);

#endif
