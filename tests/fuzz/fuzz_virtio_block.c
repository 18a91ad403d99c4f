// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtio_block.c - chains that a driver gives to a disk
 *
 * Input: a byte of flags (FLAG_*), then chains: a byte with the numbers of
 * readable and of writable pieces, and for each piece its offset and its
 * length, 16 bits each. Offsets are into a window of RAM that the whole input
 * is copied to first, so that headers and ranges are made of it too.
 *
 * Whatever the chains are: none is lost, none has more written to it than it
 * has room, and an image under an overlay stays as it was.
 */
#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/fuzz_ops.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define IMAGE_SIZE (9 * 4096 + 512)
#define WINDOW_AT 0x10000
#define WINDOW_SIZE 0x10000
#define MAX_PIECES 30

#define FLAG_OVERLAY 1
#define FLAG_READONLY 2
#define FLAG_FLUSH 4
#define FLAG_EVENT_IDX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct fixture - a machine with a disk
 * @bed:	the machine
 * @bus:	its bus
 * @vp:		the disk
 * @guest:	its driver
 * @image:	what it is kept in
 * @flags:	of the input
 */
struct fixture {
	struct machine_bed bed;
	struct pci_bus bus;
	struct virtio_pci *vp;
	struct virtio_guest guest;
	int image;
	uint8_t flags;
};

static void start(struct fixture *f)
{
	uint64_t features = 1ull << VIRTIO_F_VERSION_1;

	if (f->flags & FLAG_FLUSH)
		features |= 1ull << VIRTIO_BLK_F_FLUSH;
	if (f->flags & FLAG_EVENT_IDX)
		features |= 1ull << VIRTIO_RING_F_EVENT_IDX;
	if (!(f->flags & FLAG_READONLY))
		features |= 1ull << VIRTIO_BLK_F_DISCARD |
			    1ull << VIRTIO_BLK_F_WRITE_ZEROES;
	f->guest.next = VIRTIO_GUEST_RAM;
	fuzz_check(virtio_guest_start(&f->guest, features, 1));
}

static void open_disk(struct fixture *f)
{
	struct block_settings settings = {
		.name = "disk0",
		.overlay_fd = -1,
		.is_readonly = f->flags & FLAG_READONLY,
	};
	uint8_t image[IMAGE_SIZE];

	memset(image, 0x11, sizeof(image));
	f->image = memfd_create("image", MFD_CLOEXEC);
	fuzz_check(write(f->image, image, sizeof(image)) == sizeof(image));
	settings.fd = dup(f->image);
	if (f->flags & FLAG_OVERLAY)
		settings.overlay_fd = memfd_create("overlay", MFD_CLOEXEC);
	fuzz_check(!machine_bed_open(&f->bed));
	fuzz_check(!pci_bus_init(&f->bus, &f->bed.machine, NULL));
	f->vp = virtio_pci_create(
		&f->bus, virtio_block_create(&f->bed.machine, &settings, NULL),
		NULL);
	fuzz_check(f->vp &&
		   !virtio_guest_init(&f->guest, &f->bed, VIRTIO_ID_BLOCK));
}

/* Returns bytes used; 0 at the end of the input. */
static size_t add_chain(struct fixture *f, const uint8_t *data, size_t size,
			uint64_t *room)
{
	struct virtqueue_piece pieces[MAX_PIECES];
	unsigned i, readable, writable;

	if (!size)
		return 0;
	readable = data[0] & 15;
	writable = data[0] >> 4;
	if (readable + writable == 0 || 1 + 4 * (readable + writable) > size)
		return 0;
	*room = 0;
	for (i = 0; i < readable + writable; i++) {
		const uint8_t *piece = data + 1 + i * 4;
		uint32_t len = piece[2] | piece[3] << 8;
		uint64_t at = piece[0] | piece[1] << 8;

		pieces[i].gpa = WINDOW_AT + at;
		pieces[i].len = len;
		*room += i < readable ? 0 : len;
	}
	fuzz_check(virtio_guest_add(&f->guest, 0, pieces, readable, writable) >=
		   0);
	return 1 + i * 4;
}

static void serve(struct fixture *f, uint64_t room)
{
	uint32_t len;
	int head;

	virtio_guest_kick(&f->guest, 0);
	if (virtio_guest_status(&f->guest) & VIRTIO_CONFIG_S_NEEDS_RESET) {
		start(f);
		return;
	}
	head = virtio_guest_get(&f->guest, 0, &len);
	fuzz_check(head >= 0 && len <= room);
	fuzz_check(virtio_guest_get(&f->guest, 0, &len) == -EAGAIN);
}

static void close_disk(struct fixture *f)
{
	uint8_t image[IMAGE_SIZE], same[IMAGE_SIZE];
	struct stat st;

	fuzz_check(!fstat(f->image, &st) && st.st_size == IMAGE_SIZE);
	memset(same, 0x11, sizeof(same));
	fuzz_check(pread(f->image, image, sizeof(image), 0) == sizeof(image));
	if (f->flags & (FLAG_OVERLAY | FLAG_READONLY))
		fuzz_check(!memcmp(image, same, sizeof(image)));
	virtio_pci_destroy(f->vp);
	close(f->image);
	fuzz_check(!machine_bed_close(&f->bed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fixture f;
	size_t at, used;
	uint64_t room;

	if (!size || size > WINDOW_SIZE)
		return 0;
	f.flags = data[0];
	open_disk(&f);
	start(&f);
	memcpy(virtio_guest_at(&f.guest, WINDOW_AT), data, size);
	for (at = 1; at < size; at += used) {
		used = add_chain(&f, data + at, size - at, &room);
		if (!used)
			break;
		serve(&f, room);
	}
	close_disk(&f);
	return 0;
}
