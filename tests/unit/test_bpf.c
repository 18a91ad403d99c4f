// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bpf.c - filters: our runs against libpcap's, and programs that lie
 */
#include "unit/cmocka_wrap.h"

#include <pcap/pcap.h>
#include <string.h>

#include "core/addr.h"
#include "core/bytes.h"
#include "core/frame.h"
#include "switch/capture/bpf.h"

#define LEN 400

/* From <pcap/bpf.h> and <linux/filter.h> alike. */
static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter),
	      "one and the same instruction");

static const char *const filters[] = {
	"",
	"arp",
	"not arp",
	"ip",
	"ip6",
	"tcp port 80",
	"tcp port 80 or udp port 53",
	"host 10.0.0.2",
	"src net 10.0.0.0/24 and not dst host 10.0.0.9",
	"ether host 02:00:00:00:00:01",
	"ether broadcast",
	"ip broadcast or multicast",
	"vlan",
	"vlan 7 and tcp",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
	"len > 100",
	"greater 1000",
	"ether[300] = 44",
	"ether[300:4] = 0x2c2d2e2f",
	"ip[2:2] % 3 = 1 and ip[8] * 2 > 100",
	"ip[2:2] / (ip[8] - 64) > 1",
	"icmp[icmptype] = icmp-echo",
	"portrange 1-1023",
};

static uint8_t packet[LEN];
static uint32_t packet_len;

static void begin(uint16_t type)
{
	uint32_t i;

	for (i = 0; i < LEN; i++)
		packet[i] = (uint8_t)i;
	memset(packet, 0, 40);
	packet[0] = packet[6] = 2;
	packet[11] = 1;
	be16_store(packet + 12, type);
	packet_len = LEN;
}

static void build_ip(uint8_t protocol, uint8_t words)
{
	uint8_t *ip = packet + ETH_HLEN;

	begin(0x0800);
	ip[0] = (uint8_t)(0x40 | words);
	be16_store(ip + 2, LEN - ETH_HLEN);
	ip[8] = 65;
	ip[9] = protocol;
	ip[12] = ip[16] = 10;
	ip[19] = 2;
	ip[15] = 1;
	ip += words * 4;
	be16_store(ip, 1024);
	be16_store(ip + 2, protocol == 6 ? 80 : 53);
	ip[12] = 0x50;
	ip[13] = 2;
	memcpy(ip + 20, "GET ", 4);
}

static void build(unsigned which)
{
	if (which == 0)
		begin(0x0806);
	if (which == 1)
		build_ip(6, 5);
	if (which == 2)
		build_ip(17, 15);
	if (which == 3)
		build_ip(1, 6);
	if (which == 4)
		begin(0x86dd);
	if (which == 5) {
		build_ip(6, 5);
		memmove(packet + 16, packet + 12, LEN - 16);
		be16_store(packet + 12, 0x8100);
		be16_store(packet + 14, 7);
	}
	if (which == 6) {
		begin(0x0800);
		memset(packet, 0xff, 6);
	}
	if (which == 7) {
		build_ip(6, 5);
		packet_len = 60;
	}
}

static int64_t run(const struct bpf_program *program, size_t have)
{
	const struct bpf_frame frame = {packet, have, packet_len};

	return bpf_run((const void *)program->bf_insns, &frame);
}

static void filters_say_what_libpcap_says(void **state)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);
	struct bpf_program program;
	unsigned i, which, yes = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		int code = pcap_compile(dead, &program, filters[i], 1, 0);

		assert_int_equal(code, 0);
		assert_true(bpf_is_valid((const void *)program.bf_insns,
					 program.bf_len));
		for (which = 0; which < 8; which++) {
			unsigned wanted;

			build(which);
			wanted = bpf_filter(program.bf_insns, packet,
					    packet_len, packet_len);
			assert_int_equal(run(&program, packet_len), wanted);
			yes += wanted != 0;
		}
		pcap_freecode(&program);
	}
	assert_true(yes > 40); /* else the packets are no test */
	pcap_close(dead);
}

static void what_lies_behind_the_bytes_at_hand_is_asked_for(void **state)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);
	struct bpf_program program;

	(void)state;
	pcap_compile(dead, &program, "ether[300] = 44", 1, 0);
	build(1);
	assert_int_equal(run(&program, 128), BPF_NEED_MORE);
	assert_int_equal(run(&program, 300), BPF_NEED_MORE);
	assert_true(run(&program, 301) > 0);
	packet_len = 300; /* and behind its end there is nothing to ask for */
	assert_int_equal(run(&program, 128), 0);
	pcap_freecode(&program);
	pcap_close(dead);
}

#define RET BPF_STMT(BPF_RET | BPF_K, 1)

static void expect_refused(const struct sock_filter *program, unsigned count)
{
	assert_false(bpf_is_valid(program, count));
}

static void programs_that_could_run_astray_are_refused(void **state)
{
	const struct sock_filter no_end[] = {BPF_STMT(BPF_LD | BPF_IMM, 1)};
	const struct sock_filter far[] = {BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
					  RET};
	const struct sock_filter back[] = {
		BPF_JUMP(BPF_JMP | BPF_JA, 0xffffffff, 0, 0), RET};
	const struct sock_filter branch[] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), RET};
	const struct sock_filter zero[] = {
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RET};
	const struct sock_filter rest[] = {
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 0), RET};
	const struct sock_filter shift[] = {
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RET};
	const struct sock_filter memory[] = {BPF_STMT(BPF_ST, 16), RET};
	const struct sock_filter load[] = {
		BPF_STMT(BPF_LD | BPF_MEM | BPF_W, 16), RET};
	const struct sock_filter code[] = {BPF_STMT(0x100, 0), RET};
	const struct sock_filter misc[] = {BPF_STMT(BPF_MISC | 0x20, 0), RET};
	static struct sock_filter longest[BPF_FILTER_MAX + 1];
	unsigned i;

	(void)state;
	expect_refused(no_end, 0);
	expect_refused(no_end, 1);
	expect_refused(far, 2);
	expect_refused(back, 2);
	expect_refused(branch, 2);
	expect_refused(zero, 2);
	expect_refused(rest, 2);
	expect_refused(shift, 2);
	expect_refused(memory, 2);
	expect_refused(load, 2);
	expect_refused(code, 2);
	expect_refused(misc, 2);
	for (i = 0; i < ARRAY_SIZE(longest); i++)
		longest[i] = (struct sock_filter)RET;
	assert_true(bpf_is_valid(longest, BPF_FILTER_MAX));
	expect_refused(longest, BPF_FILTER_MAX + 1);
}

static void division_by_a_zero_of_the_frame_refuses_it(void **state)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 1), /* 0 */
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_IMM, 7),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		RET,
	};
	const struct bpf_frame frame = {packet, LEN, LEN};

	(void)state;
	build(1);
	assert_true(bpf_is_valid(program, ARRAY_SIZE(program)));
	assert_int_equal(bpf_run(program, &frame), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_say_what_libpcap_says),
		cmocka_unit_test(
			what_lies_behind_the_bytes_at_hand_is_asked_for),
		cmocka_unit_test(programs_that_could_run_astray_are_refused),
		cmocka_unit_test(division_by_a_zero_of_the_frame_refuses_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
