// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nic.c - which interfaces may be uplinks, and what is said of the others
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

#include "cli/host/nic.h"

static const struct nic plain = {
	.name = "eth1", .ifindex = 5, .type = ARPHRD_ETHER, .is_up = true};

static const char routes[] =
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"
	"\tWindow\tIRTT                                                     \n"
	"eth0\t00000000\t0100070A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
	"eth1\t0000070A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
	"eth2\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"
	"eth3\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n"
	"eth4\t00000000\t0100070A\t0000\t0\t0\t0\t00000000\t0\t0\t0";
static const char routes6[] =
	"00000000000000000000000000000000 00 00000000000000000000000000000000 "
	"00 fe800000000000000000000000000001 00000400 00000001 00000000 "
	"00000003     eth0\n"
	"20010db8000000000000000000000000 20 00000000000000000000000000000000 "
	"00 00000000000000000000000000000000 00000400 00000001 00000000 "
	"00000001     eth1\n"
	"00000000000000000000000000000000 00 00000000000000000000000000000000 "
	"00 00000000000000000000000000000000 ffffffff 00000001 00000000 "
	"00200200       lo\n";

static void refused(const struct nic *nic, int code, const char *words)
{
	struct err err = {0};

	assert_int_equal(nic_check(nic, false, &err), code);
	if (!strstr(err.msg, words) || !strstr(err.msg, nic->name))
		fail_msg("no word of %s: %s", words, err.msg);
}

static void wired_interface_of_nobody_may_be_an_uplink(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(nic_check(&plain, false, &err), 0);
	assert_int_equal(nic_check(&plain, true, &err), 0);
}

static void interface_that_is_needed_is_refused_unless_forced(void **state)
{
	struct nic wifi = plain, master = plain, unknown = plain, way = plain;
	struct err err;

	(void)state;
	wifi.is_wifi = true;
	refused(&wifi, -EPERM, "Wi-Fi");
	strcpy(master.master, "br0");
	strcpy(master.master_kind, "bridge");
	refused(&master, -EPERM, "belongs to the bridge br0");
	strcpy(unknown.master, "ovs0");
	refused(&unknown, -EPERM, "belongs to the interface ovs0");
	way.has_default_route = true;
	refused(&way, -EPERM, "default route");
	assert_int_equal(nic_check(&wifi, true, &err), 0);
	assert_int_equal(nic_check(&master, true, &err), 0);
	assert_int_equal(nic_check(&way, true, &err), 0);
}

static void what_has_no_wire_is_refused_also_when_forced(void **state)
{
	struct nic loopback = plain, tunnel = plain;
	struct err err;

	(void)state;
	loopback.is_loopback = true;
	refused(&loopback, -EINVAL, "loopback");
	assert_int_equal(nic_check(&loopback, true, &err), -EINVAL);
	tunnel.type = ARPHRD_NONE;
	refused(&tunnel, -EINVAL, "no Ethernet");
	assert_int_equal(nic_check(&tunnel, true, &err), -EINVAL);
}

static void default_route_is_found(void **state)
{
	(void)state;
	assert_true(nic_routes_have_default(routes, "eth0"));
	assert_false(nic_routes_have_default(routes, "eth"));
	assert_false(nic_routes_have_default(routes, "eth1"));
	assert_false(nic_routes_have_default(routes, "eth2")); /* half of it */
	assert_false(nic_routes_have_default(routes, "eth3")); /* rejects */
	assert_false(nic_routes_have_default(routes, "eth4")); /* not up */
	assert_false(nic_routes_have_default("", "eth0"));
	assert_true(nic_routes6_have_default(routes6, "eth0"));
	assert_false(nic_routes6_have_default(routes6, "eth1"));
	assert_false(nic_routes6_have_default(routes6, "lo"));
}

struct message {
	struct nlmsghdr header;
	struct ifinfomsg info;
	uint8_t attributes[128];
};

static void put_attribute(struct message *message, uint16_t type,
			  const void *data, size_t len)
{
	uint8_t *at = (uint8_t *)message + message->header.nlmsg_len;
	struct rtattr attr = {(uint16_t)(sizeof(attr) + len), type};

	memcpy(at, &attr, sizeof(attr));
	memcpy(at + sizeof(attr), data, len);
	message->header.nlmsg_len += (uint32_t)RTA_SPACE(len);
}

static void master_and_kind_of_a_link_are_read(void **state)
{
	const uint8_t kind[] = {
		11, 0, IFLA_INFO_KIND, 0, 'b', 'r', 'i', 'd', 'g', 'e', 0};
	struct message message = {
		.header = {.nlmsg_len = NLMSG_SPACE(sizeof(struct ifinfomsg)),
			   .nlmsg_type = RTM_NEWLINK}};
	char text[NIC_NAME_SIZE];
	int seven = 7, master;
	size_t len;

	(void)state;
	put_attribute(&message, IFLA_IFNAME, "eth1", 5);
	put_attribute(&message, IFLA_MASTER, &seven, sizeof(seven));
	put_attribute(&message, IFLA_LINKINFO | NLA_F_NESTED, kind,
		      sizeof(kind));
	assert_true(nic_link_decode(&message, sizeof(message), &master, text));
	assert_int_equal(master, 7);
	assert_string_equal(text, "bridge");
	for (len = 0; len < message.header.nlmsg_len; len++)
		assert_false(nic_link_decode(&message, len, &master, text));
	/* One that is longer than its message says nothing. */
	message.header.nlmsg_len = NLMSG_SPACE(sizeof(struct ifinfomsg));
	put_attribute(&message, IFLA_MASTER, &seven, sizeof(seven));
	message.header.nlmsg_len -= 2;
	assert_true(nic_link_decode(&message, sizeof(message), &master, text));
	assert_int_equal(master, 0);
	message.header.nlmsg_type = NLMSG_ERROR;
	assert_false(nic_link_decode(&message, sizeof(message), &master, text));
	assert_int_equal(master, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wired_interface_of_nobody_may_be_an_uplink),
		cmocka_unit_test(
			interface_that_is_needed_is_refused_unless_forced),
		cmocka_unit_test(what_has_no_wire_is_refused_also_when_forced),
		cmocka_unit_test(default_route_is_found),
		cmocka_unit_test(master_and_kind_of_a_link_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
