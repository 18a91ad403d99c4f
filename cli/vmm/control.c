// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - labd's end of a guest: what it wants, and what it is told
 *
 * A guest can start and reset its drivers as fast as it likes, and labd may be
 * slow. So nothing is queued: what labd has to know is noted, and told as it is
 * by the time there is room. Which drivers run is told at most once in
 * CONTROL_PAUSE_NS, and the last of it always: a timer looks again.
 */
#include "cli/vmm/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/vmm/vmm_msg.h"
#include "core/util.h"

static_assert(OPTIONS_MAX_NETS <= VMM_MSG_MAX_NICS, "each NIC has an index");

/* Messages of one turn: labd is one of many things that the loop serves. */
#define MESSAGES_AT_ONCE 16

static int send_state(struct control *control)
{
	const struct vm *vm = control->guest->vm;
	struct vmm_msg msg = {.type = VMM_MSG_STATE, .value = vm_state(vm)};

	snprintf(msg.text, sizeof(msg.text), "%s", vm_reason(vm));
	return vmm_msg_send(control->watch.fd, &msg, -1);
}

/* With that, labd takes it that no driver runs. */
static int send_reset(struct control *control)
{
	const struct vmm_msg msg = {.type = VMM_MSG_RESET};
	int code = vmm_msg_send(control->watch.fd, &msg, -1);

	if (!code) {
		control->drivers_told = 0;
		control->drivers_due = true;
	}
	return code;
}

static uint32_t drivers_running(const struct guest *guest)
{
	uint32_t drivers = 0;
	unsigned i;

	for (i = 0; i < guest->options->net_count; i++) {
		if (vm_driver_is_running(guest->vm, guest->nics[i]))
			drivers |= 1u << i;
	}
	return drivers;
}

/* During a pause nothing is said: at its end comes the next look. */
static int send_drivers(struct control *control)
{
	struct loop *loop = control->guest->loop;
	const struct vmm_msg msg = {
		.type = VMM_MSG_DRIVERS,
		.value = drivers_running(control->guest),
	};
	int code;

	if (timer_is_armed(&control->drivers_pause) ||
	    msg.value == control->drivers_told)
		return 0;
	code = vmm_msg_send(control->watch.fd, &msg, -1);
	if (code)
		return code;
	control->drivers_told = msg.value;
	/* without memory for the timer there is no pause */
	timer_arm(loop, &control->drivers_pause,
		  loop_now_ns(loop) + CONTROL_PAUSE_NS);
	return 0;
}

static int send_gone(struct control *control, unsigned index)
{
	struct vmm_msg msg = {.type = VMM_MSG_GONE, .index = index};

	snprintf(msg.text, sizeof(msg.text), "%s", control->nics[index].gone);
	return vmm_msg_send(control->watch.fd, &msg, -1);
}

/* Sends what is due, in this order; -errno at the first that had no room. */
static int send_due(struct control *control)
{
	unsigned i;
	int code = 0;

	if (control->reset_due)
		code = send_reset(control);
	control->reset_due &= code != 0;
	if (!code && control->state_due)
		code = send_state(control);
	control->state_due &= code != 0;
	if (!code && control->drivers_due)
		code = send_drivers(control);
	control->drivers_due &= code != 0;
	for (i = 0; i < OPTIONS_MAX_NETS && !code; i++) {
		if (!control->nics[i].gone)
			continue;
		code = send_gone(control, i);
		if (!code)
			control->nics[i].gone = NULL;
	}
	return code;
}

