// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_net_ctrl.c - the control queue of a virtio-net device
 *
 * Theory of operation
 *
 * A command (virtio 1.2 5.1.6.5) is a class, a number and data that the device
 * reads, then one byte that it writes. The driver may cut it into descriptors
 * as it likes, and may change it while it is looked at: each byte is copied
 * once, and only the copy is judged. What is not known, or has one byte too
 * few or too many, is answered with VIRTIO_NET_ERR.
 *
 * Receive modes and address tables are checked and then forgotten: they let a
 * device deliver less, and none has to. The switch filters by what it learned.
 *
 * A pass serves CTRL_BATCH commands and leaves the rest to the next round of
 * the loop, however fast a driver adds more.
 *
 * Limits: no receive-side scaling, no VLAN filter, no other address than the
 * lab's; their features are not offered.
 */
#include "vmm/iov_cursor.h"
#include "vmm/virtio_net_internal.h"

/* Commands of one pass; each may cost a walk over a whole ring. */
#define CTRL_BATCH 16

/**
 * struct request - what is left of a command
 * @cursor:	its pieces
 * @left:	bytes of them
 */
struct request {
	struct iov_cursor cursor;
	uint64_t left;
};

static bool skip(struct request *request, uint64_t len)
{
	if (len > request->left)
		return false;
	request->left -= len;
	iov_cursor_skip(&request->cursor, len);
	return true;
}

static bool take(struct request *request, void *to, size_t len)
{
	if (len > request->left)
		return false;
	request->left -= len;
	iov_cursor_take(&request->cursor, to, len);
	return true;
}

/* Nothing is filtered, so a mode that lets more in changes nothing. */
static bool run_rx(struct virtio_net *net, uint8_t command,
		   struct request *request)
{
	(void)net;
	return (command == VIRTIO_NET_CTRL_RX_PROMISC ||
		command == VIRTIO_NET_CTRL_RX_ALLMULTI) &&
	       skip(request, 1);
}

/* unicast addresses, then multicast ones, each behind their number */
static bool run_mac(struct virtio_net *net, uint8_t command,
		    struct request *request)
{
	uint32_t entries;
	unsigned i;

	(void)net;
	if (command != VIRTIO_NET_CTRL_MAC_TABLE_SET)
		return false;
	for (i = 0; i < 2; i++) {
		if (!take(request, &entries, sizeof(entries)) ||
		    !skip(request, (uint64_t)le32toh(entries) * MAC_LEN))
			return false;
	}
	return true;
}

static bool run_announce(struct virtio_net *net, uint8_t command,
			 struct request *request)
{
	if (command != VIRTIO_NET_CTRL_ANNOUNCE_ACK || request->left ||
	    !virtio_has(&net->device, VIRTIO_NET_F_GUEST_ANNOUNCE))
		return false;
	net->is_announcing = false;
	return true;
}

static bool run_mq(struct virtio_net *net, uint8_t command,
		   struct request *request)
{
	uint16_t pairs;

	if (command != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET ||
	    !virtio_has(&net->device, VIRTIO_NET_F_MQ) ||
	    request->left != sizeof(pairs))
		return false;
	take(request, &pairs, sizeof(pairs));
	return virtio_net_use_pairs(net, le16toh(pairs)) == 0;
}

static bool (*const classes[])(struct virtio_net *net, uint8_t command,
			       struct request *request) = {
	[VIRTIO_NET_CTRL_RX] = run_rx,
	[VIRTIO_NET_CTRL_MAC] = run_mac,
	[VIRTIO_NET_CTRL_ANNOUNCE] = run_announce,
	[VIRTIO_NET_CTRL_MQ] = run_mq,
};

/* VIRTIO_NET_OK or VIRTIO_NET_ERR */
static uint8_t run(struct virtio_net *net, struct virtqueue_chain *chain)
{
	struct request request = {{chain->iov, chain->readable},
				  chain->readable_len};
	struct virtio_net_ctrl_hdr hdr;

	if (!take(&request, &hdr, sizeof(hdr)))
		return VIRTIO_NET_ERR;
	if (hdr.class >= ARRAY_SIZE(classes) || !classes[hdr.class])
		return VIRTIO_NET_ERR;
	if (!classes[hdr.class](net, hdr.cmd, &request) || request.left)
		return VIRTIO_NET_ERR;
	return VIRTIO_NET_OK;
}

/* false: the queue can't go on */
static bool answer(struct virtio_net *net, struct virtio_queue *queue,
		   uint16_t head)
{
	struct virtqueue_chain *chain = &net->chain;
	uint8_t *ack;

	if (virtqueue_walk(&queue->vq, head, chain))
		return false;
	if (!chain->writable) {
		virtio_break(&net->device, "a command without room for its "
					   "answer");
		return false;
	}
	ack = chain->iov[chain->readable].iov_base;
	*ack = run(net, chain);
	virtqueue_push(&queue->vq, head, sizeof(*ack));
	return true;
}

static void serve(struct virtio_queue *queue)
{
	struct virtio_net *net = virtio_net_of(queue->device);
	struct virtqueue_buf buf;
	unsigned i;

	for (i = 0; i < CTRL_BATCH; i++) {
		if (!virtqueue_peek(&queue->vq, 0, VIRTQUEUE_READ, &buf, 1) ||
		    !answer(net, queue, buf.head))
			break;
	}
	virtio_queue_flush(queue);
	if (i == CTRL_BATCH)
		virtio_queue_again(queue);
}

int virtio_net_ctrl_open(struct virtio_net *net)
{
	struct virtio_queue *queue = &net->device.queues[virtio_net_rings(net)];

	if (!virtio_has(&net->device, VIRTIO_NET_F_CTRL_VQ) || !queue->enabled)
		return 0;
	net->ctrl = queue;
	return virtio_queue_open(queue, serve);
}

void virtio_net_ctrl_close(struct virtio_net *net)
{
	if (net->ctrl)
		virtio_queue_close(net->ctrl);
	net->ctrl = NULL;
}
