/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmocka_wrap.h - the one door to cmocka, which needs these includes first
 */
#ifndef UNIT_CMOCKA_WRAP_H
#define UNIT_CMOCKA_WRAP_H

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

/**
 * EXIT_SKIPPED - a main() ends with it, and a reason as the last line, where
 * the whole test can't run: cmocka's skip() is an error in a set-up
 */
#define EXIT_SKIPPED 77

#endif
