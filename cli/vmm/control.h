/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - labd's end of a guest: what it wants, and what it is told
 */
#ifndef CLI_VMM_CONTROL_H
#define CLI_VMM_CONTROL_H

#include "cli/vmm/guest.h"
#include "core/util.h"

/** CONTROL_PAUSE_NS - between two messages about drivers */
#define CONTROL_PAUSE_NS (50 * NSEC_PER_MSEC)

/**
 * struct control_nic - what labd is to be told of a NIC
 * @control:	whose
 * @gone:	why its back-end went, static text; NULL: it didn't, or labd was
 *		told
 */
struct control_nic {
	struct control *control;
	const char *gone;
};

/**
 * struct control - the socket and what waits for room in it
 * @guest:	whose
 * @watch:	the socket
 * @ended:	labd is gone
 * @ctx:	for it
 * @state_due:	labd does not know the machine's state
 * @reset_due:	nor that the guest began anew
 * @drivers_due: nor which drivers run, unless that is as it was told last
 * @drivers_told: bit n: labd believes that the driver of NIC n runs
 * @drivers_pause: armed: it was told a moment ago, and has time to do something
 *		about it
 * @nics:	nor what became of their back-ends
 */
struct control {
	struct guest *guest;
	struct watch watch;
	void (*ended)(void *ctx);
	void *ctx;
	bool state_due;
	bool reset_due;
	bool drivers_due;
	uint32_t drivers_told;
	struct timer drivers_pause;
	struct control_nic nics[OPTIONS_MAX_NETS];
};

/**
 * control_open() - listen to labd
 * @control:	@ended and @ctx are set
 * @guest:	built
 * @fd:		SOCK_SEQPACKET; stays the caller's; -1: there is no labd, and
 *		nothing here does anything
 */
int control_open(struct control *control, struct guest *guest, int fd,
		 struct err *err);

/** control_close() - what can't be said at once is not said any more; no-op
 * when all zeros */
void control_close(struct control *control);

/** control_tell_failure() - it did not come to a machine: @why; no-op if @fd
 * is -1 */
void control_tell_failure(int fd, const char *why);

/** control_tell_state() - the machine's state changed */
void control_tell_state(struct control *control);

/** control_tell_reset() - the guest began anew */
void control_tell_reset(struct control *control);

/** control_tell_drivers() - a driver started or reset its device; labd is told
 * if that makes a difference, and not again within CONTROL_PAUSE_NS */
void control_tell_drivers(struct control *control);

#endif
