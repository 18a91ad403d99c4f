// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_meter.c - frames read as a meter's, and numbers in whatever order
 *
 * Input: one Ethernet frame. It is read as it is, and once more with the tag
 * that the key would make; its bytes are then numbers that come to a tally,
 * whose counts add up.
 */
#include "core/bytes.h"
#include "fuzz/fuzz_ops.h"
#include "switch/uplink/meter_tally.h"
#include "switch/uplink/meter_wire.h"

#define OFFSET_TAG 48
#define INTERVAL_NS 10
#define MAX_SEQ (3 * METER_WINDOW)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct siphash_key key = {{1, 2}};

static void check_again(const struct meter_wire *wire)
{
	uint8_t frame[METER_FRAME_LEN];
	struct meter_wire again;

	meter_wire_encode(wire, &key, frame);
	fuzz_check(meter_wire_decode(frame, sizeof(frame), &key, &again));
	fuzz_check(mac_is_equal(&again.dst, &wire->dst) &&
		   mac_is_equal(&again.src, &wire->src) &&
		   again.kind == wire->kind &&
		   again.direction == wire->direction &&
		   again.round == wire->round && again.run == wire->run &&
		   again.seq == wire->seq && again.sent_ns == wire->sent_ns);
}

static void read_frame(const uint8_t *data, size_t size)
{
	uint8_t tagged[METER_FRAME_LEN];
	struct meter_wire wire;

	if (meter_wire_decode(data, size, &key, &wire))
		check_again(&wire);
	if (size < sizeof(tagged))
		return;
	memcpy(tagged, data, sizeof(tagged));
	be64_store(tagged + OFFSET_TAG, siphash(&key, tagged, OFFSET_TAG));
	if (meter_wire_decode(tagged, sizeof(tagged), &key, &wire))
		check_again(&wire);
}

static void count_numbers(const uint8_t *data, size_t size)
{
	static struct meter_tally tally;
	struct fuzz_ops ops = {data, size};
	uint64_t now_ns = 1000, calls = 0;
	struct meter_way way;

	meter_tally_init(&tally, now_ns, INTERVAL_NS);
	while (fuzz_more(&ops)) {
		uint64_t seq = fuzz_take(&ops, 3) % MAX_SEQ;

		if (seq % 61 == 0)
			meter_tally_mark(&tally);
		now_ns += seq % 97;
		if (seq % 13 == 0)
			meter_tally_nap(&tally, seq % 1009);
		while (tally.sent <= seq)
			meter_tally_sent(&tally, now_ns - seq % 7);
		meter_tally_input(&tally, seq, now_ns - seq % 7, now_ns);
		calls++;
	}
	meter_tally_get(&tally, now_ns + 5, &way);
	fuzz_check(way.received + way.duplicated + way.stale == calls);
	fuzz_check(way.received + way.lost == way.sent);
	fuzz_check(way.reordered <= way.received);
	fuzz_check(way.gap.lost <= way.lost);
	fuzz_check(way.gap.first_ns >= way.gap.last_ns);
	fuzz_check(way.gap.nap_ns <= meter_gap_ns(&way.gap));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_frame(data, size);
	count_numbers(data, size);
	return 0;
}
