// SPDX-License-Identifier: GPL-2.0-or-later
/* test_button.c - waits until somebody presses the power button
 * (ACPI 6.4 4.8.3) */
#include "guest/clock.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/tests.h"
#include "guest/text.h"

#define POWER_BUTTON 0x0100
#define BUTTON_MS 60000

/* struct button - the event block, and whether it interrupted */
struct button {
	uint16_t status;
	volatile bool is_pressed;
};

/* Writing a status bit clears it, and lowers the wire when it was the last. */
static void on_event(void *arg)
{
	struct button *b = arg;
	uint16_t status = inw(b->status);

	if (status & POWER_BUTTON)
		b->is_pressed = true;
	outw(b->status, status);
}

static bool is_pressed(void *arg)
{
	const struct button *b = arg;

	return b->is_pressed;
}

int test_button(struct machine *m)
{
	struct button b = {m->acpi.pm1a_event, false};

	if (!b.status)
		return failed("button: the FADT has no event block");
	irq_init(m);
	clock_init(m);
	power_enable_acpi(m);
	outw(b.status, 0xffff);
	outw((uint16_t)(b.status + 2), POWER_BUTTON);
	if (ioapic_route(m, m->acpi.sci, irq_alloc(on_event, &b), true))
		return -1;
	say("button waits\n");
	if (!wait_for(m, is_pressed, &b, BUTTON_MS))
		return failed("button: nobody pressed it");
	say("button pressed\n");
	ioapic_mask(m, m->acpi.sci);
	return 0;
}
