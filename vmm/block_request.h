/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block_request.h - one request to a disk (virtio 1.2 5.2.6)
 */
#ifndef VMM_BLOCK_REQUEST_H
#define VMM_BLOCK_REQUEST_H

#include "core/virtqueue.h"
#include "vmm/block_file.h"

/** BLOCK_MAX_SEGMENTS - data buffers of a request that a driver may make */
#define BLOCK_MAX_SEGMENTS 126
/** BLOCK_SEGMENT_SIZE - bytes of one of them */
#define BLOCK_SEGMENT_SIZE (256u << 10)
/** BLOCK_MAX_LEN - bytes of a read or write: what these two allow */
#define BLOCK_MAX_LEN (BLOCK_MAX_SEGMENTS * BLOCK_SEGMENT_SIZE)
/** BLOCK_MAX_RANGES - of one discard */
#define BLOCK_MAX_RANGES 16
/** BLOCK_MAX_DISCARD - sectors of one of them: 1 GiB */
#define BLOCK_MAX_DISCARD (2u << 20)
/** BLOCK_MAX_ZEROES - sectors of the one range of zeros: 16 MiB, as they may
 * have to be written */
#define BLOCK_MAX_ZEROES (32u << 10)

/**
 * struct block_request - what a chain asks for; private but for the data
 * @type:	VIRTIO_BLK_T_*, or anything
 * @sector:	first one, or anything
 * @out:	readable bytes behind the header
 * @out_len:	how many
 * @in:		writable bytes in front of the status
 * @in_len:	how many
 * @done:	bytes at the front of @in that were written
 * @status:	in guest memory
 */
struct block_request {
	uint32_t type;
	uint64_t sector;
	struct iov_cursor out;
	uint64_t out_len;
	struct iov_cursor in;
	uint64_t in_len;
	uint64_t done;
	uint8_t *status;
};

/**
 * block_request_parse() - find the parts of a request
 * @chain:	its pieces belong to @request from here on
 *
 * Where one descriptor ends and the next begins means nothing (2.7.4.1).
 *
 * Return: 0; -EINVAL when there is no header: it can be answered; -ENOSPC when
 * there is no room for an answer.
 */
int block_request_parse(struct block_request *request,
			struct virtqueue_chain *chain);

/**
 * block_request_serve() - do it
 * @id:		text for VIRTIO_BLK_T_GET_ID, cut to 20 bytes
 *
 * Return: 0; -EOPNOTSUPP for what no disk of ours can; -EINVAL for nonsense; as
 * block_file.h says.
 */
int block_request_serve(struct block_request *request, struct block_file *file,
			const char *id);

/**
 * block_request_finish() - write the status
 * @code:	0 or -errno
 *
 * Return: length for the used ring (2.7.8.2): bytes that were written from the
 * first on, without a gap.
 */
uint32_t block_request_finish(struct block_request *request, int code);

#endif
