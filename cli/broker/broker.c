// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * broker.c - the one who does to the host what labd has no privilege for
 *
 * Theory of operation
 *
 * One request is read, judged (broker_policy.h), done, and answered; then the
 * next. Nobody else waits, so it may take its time.
 *
 * What is opened is the asker's, and goes when that closes it. A tap is kept
 * here, too: who asks for its address to change names it by its number, and
 * only one that was made here has any. When the other end of the socket closes,
 * also because it was killed, the taps go, with address and route.
 *
 * Limits: how many NICs one opens is not counted, for they aren't kept.
 */
#include "cli/broker/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/broker/broker_policy.h"

static_assert(BROKER_NAME_SIZE == TAP_NAME_SIZE, "a name of the kernel's");

void broker_init(struct broker *broker, struct host_access *host)
{
	unsigned i;

	memset(broker, 0, sizeof(*broker));
	broker->host = host;
	for (i = 0; i < BROKER_MAX_TAPS; i++)
		broker->taps[i].fd = -1;
}

static void close_tap(struct broker *broker, struct host_tap *tap)
{
	broker->host->ops->close_tap(broker->host, tap);
	memset(tap, 0, sizeof(*tap));
	tap->fd = -1;
}

void broker_fini(struct broker *broker)
{
	unsigned i;

	for (i = 0; i < BROKER_MAX_TAPS; i++) {
		if (broker->taps[i].fd >= 0)
			close_tap(broker, &broker->taps[i]);
	}
}

static int open_nic(struct broker *broker, const struct broker_request *request,
		    struct broker_answer *answer, int *fds, struct err *err)
{
	struct packet_fds nic = {-1, -1, 0};

	if (broker->host->ops->open_nic(broker->host, request->name,
					request->is_forced, &nic, err))
		return err->code;
	fds[0] = nic.fd;
	fds[1] = nic.link_fd;
	answer->ifindex = (uint32_t)nic.ifindex;
	return 0;
}

static struct host_tap *unused_tap(struct broker *broker)
{
	unsigned i;

	for (i = 0; i < BROKER_MAX_TAPS; i++) {
		if (broker->taps[i].fd < 0)
			return &broker->taps[i];
	}
	return NULL;
}

static int open_tap(struct broker *broker, const struct broker_request *request,
		    struct broker_answer *answer, int *fds, struct err *err)
{
	const struct host_tap_settings settings = {
		.ifname = request->name,
		.mac = request->mac,
		.mtu = request->mtu,
	};
	struct host_tap *tap = unused_tap(broker);

	if (!tap)
		return err_set(err, -ENOSPC, "more than %u taps of one lab",
			       BROKER_MAX_TAPS);
	if (broker->host->ops->open_tap(broker->host, tap, &settings, err)) {
		tap->fd = -1;
		return err->code;
	}
	fds[0] = fcntl(tap->fd, F_DUPFD_CLOEXEC, 0);
	if (fds[0] < 0) {
		err_set(err, -errno, "cannot pass a tap on: %s",
			strerror(errno));
		close_tap(broker, tap);
		return err->code;
	}
	answer->ifindex = tap->ifindex;
	return 0;
}

static int change_tap(struct broker *broker,
		      const struct broker_request *request, struct err *err)
{
	const struct ipv4_prefix address = {request->address,
					    request->prefix_len};
	struct host_access *host = broker->host;
	struct host_tap *tap = broker->taps;
	unsigned i = 0;

	while (i < BROKER_MAX_TAPS &&
	       (tap[i].fd < 0 || tap[i].ifindex != request->ifindex))
		i++;
	if (i == BROKER_MAX_TAPS)
		return err_set(err, -ENODEV,
			       "this weft-broker has made no such tap: weft "
			       "down, then weft up");
	if (request->type == BROKER_TAP_CLOSE)
		close_tap(broker, &tap[i]);
	else if (request->type == BROKER_TAP_MTU)
		return host->ops->set_mtu(host, &tap[i], request->mtu, err);
	else
		return host->ops->set_address(
			host, &tap[i], request->has_address ? &address : NULL,
			err);
	return 0;
}

static int obey(struct broker *broker, const struct broker_request *request,
		struct broker_answer *answer, int *fds, struct err *err)
{
	switch ((enum broker_type)request->type) {
	case BROKER_HELLO:
	case BROKER_TYPES:
		return 0;
	case BROKER_NIC_OPEN:
		return open_nic(broker, request, answer, fds, err);
	case BROKER_TAP_OPEN:
		return open_tap(broker, request, answer, fds, err);
	case BROKER_TAP_ADDRESS:
	case BROKER_TAP_MTU:
	case BROKER_TAP_CLOSE:
		return change_tap(broker, request, err);
	}
	return 0;
}

static void fill_failure(struct broker_answer *answer, const struct err *err)
{
	answer->code = err->code;
	snprintf(answer->text, sizeof(answer->text), "%.*s",
		 (int)sizeof(answer->text) - 1, err->msg);
}

void broker_obey(struct broker *broker, const struct broker_request *request,
		 struct broker_answer *answer, int *fds)
{
	struct err err = {0};
	unsigned i;

	for (i = 0; i < BROKER_MAX_FDS; i++)
		fds[i] = -1;
	memset(answer, 0, sizeof(*answer));
	answer->version = BROKER_VERSION;
	answer->type = request->type;
	if (broker_policy_check(request, &err) ||
	    obey(broker, request, answer, fds, &err))
		fill_failure(answer, &err);
}

static int answer_one(struct broker *broker, int sock)
{
	int fds[BROKER_MAX_FDS], rc;
	struct broker_request request;
	struct broker_answer answer;
	unsigned i;

	rc = broker_request_recv(sock, &request);
	if (rc)
		return rc;
	broker_obey(broker, &request, &answer, fds);
	rc = broker_answer_send(sock, &answer, fds);
	for (i = 0; i < BROKER_MAX_FDS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	return rc;
}

int broker_serve(struct broker *broker, int sock)
{
	int rc;

	do
		rc = answer_one(broker, sock);
	while (!rc || rc == -EINTR);
	return rc == -EPIPE ? 0 : rc;
}

void broker_refuse(int sock, const struct err *err)
{
	struct broker_answer answer = {.version = BROKER_VERSION};
	struct broker_request request;

	if (broker_request_recv(sock, &request))
		return;
	answer.type = request.type;
	fill_failure(&answer, err);
	broker_answer_send(sock, &answer, NULL);
}
