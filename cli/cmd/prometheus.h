/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prometheus.h - metrics in Prometheus' text exposition format, version 0.0.4
 */
#ifndef CLI_CMD_PROMETHEUS_H
#define CLI_CMD_PROMETHEUS_H

#include <stdint.h>
#include <stdio.h>

/** PROMETHEUS_LABELS_MAX - labels of one metric */
#define PROMETHEUS_LABELS_MAX 6

/** enum prometheus_type - what a number can do */
enum prometheus_type {
	PROMETHEUS_COUNTER, /* only grows, or starts again at 0 */
	PROMETHEUS_GAUGE,
};

/**
 * struct prometheus_family - metrics of one name
 * @name:	"weft_port_rx_frames_total"
 * @type:	enum prometheus_type
 * @help:	one sentence without full stop
 * @labels:	names, in order; NULL at the end
 */
struct prometheus_family {
	const char *name;
	enum prometheus_type type;
	const char *help;
	const char *labels[PROMETHEUS_LABELS_MAX + 1];
};

/** prometheus_begin() - HELP and TYPE; all of its samples follow, then others
 */
void prometheus_begin(FILE *out, const struct prometheus_family *family);

/**
 * prometheus_sample() - one number
 * @values:	of the labels, as many; NULL is said as empty
 */
void prometheus_sample(FILE *out, const struct prometheus_family *family,
		       const char *const values[], int64_t number);

/** prometheus_seconds() - likewise, of milliseconds, told as seconds */
void prometheus_seconds(FILE *out, const struct prometheus_family *family,
			const char *const values[], int64_t ms);

#endif
