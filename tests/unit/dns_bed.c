// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_bed.c - a DNS forwarder with resolvers on loopback, on a fake clock
 */
#include "unit/cmocka_wrap.h"

#include "unit/dns_bed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/util.h"

int loopback_socket(int type, struct sockaddr_in *at)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*at);

	*at = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
	return fd;
}

static int open_socket(void *ctx, enum nat_socket kind)
{
	(void)ctx;
	return socket(AF_INET,
		      (kind == NAT_SOCKET_UDP ? SOCK_DGRAM : SOCK_STREAM) |
			      SOCK_NONBLOCK | SOCK_CLOEXEC,
		      0);
}

static int connect_socket(void *ctx, int fd, uint32_t address, uint16_t port)
{
	struct fixture *f = ctx;
	unsigned i = address - FIRST;
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(int);
	int type;

	assert_int_equal(port, DNS_PORT);
	if (i >= RESOLVERS)
		return -ENETUNREACH;
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	len = sizeof(at);
	getsockname(type == SOCK_DGRAM ? f->udp[i] : f->tcp[i],
		    (struct sockaddr *)&at, &len);
	return connect(fd, (struct sockaddr *)&at, sizeof(at)) ? -errno : 0;
}

static bool is_host(void *ctx, uint32_t address)
{
	(void)ctx;
	(void)address;
	return false;
}

static const struct nat_sockets sockets = {open_socket, connect_socket,
					   is_host};

static void take_answer(void *ctx, const struct dns_asker *asker,
			const uint8_t *data, size_t len)
{
	struct fixture *f = ctx;

	assert_true(len <= sizeof(f->last.data));
	f->answers++;
	f->last.asker = *asker;
	memcpy(f->last.data, data, len);
	f->last.len = len;
	if (f->on_answer)
		f->on_answer(f);
}

static const struct dns_forward_ops ops = {take_answer};

void use_servers(struct fixture *f, unsigned count)
{
	static const uint32_t list[] = {FIRST, FIRST + 1, FIRST + 2};

	dns_forward_set_servers(f->forward, list, count);
}

int dns_bed_setup(void **state)
{
	static struct fixture f;
	struct dns_forward_settings settings = {
		.sockets = &sockets,
		.sockets_ctx = &f,
		.own_address = OWN,
		.udp_max = UDP_MAX,
		.secret = {{1, 2}},
	};
	struct sockaddr_in at;
	unsigned i;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.loop = loop_create(&f.fake.clock, NULL);
	settings.loop = f.loop;
	settings.clock = &f.fake.clock;
	f.forward = dns_forward_create(&settings, &ops, &f, NULL);
	for (i = 0; i < RESOLVERS; i++) {
		f.udp[i] = loopback_socket(SOCK_DGRAM, &at);
		f.tcp[i] = loopback_socket(SOCK_STREAM, &at);
		assert_int_equal(listen(f.tcp[i], 8), 0);
	}
	use_servers(&f, 1);
	*state = &f;
	return 0;
}

int dns_bed_teardown(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	dns_forward_destroy(f->forward);
	loop_destroy(f->loop);
	for (i = 0; i < RESOLVERS; i++) {
		close(f->udp[i]);
		close(f->tcp[i]);
	}
	return 0;
}

void make_query(struct fixture *f, const char *label, uint16_t id)
{
	uint8_t *p = f->query + DNS_HEADER_LEN;
	size_t len = strlen(label);

	memset(f->query, 0, sizeof(f->query));
	be16_store(f->query, id);
	be16_store(f->query + 2, 0x0130); /* RD, AD, CD */
	be16_store(f->query + 4, 1);
	*p++ = (uint8_t)len;
	memcpy(p, label, len);
	p += len + 1;
	be16_store(p, DNS_A);
	be16_store(p + 2, DNS_CLASS_IN);
	f->query_len = (size_t)(p + 4 - f->query);
}

void add_opt(struct fixture *f, uint16_t size)
{
	uint8_t *p = f->query + f->query_len;

	be16_store(p + 1, DNS_OPT);
	be16_store(p + 3, size);
	be16_store(p + 7, 0x8000);
	be16_store(p + 9, 4);
	be32_store(p + 11, 0x000a0000); /* an option, empty */
	f->query_len += 15;
	be16_store(f->query + 10, 1);
}

