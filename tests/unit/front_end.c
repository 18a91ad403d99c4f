// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * front_end.c - a VMM with a guest, small enough to live in a test
 */
#include "unit/front_end.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define RING_STEP 0x10000u
#define AVAIL_STEP 0x4000u
#define USED_STEP 0x8000u

bool front_end_init(struct front_end *fe)
{
	unsigned i;

	memset(fe, 0, sizeof(*fe));
	fe->sock = -1;
	fe->memfd = memfd_create("guest", MFD_CLOEXEC);
	if (fe->memfd < 0 || ftruncate(fe->memfd, FRONT_END_RAM_SIZE))
		return false;
	fe->ram = mmap(NULL, FRONT_END_RAM_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED, fe->memfd, 0);
	for (i = 0; i < FRONT_END_RINGS; i++) {
		fe->kick[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		fe->call[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		fe->err[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	return fe->ram != MAP_FAILED;
}

void front_end_fini(struct front_end *fe)
{
	unsigned i;

	if (fe->sock >= 0)
		close(fe->sock);
	for (i = 0; i < FRONT_END_RINGS; i++) {
		close(fe->kick[i]);
		close(fe->call[i]);
		close(fe->err[i]);
	}
	munmap(fe->ram, FRONT_END_RAM_SIZE);
	close(fe->memfd);
}

bool front_end_send(struct front_end *fe, uint32_t request, const void *payload,
		    uint32_t size, const int *fds, unsigned fd_count)
{
	struct vhost_user_header header = {request, VHOST_USER_VERSION, size};
	union {
		char space[CMSG_SPACE(16 * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec iov[2] = {{&header, sizeof(header)},
			       {(void *)(uintptr_t)payload, size}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = size ? 2 : 1};

	if (fd_count) {
		struct cmsghdr *cmsg;

		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, fd_count * sizeof(int));
	}
	return sendmsg(fe->sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

bool front_end_send_u64(struct front_end *fe, uint32_t request, uint64_t value)
{
	return front_end_send(fe, request, &value, sizeof(value), NULL, 0);
}

bool front_end_send_state(struct front_end *fe, uint32_t request,
			  uint32_t index, uint32_t num)
{
	struct vhost_user_vring_state state = {index, num};

	return front_end_send(fe, request, &state, sizeof(state), NULL, 0);
}

int front_end_receive(struct front_end *fe, struct vhost_user_header *header,
		      void *payload, uint32_t size)
{
	ssize_t n = recv(fe->sock, header, sizeof(*header), MSG_DONTWAIT);

	if (n <= 0)
		return n ? -errno : 0;
	if (header->size > size)
		return -EMSGSIZE;
	if (header->size &&
	    recv(fe->sock, payload, header->size, MSG_DONTWAIT) < 0)
		return -errno;
	return (int)header->size;
}

bool front_end_send_memory(struct front_end *fe)
{
	struct vhost_user_memory memory = {.count = 1,
					   .regions[0] = {FRONT_END_GPA,
							  FRONT_END_RAM_SIZE,
							  FRONT_END_USER, 0}};

	return front_end_send(fe, VHOST_USER_SET_MEM_TABLE, &memory, 40,
			      &fe->memfd, 1);
}

bool front_end_set_features(struct front_end *fe, uint64_t features)
{
	return front_end_send_u64(fe, VHOST_USER_SET_FEATURES, features);
}

static bool send_fd(struct front_end *fe, uint32_t request, unsigned index,
		    int fd)
{
	uint64_t value = index;

	return front_end_send(fe, request, &value, sizeof(value), &fd, 1);
}

bool front_end_start_ring(struct front_end *fe, unsigned index, bool event_idx)
{
	uint32_t at = index * RING_STEP;
	struct vhost_user_vring_addr addr = {
		.index = index,
		.desc_user = FRONT_END_USER + at,
		.avail_user = FRONT_END_USER + at + AVAIL_STEP,
		.used_user = FRONT_END_USER + at + USED_STEP};
	struct virtqueue_settings *settings = &fe->settings[index];

	settings->desc = fe->ram + at;
	settings->avail = fe->ram + at + AVAIL_STEP;
	settings->used = fe->ram + at + USED_STEP;
	settings->size = FRONT_END_RING_SIZE;
	settings->event_idx = event_idx;
	return virtqueue_driver_init(&fe->rings[index], settings) == 0 &&
	       send_fd(fe, VHOST_USER_SET_VRING_CALL, index, fe->call[index]) &&
	       send_fd(fe, VHOST_USER_SET_VRING_ERR, index, fe->err[index]) &&
	       front_end_send_state(fe, VHOST_USER_SET_VRING_NUM, index,
				    FRONT_END_RING_SIZE) &&
	       front_end_send_state(fe, VHOST_USER_SET_VRING_BASE, index, 0) &&
	       front_end_send(fe, VHOST_USER_SET_VRING_ADDR, &addr,
			      sizeof(addr), NULL, 0) &&
	       send_fd(fe, VHOST_USER_SET_VRING_KICK, index, fe->kick[index]) &&
	       front_end_send_state(fe, VHOST_USER_SET_VRING_ENABLE, index, 1);
}

bool front_end_start(struct front_end *fe, uint64_t features, unsigned rings)
{
	bool event_idx = features & FRONT_END_F(VIRTIO_RING_F_EVENT_IDX);
	unsigned i;

	features |= FRONT_END_F(VIRTIO_F_VERSION_1) |
		    FRONT_END_F(VHOST_USER_F_PROTOCOL_FEATURES);
	if (!front_end_send(fe, VHOST_USER_SET_OWNER, NULL, 0, NULL, 0) ||
	    !front_end_send_u64(
		    fe, VHOST_USER_SET_PROTOCOL_FEATURES,
		    FRONT_END_F(VHOST_USER_PROTOCOL_F_MQ) |
			    FRONT_END_F(VHOST_USER_PROTOCOL_F_REPLY_ACK)) ||
	    !front_end_set_features(fe, features) || !front_end_send_memory(fe))
		return false;
	for (i = 0; i < rings; i++) {
		if (!front_end_start_ring(fe, i, event_idx))
			return false;
	}
	return true;
}

void front_end_kick(struct front_end *fe, unsigned index)
{
	eventfd_write(fe->kick[index], 1);
}

bool front_end_called(int fd)
{
	eventfd_t value;

	return eventfd_read(fd, &value) == 0;
}
