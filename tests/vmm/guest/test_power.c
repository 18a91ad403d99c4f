// SPDX-License-Identifier: GPL-2.0-or-later
/* test_power.c - the ends of a machine's life; none of them returns when it
 * works */
#include "guest/tests.h"
#include "guest/text.h"

int test_poweroff(struct machine *m)
{
	power_off(m, 0);
}

int test_reboot(struct machine *m)
{
	size_t len = 3;
	const char *by = cmdline_word(m, "by", &len);

	say("ok reboot\n");
	return power_reset(m, by ? by : "cf9", len);
}

int test_halt(struct machine *m)
{
	(void)m;
	say("ok halt\n");
	power_halt();
}
