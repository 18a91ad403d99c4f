// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * broker_msg.c - what labd asks of weft-broker, and what it gets
 */
#include "cli/broker/broker_msg.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fd_pass.h"
#include "core/util.h"

static_assert(sizeof(struct broker_request) == 44, "no byte is padding");
static_assert(sizeof(struct broker_answer) == 16 + BROKER_TEXT_SIZE,
	      "no byte is padding");
static_assert(BROKER_MAX_FDS <= FD_PASS_MAX, "descriptors get lost");

/**
 * struct broker_rule - what a request of one type has, and its answer
 * @ifindex:	the request says which tap
 * @address:	it may have an address
 * @mtu:	it has an MTU
 * @forced:	it may be forced
 * @mac:	it has a MAC address
 * @name:	it has a name
 * @fds:	descriptors that come with an answer that is good
 */
struct broker_rule {
	bool ifindex;
	bool address;
	bool mtu;
	bool forced;
	bool mac;
	bool name;
	uint8_t fds;
};

static const struct broker_rule rules[] = {
	[BROKER_HELLO] = {0},
	[BROKER_NIC_OPEN] = {.name = true, .forced = true, .fds = 2},
	[BROKER_TAP_OPEN] = {.name = true, .mac = true, .mtu = true, .fds = 1},
	[BROKER_TAP_ADDRESS] = {.ifindex = true, .address = true},
	[BROKER_TAP_MTU] = {.ifindex = true, .mtu = true},
	[BROKER_TAP_CLOSE] = {.ifindex = true},
};
static_assert(ARRAY_SIZE(rules) == BROKER_TYPES, "a request lacks its rule");

/* A text, and nothing behind it. */
static bool is_name(const char name[BROKER_NAME_SIZE])
{
	size_t i = strnlen(name, BROKER_NAME_SIZE);

	if (!i || i == BROKER_NAME_SIZE)
		return false;
	for (; i < BROKER_NAME_SIZE; i++) {
		if (name[i])
			return false;
	}
	return true;
}

static bool is_address(const struct broker_request *r)
{
	if (r->has_address > 1 || r->prefix_len > 32)
		return false;
	return r->has_address || (!r->address && !r->prefix_len);
}

static bool is_empty(const struct broker_request *r)
{
	return !r->has_address && !r->address && !r->prefix_len;
}

static bool fits(const struct broker_rule *rule, const struct broker_request *r)
{
	static const char none[BROKER_NAME_SIZE];

	return (rule->ifindex ? r->ifindex : !r->ifindex) &&
	       (rule->address ? is_address(r) : is_empty(r)) &&
	       (rule->mtu ? r->mtu : !r->mtu) && r->is_forced <= rule->forced &&
	       !r->zero && (rule->mac || mac_is_zero(&r->mac)) &&
	       (rule->name ? is_name(r->name)
			   : memcmp(r->name, none, sizeof(none)) == 0);
}

int broker_request_decode(const void *data, size_t len,
			  struct broker_request *request)
{
	if (len != sizeof(*request))
		return -EPROTO;
	memcpy(request, data, sizeof(*request));
	if (request->version != BROKER_VERSION || request->type >= BROKER_TYPES)
		return -EPROTO;
	return fits(&rules[request->type], request) ? 0 : -EPROTO;
}

int broker_answer_decode(const void *data, size_t len,
			 struct broker_answer *answer)
{
	if (len != sizeof(*answer))
		return -EPROTO;
	memcpy(answer, data, sizeof(*answer));
	if (answer->version != BROKER_VERSION || answer->type >= BROKER_TYPES ||
	    answer->code > 0)
		return -EPROTO;
	answer->text[BROKER_TEXT_SIZE - 1] = '\0';
	return 0;
}

unsigned broker_answer_fds(const struct broker_answer *answer)
{
	return answer->code ? 0 : rules[answer->type].fds;
}

static int send_packet(int sock, const void *data, size_t size, const int *fds,
		       unsigned count)
{
	struct iovec iov = {(void *)(uintptr_t)data, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_put(&msg, &control, fds, count);
	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* @len: gets the bytes; returns how many descriptors, or -errno */
static int recv_packet(int sock, void *data, size_t size, size_t *len, int *fds)
{
	struct iovec iov = {data, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;
	ssize_t got;
	int count;

	fd_pass_expect(&msg, &control);
	got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	if (got < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	/* first of all: an empty packet may bring some, too */
	count = fd_pass_take(&msg, fds, BROKER_MAX_FDS);
	if (count < 0)
		return count;
	if (!got && !count)
		return -EPIPE;
	*len = msg.msg_flags & MSG_TRUNC ? 0 : (size_t)got;
	return count;
}

static void close_all(int *fds, int count)
{
	while (count--) {
		close(fds[count]);
		fds[count] = -1;
	}
}

int broker_request_send(int sock, const struct broker_request *request)
{
	return send_packet(sock, request, sizeof(*request), NULL, 0);
}

int broker_answer_send(int sock, const struct broker_answer *answer,
		       const int *fds)
{
	return send_packet(sock, answer, sizeof(*answer), fds,
			   broker_answer_fds(answer));
}

int broker_request_recv(int sock, struct broker_request *request)
{
	int fds[BROKER_MAX_FDS], count;
	char data[sizeof(*request)];
	size_t len = 0;

	count = recv_packet(sock, data, sizeof(data), &len, fds);
	if (count < 0)
		return count;
	close_all(fds, count);
	return count ? -EPROTO : broker_request_decode(data, len, request);
}

int broker_answer_recv(int sock, struct broker_answer *answer, int *fds)
{
	char data[sizeof(*answer)];
	int count, i;
	size_t len = 0;

	for (i = 0; i < BROKER_MAX_FDS; i++)
		fds[i] = -1;
	count = recv_packet(sock, data, sizeof(data), &len, fds);
	if (count < 0)
		return count;
	if (broker_answer_decode(data, len, answer) == 0 &&
	    broker_answer_fds(answer) == (unsigned)count)
		return 0;
	close_all(fds, count);
	return -EPROTO;
}
