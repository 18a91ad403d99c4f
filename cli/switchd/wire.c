// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wire.c - what labd and weft-switch say to one another
 */
#include "cli/switchd/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fd_pass.h"
#include "core/util.h"

/**
 * struct wire_rule - what a message of one type looks like
 * @size:	bytes, header included
 * @fds:	descriptors that come along
 */
struct wire_rule {
	uint16_t size;
	uint8_t fds;
};

static const struct wire_rule rules[] = {
	[WIRE_NETWORK_ADD] = {sizeof(struct wire_network_add), 0},
	[WIRE_NETWORK_CHANGE] = {sizeof(struct wire_network_add), 0},
	[WIRE_NETWORK_START] = {sizeof(struct wire_network_ref), 0},
	[WIRE_NETWORK_REMOVE] = {sizeof(struct wire_network_ref), 0},
	[WIRE_NETWORK_QUERY] = {sizeof(struct wire_network_ref), 0},
	[WIRE_PORT_ADD] = {sizeof(struct wire_port_add), 1},
	[WIRE_PORT_REMOVE] = {sizeof(struct wire_port_ref), 0},
	[WIRE_PORT_QUERY] = {sizeof(struct wire_port_ref), 0},
	[WIRE_PORT_SET] = {sizeof(struct wire_port_set), 0},
	[WIRE_FDB_QUERY] = {sizeof(struct wire_page_query), 0},
	[WIRE_FLOW_QUERY] = {sizeof(struct wire_page_query), 0},
	[WIRE_GATEWAY_QUERY] = {sizeof(struct wire_network_ref), 0},
	[WIRE_COUNTERS_QUERY] = {sizeof(struct wire_network_ref), 0},
	[WIRE_ROUTE_ADD] = {sizeof(struct wire_route_add), 0},
	[WIRE_KERNEL_SET] = {sizeof(struct wire_kernel_set), 1},
	[WIRE_RESERVATION_ADD] = {sizeof(struct wire_reservation_add), 0},
	[WIRE_DHCP_OPTION_ADD] = {sizeof(struct wire_dhcp_option), 0},
	[WIRE_RESERVATIONS_COMMIT] = {sizeof(struct wire_network_ref), 0},
	[WIRE_LEASE_RESTORE] = {sizeof(struct wire_lease), 0},
	[WIRE_NAME_ADD] = {sizeof(struct wire_name_add), 0},
	[WIRE_RECORD_ADD] = {sizeof(struct wire_record_add), 0},
	[WIRE_NAMES_COMMIT] = {sizeof(struct wire_network_ref), 0},
	[WIRE_RESOLVERS] = {sizeof(struct wire_resolvers), 0},
	[WIRE_FORWARD_ADD] = {sizeof(struct wire_forward), 1},
	[WIRE_FORWARD_SET] = {sizeof(struct wire_forward), 0},
	[WIRE_FORWARD_REMOVE] = {sizeof(struct wire_forward), 0},
	[WIRE_FORWARD_QUERY] = {sizeof(struct wire_forward), 0},
	[WIRE_GUEST_ADD] = {sizeof(struct wire_guest_add), 0},
	[WIRE_GUESTS_COMMIT] = {sizeof(struct wire_network_ref), 0},
	[WIRE_UPLINK_ADD] = {sizeof(struct wire_uplink_add), 0},
	[WIRE_UPLINK_SET] = {sizeof(struct wire_uplink_add), 0},
	[WIRE_UPLINK_REMOVE] = {sizeof(struct wire_uplink_ref), 0},
	[WIRE_UPLINK_QUERY] = {sizeof(struct wire_uplink_ref), 0},
	[WIRE_CHANGE_QUERY] = {sizeof(struct wire_change_query), 0},
	[WIRE_NIC_ADD] = {sizeof(struct wire_member_add), 2},
	[WIRE_CABLE_ADD] = {sizeof(struct wire_member_add), 0},
	[WIRE_MEMBER_REMOVE] = {sizeof(struct wire_member_ref), 0},
	[WIRE_MEMBER_QUERY] = {sizeof(struct wire_member_ref), 0},
	[WIRE_MEMBER_SWITCH] = {sizeof(struct wire_member_ref), 0},
	[WIRE_MEMBER_CUT] = {sizeof(struct wire_member_cut), 0},
	[WIRE_FAILOVER_BEGIN] = {sizeof(struct wire_failover_begin), 0},
	[WIRE_FAILOVER_CANCEL] = {sizeof(struct wire_uplink_ref), 0},
	[WIRE_LEASE_COMMITTED] = {sizeof(struct wire_lease_committed), 0},
	[WIRE_REPLY] = {sizeof(struct wire_reply), 0},
	[WIRE_NETWORK_STATUS] = {sizeof(struct wire_network_status), 0},
	[WIRE_PORT_STATUS] = {sizeof(struct wire_port_status), 0},
	[WIRE_FDB_PAGE] = {sizeof(struct wire_fdb_page), 0},
	[WIRE_FORWARD_STATUS] = {sizeof(struct wire_forward_status), 0},
	[WIRE_FLOW_PAGE] = {sizeof(struct wire_flow_page), 0},
	[WIRE_UPLINK_STATUS] = {sizeof(struct wire_uplink_status), 0},
	[WIRE_MEMBER_STATUS] = {sizeof(struct wire_member_status), 0},
	[WIRE_CHANGE_PAGE] = {sizeof(struct wire_change_page), 0},
	[WIRE_UPLINK_EVENT] = {sizeof(struct wire_uplink_event), 0},
	[WIRE_FAILOVER_DONE] = {sizeof(struct wire_failover_done), 0},
	[WIRE_COUNTERS] = {sizeof(struct wire_counters), 0},
	[WIRE_LEASE_COMMIT] = {sizeof(struct wire_lease), 0},
	[WIRE_DHCP_NOTICE] = {sizeof(struct wire_dhcp_notice), 0},
	[WIRE_CAPTURE_ADD] = {sizeof(struct wire_capture_add), 1},
	[WIRE_CAPTURE_CODE] = {sizeof(struct wire_capture_code), 0},
	[WIRE_CAPTURE_TARGET] = {sizeof(struct wire_capture_target), 0},
	[WIRE_CAPTURE_START] = {sizeof(struct wire_capture_ref), 0},
	[WIRE_CAPTURE_STOP] = {sizeof(struct wire_capture_ref), 0},
	[WIRE_CAPTURE_QUERY] = {sizeof(struct wire_capture_ref), 0},
	[WIRE_CAPTURE_COUNTS] = {sizeof(struct wire_capture_counts), 0},
	[WIRE_CAPTURE_ENDED] = {sizeof(struct wire_capture_ended), 0},
	[WIRE_PORT_EVENT] = {sizeof(struct wire_port_event), 0},
};
static_assert(ARRAY_SIZE(rules) == WIRE_TYPE_COUNT, "a message lacks its rule");

