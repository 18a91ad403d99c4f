// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block_request.c - one request to a disk (virtio 1.2 5.2.6)
 *
 * Everything that a driver wrote and that decides anything is copied once; of
 * what is left in guest memory only the kernel reads or writes, as data.
 */
#include "vmm/block_request.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <string.h>

#include "core/util.h"

static_assert(sizeof(struct virtio_blk_outhdr) == 16, "virtio 1.2 5.2.6");
static_assert(sizeof(struct virtio_blk_discard_write_zeroes) == 16,
	      "virtio 1.2 5.2.6");

int block_request_parse(struct block_request *request,
			struct virtqueue_chain *chain)
{
	struct virtio_blk_outhdr header;
	struct iovec *last;

	if (!chain->writable_len)
		return -ENOSPC;
	memset(request, 0, sizeof(*request));
	request->in.iov = chain->iov + chain->readable;
	request->in.count = chain->writable;
	request->in_len = chain->writable_len - 1;
	last = &request->in.iov[chain->writable - 1];
	request->status = (uint8_t *)last->iov_base + --last->iov_len;
	if (!last->iov_len)
		request->in.count--;
	if (chain->readable_len < sizeof(header))
		return -EINVAL;
	request->out.iov = chain->iov;
	request->out.count = chain->readable;
	request->out_len = chain->readable_len - sizeof(header);
	iov_cursor_take(&request->out, &header, sizeof(header));
	request->type = le32toh(header.type);
	request->sector = le64toh(header.sector);
	return 0;
}

/* A sector may be any number: it must not wrap when it becomes an offset. */
static int offset_of(const struct block_file *file, uint64_t sector,
		     uint64_t *offset)
{
	if (sector > file->size / BLOCK_SECTOR)
		return -ERANGE;
	*offset = sector * BLOCK_SECTOR;
	return 0;
}

static int check_len(uint64_t len)
{
	return len % BLOCK_SECTOR || len > BLOCK_MAX_LEN ? -EINVAL : 0;
}

static int serve_read(struct block_request *request, struct block_file *file)
{
	uint64_t offset;
	int code;

	if (offset_of(file, request->sector, &offset))
		return -ERANGE;
	if (check_len(request->in_len))
		return -EINVAL;
	code = block_file_read(file, offset, &request->in, request->in_len);
	if (!code)
		request->done = request->in_len;
	return code;
}

static int serve_write(struct block_request *request, struct block_file *file)
{
	uint64_t offset;

	if (offset_of(file, request->sector, &offset))
		return -ERANGE;
	if (check_len(request->out_len))
		return -EINVAL;
	return block_file_write(file, offset, &request->out, request->out_len);
}

/* A driver that has less room gets less; nobody ends it with a NUL. */
static void serve_id(struct block_request *request, const char *id)
{
	char text[VIRTIO_BLK_ID_BYTES] = {0};
	size_t len = MIN(sizeof(text), request->in_len);

	memcpy(text, id, strnlen(id, sizeof(text)));
	iov_cursor_put(&request->in, text, len);
	request->done = len;
}

/* 5.2.6.2: a flag that is not for this request makes all of it unsupported. */
static int check_range(const struct virtio_blk_discard_write_zeroes *range,
		       uint32_t flags, uint32_t max)
{
	if (le32toh(range->flags) & ~flags)
		return -EOPNOTSUPP;
	return le32toh(range->num_sectors) > max ? -EINVAL : 0;
}

static int apply_range(const struct virtio_blk_discard_write_zeroes *range,
		       bool is_discard, struct block_file *file)
{
	uint64_t len = le32toh(range->num_sectors) * BLOCK_SECTOR, offset;

	if (offset_of(file, le64toh(range->sector), &offset))
		return -ERANGE;
	if (is_discard)
		return block_file_discard(file, offset, len);
	return block_file_zero(file, offset, len,
			       le32toh(range->flags) &
				       VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
}

static int serve_ranges(struct block_request *request, struct block_file *file)
{
	struct virtio_blk_discard_write_zeroes ranges[BLOCK_MAX_RANGES];
	bool is_discard = request->type == VIRTIO_BLK_T_DISCARD;
	uint32_t flags = is_discard ? 0 : VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;
	uint32_t max = is_discard ? BLOCK_MAX_DISCARD : BLOCK_MAX_ZEROES;
	uint64_t i, count = request->out_len / sizeof(ranges[0]);
	int code = 0;

	if (!count || count > (is_discard ? BLOCK_MAX_RANGES : 1) ||
	    request->out_len % sizeof(ranges[0]))
		return -EINVAL;
	iov_cursor_take(&request->out, ranges, count * sizeof(ranges[0]));
	for (i = 0; i < count && !code; i++)
		code = check_range(&ranges[i], flags, max);
	for (i = 0; i < count && !code; i++)
		code = apply_range(&ranges[i], is_discard, file);
	return code;
}

int block_request_serve(struct block_request *request, struct block_file *file,
			const char *id)
{
	switch (request->type) {
	case VIRTIO_BLK_T_IN:
		return serve_read(request, file);
	case VIRTIO_BLK_T_OUT:
		return serve_write(request, file);
	case VIRTIO_BLK_T_FLUSH:
		return block_file_flush(file);
	case VIRTIO_BLK_T_GET_ID:
		serve_id(request, id);
		return 0;
	case VIRTIO_BLK_T_DISCARD:
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return serve_ranges(request, file);
	default:
		return -EOPNOTSUPP;
	}
}

uint32_t block_request_finish(struct block_request *request, int code)
{
	uint8_t status = VIRTIO_BLK_S_OK;

	if (code)
		status = code == -EOPNOTSUPP ? VIRTIO_BLK_S_UNSUPP
					     : VIRTIO_BLK_S_IOERR;
	*request->status = status;
	if (request->done < request->in_len)
		return (uint32_t)request->done;
	return (uint32_t)request->in_len + 1;
}
