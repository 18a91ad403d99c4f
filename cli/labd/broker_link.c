// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * broker_link.c - weft-broker, for a labd that lacks the privilege itself
 *
 * Theory of operation
 *
 * Whoever wants something of the host waits for it, as for the kernel. The
 * broker does one thing at a time and none of them takes long; one that doesn't
 * answer (ANSWER_MS) is ended.
 *
 * When it ends, nothing of the lab does: what it opened is ours, and open. But
 * the taps that it made can't be changed any more; a new broker, which is
 * started when it is needed, knows nothing of them.
 *
 * It is not ended by the signal that other children get when labd dies, for the
 * kernel forgets that one when a program gains privileges. The end of our
 * socket ends it.
 */
#include "cli/labd/broker_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/broker/broker_msg.h"
#include "cli/host/host_rights.h"

/* A machine that is very busy is no reason to end it. */
#define ANSWER_MS 20000

static struct broker_link *link_of(struct host_access *host)
{
	return container_of(host, struct broker_link, host);
}

static void let_go(struct broker_link *link)
{
	if (link->sock < 0)
		return;
	close(link->sock);
	link->sock = -1;
}

static void broker_exited(struct child *child, int wait_status)
{
	struct broker_link *link =
		container_of(child, struct broker_link, child);
	char why[64];

	let_go(link);
	child_describe_exit(wait_status, why, sizeof(why));
	log_warning(link->log, "weft-broker %s: what it had opened stays", why);
}

/* One question, one answer; a broker that fails at this is ended. */
static int converse(struct broker_link *link,
		    const struct broker_request *request,
		    struct broker_answer *answer, int *fds)
{
	struct pollfd poll_fd = {.fd = link->sock, .events = POLLIN};
	int rc = broker_request_send(link->sock, request);

	if (!rc && poll(&poll_fd, 1, ANSWER_MS) == 0)
		rc = -ETIMEDOUT;
	if (!rc)
		rc = broker_answer_recv(link->sock, answer, fds);
	if (!rc && answer->type != request->type)
		rc = -EPROTO;
	if (!rc)
		return 0;
	let_go(link);
	child_forget(&link->child);
	return rc;
}

static int exchange(struct broker_link *link, struct broker_request *request,
		    struct broker_answer *answer, int *fds, struct err *err)
{
	int rc;

	request->version = BROKER_VERSION;
	rc = converse(link, request, answer, fds);
	if (rc)
		return err_set(err, rc,
			       "weft-broker does not answer (%s): the lab's "
			       "log, labd.log, may say why",
			       strerror(-rc));
	return answer->code ? err_set(err, answer->code, "%s", answer->text)
			    : 0;
}

static int spawn(struct broker_link *link, const char *path, struct err *err)
{
	char name[] = "weft-broker", *argv[] = {name, NULL};
	int pair[2], rc;
	const struct child_settings settings = {
		.path = path,
		.argv = argv,
		.fds = &pair[1],
		.fd_count = 1,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = link->log_fd,
	};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "cannot make a socket pair: %s",
			       strerror(errno));
	rc = child_start(link->loop, &link->child, &settings, err);
	close(pair[1]);
	if (rc)
		close(pair[0]);
	else
		link->sock = pair[0];
	return rc;
}

static int start(struct broker_link *link, const char *path, struct err *err)
{
	struct broker_request hello = {.type = BROKER_HELLO};
	struct broker_answer answer = {0};
	int fds[BROKER_MAX_FDS];

	if (spawn(link, path, err))
		return err->code;
	link->starts++;
	if (!exchange(link, &hello, &answer, fds, err))
		return 0;
	let_go(link);
	child_forget(&link->child);
	return err->code;
}

/* What was wanted, and what to do, in one sentence. */
static int explain(const char *what, int code, const char *why, const char *fix,
		   struct err *err)
{
	return err_set(err, code,
		       "%s takes CAP_NET_ADMIN and CAP_NET_RAW: run as root, "
		       "or have weft-broker do it. But %s%s%s",
		       what, why, *fix ? ". To mend that: " : "", fix);
}

/* @what: is to be opened */
static int need(struct broker_link *link, const char *what, struct err *err)
{
	struct broker_found found;
	struct err why;

	if (link->sock >= 0)
		return 0;
	if (link->find(&found))
		return explain(what, found.code, found.why, found.fix, err);
	if (start(link, found.path, &why))
		return explain(what, why.code, why.msg, "", err);
	return 0;
}