enum dns_rcode ask_query(struct fixture *f, enum dns_transport transport)
{
	const struct dns_asker asker = {.transport = transport,
					.ingress = f->ingress,
					.port = be16_load(f->query),
					.ticket = {3, 4}};
	static uint8_t reply[TCP_SERVICE_REPLY_MAX];
	size_t len = dns_forward_query(f->forward, &asker, f->query,
				       f->query_len, reply);

	if (len == DNS_FOREIGN)
		return DNS_NOERROR;
	if (!len)
		return DNS_FORMERR;
	f->last_said = reply[3] & 0xf;
	if (f->last_said == DNS_NOERROR || f->last_said == DNS_NXDOMAIN)
		take_answer(f, &asker, reply, len);
	return f->last_said;
}

enum dns_rcode ask_from(struct fixture *f, const char *label, uint16_t id,
			uint16_t ingress)
{
	make_query(f, label, id);
	f->ingress = ingress;
	return ask_query(f, DNS_OVER_UDP);
}

enum dns_rcode ask(struct fixture *f, const char *label, uint16_t id)
{
	return ask_from(f, label, id, 0);
}

static bool receive(struct fixture *f, unsigned i, int flags)
{
	socklen_t len = sizeof(f->from);
	ssize_t got = recvfrom(f->udp[i], f->seen, sizeof(f->seen), flags,
			       (struct sockaddr *)&f->from, &len);

	f->seen_len = got < 0 ? 0 : (size_t)got;
	return got > 0;
}

/* Takes probes out, as long as there is one in front. */
static void take_probes(struct fixture *f, unsigned i)
{
	const size_t label = DNS_HEADER_LEN + 1;

	while (receive(f, i, MSG_PEEK) && f->seen_len > label + 5 &&
	       !memcmp(f->seen + label, "weft-", 5)) {
		receive(f, i, 0);
		f->probes++;
		f->probe_len = f->seen_len;
		memcpy(f->probe, f->seen, f->seen_len);
		f->probe_from = f->from;
	}
}

bool resolver_got(struct fixture *f, unsigned i)
{
	struct sockaddr_in from;
	uint8_t seen[sizeof(f->seen)];
	size_t len;

	take_probes(f, i);
	receive(f, i, 0);
	len = f->seen_len;
	from = f->from;
	memcpy(seen, f->seen, len);
	take_probes(f, i); /* and those behind it */
	f->from = from;
	f->seen_len = len;
	memcpy(f->seen, seen, len);
	return len > 0;
}

void probe_replies(struct fixture *f, unsigned i)
{
	f->probe[2] |= 0x80;
	f->probe[3] = DNS_NXDOMAIN;
	sendto(f->udp[i], f->probe, f->probe_len, 0,
	       (struct sockaddr *)&f->probe_from, sizeof(f->probe_from));
	loop_run_once(f->loop, 0);
}

void resolver_says(struct fixture *f, unsigned i, size_t len)
{
	sendto(f->udp[i], f->seen, len, 0, (struct sockaddr *)&f->from,
	       sizeof(f->from));
	loop_run_once(f->loop, 0);
}

void add_answer(struct fixture *f, uint32_t ttl_s, uint32_t address)
{
	size_t end = DNS_HEADER_LEN;
	uint8_t *p;

	/* what was asked ends with its OPT, which the answer is put before */
	while (f->seen[end])
		end += 1u + f->seen[end];
	end += 5;
	p = f->seen + end;
	memmove(p + 16, p, f->seen_len - end);
	be16_store(p, 0xc00c);
	be16_store(p + 2, DNS_A);
	be16_store(p + 4, DNS_CLASS_IN);
	be32_store(p + 6, ttl_s);
	be16_store(p + 10, 4);
	be32_store(p + 12, address);
	f->seen_len += 16;
	be16_store(f->seen + 6, (uint16_t)(be16_load(f->seen + 6) + 1));
}

void resolver_replies(struct fixture *f, unsigned i)
{
	f->seen[2] |= 0x80;
	resolver_says(f, i, f->seen_len);
}

void pass(struct fixture *f, uint64_t ns)
{
	f->fake.ns += ns;
	loop_run_once(f->loop, 0);
}

const struct dns_forward_counters *counters(struct fixture *f)
{
	return dns_forward_counters(f->forward);
}

unsigned rcode(const struct fixture *f)
{
	return f->last.data[3] & 0xf;
}
