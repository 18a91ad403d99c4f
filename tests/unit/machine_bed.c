// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * machine_bed.c - a machine without KVM
 */
#include "unit/machine_bed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct machine_bed *bed_of(struct machine *machine)
{
	return container_of(machine, struct machine_bed, machine);
}

static int bed_msi_alloc(struct machine *machine)
{
	struct machine_bed *bed = bed_of(machine);
	int i;

	for (i = 0; i < MACHINE_MAX_MSI; i++) {
		if (bed->used[i])
			continue;
		bed->used[i] = true;
		return MACHINE_GSI_MSI + i;
	}
	return -ENOSPC;
}

static void bed_msi_free(struct machine *machine, unsigned gsi)
{
	struct machine_bed *bed = bed_of(machine);
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++)
		bed->mistakes +=
			bed->irqs[i].fd >= 0 && bed->irqs[i].gsi == gsi;
	bed->mistakes += !bed->used[gsi - MACHINE_GSI_MSI];
	bed->used[gsi - MACHINE_GSI_MSI] = false;
}

static int bed_msi_route(struct machine *machine, unsigned gsi,
			 const struct msi_message *message)
{
	struct machine_bed *bed = bed_of(machine);

	bed->mistakes += !bed->used[gsi - MACHINE_GSI_MSI];
	bed->messages[gsi - MACHINE_GSI_MSI] = *message;
	return 0;
}

static int bind(struct machine_binding *bindings,
		const struct machine_binding *binding)
{
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bindings[i].fd >= 0)
			continue;
		bindings[i] = *binding;
		return 0;
	}
	return -ENOSPC;
}

/* KVM would not know such a binding, and keep what it has. */
static unsigned unbind(struct machine_binding *bindings,
		       const struct machine_binding *binding)
{
	unsigned i, missed = 1;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bindings[i].fd == binding->fd &&
		    bindings[i].gsi == binding->gsi &&
		    bindings[i].gpa == binding->gpa) {
			bindings[i].fd = -1;
			missed = 0;
		}
	}
	return missed;
}

static int bed_irq_bind(struct machine *machine, unsigned gsi, int eventfd)
{
	const struct machine_binding binding = {.fd = eventfd, .gsi = gsi};
	struct machine_bed *bed = bed_of(machine);
	unsigned i;

	bed->mistakes += !bed->used[gsi - MACHINE_GSI_MSI];
	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bed->irqs[i].fd == eventfd)
			return -EBUSY;
	}
	return bind(bed->irqs, &binding);
}

static void bed_irq_unbind(struct machine *machine, unsigned gsi, int eventfd)
{
	const struct machine_binding binding = {.fd = eventfd, .gsi = gsi};
	struct machine_bed *bed = bed_of(machine);

	bed->mistakes += unbind(bed->irqs, &binding);
}

static void bed_irq_set(struct machine *machine, unsigned gsi, bool level)
{
	bed_of(machine)->levels[gsi] = level;
}

static int bed_doorbell_bind(struct machine *machine, uint64_t gpa, int eventfd)
{
	const struct machine_binding binding = {.fd = eventfd, .gpa = gpa};
	struct machine_bed *bed = bed_of(machine);
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bed->doorbells[i].fd >= 0 && bed->doorbells[i].gpa == gpa)
			return -EEXIST;
	}
	bed->binds++;
	return bind(bed->doorbells, &binding);
}

static void bed_doorbell_unbind(struct machine *machine, uint64_t gpa,
				int eventfd)
{
	const struct machine_binding binding = {.fd = eventfd, .gpa = gpa};
	struct machine_bed *bed = bed_of(machine);

	bed->mistakes += unbind(bed->doorbells, &binding);
}

static void bed_io(struct machine *machine, void (*call)(void *arg), void *arg)
{
	(void)machine;
	call(arg);
}

static void bed_event(struct machine *machine, enum machine_event event)
{
	struct machine_bed *bed = bed_of(machine);

	bed->power_offs += event == MACHINE_POWER_OFF;
	bed->resets += event == MACHINE_RESET;
	bed->drivers += event == MACHINE_DRIVERS;
}

static const struct machine_ops bed_ops = {
	.msi_alloc = bed_msi_alloc,
	.msi_free = bed_msi_free,
	.msi_route = bed_msi_route,
	.irq_bind = bed_irq_bind,
	.irq_unbind = bed_irq_unbind,
	.irq_set = bed_irq_set,
	.doorbell_bind = bed_doorbell_bind,
	.doorbell_unbind = bed_doorbell_unbind,
	.io = bed_io,
	.event = bed_event,
};

int machine_bed_open(struct machine_bed *bed)
{
	unsigned i;

	memset(bed, 0, sizeof(*bed));
	for (i = 0; i < MACHINE_BED_BINDINGS; i++)
		bed->irqs[i].fd = bed->doorbells[i].fd = -1;
	fake_clock_init(&bed->clock, NSEC_PER_SEC);
	bed->log = (struct log){LOG_ERROR, "bed", &bed->clock.clock};
	bed->machine.ops = &bed_ops;
	bed->machine.log = &bed->log;
	guest_memory_init(&bed->machine.memory);
	bed->machine.loop = loop_create(&bed->clock.clock, NULL);
	if (!bed->machine.loop)
		return -1;
	return vm_memory_open(&bed->machine.ram, MACHINE_BED_MEMORY,
			      &bed->machine.memory, NULL)
		       ? -1
		       : 0;
}

int machine_bed_close(struct machine_bed *bed)
{
	int left = (int)bed->mistakes;
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++)
		left += (bed->irqs[i].fd >= 0) + (bed->doorbells[i].fd >= 0);
	for (i = 0; i < MACHINE_MAX_MSI; i++)
		left += bed->used[i];
	guest_memory_clear(&bed->machine.memory);
	vm_memory_close(&bed->machine.ram);
	loop_destroy(bed->machine.loop);
	return left;
}

void machine_bed_run(struct machine_bed *bed)
{
	int i;

	for (i = 0; i < 8; i++)
		loop_run_once(bed->machine.loop, 0);
}

static uint64_t take(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	uint64_t count = 0;

	if (poll(&ready, 1, 0) != 1 ||
	    read(fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}

uint64_t machine_bed_interrupts(struct machine_bed *bed, unsigned gsi)
{
	uint64_t count = 0;
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bed->irqs[i].fd >= 0 && bed->irqs[i].gsi == gsi)
			count += take(bed->irqs[i].fd);
	}
	return count;
}

void machine_bed_ring(struct machine_bed *bed, uint64_t gpa, unsigned len,
		      uint64_t value)
{
	const uint64_t one = 1;
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bed->doorbells[i].fd < 0 || bed->doorbells[i].gpa != gpa)
			continue;
		if (write(bed->doorbells[i].fd, &one, sizeof(one)) ==
		    sizeof(one))
			return;
	}
	bus_write(&bed->machine.mmio, gpa, len, value);
}
