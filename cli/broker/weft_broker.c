// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft_broker.c - opens what needs privilege for an ordinary user: main()
 *
 * labd starts it with descriptor 3 as one end of a SOCK_SEQPACKET pair. It has
 * no command line: what it does is asked for (broker_msg.h).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/broker/broker.h"
#include "cli/broker/confine.h"
#include "cli/host/netlink.h"

/*
 * Who has its descriptor can make a tap outlast us (TUNSETPERSIST), and with it
 * a name that is none of ours to give: so the interface itself is removed.
 */
static void remove_tap(struct host_access *host, struct host_tap *tap)
{
	struct err ignored;
	unsigned ifindex = tap->ifindex;

	host_access_here.close_tap(host, tap);
	netlink_remove_link(ifindex, &ignored);
}

static int serve(void)
{
	struct host_access_ops ops = host_access_here;
	struct host_access host = {.ops = &ops};
	struct broker *broker = malloc(sizeof(*broker));
	int rc;

	if (!broker)
		return EXIT_FAILURE;
	ops.close_tap = remove_tap;
	broker_init(broker, &host);
	rc = broker_serve(broker, CONFINE_SOCK);
	broker_fini(broker);
	free(broker);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What is not started as labd does it has nothing to say or to do here. */
static int explain(void)
{
	static const char words[] =
		"weft-broker is started by weft, and by nothing else: see "
		"weft-broker(8)\n";

	return write(STDERR_FILENO, words, sizeof(words) - 1) < 0 ? 1 : 2;
}

int main(int argc, char **argv)
{
	struct err err;

	(void)argv;
	if (argc != 1 || confine_forget())
		return explain();
	if (confine_privileges(&err) || confine_calls(&err)) {
		broker_refuse(CONFINE_SOCK, &err);
		return EXIT_FAILURE;
	}
	return serve();
}
