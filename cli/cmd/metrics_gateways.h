/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_gateways.h - weft metrics of what networks' gateways count
 */
#ifndef CLI_CMD_METRICS_GATEWAYS_H
#define CLI_CMD_METRICS_GATEWAYS_H

#include <jansson.h>
#include <stdio.h>

/**
 * metrics_print_gateways() - all families of gateways
 * @lab:	value of the label
 * @networks:	of weft.networks/1
 */
void metrics_print_gateways(FILE *out, const char *lab, const json_t *networks);

#endif
