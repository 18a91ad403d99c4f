// SPDX-License-Identifier: GPL-2.0-or-later
/* cmdline.c - words of the form key, key=value, apart by spaces */
#include "guest/machine.h"
#include "guest/text.h"

static const char *skip_spaces(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

static const char *word_end(const char *p)
{
	while (*p && *p != ' ')
		p++;
	return p;
}

const char *cmdline_word(const struct machine *m, const char *key, size_t *len)
{
	const char *found = NULL, *end, *p;
	size_t key_len = strlen(key);

	for (p = skip_spaces(m->cmdline); *p; p = skip_spaces(end)) {
		end = word_end(p);
		if ((size_t)(end - p) < key_len || memcmp(p, key, key_len))
			continue;
		if (p + key_len == end) {
			found = end;
			*len = 0;
		} else if (p[key_len] == '=') {
			found = p + key_len + 1;
			*len = (size_t)(end - found);
		}
	}
	return found;
}

bool cmdline_has(const struct machine *m, const char *key)
{
	size_t len;

	return cmdline_word(m, key, &len);
}

bool cmdline_is(const struct machine *m, const char *key, const char *value)
{
	size_t len;
	const char *word = cmdline_word(m, key, &len);

	return word && same(word, len, value);
}

static int digit(char c, unsigned base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	return value < (int)base ? value : -1;
}

uint64_t cmdline_number(const struct machine *m, const char *key,
			uint64_t fallback)
{
	size_t len, i = 0;
	const char *word = cmdline_word(m, key, &len);
	uint64_t value = 0;
	unsigned base = 10;

	if (!word || !len)
		return fallback;
	if (len > 2 && word[0] == '0' && word[1] == 'x') {
		base = 16;
		i = 2;
	}
	for (; i < len; i++) {
		if (digit(word[i], base) < 0)
			return fallback;
		value = value * base + (uint64_t)digit(word[i], base);
	}
	return value;
}

uint32_t cmdline_address(const struct machine *m, const char *key)
{
	size_t len = 0, n;
	const char *word = cmdline_word(m, key, &len);
	uint32_t address = 0, byte = 0;

	for (n = 0; n < len; n++) {
		if (word[n] == '.') {
			address = address << 8 | byte;
			byte = 0;
		} else {
			byte = byte * 10 + (uint32_t)(word[n] - '0');
		}
	}
	return len ? address << 8 | byte : 0;
}
