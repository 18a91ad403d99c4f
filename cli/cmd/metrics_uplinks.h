/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_uplinks.h - weft metrics of uplinks and their members
 */
#ifndef CLI_CMD_METRICS_UPLINKS_H
#define CLI_CMD_METRICS_UPLINKS_H

#include <jansson.h>
#include <stdio.h>

/**
 * metrics_print_uplinks() - all families of uplinks
 * @lab:	value of the label
 * @uplinks:	weft.uplinks/1; without any in it nothing is printed
 */
void metrics_print_uplinks(FILE *out, const char *lab, const json_t *uplinks);

#endif
