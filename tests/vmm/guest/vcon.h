/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vcon.h - a console device with ports (virtio 1.2 5.3) */
#ifndef GUEST_VCON_H
#define GUEST_VCON_H

#include "guest/virtio.h"

#define VCON_PORTS 4
#define VCON_BUFFERS 2
#define VCON_BUFFER_SIZE 1024
#define VCON_NAME_SIZE 32
#define VCON_F_MULTIPORT (1ULL << 1)

/* Queues: two for port 0, two for control, two for each port from 1 on. */
#define VCON_CONTROL_RX 2
#define VCON_CONTROL_TX 3

enum vcon_event {
	VCON_DEVICE_READY,
	VCON_DEVICE_ADD,
	VCON_DEVICE_REMOVE,
	VCON_PORT_READY,
	VCON_CONSOLE_PORT,
	VCON_RESIZE,
	VCON_PORT_OPEN,
	VCON_PORT_NAME
};

/* struct vcon_control - 5.3.6.2; a name follows some */
struct vcon_control {
	uint32_t id;
	uint16_t event, value;
};

/* struct vcon_port - what the device told about one */
struct vcon_port {
	bool exists, is_console, is_open;
	char name[VCON_NAME_SIZE];
};

/*
 * struct vcon - the device
 * @memory: two buffers of VCON_BUFFER_SIZE for each queue
 */
struct vcon {
	struct virtio v;
	unsigned port_count;
	struct virtq queues[VIRTIO_QUEUES];
	struct vcon_port ports[VCON_PORTS];
	uint8_t *memory;
};

/* vcon_start() - from reset to "device ready"; again after each reset */
int vcon_start(struct vcon *c);

/* vcon_control() - says something on the control queue */
int vcon_control(struct vcon *c, uint32_t id, uint16_t event, uint16_t value);

/* vcon_poll() - reads what the device told */
void vcon_poll(struct vcon *c);

/* vcon_wait() - until the device has told what done() looks for */
bool vcon_wait(struct vcon *c, bool (*done)(void *arg), void *arg, uint64_t ms);

/* vcon_port_queue() - a port's queue from the device; + 1: to the device */
unsigned vcon_port_queue(unsigned port);

/* vcon_buffer() - where buffer @n of a queue is */
uint8_t *vcon_buffer(const struct vcon *c, unsigned queue, unsigned n);

/* vcon_send() - on a port, and waits until it is gone */
int vcon_send(struct vcon *c, unsigned port, const uint8_t *data, uint32_t len);

/* vcon_receive() - what came on a port: its length and where it is; 0: nothing
 * in @ms. vcon_give_back() when it was read. */
uint32_t vcon_receive(struct vcon *c, unsigned port, uint8_t **data,
		      uint64_t ms);
void vcon_give_back(struct vcon *c, unsigned port, uint8_t *data);

#endif
