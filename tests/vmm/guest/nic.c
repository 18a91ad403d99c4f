// SPDX-License-Identifier: GPL-2.0-or-later
/* nic.c - frames in and out of a virtio-net device, by one pair of queues
 *
 * A buffer holds the header and the frame behind it in one descriptor. Buffers
 * that are to receive go back to the device as soon as their frame was handed
 * on; those that were sent are taken back when room is needed.
 */
#include "guest/nic.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define FEATURES                                                     \
	(VIRTIO_F_EVENT_IDX | NET_F_MAC | NET_F_MTU | NET_F_STATUS | \
	 NET_F_CTRL_VQ | NET_F_GUEST_ANNOUNCE)
#define LINK_UP 1

enum { CONFIG_MAC = 0, CONFIG_STATUS = 6, CONFIG_MTU = 10 };

int nic_find(struct nic *nic, struct machine *m)
{
	unsigned n = (unsigned)cmdline_number(m, "nic", 0);

	if (virtio_find(&nic->v, m, VIRTIO_NET, n))
		return 0;
	return failed("there is no NIC %u", n);
}

static uint64_t rx_buffer(const struct nic *nic, unsigned n)
{
	return (uint64_t)nic->rx_buffers + (uint64_t)n * NIC_BUFFER_SIZE;
}

static void rx_offer(struct nic *nic, unsigned n)
{
	struct virtq_buffer b = {rx_buffer(nic, n), NIC_BUFFER_SIZE, true};
	uint16_t head = virtq_add(&nic->rx, &b, 1);

	if (head != VIRTQ_NONE)
		nic->rx_owner[head] = (uint8_t)n;
}

static void read_config(struct nic *nic)
{
	unsigned i;

	for (i = 0; i < MAC_LEN; i++)
		nic->mac[i] = read8(nic->v.config.at + CONFIG_MAC + i);
	nic->mtu = 1500;
	if (nic->v.features & NET_F_MTU)
		nic->mtu = read16(nic->v.config.at + CONFIG_MTU);
}

void nic_offer_all(struct nic *nic)
{
	unsigned i;

	for (i = 0; i < NIC_BUFFERS; i++)
		rx_offer(nic, i);
	virtq_kick(&nic->rx);
}

int nic_start(struct nic *nic)
{
	unsigned size = NIC_BUFFERS * NIC_BUFFER_SIZE / 4096;
	uint64_t wanted = FEATURES;

	if (cmdline_has(nic->v.machine, "no-event-idx"))
		wanted &= ~VIRTIO_F_EVENT_IDX;
	if (!nic->rx_buffers) {
		nic->rx_buffers = pages(nic->v.machine, size);
		nic->tx_buffers = pages(nic->v.machine, size);
	}
	if (virtio_begin(&nic->v, wanted) ||
	    virtio_queue(&nic->v, &nic->rx, NIC_RX, 0) ||
	    virtio_queue(&nic->v, &nic->tx, NIC_TX, 0))
		return -1;
	read_config(nic);
	/* Nobody waits for a frame to be sent. */
	nic->tx.avail->flags = VIRTQ_NO_INTERRUPT;
	nic->tx_free = (1ULL << NIC_BUFFERS) - 1;
	if (virtio_run(&nic->v))
		return -1;
	if (!nic->holds_rx)
		nic_offer_all(nic);
	return 0;
}

static void take_back(struct nic *nic)
{
	uint32_t len;
	uint16_t head;

	while ((head = virtq_pop(&nic->tx, &len)) != VIRTQ_NONE)
		nic->tx_free |= 1ULL << nic->tx_owner[head];
}

uint8_t *nic_frame(struct nic *nic)
{
	unsigned n;

	if (!nic->tx_free)
		take_back(nic);
	for (n = 0; n < NIC_BUFFERS; n++)
		if (nic->tx_free >> n & 1)
			return nic->tx_buffers + n * NIC_BUFFER_SIZE +
			       NET_HEADER_SIZE;
	return NULL;
}

int nic_send(struct nic *nic, uint8_t *frame, uint32_t len)
{
	uint8_t *start = frame - NET_HEADER_SIZE;
	unsigned n = (unsigned)(start - nic->tx_buffers) / NIC_BUFFER_SIZE;
	struct virtq_buffer b = {(uint64_t)start, 0, false};
	uint16_t head;

	for (; len < FRAME_MIN; len++)
		frame[len] = 0;
	b.len = len + NET_HEADER_SIZE;
	memset(start, 0, NET_HEADER_SIZE);
	head = virtq_add(&nic->tx, &b, 1);
	if (head == VIRTQ_NONE)
		return failed("nic: nothing that was sent comes back");
	nic->tx_owner[head] = (uint8_t)n;
	nic->tx_free &= ~(1ULL << n);
	virtq_kick(&nic->tx);
	nic->sent++;
	return 0;
}

unsigned nic_poll(struct nic *nic)
{
	unsigned count = 0, n;
	uint16_t head;
	uint32_t len;

	while ((head = virtq_pop(&nic->rx, &len)) != VIRTQ_NONE) {
		n = nic->rx_owner[head];
		if (len >= NET_HEADER_SIZE && len <= NIC_BUFFER_SIZE)
			nic->input(nic,
				   nic->rx_buffers + n * NIC_BUFFER_SIZE +
					   NET_HEADER_SIZE,
				   len - NET_HEADER_SIZE);
		else
			failed("nic: received a length of %u", len);
		rx_offer(nic, n);
		count++;
	}
	if (count)
		virtq_kick(&nic->rx);
	nic->received += count;
	return count;
}

struct nic_waiter {
	struct nic *nic;
	bool (*done)(void *arg);
	void *arg;
};

/* The rings are looked at only when an interrupt has told to: a lost one is
 * then found out, and not healed by the next tick. */
static bool poll_if_told(void *arg)
{
	struct nic_waiter *w = arg;

	if (virtq_told(&w->nic->rx))
		nic_poll(w->nic);
	return w->done(w->arg);
}

bool nic_wait(struct nic *nic, bool (*done)(void *arg), void *arg, uint64_t ms)
{
	struct nic_waiter w = {nic, done, arg};

	if (wait_for(nic->v.machine, poll_if_told, &w, ms))
		return true;
	if (!nic_poll(nic))
		return false;
	nic->rx.lost++;
	return done(arg);
}

bool nic_link_is_up(const struct nic *nic)
{
	if (!(nic->v.features & NET_F_STATUS))
		return true;
	return read16(nic->v.config.at + CONFIG_STATUS) & LINK_UP;
}
