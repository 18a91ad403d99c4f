/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signals.h - what ends a labd from outside
 */
#ifndef CLI_LABD_SIGNALS_H
#define CLI_LABD_SIGNALS_H

#include "core/loop.h"

/**
 * struct signals - what ends a labd from outside
 * @watch:	a signalfd
 * @loop:	is stopped
 */
struct signals {
	struct watch watch;
	struct loop *loop;
};

/** signals_open() - SIGTERM, SIGINT and SIGHUP stop @loop; 0 or -errno */
int signals_open(struct signals *signals, struct loop *loop);

#endif
