// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - runs the tests that the command line names
 *
 * Theory of operation: `test=NAME[,NAME]...` chooses from the table below. Each
 * test says what it does, line by line, and ends with "ok NAME" or, after a
 * line "FAIL why", with "not ok NAME". The last line is "done OK of ALL"; then
 * the machine is turned off: by ACPI, or as exit=debug (port 0xf4, 0 or 1) or
 * exit=halt have it. A script outside needs no more than these lines.
 *
 * Limits: one CPU runs tests; nothing is ever freed.
 */
#include "guest/irq.h"
#include "guest/serial.h"
#include "guest/tests.h"
#include "guest/text.h"

/* struct test - a word of test=, what it runs, and what
 * other words of the command line it knows */
struct test {
	const char *name;
	int (*run)(struct machine *m);
	const char *about;
};

static const struct test tests[] = {
	{"blk", test_block, "disks: keep, salt=N, ranges"},
	{"button", test_button, "waits for the power button"},
	{"clock", test_clock, "sleeps, and looks how long that was"},
	{"console", test_console, "echoes port=NAME until ^D"},
	{"fuzz", test_fuzz, "devices at random; seed=N, seconds=N, dev=KIND"},
	{"halt", test_halt, "asleep for ever, interrupts off"},
	{"hello", test_hello, "memory map, command line, ACPI tables"},
	{"hostile", test_hostile,
	 "wrong deeds; dev=KIND, on=rx, only=, skip=, strict"},
	{"link", test_link, "tells the carrier's changes=N"},
	{"machine", test_machine,
	 "ports, addresses and registers at random; seed=N, seconds=N, all"},
	{"msix", test_msix, "masked vectors"},
	{"net", test_net, "DHCP and count=N pings; nic=N, intx, ip=, gw="},
	{"pci", test_pci, "what is on bus 0; BARs are moved and back"},
	{"pingpong", test_pingpong, "rate=N, seconds=N, peer=, nic=N"},
	{"poweroff", test_poweroff, "by ACPI"},
	{"reboot", test_reboot, "by=acpi|cf9|8042|triple"},
	{"reset", test_reset, "in every state; dev=KIND, rounds=N"},
	{"rng", test_rng, "reads entropy"},
	{"smp", test_smp, "starts all CPUs"},
	{"toctou", test_toctou, "a second CPU changes what is handed over"},
};

#define TESTS (sizeof(tests) / sizeof(tests[0]))

static const struct test *find_test(const char *name, size_t len)
{
	unsigned i;

	for (i = 0; i < TESTS; i++)
		if (same(name, len, tests[i].name))
			return &tests[i];
	return NULL;
}

/* run_one() - returns 1 if it went well */
static unsigned run_one(struct machine *m, const char *name, size_t len)
{
	const struct test *test = find_test(name, len);
	unsigned i;
	int result;

	if (!test) {
		failed("test= has an unknown name; there are:");
		for (i = 0; i < TESTS; i++)
			say("  %-10s %s\n", tests[i].name, tests[i].about);
		return 0;
	}
	say("test %s\n", test->name);
	result = test->run(m);
	/* Its devices were on its stack: whatever still interrupts is stray. */
	irq_free_all();
	if (result) {
		say("not ok %s\n", test->name);
		return 0;
	}
	say("ok %s\n", test->name);
	return 1;
}

void guest_main(int how, uint64_t at);

void guest_main(int how, uint64_t at)
{
	struct machine m = {0};
	unsigned ok = 0, all = 0;
	const char *names;
	size_t len = 5, i;

	serial_init();
	say("weft tiny guest\n");
	if (boot_info_read(&m, how, at))
		failed("the loader left no boot information at 0x%lx", at);
	m.patience_ms = cmdline_number(&m, "patience", 5000);
	acpi_read(&m);
	names = cmdline_word(&m, "test", &len);
	if (!names)
		names = "hello";
	for (; len; names += i, len -= i) {
		for (i = 0; i < len && names[i] != ','; i++)
			;
		ok += run_one(&m, names, i);
		all++;
		i += i < len;
	}
	say("done %u of %u\n", ok, all);
	power_off(&m, ok != all);
}
