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
	be16_store(p, 65); /* a type that we know nothing of */
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

enum dns_rcode ask_from(struct fixture *f, const char *label, uint16_t id,
			uint16_t ingress)
{
	const struct dns_asker asker = {
		.transport = DNS_OVER_UDP, .ingress = ingress, .port = id};

	make_query(f, label, id);
	return dns_forward_query(f->forward, &asker, f->query, f->query_len);
}

enum dns_rcode ask(struct fixture *f, const char *label, uint16_t id)
{
	return ask_from(f, label, id, 0);
}

bool resolver_got(struct fixture *f, unsigned i)
{
	socklen_t len = sizeof(f->from);
	ssize_t got = recvfrom(f->udp[i], f->seen, sizeof(f->seen), 0,
			       (struct sockaddr *)&f->from, &len);

	f->seen_len = got < 0 ? 0 : (size_t)got;
	return got > 0;
}

void resolver_says(struct fixture *f, unsigned i, size_t len)
{
	sendto(f->udp[i], f->seen, len, 0, (struct sockaddr *)&f->from,
	       sizeof(f->from));
	loop_run_once(f->loop, 0);
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
