/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_counters.h - what a gateway counts, as weft-switch tells labd; part of
 * wire.h
 */
#ifndef CLI_SWITCHD_WIRE_COUNTERS_H
#define CLI_SWITCHD_WIRE_COUNTERS_H

#include <stdint.h>

#include "cli/switchd/wire_header.h"
#include "cli/switchd/wire_nat.h"

/** WIRE_COUNTERS_MAX - counters in one WIRE_COUNTERS */
#define WIRE_COUNTERS_MAX 128
#define WIRE_COUNTER_NAME_SIZE 24

/** enum wire_resolver_state - is a resolver asked? */
enum wire_resolver_state {
	WIRE_RESOLVER_UP,
	WIRE_RESOLVER_DEAD,
	WIRE_RESOLVER_LOOP, /* it leads back to the network */
	WIRE_RESOLVER_STATES,
};

/**
 * struct wire_resolver - what became of queries to a resolver
 * @address:	host order
 * @state:	enum wire_resolver_state
 * @sent:	queries, each try
 * @replied:	of these
 * @timeouts:	of these
 * @took_us:	the last that was replied to
 */
struct wire_resolver {
	uint32_t address;
	uint32_t state;
	uint64_t sent;
	uint64_t replied;
	uint64_t timeouts;
	uint64_t took_us;
};

/**
 * struct wire_counter - a number with its name
 * @name:	"dhcp/acks": service, then what happened
 * @value:	how often
 */
struct wire_counter {
	char name[WIRE_COUNTER_NAME_SIZE];
	uint64_t value;
};

/**
 * struct wire_counters - answer to WIRE_COUNTERS_QUERY: what a gateway counts
 * @header:	type and id
 * @network:	number of the network
 * @count:	of @counters
 * @counters:	named, so that who passes them on need not know them
 * @resolver_count: of @resolvers
 * @resolvers:	that its DNS asks
 */
struct wire_counters {
	struct wire_header header;
	uint32_t network;
	uint32_t count;
	struct wire_counter counters[WIRE_COUNTERS_MAX];
	uint32_t resolver_count;
	struct wire_resolver resolvers[WIRE_MAX_RESOLVERS];
};

#endif
