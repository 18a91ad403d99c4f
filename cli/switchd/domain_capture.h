/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_capture.h - captures on one worker: which ports they look at
 *
 * Everything here is called on the worker's thread.
 */
#ifndef CLI_SWITCHD_DOMAIN_CAPTURE_H
#define CLI_SWITCHD_DOMAIN_CAPTURE_H

#include "cli/switchd/capture_job.h"
#include "cli/switchd/domain.h"

struct network;

/**
 * domain_capture_begin() - look at the job's ports that are here
 * @errand:	@errand->job lives until domain_capture_end()
 * @done:	called when it looks at them; if the job wants what passed
 *		before, when it has all of that
 */
void domain_capture_begin(struct domains *domains,
			  struct capture_errand *errand,
			  void (*done)(struct capture_errand *errand));

/** domain_capture_end() - look no more; a begin that isn't done is done */
void domain_capture_end(struct domains *domains, const struct capture_job *job);

/** domain_capture_job() - what it is part of */
const struct capture_job *
domain_capture_job(const struct domain_capture *capture);

/** domain_capture_refresh() - ports have come: captures may want them */
void domain_capture_refresh(struct domains *domains);

/** domain_capture_forget() - a network is going away */
void domain_capture_forget(struct domains *domains,
			   const struct network *network);

#endif
