// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_net_rings.c - a NIC's rings served by a kernel's vhost-net on a tap
 *
 * Run by vhost_net.sh as root, where /dev/vhost-net is. The machine has no KVM:
 * the test is the driver, and a packet socket is what is on the other side of
 * the tap.
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/virtio_ids.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/host/netif.h"
#include "cli/host/tap_open.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define F(bit) (1ull << (bit))
#define FEATURES                                               \
	(F(VIRTIO_F_VERSION_1) | F(VIRTIO_NET_F_MRG_RXBUF) |   \
	 F(VIRTIO_RING_F_EVENT_IDX) | F(VIRTIO_NET_F_STATUS) | \
	 F(VIRTIO_NET_F_CTRL_VQ))
#define HDR_LEN 12
#define FRAME_LEN 60
#define PROTOCOL 0x88b5 /* IEEE 802: for experiments */
#define TRIES 500
#define TRY_MS 10

static struct machine_bed bed;
static struct pci_bus bus;
static struct virtio_pci *vp;
static struct virtio_device *device;
static struct virtio_guest guest;
static char tap[TAP_NAME_SIZE];
static int wire = -1;

static unsigned open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void open_wire(void)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(PROTOCOL),
				   .sll_ifindex = (int)if_nametoindex(tap)};

	wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		      htons(PROTOCOL));
	assert_true(wire >= 0);
	assert_int_equal(bind(wire, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

static int set_up(void **state)
{
	const struct net_settings settings = {.name = "net0",
					      .mac = {{2, 0, 0, 0, 0, 1}},
					      .pairs = 4,
					      .is_up = true};
	struct net_backend *backend;
	struct err err = {0};
	int fd = tap_open("weft%d", tap, &err);
	int vhost = open("/dev/vhost-net", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_true(vhost >= 0 && fd >= 0);
	assert_int_equal(netif_set_up(tap, &err), 0);
	open_wire();
	assert_int_equal(machine_bed_open(&bed), 0);
	assert_int_equal(pci_bus_init(&bus, &bed.machine, NULL), 0);
	backend = net_vhost_kernel_create(&bed.machine, vhost, fd, &err);
	if (!backend)
		print_error("%s\n", err.msg);
	assert_non_null(backend);
	device = virtio_net_create(&bed.machine, &settings, backend, NULL);
	vp = virtio_pci_create(&bus, device, NULL);
	return virtio_guest_init(&guest, &bed, VIRTIO_ID_NET);
}

static int tear_down(void **state)
{
	(void)state;
	virtio_pci_destroy(vp);
	close(wire);
	return machine_bed_close(&bed);
}

static bool tap_says(const char *what, const char *wanted)
{
	char path[64], text[16] = {0};
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", tap, what);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return strncmp(text, wanted, strlen(wanted)) == 0;
}

static bool has_carrier(void)
{
	return tap_says("carrier", "1");
}

/*
 * The kernel drops what is sent to a tap until it has seen the carrier, of
 * which it tells right before; who may set the interface up, comes after that.
 */
static void await_kernel(void)
{
	struct err err;
	unsigned i;

	for (i = 0; i < TRIES && !tap_says("operstate", "up"); i++)
		poll(NULL, 0, TRY_MS);
	assert_int_equal(netif_set_up(tap, &err), 0);
}

static void offer(unsigned n)
{
	struct virtqueue_piece piece = {.len = 2048};

	while (n--) {
		piece.gpa = virtio_guest_alloc(&guest, piece.len);
		assert_true(virtio_guest_add(&guest, 0, &piece, 0, 1) >= 0);
	}
	virtio_guest_kick(&guest, 0);
}

static void transmit(uint8_t first)
{
	struct virtqueue_piece piece = {.len = HDR_LEN + FRAME_LEN};
	uint8_t *frame;
	uint32_t len;

	while (virtio_guest_get(&guest, 1, &len) >= 0)
		;
	piece.gpa = virtio_guest_alloc(&guest, piece.len);
	frame = (uint8_t *)virtio_guest_at(&guest, piece.gpa) + HDR_LEN;
	memset(frame, 0xff, ETH_ALEN);
	frame[ETH_ALEN] = 2;
	frame[12] = PROTOCOL >> 8;
	frame[13] = PROTOCOL & 0xff;
	frame[ETH_HLEN] = first;
	assert_true(virtio_guest_add(&guest, 1, &piece, 1, 0) >= 0);
	virtio_guest_kick(&guest, 1);
}

/* payload of the next frame on the wire within @ms; -1: none */
static int on_wire(int ms)
{
	struct pollfd ready = {.fd = wire, .events = POLLIN};
	uint8_t frame[2048];

	if (poll(&ready, 1, ms) != 1 ||
	    recv(wire, frame, sizeof(frame), 0) <= ETH_HLEN)
		return -1;
	return frame[ETH_HLEN];
}

static bool send_on_wire(uint8_t first)
{
	uint8_t frame[FRAME_LEN] = {2,
				    0,
				    0,
				    0,
				    0,
				    1,
				    2,
				    0,
				    0,
				    0,
				    0,
				    9,
				    PROTOCOL >> 8,
				    PROTOCOL & 0xff,
				    first};

	return send(wire, frame, sizeof(frame), 0) == sizeof(frame);
}

static int get_received(void)
{
	struct virtqueue_driver *ring = &guest.queues[0].driver;
	const uint8_t *frame;
	uint32_t len;
	int head = virtqueue_driver_get(ring, &len);

	if (head < 0)
		return -1;
	assert_int_equal(len, HDR_LEN + FRAME_LEN);
	frame = virtio_guest_at(&guest, le64toh(ring->desc[head].addr));
	return frame[HDR_LEN + ETH_HLEN];
}

static int received(void)
{
	unsigned i;
	int first = -1;

	for (i = 0; i < TRIES && first < 0; i++) {
		first = get_received();
		if (first < 0)
			poll(NULL, 0, TRY_MS);
	}
	return first;
}

static void assert_frames_flow(uint8_t first)
{
	offer(1);
	transmit(first);
	assert_int_equal(on_wire(TRIES * TRY_MS), first);
	assert_true(send_on_wire(first));
	assert_int_equal(received(), first);
}

static bool start(void)
{
	if (!virtio_guest_start(&guest, FEATURES, 3))
		return false;
	await_kernel();
	return true;
}

static void offered_is_what_kernel_and_tap_can_do(void **state)
{
	uint64_t features = virtio_guest_features(&guest);

	(void)state;
	assert_true((features & FEATURES) == FEATURES);
	assert_true(features & F(VIRTIO_NET_F_CSUM));
	assert_true(features & F(VIRTIO_NET_F_HOST_TSO4));
	assert_true(features & F(VIRTIO_NET_F_GUEST_TSO6));
	assert_false(features & F(VIRTIO_NET_F_MQ));
	assert_false(features & F(VIRTIO_F_RING_PACKED));
	assert_true(virtio_net_connect(device, -1) < 0);
}

static void frames_flow_both_ways(void **state)
{
	unsigned i;

	(void)state;
	assert_false(has_carrier());
	assert_true(start());
	assert_true(has_carrier());
	for (i = 0; i < 300; i++)
		assert_frames_flow((uint8_t)i);
	assert_true(virtio_guest_interrupts(&guest, 0) > 0);
}

static void driver_with_all_features_is_served(void **state)
{
	(void)state;
	assert_true(
		virtio_guest_start(&guest, virtio_guest_features(&guest), 3));
	assert_frames_flow(1);
}

static void link_that_is_down_stops_frames_and_keeps_none(void **state)
{
	(void)state;
	assert_true(start());
	assert_frames_flow(1);
	offer(8);
	virtio_net_set_link(device, false);
	assert_false(has_carrier());
	transmit(2);
	assert_int_equal(on_wire(100), -1);
	send_on_wire(3);
	assert_int_equal(get_received(), -1);
	virtio_net_set_link(device, true);
	assert_true(has_carrier());
	await_kernel();
	assert_int_equal(on_wire(TRIES * TRY_MS), 2);
	assert_true(send_on_wire(4));
	assert_int_equal(received(), 4);
}

static void driver_that_resets_and_starts_again_is_served(void **state)
{
	unsigned i, fds = open_fds();
	uint32_t len;

	(void)state;
	for (i = 0; i < 20; i++) {
		assert_true(start());
		assert_frames_flow((uint8_t)i);
		offer(4);
		assert_true(virtio_guest_reset(&guest));
		assert_false(has_carrier());
		send_on_wire(1);
		assert_true(virtqueue_driver_get(&guest.queues[0].driver,
						 &len) < 0);
	}
	assert_int_equal(open_fds(), fds);
}

static void broken_ring_is_told_and_a_reset_helps(void **state)
{
	unsigned i;

	(void)state;
	assert_true(start());
	guest.queues[1].driver.avail->idx = htole16(1000);
	virtio_guest_kick(&guest, 1);
	for (i = 0; i < TRIES; i++) {
		machine_bed_run(&bed);
		if (virtio_guest_status(&guest) & VIRTIO_CONFIG_S_NEEDS_RESET)
			break;
		poll(NULL, 0, TRY_MS);
	}
	assert_true(i < TRIES);
	assert_true(virtio_guest_reset(&guest));
	assert_true(start());
	assert_frames_flow(1);
}

static void what_is_no_unused_pair_of_both_is_refused(void **state)
{
	int vhost = open("/dev/vhost-net", O_RDWR | O_CLOEXEC);
	unsigned fds = open_fds();
	struct err err = {0};

	(void)state;
	assert_null(net_vhost_kernel_create(
		&bed.machine, vhost, open("/dev/null", O_RDWR | O_CLOEXEC),
		&err));
	assert_non_null(strstr(err.msg, "no tap with IFF_VNET_HDR"));
	assert_int_equal(open_fds(), fds - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(offered_is_what_kernel_and_tap_can_do),
		TEST(frames_flow_both_ways),
		TEST(driver_with_all_features_is_served),
		TEST(link_that_is_down_stops_frames_and_keeps_none),
		TEST(driver_that_resets_and_starts_again_is_served),
		TEST(broken_ring_is_told_and_a_reset_helps),
		TEST(what_is_no_unused_pair_of_both_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