static int open_nic(struct host_access *host, const char *ifname,
		    bool is_forced, struct packet_fds *fds, struct err *err)
{
	struct broker_request request = {.type = BROKER_NIC_OPEN,
					 .is_forced = is_forced};
	struct broker_link *link = link_of(host);
	struct broker_answer answer = {0};
	int opened[BROKER_MAX_FDS] = {-1, -1};

	*fds = (struct packet_fds){-1, -1, 0};
	if (need(link, ifname, err))
		return err->code;
	if (strlen(ifname) >= sizeof(request.name))
		return err_set(err, -EINVAL, "%s is too long for a NIC's name",
			       ifname);
	memcpy(request.name, ifname, strlen(ifname));
	if (exchange(link, &request, &answer, opened, err))
		return err->code;
	*fds = (struct packet_fds){opened[0], opened[1], (int)answer.ifindex};
	return 0;
}

static int open_tap(struct host_access *host, struct host_tap *tap,
		    const struct host_tap_settings *settings, struct err *err)
{
	struct broker_request request = {.type = BROKER_TAP_OPEN,
					 .mtu = settings->mtu,
					 .mac = settings->mac};
	struct broker_link *link = link_of(host);
	struct broker_answer answer = {0};
	int opened[BROKER_MAX_FDS] = {-1, -1};

	memset(tap, 0, sizeof(*tap));
	tap->fd = -1;
	if (need(link, "a tap", err))
		return err->code;
	snprintf(request.name, sizeof(request.name), "%s", settings->ifname);
	if (exchange(link, &request, &answer, opened, err))
		return err->code;
	tap->fd = opened[0];
	tap->ifindex = answer.ifindex;
	tap->mtu = settings->mtu;
	memcpy(tap->ifname, request.name, sizeof(tap->ifname));
	return 0;
}

/* Something with a tap that is there: no broker is started for it. */
static int change(struct host_access *host, const struct host_tap *tap,
		  struct broker_request *request, struct err *err)
{
	struct broker_link *link = link_of(host);
	struct broker_answer answer = {0};
	int fds[BROKER_MAX_FDS], rc;

	request->ifindex = tap->ifindex;
	rc = link->sock < 0 ? err_set(err, -ENODEV,
				      "the weft-broker that made it is gone: "
				      "weft down, then weft up")
			    : exchange(link, request, &answer, fds, err);
	return rc ? err_wrap(err, "interface %s", tap->ifname) : 0;
}

/* Anybody may ask. */
static int check_address(struct host_access *host,
			 const struct ipv4_prefix *address,
			 const unsigned *except, struct err *err)
{
	return host_access_here.check_address(host, address, except, err);
}

static int set_address(struct host_access *host, struct host_tap *tap,
		       const struct ipv4_prefix *address, struct err *err)
{
	struct broker_request request = {.type = BROKER_TAP_ADDRESS};

	if (!address && !tap->has_address)
		return 0;
	if (address) {
		request.has_address = 1;
		request.address = address->addr;
		request.prefix_len = address->len;
	}
	if (change(host, tap, &request, err))
		return err->code;
	tap->has_address = address != NULL;
	if (address)
		tap->address = *address;
	return 0;
}

static int set_mtu(struct host_access *host, struct host_tap *tap, uint16_t mtu,
		   struct err *err)
{
	struct broker_request request = {.type = BROKER_TAP_MTU, .mtu = mtu};

	if (tap->mtu == mtu)
		return 0;
	if (change(host, tap, &request, err))
		return err->code;
	tap->mtu = mtu;
	return 0;
}

static void close_tap(struct host_access *host, struct host_tap *tap)
{
	struct broker_request request = {.type = BROKER_TAP_CLOSE};
	struct err ignored;

	if (tap->fd < 0)
		return;
	change(host, tap, &request, &ignored);
	close(tap->fd);
	tap->fd = -1;
	tap->has_address = false;
}

static const struct host_access_ops ops = {
	.open_nic = open_nic,
	.open_tap = open_tap,
	.check_address = check_address,
	.set_address = set_address,
	.set_mtu = set_mtu,
	.close_tap = close_tap,
};

void broker_link_init(struct broker_link *link, struct loop *loop,
		      const struct log *log, int log_fd)
{
	*link = (struct broker_link){
		.host = {.ops = &ops, .is_far = true},
		.own = {.ops = &host_access_here},
		.loop = loop,
		.log = log,
		.log_fd = log_fd,
		.find = broker_find,
		.sock = -1,
	};
	child_init(&link->child, broker_exited);
}

struct host_access *broker_link_choose(struct broker_link *link)
{
	return host_rights_are_ours() ? &link->own : &link->host;
}

void broker_link_fini(struct broker_link *link)
{
	let_go(link);
	child_forget(&link->child);
}
