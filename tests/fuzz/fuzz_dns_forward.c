// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_dns_forward.c - guests' queries and resolvers' replies, both malformed
 *
 * Input: pieces of a control byte, a 16-bit big-endian length and data. The
 * control byte's lower three bits: 0 a query over UDP, 1 over TCP, 2 a resolver
 * says the data, 3 the same with the id that was asked, 4 the same as a
 * response to the question that was asked, of which our OPT is cut if the
 * top bit is set, 5 it hangs up, 6 time passes, 7 the
 * list of resolvers changes. The upper five: ingress port, or which resolver.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_forward.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENDS 8
#define UDP_MAX 1472

struct fuzz {
	struct fake_clock fake;
	struct loop *loop;
	struct dns_forward *forward;
	int ends[ENDS];
	unsigned opened;
};

static int fuzz_open(void *ctx, enum nat_socket kind)
{
	struct fuzz *fuzz = ctx;
	int type = kind == NAT_SOCKET_UDP ? SOCK_SEQPACKET : SOCK_STREAM;
	int *end = &fuzz->ends[fuzz->opened++ % ENDS];
	int pair[2];

	if (fuzz->opened % 16 == 15)
		return -EMFILE;
	if (*end >= 0)
		close(*end);
	*end = -1;
	if (socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		abort();
	*end = pair[1];
	return pair[0];
}

static int fuzz_connect(void *ctx, int fd, uint32_t address, uint16_t port)
{
	(void)ctx;
	(void)fd;
	(void)port;
	return address == 1 ? 0 : -EINPROGRESS;
}

static bool fuzz_is_host(void *ctx, uint32_t address)
{
	(void)ctx;
	(void)address;
	return false;
}

static const struct nat_sockets sockets = {fuzz_open, fuzz_connect,
					   fuzz_is_host};

static void fuzz_reply(void *ctx, const struct dns_asker *asker,
		       const uint8_t *data, size_t len)
{
	(void)ctx;
	if (len < DNS_HEADER_LEN || len > TCP_SERVICE_REPLY_MAX ||
	    (asker->transport == DNS_OVER_UDP && len > UDP_MAX) ||
	    !(data[2] & 0x80) || be16_load(data) != asker->port)
		abort();
}

static const struct dns_forward_ops ops = {fuzz_reply};

static void fuzz_query(struct fuzz *fuzz, uint8_t control, const uint8_t *data,
		       size_t len)
{
	const struct dns_asker asker = {
		.transport = control & 1 ? DNS_OVER_TCP : DNS_OVER_UDP,
		.ingress = control >> 3,
		.port = len > 1 ? be16_load(data) : 0, /* the id */
	};
	static uint8_t reply[TCP_SERVICE_REPLY_MAX];

	len = dns_forward_query(fuzz->forward, &asker, data, len, reply);
	if (len && len != DNS_FOREIGN)
		fuzz_reply(fuzz, &asker, reply, len);
}

/* What was asked, with what the fuzzer says instead of it or behind it. */
static void fuzz_say(struct fuzz *fuzz, uint8_t control, const uint8_t *data,
		     size_t len)
{
	int fd = fuzz->ends[(control >> 3) % ENDS];
	static uint8_t message[4096];
	ssize_t asked;
	size_t keep = 0;

	if (fd < 0)
		return;
	asked = recv(fd, message, sizeof(message) / 2, 0);
	if ((control & 7) == 3)
		keep = 2;
	else if ((control & 7) == 4)
		keep = (size_t)MAX(asked, 0);
	if ((control & 0x87) == 0x84 && keep > DNS_HEADER_LEN + DNS_OPT_LEN) {
		/* what is said are records, as many as it says itself */
		keep -= DNS_OPT_LEN;
		memcpy(message + 6, data, MIN(len, 6u));
		data += MIN(len, 6u);
		len -= MIN(len, 6u);
	}
	if (asked < (ssize_t)keep)
		keep = 0;
	if ((control & 7) == 4 && keep > 5)
		message[2] |= 0x80;
	len = MIN(len, sizeof(message) - keep);
	memcpy(message + keep, data, len);
	if (send(fd, message, keep + len, MSG_NOSIGNAL) < 0)
		return;
	loop_run_once(fuzz->loop, 0);
}

static void fuzz_piece(struct fuzz *fuzz, uint8_t control, const uint8_t *data,
		       size_t len)
{
	static const uint32_t servers[] = {1, 2, 3};
	int *end = &fuzz->ends[(control >> 3) % ENDS];

	if ((control & 7) < 2) {
		fuzz_query(fuzz, control, data, len);
	} else if ((control & 7) < 5) {
		fuzz_say(fuzz, control, data, len);
	} else if ((control & 7) == 5 && *end >= 0) {
		close(*end);
		*end = -1;
	} else if ((control & 7) == 6) {
		fuzz->fake.ns += (control >> 3) * 100 * NSEC_PER_MSEC;
	} else if ((control & 7) == 7) {
		dns_forward_set_servers(fuzz->forward, servers,
					(control >> 3) % 4);
	}
	loop_run_once(fuzz->loop, 0);
}

static void fuzz_start(struct fuzz *fuzz)
{
	static const uint32_t servers[] = {1, 2};
	struct dns_forward_settings settings = {
		.clock = &fuzz->fake.clock,
		.sockets = &sockets,
		.sockets_ctx = fuzz,
		.own_address = 3,
		.udp_max = UDP_MAX,
	};
	unsigned i;

	for (i = 0; i < ENDS; i++)
		fuzz->ends[i] = -1;
	fake_clock_init(&fuzz->fake, 100 * NSEC_PER_SEC);
	fuzz->loop = loop_create(&fuzz->fake.clock, NULL);
	settings.loop = fuzz->loop;
	fuzz->forward = dns_forward_create(&settings, &ops, fuzz, NULL);
	if (!fuzz->forward)
		abort();
	dns_forward_set_servers(fuzz->forward, servers, ARRAY_SIZE(servers));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {.opened = 0};
	unsigned i;

	fuzz_start(&fuzz);
	while (size >= 3) {
		size_t len = MIN(be16_load(data + 1), size - 3);

		fuzz_piece(&fuzz, data[0], data + 3, len);
		data += 3 + len;
		size -= 3 + len;
	}
	/* whatever was said, each guest is answered in the end */
	for (i = 0; i < 8; i++) {
		fuzz.fake.ns += NSEC_PER_SEC;
		loop_run_once(fuzz.loop, 0);
	}
	if (dns_forward_counters(fuzz.forward)->in_flight)
		abort();
	dns_forward_destroy(fuzz.forward);
	for (i = 0; i < ENDS; i++) {
		if (fuzz.ends[i] >= 0)
			close(fuzz.ends[i]);
	}
	loop_destroy(fuzz.loop);
	return 0;
}
