/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console_bed.h - a virtio-console with a driver, for more than one test
 *
 * Port 0 is a console, the others are named "port1", "port2" ...
 */
#ifndef UNIT_CONSOLE_BED_H
#define UNIT_CONSOLE_BED_H

#include <linux/virtio_config.h>
#include <linux/virtio_console.h>

#include "unit/virtio_guest.h"
#include "vmm/console_internal.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define CONSOLE_BASIC (1ull << VIRTIO_F_VERSION_1)
#define CONSOLE_FEATURES (CONSOLE_BASIC | 1ull << VIRTIO_CONSOLE_F_MULTIPORT)
/** CONSOLE_PORTS - of the bed's device */
#define CONSOLE_PORTS 3

/**
 * struct console_bed - a machine with a console
 * @machine:	it is in
 * @bus:	likewise
 * @device:	the console
 * @vp:		its PCI function
 * @guest:	its driver
 * @hosts:	the host's ends of the ports
 */
struct console_bed {
	struct machine_bed machine;
	struct pci_bus bus;
	struct virtio_device *device;
	struct virtio_pci *vp;
	struct virtio_guest guest;
	int hosts[CONSOLE_PORTS];
};

/** console_bed_open() - the driver has not started; 0 or -1 */
int console_bed_open(struct console_bed *bed);

/** console_bed_close() - 0 when nothing is left */
int console_bed_close(struct console_bed *bed);

/** console_in() - queue that the device writes for a port; the next is its
 * other one */
static inline unsigned console_in(unsigned port)
{
	return port ? 2 * (port + 1) : 0;
}

/** console_start() - start a driver that opens all ports */
void console_start(struct console_bed *bed);

/** console_control() - the driver says something, as it stands */
void console_control(struct console_bed *bed, uint32_t id, uint16_t event,
		     uint16_t value);

/** console_listen() - give @count buffers for control messages */
void console_listen(struct console_bed *bed, unsigned count);

/**
 * console_told() - take the next control message
 * @text:	64 bytes: gets "event id value name"; "" when there is none
 */
const char *console_told(struct console_bed *bed, char *text);

/** console_give() - buffer of @len bytes for what the host says on a port;
 * returns where */
uint64_t console_give(struct console_bed *bed, unsigned port, uint32_t len);

/** console_took() - bytes that the device put into the next such buffer;
 * -EAGAIN
 */
int console_took(struct console_bed *bed, unsigned port);

/** console_say() - the guest says @len bytes on a port, and kicks */
void console_say(struct console_bed *bed, unsigned port, const void *bytes,
		 uint32_t len);

/** console_said() - did the device take a chain of that? */
bool console_said(struct console_bed *bed, unsigned port);

/** console_heard() - what came out at the host's end; bytes, or -errno */
ssize_t console_heard(struct console_bed *bed, unsigned port, void *bytes,
		      size_t size);

#endif
