// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_dns_query.c - one DNS query over UDP and TCP
 */
#include <stdlib.h>

#include "core/util.h"
#include "switch/dns/dns_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dns_name names[] = {
		{"web1", 0x0a14000b}, {"web1", 0x0a14000c}, {"a", 0x0a14000d}};
	const struct dns_settings settings = {.domain = "office.lab",
					      .subnet = {0x0a140000, 24}};
	struct dns_server *server = dns_server_create(&settings, NULL);
	uint8_t *reply = malloc(DNS_REPLY_MAX);
	struct dns_names *snapshot = dns_names_create(names, ARRAY_SIZE(names));
	struct dns_static records[3];
	size_t len;

	if (!server || !reply || !snapshot ||
	    dns_static_set(&records[0], "db", DNS_AAAA, "fd00::1") ||
	    dns_static_set(&records[1], "www", DNS_CNAME, "web1") ||
	    dns_static_set(&records[2], "api.example.com", DNS_TXT, "text") ||
	    dns_names_set_records(snapshot, records, ARRAY_SIZE(records)))
		abort();
	dns_server_set_names(server, snapshot);
	len = dns_server_answer(server, DNS_OVER_UDP, data, size, reply);
	if (len > DNS_UDP_MAX)
		abort();
	/* what we say is a response, which we must never answer ourselves */
	if (len && dns_server_answer(server, DNS_OVER_TCP, reply, len,
				     reply + DNS_UDP_MAX))
		abort();
	dns_server_answer(server, DNS_OVER_TCP, data, size, reply);
	dns_server_destroy(server);
	free(reply);
	return 0;
}
