// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * filter_code.c - a capture filter's program, as text that travels
 */
#include "cli/capture/filter_code.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number up to @max, and the @end behind it. */
static bool parse_number(const char **text, unsigned long max, char end,
			 uint32_t *number)
{
	unsigned long value;
	char *behind;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	value = strtoul(*text, &behind, 10);
	if (errno || value > max || (end && *behind != end))
		return false;
	*number = (uint32_t)value;
	*text = end ? behind + 1 : behind;
	return true;
}

static bool parse_insn(const char **text, struct sock_filter *insn)
{
	uint32_t code, jt, jf, k;

	if (!parse_number(text, UINT16_MAX, ' ', &code) ||
	    !parse_number(text, UINT8_MAX, ' ', &jt) ||
	    !parse_number(text, UINT8_MAX, ' ', &jf) ||
	    !parse_number(text, UINT32_MAX, '\0', &k))
		return false;
	*insn = (struct sock_filter){(uint16_t)code, (uint8_t)jt, (uint8_t)jf,
				     k};
	return true;
}

int filter_code_parse(const char *text, struct filter_code *code)
{
	code->count = 0;
	for (;;) {
		if (code->count == BPF_FILTER_MAX ||
		    !parse_insn(&text, &code->code[code->count++]))
			break;
		if (*text == ',') {
			text++;
			continue;
		}
		if (*text || !bpf_is_valid(code->code, code->count))
			break;
		return 0;
	}
	code->count = 0;
	return -EINVAL;
}

char *filter_code_format(const struct filter_code *code)
{
	char *text = malloc(code->count * FILTER_INSN_SIZE + 1);
	size_t len = 0;
	unsigned i;

	if (!text)
		return NULL;
	text[0] = '\0';
	for (i = 0; i < code->count; i++) {
		const struct sock_filter *insn = &code->code[i];

		len += (size_t)sprintf(text + len, "%s%u %u %u %u",
				       i ? "," : "", insn->code, insn->jt,
				       insn->jf, insn->k);
	}
	return text;
}
