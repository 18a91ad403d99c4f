/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * front_end.h - a VMM with a guest, small enough to live in a test
 *
 * It speaks vhost-user over a socket, has memory in a memfd and drives its
 * rings with core/virtqueue_driver.h. Guest-physical addresses begin at
 * FRONT_END_GPA, front-end addresses at FRONT_END_USER, so that mixing them up
 * fails.
 */
#ifndef UNIT_FRONT_END_H
#define UNIT_FRONT_END_H

#include <stdbool.h>
#include <stdint.h>

#include "core/vhost_user_msg.h"
#include "core/virtqueue_driver.h"

#define FRONT_END_GPA UINT64_C(0x40000000)
#define FRONT_END_USER UINT64_C(0x7f0000000000)
#define FRONT_END_RAM_SIZE (4u << 20)
#define FRONT_END_RING_SIZE 256
#define FRONT_END_RINGS 4
/* where buffers begin, and how far apart they are */
#define FRONT_END_DATA 0x40000u
#define FRONT_END_STEP 2048u

#define FRONT_END_F(bit) (UINT64_C(1) << (bit))

/**
 * struct front_end - one of them
 * @sock:	to the back-end; -1 when not connected
 * @memfd:	the guest's memory
 * @ram:	the same, mapped
 * @rings:	even: the guest receives, odd: it transmits
 * @settings:	where they are, for whoever wants to spoil them
 * @kick:	eventfds
 * @call:	eventfds
 * @err:	eventfds
 */
struct front_end {
	int sock;
	int memfd;
	uint8_t *ram;
	struct virtqueue_driver rings[FRONT_END_RINGS];
	struct virtqueue_settings settings[FRONT_END_RINGS];
	int kick[FRONT_END_RINGS];
	int call[FRONT_END_RINGS];
	int err[FRONT_END_RINGS];
};

/** front_end_init() - memory and eventfds; false when the kernel refuses */
bool front_end_init(struct front_end *fe);

/** front_end_fini() - close and unmap everything */
void front_end_fini(struct front_end *fe);

/** front_end_send() - one message; false when the socket is closed */
bool front_end_send(struct front_end *fe, uint32_t request, const void *payload,
		    uint32_t size, const int *fds, unsigned fd_count);

/** front_end_send_u64() - one message with a number */
bool front_end_send_u64(struct front_end *fe, uint32_t request, uint64_t value);

/** front_end_send_state() - one message about a ring */
bool front_end_send_state(struct front_end *fe, uint32_t request,
			  uint32_t index, uint32_t num);

/** front_end_receive() - the reply; its size, 0 at the end, -errno */
int front_end_receive(struct front_end *fe, struct vhost_user_header *header,
		      void *payload, uint32_t size);

/** front_end_send_memory() - SET_MEM_TABLE with the one region */
bool front_end_send_memory(struct front_end *fe);

/** front_end_set_features() - what the driver acknowledged */
bool front_end_set_features(struct front_end *fe, uint64_t features);

/** front_end_start_ring() - empty ring @index and tell the back-end */
bool front_end_start_ring(struct front_end *fe, unsigned index, bool event_idx);

/** front_end_start() - features, memory, @rings rings; all enabled */
bool front_end_start(struct front_end *fe, uint64_t features, unsigned rings);

/** front_end_kick() - as a driver does after publishing */
void front_end_kick(struct front_end *fe, unsigned index);

/** front_end_called() - was the driver notified since last asked? */
bool front_end_called(int fd);

/** front_end_piece() - buffer @i of @len bytes, as descriptors have it */
static inline struct virtqueue_piece front_end_piece(unsigned i, uint32_t len)
{
	return (struct virtqueue_piece){
		FRONT_END_GPA + FRONT_END_DATA + i * FRONT_END_STEP, len};
}

/** front_end_data() - the bytes of buffer @i */
static inline uint8_t *front_end_data(struct front_end *fe, unsigned i)
{
	return fe->ram + FRONT_END_DATA + i * FRONT_END_STEP;
}

#endif
