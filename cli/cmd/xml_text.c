// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xml_text.c - any bytes as text of XML and HTML
 */
#include "cli/cmd/xml_text.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

/* Length of the UTF-8 sequence at @s that XML may have; 0: it may not (XML 1.0
 * 2.2; RFC 3629 4). */
static size_t xml_char(const unsigned char *s)
{
	static const unsigned min[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = s[0] < 0x80             ? 1
		     : (s[0] & 0xe0) == 0xc0 ? 2
		     : (s[0] & 0xf0) == 0xe0 ? 3
		     : (s[0] & 0xf8) == 0xf0 ? 4
					     : 0;
	unsigned code;

	if (len <= 1)
		return s[0] >= 0x20 || strchr("\t\n\r", s[0]) ? len : 0;
	code = s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < min[len] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000) || code == 0xfffe ||
	    code == 0xffff)
		return 0;
	return len;
}

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	case '\t':
		return "&#9;";
	}
	return NULL;
}

/* Bytes of one character or of what is none. */
static size_t put_char(FILE *out, const unsigned char *s)
{
	size_t len = xml_char(s);

	if (!len)
		fputs("\xef\xbf\xbd", out);
	else if (entity(*s))
		fputs(entity(*s), out);
	else
		fwrite(s, 1, len, out);
	return len ? len : 1;
}

void xml_put_short(FILE *out, const char *text, unsigned max)
{
	const unsigned char *s = (const unsigned char *)text;

	while (s && *s && max--)
		s += put_char(out, s);
	if (s && *s)
		fputs("...", out);
}

void xml_put(FILE *out, const char *text)
{
	xml_put_short(out, text, UINT_MAX);
}
