// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calls.c - the system calls that the threads of weft-vmm have left
 *
 * Theory of operation
 *
 * A guest is hostile from its first instruction, and what it does comes out on
 * a vCPU's thread: registers of devices are served there. So that thread has
 * the shorter list: it runs its CPU, binds interrupts and doorbells, writes
 * eventfds. What needs a file, a socket or the loop is done by the I/O thread
 * (vmm/machine.h).
 *
 * Neither opens anything: all is there, or comes from labd as a descriptor.
 * An ioctl() is allowed by its number, so of KVM only what a running machine
 * needs: no memory slot, no CPU, no device can be made any more.
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/vhost.h>
#include <sys/ioctl.h>

#include "cli/sandbox/call_rule.h"
#include "core/util.h"

static const struct call_rule cpu_rules[] = {
	CALL_IOCTL(KVM_RUN, "KVM_RUN: what it is for"),
	CALL_IOCTL(KVM_GET_REGS, "KVM_GET_REGS: where it failed"),
	CALL_ANY(write, "wake the I/O thread; a queue's notification"),
	CALL_ANY(poll, "is an interrupt of a masked vector pending?"),
	CALL_ANY(ppoll, "likewise, where that is the only one"),
	CALL_ANY(clock_gettime, "time of a word, where the vDSO can't answer"),
	CALL_ANY(munmap, "the thread ends"),
	CALL_ANY(madvise, "the thread ends"),
};

/* What a driver sets up by registers, or labd asks for: either thread. */
static const struct call_rule wiring_rules[] = {
	CALL_IOCTL(KVM_IRQFD, "KVM_IRQFD: a vector is masked or unmasked"),
	CALL_IOCTL(KVM_SET_GSI_ROUTING,
		   "KVM_SET_GSI_ROUTING: a vector's message"),
	CALL_IOCTL(KVM_IOEVENTFD, "KVM_IOEVENTFD: doorbells, where the BAR is"),
	CALL_IOCTL(KVM_IRQ_LINE,
		   "KVM_IRQ_LINE: serial port, INTx, power button"),
};

static const struct call_rule io_rules[] = {
	CALL_ANY(epoll_wait, "the loop"),
	CALL_ANY(epoll_pwait, "the loop, where that is the only one"),
	CALL_ANY(epoll_ctl, "the loop"),
	CALL_ANY(clock_gettime, "time, where the vDSO can't answer"),
	CALL_ANY(read, "eventfds, signals, input of consoles"),
	CALL_ANY(write, "eventfds, output of consoles, words"),
	CALL_ANY(readv, "input of consoles"),
	CALL_ANY(writev, "output of consoles"),
	CALL_ANY(preadv, "disks"),
	CALL_ANY(pwritev, "disks"),
	CALL_ANY(pread64, "disks; the kernel, when the guest begins anew"),
	CALL_ANY(pwrite64, "disks"),
	CALL_ANY(fdatasync, "disks: flush"),
	CALL_ANY(fallocate, "disks: discard, write zeroes"),
	CALL_ANY(recvmsg, "labd, back-ends"),
	CALL_ANY(sendmsg, "labd, back-ends"),
	CALL_ANY(poll, "a back-end's answer"),
	CALL_ANY(ppoll, "likewise, where that is the only one"),
	{CALL(fcntl),
	 "a connection that labd passed",
	 1,
	 {CALL_IS(1, F_GETFL)}},
	CALL_ANY(fstat, "the kernel's size, at a reset; does the guest grow?"),
	CALL_ANY(newfstatat, "how some libcs do fstat"),
	CALL_ANY(lseek, "how far the guest has got into its RAM"),
	CALL_ANY(close, "a back-end that went; the end"),
	CALL_ANY(getrandom, "the guest's entropy"),
	CALL_IOCTL(TCGETS, "TCGETS: the terminal is given back"),
	CALL_IOCTL(TCSETS, "likewise"),
	CALL_IOCTL(TCSETSW, "likewise"),
	CALL_IOCTL(TCSETSF, "likewise"),
};

