// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switch_record.c - a weft-switch that writes down what it is told
 */
#include "unit/switch_record.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/switchd/wire.h"

#define CONTROL_FD 3

static void record_network(FILE *out, const union wire_message *m,
			   const char *what)
{
	fprintf(out, "%s %u %s%s", what, m->network_add.network,
		m->network_add.name,
		m->network_add.link_local ? " as a cable" : "");
	if (m->network_add.group != m->network_add.network)
		fprintf(out, " beside %u", m->network_add.group);
	fputc('\n', out);
}

static void record_number(FILE *out, const union wire_message *m,
			  const char *what)
{
	fprintf(out, "%s %u\n", what, m->network_ref.network);
}

static void record_member(FILE *out, const union wire_message *m)
{
	unsigned type = m->header.type;

	if (type == WIRE_NIC_ADD)
		fprintf(out, "nic %u.%u %s\n", m->member_add.uplink,
			m->member_add.member, m->member_add.name);
	if (type == WIRE_CABLE_ADD)
		fprintf(out, "cable %u.%u %s to %u\n", m->member_add.uplink,
			m->member_add.member, m->member_add.name,
			m->member_add.network);
	if (type == WIRE_MEMBER_REMOVE)
		fprintf(out, "less %u.%u\n", m->member_ref.uplink,
			m->member_ref.member);
	if (type == WIRE_MEMBER_CUT)
		fprintf(out, "cut %u.%u %u\n", m->member_cut.uplink,
			m->member_cut.member, m->member_cut.cut);
}

static void record_uplink(FILE *out, const union wire_message *m)
{
	unsigned type = m->header.type;

	if (type == WIRE_UPLINK_ADD)
		fprintf(out, "uplink %u %s on %u %s\n", m->uplink_add.uplink,
			m->uplink_add.name, m->uplink_add.network,
			bond_mode_name(m->uplink_add.settings.bond.mode));
	if (type == WIRE_UPLINK_SET)
		fprintf(out, "set %u %s\n", m->uplink_add.uplink,
			bond_mode_name(m->uplink_add.settings.bond.mode));
	if (type == WIRE_UPLINK_REMOVE)
		fprintf(out, "no uplink %u\n", m->uplink_ref.uplink);
	record_member(out, m);
}

static void record(FILE *out, const union wire_message *m)
{
	char quad[IPV4_TEXT_SIZE];
	unsigned type = m->header.type;

	if (type == WIRE_NETWORK_ADD)
		record_network(out, m, "add");
	if (type == WIRE_NETWORK_CHANGE)
		record_network(out, m, "change");
	if (type == WIRE_NETWORK_REMOVE)
		record_number(out, m, "remove");
	if (type == WIRE_NETWORK_START)
		record_number(out, m, "start");
	if (type == WIRE_RESERVATIONS_COMMIT)
		record_number(out, m, "reserve");
	if (type == WIRE_RESERVATION_ADD)
		fprintf(out, "keep %s\n",
			ipv4_format(m->reservation_add.address, quad));
	if (type == WIRE_PORT_ADD)
		fprintf(out, "plug %u %s into %d\n", m->port_add.port,
			m->port_add.name, (int)m->port_add.network);
	if (type == WIRE_CAPTURE_ADD)
		fprintf(out, "capture %u\n", m->capture_ref.capture);
	if (type == WIRE_CAPTURE_STOP)
		fprintf(out, "stop %u\n", m->capture_ref.capture);
	if (type == WIRE_PORT_REMOVE)
		fprintf(out, "unplug %u\n", m->port_ref.port);
	record_uplink(out, m);
	fflush(out);
}

/* Three changes, whoever asks: more than there were when he was told. */
static void answer_changes(const union wire_message *m,
			   union wire_message *answer)
{
	struct wire_change_page *page = &answer->change_page;
	unsigned i;

	page->header.type = WIRE_CHANGE_PAGE;
	page->uplink = m->change_query.uplink;
	page->first = m->change_query.first;
	page->count = 3;
	for (i = 0; i < page->count; i++)
		snprintf(page->changes[i].bond.member, PORT_NAME_SIZE,
			 "change%u", (unsigned)page->first + i);
}

static bool is_unwanted(const union wire_message *m)
{
	const char *name = getenv(SWITCH_REFUSE);

	return name && m->header.type == WIRE_CABLE_ADD &&
	       strcmp(m->member_add.name, name) == 0;
}

int switch_record_main(void)
{
	struct pollfd readable = {.fd = CONTROL_FD, .events = POLLIN};
	FILE *out = fopen(getenv(SWITCH_RECORD), "a");
	union wire_message message, answer;
	int i, fds[WIRE_MAX_FDS];

	while (out && poll(&readable, 1, -1) == 1) {
		if (wire_recv(CONTROL_FD, &message, fds))
			break;
		record(out, &message);
		for (i = 0; i < WIRE_MAX_FDS; i++) {
			if (fds[i] >= 0)
				close(fds[i]);
		}
		memset(&answer, 0, sizeof(answer));
		answer.header.type = WIRE_REPLY;
		if (is_unwanted(&message)) {
			answer.reply.code = -ENOSPC;
			strcpy(answer.reply.text, "there is no room for it");
		}
		if (message.header.type == WIRE_CHANGE_QUERY)
			answer_changes(&message, &answer);
		answer.header.id = message.header.id;
		wire_send(CONTROL_FD, &answer, NULL);
	}
	return 0;
}