int wire_send(int fd, const union wire_message *message, const int *fds)
{
	const struct wire_rule *rule = &rules[message->header.type];
	struct iovec iov = {(void *)(uintptr_t)message, rule->size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_put(&msg, &control, fds, rule->fds);
	if (sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}

/**
 * struct wire_text - a text in a message; it must end within its field
 * @type:	of the message
 * @offset:	of the text
 * @size:	of its field
 */
struct wire_text {
	enum wire_type type;
	uint16_t offset;
	uint16_t size;
};

#define TEXT(kind, member)                                           \
	{                                                            \
		kind, offsetof(union wire_message, member),          \
			sizeof(((union wire_message *)NULL)->member) \
	}

static const struct wire_text texts[] = {
	TEXT(WIRE_NETWORK_ADD, network_add.name),
	TEXT(WIRE_NETWORK_ADD, network_add.domain),
	TEXT(WIRE_NETWORK_CHANGE, network_add.name),
	TEXT(WIRE_NETWORK_CHANGE, network_add.domain),
	TEXT(WIRE_PORT_ADD, port_add.name),
	TEXT(WIRE_RESERVATION_ADD, reservation_add.hostname),
	TEXT(WIRE_LEASE_RESTORE, lease.hostname),
	TEXT(WIRE_LEASE_COMMIT, lease.hostname),
	TEXT(WIRE_NAME_ADD, name_add.name),
	TEXT(WIRE_RECORD_ADD, record_add.name),
	TEXT(WIRE_RECORD_ADD, record_add.value),
	TEXT(WIRE_REPLY, reply.text),
	TEXT(WIRE_PORT_STATUS, port_status.status.detail),
	TEXT(WIRE_PORT_STATUS, port_status.status.fault),
	TEXT(WIRE_UPLINK_ADD, uplink_add.name),
	TEXT(WIRE_UPLINK_ADD, uplink_add.settings.bond.primary),
	TEXT(WIRE_UPLINK_SET, uplink_add.name),
	TEXT(WIRE_UPLINK_SET, uplink_add.settings.bond.primary),
	TEXT(WIRE_NIC_ADD, member_add.name),
	TEXT(WIRE_CABLE_ADD, member_add.name),
	TEXT(WIRE_UPLINK_STATUS, uplink_status.active),
	TEXT(WIRE_UPLINK_STATUS, uplink_status.status.settings.bond.primary),
	TEXT(WIRE_UPLINK_STATUS, uplink_status.status.bond.settings.primary),
	TEXT(WIRE_MEMBER_STATUS, member_status.status.name),
	TEXT(WIRE_MEMBER_STATUS, member_status.status.arp.reason),
	TEXT(WIRE_MEMBER_STATUS, member_status.status.nd.reason),
	TEXT(WIRE_MEMBER_STATUS, member_status.fault),
	TEXT(WIRE_UPLINK_EVENT, uplink_event.active),
	TEXT(WIRE_FAILOVER_DONE, failover_done.round.old_member),
	TEXT(WIRE_FAILOVER_DONE, failover_done.round.new_member),
	TEXT(WIRE_CAPTURE_ADD, capture_add.filter),
	TEXT(WIRE_CAPTURE_COUNTS, capture_counts.port),
	TEXT(WIRE_CAPTURE_ENDED, capture_ended.text),
};

static void terminate_change(struct uplink_change *change)
{
	change->bond.member[sizeof(change->bond.member) - 1] = '\0';
	change->detail[sizeof(change->detail) - 1] = '\0';
}

/* Pages say how many entries they have, and entries have texts. */
static void terminate_pages(union wire_message *m)
{
	uint32_t i;

	if (m->header.type == WIRE_FDB_PAGE) {
		m->fdb_page.count = MIN(m->fdb_page.count, WIRE_FDB_ENTRIES);
	} else if (m->header.type == WIRE_FLOW_PAGE) {
		m->flow_page.count = MIN(m->flow_page.count, WIRE_FLOWS);
		for (i = 0; i < m->flow_page.count; i++)
			m->flow_page.flows[i].state[WIRE_FLOW_STATE_SIZE - 1] =
				'\0';
	} else if (m->header.type == WIRE_CHANGE_PAGE) {
		m->change_page.count = MIN(m->change_page.count, WIRE_CHANGES);
		for (i = 0; i < m->change_page.count; i++)
			terminate_change(&m->change_page.changes[i]);
	} else if (m->header.type == WIRE_COUNTERS) {
		m->counters.count = MIN(m->counters.count, WIRE_COUNTERS_MAX);
		m->counters.resolver_count =
			MIN(m->counters.resolver_count, WIRE_MAX_RESOLVERS);
		for (i = 0; i < m->counters.count; i++)
			m->counters.counters[i]
				.name[WIRE_COUNTER_NAME_SIZE - 1] = '\0';
	}
}

static void wire_terminate(union wire_message *m)
{
	char *bytes = (char *)m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i].type == m->header.type)
			bytes[texts[i].offset + texts[i].size - 1] = '\0';
	}
	terminate_pages(m);
}

int wire_recv(int fd, union wire_message *message, int *fds)
{
	struct iovec iov = {message, sizeof(*message)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;
	ssize_t len;
	int i, n;

	for (i = 0; i < WIRE_MAX_FDS; i++)
		fds[i] = -1;
	fd_pass_expect(&msg, &control);
	len = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (len < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (len == 0)
		return -EPIPE;
	n = fd_pass_take(&msg, fds, WIRE_MAX_FDS);
	if (n >= 0 && !(msg.msg_flags & MSG_TRUNC) &&
	    (size_t)len >= sizeof(struct wire_header) &&
	    message->header.type < WIRE_TYPE_COUNT &&
	    rules[message->header.type].size == len &&
	    rules[message->header.type].fds == (unsigned)n) {
		wire_terminate(message);
		return 0;
	}
	for (i = 0; i < n; i++) {
		close(fds[i]);
		fds[i] = -1;
	}
	return -EPROTO;
}
