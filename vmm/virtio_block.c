// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_block.c - a disk (virtio 1.2 5.2)
 *
 * Theory of operation
 *
 * One queue. Its requests are served one after the other on the I/O thread,
 * straight between the file and guest memory, and answered in that order. A
 * pass ends after PASS_REQUESTS or PASS_BYTES, so that other devices and labd
 * get their turn, and goes on after that.
 *
 * What can't be served is answered with a status, and the disk goes on; only a
 * broken ring breaks it. A chain without room for a status goes back unanswered
 * with length 0: there is nowhere to write, and its buffers must not be lost.
 *
 * A file of the host that fails (no space left, shortened, unplugged) is an I/O
 * error of the guest's, and a line in the log for the operator. What the guest
 * asked in vain by its own fault is not worth a line.
 *
 * Limits: a slow disk of the host holds up the whole machine's devices.
 */
#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/block_request.h"

#define PASS_REQUESTS 16
#define PASS_BYTES (4u << 20)
/* Mass storage of no special kind. */
#define CLASS_CODE 0x018000
/* Up to write_zeroes_may_unmap and what pads it. */
#define CONFIG_SIZE offsetof(struct virtio_blk_config, max_secure_erase_sectors)

/**
 * struct virtio_block - a disk
 * @device:	what the transport sees
 * @file:	what it is kept in
 * @name:	of the device, and serial number
 * @config:	what a driver reads
 * @limit:	of words about the host's file
 * @chain:	of the request that is being served
 */
struct virtio_block {
	struct virtio_device device;
	struct block_file file;
	char name[VIRTIO_BLK_ID_BYTES + 1];
	struct virtio_blk_config config;
	struct log_limit limit;
	struct virtqueue_chain chain;
};

static struct virtio_block *block_of(struct virtio_device *device)
{
	return container_of(device, struct virtio_block, device);
}

/* What was not negotiated is as unknown as what does not exist. */
static bool is_negotiated(const struct virtio_block *block, uint32_t type)
{
	if (type == VIRTIO_BLK_T_DISCARD)
		return virtio_has(&block->device, VIRTIO_BLK_F_DISCARD);
	if (type == VIRTIO_BLK_T_WRITE_ZEROES)
		return virtio_has(&block->device, VIRTIO_BLK_F_WRITE_ZEROES);
	return true;
}

/* 5.2.6.2: a driver that can't ask for a flush gets one with each write. */
static int write_through(struct virtio_block *block, uint32_t type)
{
	if (virtio_has(&block->device, VIRTIO_BLK_F_FLUSH) ||
	    (type != VIRTIO_BLK_T_OUT && type != VIRTIO_BLK_T_WRITE_ZEROES))
		return 0;
	return block_file_flush(&block->file);
}

static void tell(struct virtio_block *block,
		 const struct block_request *request, int code)
{
	const struct machine *machine = block->device.machine;

	if (code == -ERANGE || code == -EINVAL || code == -EROFS ||
	    code == -EOPNOTSUPP)
		return;
	log_limited(machine->log, &block->limit, LOG_WARNING,
		    "%s: request %u at sector %llu: %s", block->name,
		    request->type, (unsigned long long)request->sector,
		    strerror(-code));
}

/* In bytes of a pass: others get their turn after what can be slow. */
static uint64_t cost(const struct block_request *request)
{
	if (request->type == VIRTIO_BLK_T_IN ||
	    request->type == VIRTIO_BLK_T_OUT ||
	    request->type == VIRTIO_BLK_T_GET_ID)
		return MAX(request->in_len, request->out_len);
	return PASS_BYTES;
}

/*
 * Serves what @block->chain asks for and adds to @bytes what it cost; returns
 * the length for the used ring.
 */
static uint32_t serve_chain(struct virtio_block *block, uint64_t *bytes)
{
	struct block_request request;
	int code = block_request_parse(&request, &block->chain);

	if (code == -ENOSPC)
		return 0;
	*bytes += cost(&request);
	if (!code && !is_negotiated(block, request.type))
		code = -EOPNOTSUPP;
	if (!code)
		code = block_request_serve(&request, &block->file, block->name);
	if (!code)
		code = write_through(block, request.type);
	if (code)
		tell(block, &request, code);
	return block_request_finish(&request, code);
}

