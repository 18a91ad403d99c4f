/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml_text.h - any bytes as text of XML and HTML
 */
#ifndef CLI_CMD_XML_TEXT_H
#define CLI_CMD_XML_TEXT_H

#include <stdio.h>

/**
 * xml_put() - @text, in an element or in an attribute with double quotes
 *
 * What XML 1.0 (2.2) has no place for, control characters and broken UTF-8,
 * becomes U+FFFD. NULL prints nothing.
 */
void xml_put(FILE *out, const char *text);

/** xml_put_short() - as xml_put(), but @max characters at most; then "..." */
void xml_put_short(FILE *out, const char *text, unsigned max);

#endif
