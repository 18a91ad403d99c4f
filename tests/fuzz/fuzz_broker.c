// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_broker.c - any packets as requests to weft-broker
 *
 * What gets through to the host is right: names, numbers, and taps that were
 * made here. A byte in front of each packet says how long it is.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/broker/broker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned made, open_now;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_name(const char *name)
{
	must(*name && strlen(name) < BROKER_NAME_SIZE && !strchr(name, '/') &&
	     strcmp(name, ".") && strcmp(name, ".."));
}

static int open_nic(struct host_access *host, const char *ifname,
		    bool is_forced, struct packet_fds *fds, struct err *err)
{
	(void)host;
	(void)is_forced;
	(void)err;
	check_name(ifname);
	*fds = (struct packet_fds){dup(0), dup(0), 1};
	return 0;
}

static int open_tap(struct host_access *host, struct host_tap *tap,
		    const struct host_tap_settings *settings, struct err *err)
{
	(void)host;
	(void)err;
	check_name(settings->ifname);
	must(strchr(settings->ifname, '-') && !strchr(settings->ifname, '%'));
	must(settings->mtu >= 68 && !mac_is_group(&settings->mac));
	tap->fd = dup(0);
	tap->ifindex = ++made;
	open_now++;
	return 0;
}

static int set_address(struct host_access *host, struct host_tap *tap,
		       const struct ipv4_prefix *address, struct err *err)
{
	(void)host;
	(void)err;
	must(tap->fd >= 0 && tap->ifindex && tap->ifindex <= made);
	must(!address || (address->len >= 8 && address->len <= 32));
	return 0;
}

static int set_mtu(struct host_access *host, struct host_tap *tap, uint16_t mtu,
		   struct err *err)
{
	(void)host;
	(void)err;
	must(tap->fd >= 0 && mtu >= 68);
	return 0;
}

static void close_tap(struct host_access *host, struct host_tap *tap)
{
	(void)host;
	must(tap->fd >= 0);
	close(tap->fd);
	open_now--;
}

static const struct host_access_ops ops = {
	.open_nic = open_nic,
	.open_tap = open_tap,
	.set_address = set_address,
	.set_mtu = set_mtu,
	.close_tap = close_tap,
};

static void obey(struct broker *broker, const struct broker_request *request)
{
	struct broker_answer answer;
	int fds[BROKER_MAX_FDS];
	unsigned i;

	broker_obey(broker, request, &answer, fds);
	must(answer.code <= 0 && answer.type == request->type);
	for (i = 0; i < broker_answer_fds(&answer); i++)
		close(fds[i]);
	must(open_now <= BROKER_MAX_TAPS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host_access host = {.ops = &ops};
	struct broker_request request;
	static struct broker broker;

	made = 0;
	broker_init(&broker, &host);
	while (size > 1) {
		size_t len = data[0];

		data++;
		size--;
		len = len < size ? len : size;
		if (broker_request_decode(data, len, &request) == 0)
			obey(&broker, &request);
		data += len;
		size -= len;
	}
	broker_fini(&broker);
	must(!open_now);
	return 0;
}
