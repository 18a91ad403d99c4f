// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_bed.c - a small network that is captured, for more than one test
 */
#include "unit/cmocka_wrap.h"

#include "unit/capture_bed.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int capture_bed_setup(void **state)
{
	struct network_options options = {.name = "net", .seed = 7};
	struct network_port_options port = {0};
	static struct offload_scratch scratch;
	static struct capture_bed f;
	struct network_env env;
	char name[8] = "p0";
	unsigned i;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.loop = loop_create(&f.fake.clock, NULL);
	f.pool = packet_pool_create(1024, 2048, NULL);
	env = (struct network_env){f.loop, f.pool, &scratch};
	f.network = network_create(&env, &options, NULL);
	f.wake.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	f.settings.snaplen = CAPTURE_SNAPLEN;
	f.ring = capture_ring_create(&f.wake, NULL);
	for (i = 0; i < BED_PORTS; i++) {
		name[1] = (char)('0' + i);
		mem_port_init(&f.p[i], name);
		network_add_port(f.network, &f.p[i].port, &port);
		f.taps[i] = capture_tap_create(f.ring, &f.settings, name);
	}
	for (i = 0; i < BED_PORTS; i++)
		mem_port_input(&f.p[i], 0xff, (uint8_t)(i + 1), 60, 1);
	*state = &f;
	return 0;
}

int capture_bed_teardown(void **state)
{
	struct capture_bed *f = *state;

	network_destroy(f->network);
	capture_ring_destroy(f->ring);
	close(f->wake.fd);
	packet_pool_destroy(f->pool);
	loop_destroy(f->loop);
	return 0;
}

void bed_tap(struct capture_bed *f, unsigned port)
{
	network_tap(f->network, &f->p[port].port, f->taps[port]);
}

static bool note(void *arg, struct capture_record *record)
{
	struct capture_bed *f = arg;
	struct seen *seen = &f->seen[f->count++];

	assert_true(f->count <= BED_SEEN);
	memcpy(seen->name, record->tap->name, sizeof(seen->name));
	seen->record = *record;
	if (record->captured)
		seen->last = capture_record_data(record)[record->captured - 1];
	return true;
}

unsigned bed_drain(struct capture_bed *f)
{
	f->count = 0;
	return capture_ring_read(f->ring, note, f);
}

const char *bed_comment(const struct seen *seen)
{
	static char text[128];

	capture_comment(&seen->record, text, sizeof(text));
	return text;
}

void bed_expect(const struct seen *seen, const char *port,
		enum port_direction direction, const char *what)
{
	assert_string_equal(seen->name, port);
	assert_int_equal(seen->record.direction, direction);
	assert_string_equal(bed_comment(seen), what);
}
