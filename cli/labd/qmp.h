/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp.h - the few words that labd and QEMU exchange
 */
#ifndef CLI_LABD_QMP_H
#define CLI_LABD_QMP_H

#include "core/loop.h"

#define QMP_LINE_SIZE 16384
#define QMP_REASON_SIZE 64

/**
 * struct qmp - one QEMU's monitor; embedded, must not move
 * @watch:	our end of its socket pair; fd -1 while closed
 * @len:	bytes in @line
 * @line:	what came of the current line
 * @paused:	the guest was paused, or goes on
 * @shutdown:	reason of the last SHUTDOWN event, "guest-shutdown",
 *		"guest-reset", "guest-panic"; empty: none came
 */
struct qmp {
	struct watch watch;
	size_t len;
	char line[QMP_LINE_SIZE];
	void (*paused)(struct qmp *qmp, bool paused);
	char shutdown[QMP_REASON_SIZE];
};

/** qmp_init() - closed; @paused: see struct qmp */
void qmp_init(struct qmp *qmp, void (*paused)(struct qmp *qmp, bool paused));

/** qmp_open() - take @fd over and leave capabilities negotiation mode */
int qmp_open(struct qmp *qmp, struct loop *loop, int fd);

/** qmp_close() - no-op when closed */
void qmp_close(struct qmp *qmp);

/** qmp_drain() - read what is there; before judging why QEMU ended */
void qmp_drain(struct qmp *qmp);

/** qmp_set_link() - the carrier of the NIC on the network back-end @netdev */
void qmp_set_link(struct qmp *qmp, const char *netdev, bool up);

/** qmp_powerdown() - press the power button */
void qmp_powerdown(struct qmp *qmp);

/** qmp_pause() - stop the CPUs */
void qmp_pause(struct qmp *qmp);

/** qmp_resume() - let them go on; no-op when they do */
void qmp_resume(struct qmp *qmp);

#endif