/* A guest that begins anew: CPUs and interrupt controllers as they were. */
static const struct call_rule reset_rules[] = {
	CALL_IOCTL(KVM_SET_IRQCHIP, "KVM_SET_IRQCHIP: reset"),
	CALL_IOCTL(KVM_SET_PIT2, "KVM_SET_PIT2: reset"),
	CALL_IOCTL(KVM_SET_VCPU_EVENTS, "KVM_SET_VCPU_EVENTS: reset"),
	CALL_IOCTL(KVM_SET_SREGS, "KVM_SET_SREGS: reset"),
	CALL_IOCTL(KVM_SET_LAPIC, "KVM_SET_LAPIC: reset"),
	CALL_IOCTL(KVM_SET_XCRS, "KVM_SET_XCRS: reset"),
	CALL_IOCTL(KVM_SET_XSAVE, "KVM_SET_XSAVE: reset"),
	CALL_IOCTL(KVM_SET_DEBUGREGS, "KVM_SET_DEBUGREGS: reset"),
	CALL_IOCTL(KVM_SET_REGS, "KVM_SET_REGS: reset"),
	CALL_IOCTL(KVM_SET_MP_STATE, "KVM_SET_MP_STATE: reset"),
	CALL_IOCTL(KVM_SET_MSRS, "KVM_SET_MSRS: reset"),
	CALL_IOCTL(KVM_KVMCLOCK_CTRL, "KVM_KVMCLOCK_CTRL: it was paused"),
};

/* A NIC on vhost-net, when its driver starts, stops, or sees its carrier go. */
static const struct call_rule vhost_rules[] = {
	CALL_IOCTL(VHOST_SET_FEATURES, "VHOST_SET_FEATURES: vhost-net starts"),
	CALL_IOCTL(VHOST_SET_VRING_NUM, "VHOST_SET_VRING_NUM: likewise"),
	CALL_IOCTL(VHOST_SET_VRING_BASE, "VHOST_SET_VRING_BASE: likewise"),
	CALL_IOCTL(VHOST_SET_VRING_ADDR, "VHOST_SET_VRING_ADDR: likewise"),
	CALL_IOCTL(VHOST_SET_VRING_KICK, "VHOST_SET_VRING_KICK: likewise"),
	CALL_IOCTL(VHOST_SET_VRING_CALL, "VHOST_SET_VRING_CALL: likewise"),
	CALL_IOCTL(VHOST_SET_VRING_ERR, "VHOST_SET_VRING_ERR: likewise"),
	CALL_IOCTL(VHOST_NET_SET_BACKEND,
		   "VHOST_NET_SET_BACKEND: start and stop"),
	CALL_IOCTL(TUNSETOFFLOAD, "TUNSETOFFLOAD: what the driver can take"),
	CALL_IOCTL(TUNSETVNETHDRSZ,
		   "TUNSETVNETHDRSZ: the header that it sends"),
	CALL_IOCTL(TUNSETCARRIER,
		   "TUNSETCARRIER: a cable is plugged in or out"),
};

static const struct call_rules cpu = CALL_TABLE(cpu_rules);
static const struct call_rules wiring = CALL_TABLE(wiring_rules);
static const struct call_rules io = CALL_TABLE(io_rules);
static const struct call_rules reset = CALL_TABLE(reset_rules);
static const struct call_rules vhost = CALL_TABLE(vhost_rules);

static const struct call_rules *const cpu_tables[] = {
	&cpu,
	&wiring,
	&call_rules_end,
};
static const struct call_rules *const io_tables[] = {
	&io, &wiring, &reset, &vhost, &call_rules_memory, &call_rules_end,
};

const struct call_thread call_threads[] = {
	{"cpu", cpu_tables, ARRAY_SIZE(cpu_tables)},
	{"io", io_tables, ARRAY_SIZE(io_tables)},
};
const size_t call_thread_count = ARRAY_SIZE(call_threads);
