/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_zones.h - reverse zones that nobody outside can have an answer for
 */
#ifndef SWITCH_DNS_DNS_ZONES_H
#define SWITCH_DNS_DNS_ZONES_H

#include <stdbool.h>

/** dns_is_below() - is @name @zone or below it? Both in lower case */
bool dns_is_below(const char *name, const char *zone);

/**
 * dns_private_zone() - the private or special zone that @name is in
 *
 * Return: where in @name it begins; NULL: in none.
 */
const char *dns_private_zone(const char *name);

#endif