static void control_flush(struct control *control)
{
	int code;

	if (!control->watch.loop)
		return;
	code = send_due(control);
	/* A socket that is broken shows as one that has ended. */
	watch_change(&control->watch,
		     code == -EAGAIN ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void pause_over(struct timer *timer)
{
	control_tell_drivers(
		container_of(timer, struct control, drivers_pause));
}

static void nic_gone(void *arg, const char *why)
{
	struct control_nic *nic = arg;

	nic->gone = why;
	control_flush(nic->control);
}

/* Takes @fd over. */
static void connect_nic(struct control *control, unsigned index, int fd)
{
	struct virtio_device *device = control->guest->nics[index];

	if (virtio_net_connect(device, fd)) {
		control->nics[index].gone = "it can't go on where the last "
					    "one was";
		control_flush(control);
	}
}

static void do_nic(struct control *control, const struct vmm_msg *msg, int fd)
{
	struct virtio_device *device;

	if (msg->index >= control->guest->options->net_count) {
		if (fd >= 0)
			close(fd);
		return;
	}
	device = control->guest->nics[msg->index];
	if (msg->type == VMM_MSG_CONNECT)
		connect_nic(control, msg->index, fd);
	else if (msg->type == VMM_MSG_LINK)
		virtio_net_set_link(device, msg->value);
	else
		virtio_net_announce(device);
}

static void do_message(struct control *control, const struct vmm_msg *msg,
		       int fd)
{
	struct vm *vm = control->guest->vm;

	switch ((enum vmm_msg_type)msg->type) {
	case VMM_MSG_CONNECT:
	case VMM_MSG_LINK:
	case VMM_MSG_ANNOUNCE:
		do_nic(control, msg, fd);
		break;
	case VMM_MSG_PAUSE:
		vm_pause(vm);
		break;
	case VMM_MSG_RESUME:
		vm_resume(vm);
		break;
	case VMM_MSG_RESET_NOW:
		vm_reset(vm);
		break;
	case VMM_MSG_POWER:
		vm_power_button(vm);
		break;
	case VMM_MSG_STATE:
	case VMM_MSG_RESET:
	case VMM_MSG_DRIVERS:
	case VMM_MSG_GONE:
	case VMM_MSG_COUNT:
		break; /* ours to say */
	}
}

/* False when labd is gone. */
static bool control_read(struct control *control)
{
	struct vmm_msg msg;
	unsigned i;
	int code, fd;

	for (i = 0; i < MESSAGES_AT_ONCE; i++) {
		code = vmm_msg_recv(control->watch.fd, &msg, &fd);
		if (code == -EAGAIN || code == -EINTR)
			return true;
		if (code == -EPROTO)
			log_warning(control->guest->log,
				    "a message of labd's makes no sense");
		else if (code)
			return false;
		else
			do_message(control, &msg, fd);
	}
	return true;
}

static void control_ready(struct watch *watch, uint32_t events)
{
	struct control *control = container_of(watch, struct control, watch);

	if (events & EPOLLOUT)
		control_flush(control);
	if (!(events & ~(uint32_t)EPOLLOUT) || control_read(control))
		return;
	watch_remove(watch);
	control->ended(control->ctx);
}

int control_open(struct control *control, struct guest *guest, int fd,
		 struct err *err)
{
	unsigned i;
	int code;

	control->guest = guest;
	control->drivers_pause.expired = pause_over;
	control->watch = (struct watch){
		.fd = fd, .ready = control_ready, .name = "control"};
	if (fd < 0)
		return 0;
	code = watch_add(guest->loop, &control->watch, EPOLLIN);
	if (code)
		return err_set(err, code, "--control: fd=%d: %s", fd,
			       strerror(-code));
	for (i = 0; i < guest->options->net_count; i++) {
		control->nics[i].control = control;
		virtio_net_on_gone(guest->nics[i], nic_gone, &control->nics[i]);
	}
	return 0;
}

void control_close(struct control *control)
{
	watch_remove(&control->watch);
	if (control->guest)
		timer_cancel(control->guest->loop, &control->drivers_pause);
}

void control_tell_failure(int fd, const char *why)
{
	struct vmm_msg msg = {.type = VMM_MSG_STATE, .value = VM_FAILED};

	snprintf(msg.text, sizeof(msg.text), "%s", why);
	if (fd >= 0)
		vmm_msg_send(fd, &msg, -1); /* if nobody listens, so be it */
}

void control_tell_state(struct control *control)
{
	control->state_due = true;
	control_flush(control);
}

void control_tell_reset(struct control *control)
{
	control->reset_due = true;
	control_flush(control);
}

void control_tell_drivers(struct control *control)
{
	control->drivers_due = true;
	control_flush(control);
}
