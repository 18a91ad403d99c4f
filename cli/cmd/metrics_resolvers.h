/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_resolvers.h - weft metrics of those who are asked for names
 */
#ifndef CLI_CMD_METRICS_RESOLVERS_H
#define CLI_CMD_METRICS_RESOLVERS_H

#include <jansson.h>
#include <stdio.h>

/**
 * metrics_print_resolvers() - all families of resolvers
 * @lab:	value of the label
 * @networks:	of weft.networks/1; without any resolver nothing is printed
 */
void metrics_print_resolvers(FILE *out, const char *lab,
			     const json_t *networks);

#endif
