/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_writer.h - the thread that turns captured frames into a pcapng stream
 */
#ifndef CLI_SWITCHD_CAPTURE_WRITER_H
#define CLI_SWITCHD_CAPTURE_WRITER_H

#include "cli/switchd/capture_job.h"

/**
 * capture_writer_start() - begin to write; the job's descriptor is taken over
 * @job:	complete but for its rings
 * @loop:	where @job->done is posted at the end; join @job->thread then
 *
 * Return: 0, or -errno: nothing runs, the descriptor is still the caller's.
 */
int capture_writer_start(struct capture_job *job, struct loop *loop);

#endif