/* Returns true when the pass ended before the queue did. */
static bool serve_some(struct virtio_block *block, struct virtqueue *vq)
{
	struct virtqueue_buf buf;
	uint64_t bytes = 0;
	unsigned i;

	for (i = 0; i < PASS_REQUESTS && bytes < PASS_BYTES; i++) {
		if (!virtqueue_peek(vq, 0, VIRTQUEUE_READ, &buf, 1) ||
		    virtqueue_walk(vq, buf.head, &block->chain))
			return false;
		virtqueue_push(vq, buf.head, serve_chain(block, &bytes));
	}
	return true;
}

static void serve(struct virtio_queue *queue)
{
	struct virtio_block *block = block_of(queue->device);

	if (serve_some(block, &queue->vq))
		virtio_queue_again(queue);
	virtio_queue_flush(queue);
}

static void config_read(struct virtio_device *device, unsigned offset,
			void *data, unsigned len)
{
	memcpy(data, (uint8_t *)&block_of(device)->config + offset, len);
}

static int start(struct virtio_device *device)
{
	if (!device->queues[0].enabled)
		return 0;
	return virtio_queue_open(&device->queues[0], serve);
}

static void stop(struct virtio_device *device)
{
	virtio_queue_close(&device->queues[0]);
}

static void destroy(struct virtio_device *device)
{
	struct virtio_block *block = block_of(device);

	block_file_close(&block->file);
	free(block);
}

static const struct virtio_device_ops block_ops = {
	.config_read = config_read,
	.start = start,
	.stop = stop,
	.destroy = destroy,
};

static uint64_t features(const struct block_file *file)
{
	uint64_t bits =
		1ull << VIRTIO_F_VERSION_1 |
		1ull << VIRTIO_RING_F_INDIRECT_DESC |
		1ull << VIRTIO_RING_F_EVENT_IDX |
		1ull << VIRTIO_BLK_F_SIZE_MAX | 1ull << VIRTIO_BLK_F_SEG_MAX |
		1ull << VIRTIO_BLK_F_BLK_SIZE | 1ull << VIRTIO_BLK_F_FLUSH;

	if (file->is_readonly)
		return bits | 1ull << VIRTIO_BLK_F_RO;
	return bits | 1ull << VIRTIO_BLK_F_DISCARD |
	       1ull << VIRTIO_BLK_F_WRITE_ZEROES;
}

static void fill_config(struct virtio_blk_config *config,
			const struct block_file *file)
{
	config->capacity = htole64(file->size / BLOCK_SECTOR);
	config->size_max = htole32(BLOCK_SEGMENT_SIZE);
	config->seg_max = htole32(BLOCK_MAX_SEGMENTS);
	config->blk_size = htole32(BLOCK_SECTOR);
	config->num_queues = htole16(1);
	if (file->is_readonly)
		return;
	config->max_discard_sectors = htole32(BLOCK_MAX_DISCARD);
	config->max_discard_seg = htole32(BLOCK_MAX_RANGES);
	config->discard_sector_alignment =
		htole32(BLOCK_GRANULE_MIN / BLOCK_SECTOR);
	config->max_write_zeroes_sectors = htole32(BLOCK_MAX_ZEROES);
	config->max_write_zeroes_seg = htole32(1);
	config->write_zeroes_may_unmap = 1;
}

struct virtio_device *virtio_block_create(struct machine *machine,
					  const struct block_settings *settings,
					  struct err *err)
{
	struct virtio_block *block = calloc(1, sizeof(*block));
	struct block_file file;

	if (block_file_open(&file, settings, err)) {
		err_wrap(err, "%s", settings->name);
		free(block);
		return NULL;
	}
	if (!block) {
		block_file_close(&file);
		err_set(err, -ENOMEM, "no memory for a disk");
		return NULL;
	}
	block->file = file;
	snprintf(block->name, sizeof(block->name), "%s", settings->name);
	fill_config(&block->config, &file);
	block->device = (struct virtio_device){
		.ops = &block_ops,
		.name = block->name,
		.id = VIRTIO_ID_BLOCK,
		.class_code = CLASS_CODE,
		.features = features(&file),
		.config_size = CONFIG_SIZE,
		.queue_count = 1,
		.queues[0].max_size = VIRTIO_QUEUE_SIZE,
		.machine = machine,
	};
	return &block->device;
}
