/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic.h - a network card (virtio 1.2 5.1): frames in and out */
#ifndef GUEST_NIC_H
#define GUEST_NIC_H

#include "guest/virtio.h"

#define NET_F_MTU (1ULL << 3)
#define NET_F_MAC (1ULL << 5)
#define NET_F_MRG_RXBUF (1ULL << 15)
#define NET_F_STATUS (1ULL << 16)
#define NET_F_CTRL_VQ (1ULL << 17)
#define NET_F_MQ (1ULL << 22)
#define NET_F_GUEST_ANNOUNCE (1ULL << 21)

#define NET_HEADER_SIZE 12
#define NIC_RX 0
#define NIC_TX 1
#define NIC_BUFFERS 32
#define NIC_BUFFER_SIZE 2048
#define FRAME_MAX 1514
#define FRAME_MIN 60
#define MAC_LEN 6

/* struct net_header - before each frame (5.1.6) */
struct net_header {
	uint8_t flags, gso_type;
	uint16_t hdr_len, gso_size, csum_start, csum_offset, num_buffers;
};

/*
 * struct nic - a card with one pair of queues
 * @rx_head: head of the chain that buffer n is in, and the other way round
 * @holds_rx: nic_start() leaves the device without buffers to receive
 * @input: gets each frame that came
 */
struct nic {
	struct virtio v;
	struct virtq rx, tx;
	uint8_t mac[MAC_LEN];
	uint16_t mtu;
	uint8_t *rx_buffers, *tx_buffers;
	uint8_t rx_owner[VIRTQ_MAX], tx_owner[VIRTQ_MAX];
	uint64_t tx_free; /* a bit for each buffer */
	bool holds_rx;
	unsigned sent, received;
	void (*input)(struct nic *nic, uint8_t *frame, uint32_t len);
	void *arg; /* of @input's owner */
};

/* nic_find() - the card that nic= on the command line counts to, 0 if nothing
 */
int nic_find(struct nic *nic, struct machine *m);

/* nic_start() - from reset to DRIVER_OK with buffers to receive; again after
 * each reset */
int nic_start(struct nic *nic);

/* nic_offer_all() - buffers to receive, for who started without */
void nic_offer_all(struct nic *nic);

/* nic_frame() - room for a frame of FRAME_MAX; NULL while all are on their way
 */
uint8_t *nic_frame(struct nic *nic);

/* nic_send() - @frame is from nic_frame(); a short one is filled up */
int nic_send(struct nic *nic, uint8_t *frame, uint32_t len);

/* nic_poll() - hands what came to @input; how many frames */
unsigned nic_poll(struct nic *nic);

/* nic_wait() - polls on each interrupt until done(arg); false after @ms */
bool nic_wait(struct nic *nic, bool (*done)(void *arg), void *arg, uint64_t ms);

/* nic_link_is_up() - as the device's status has it; up when it has none */
bool nic_link_is_up(const struct nic *nic);

#endif
