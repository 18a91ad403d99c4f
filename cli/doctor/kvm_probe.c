// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm_probe.c - does a guest really run on this machine's KVM?
 *
 * A /dev/kvm that opens proves little: inside other VMs it may refuse to run
 * anything, or emulate every instruction. So ten bytes of real-mode code are
 * run and timed: they go around a loop 8192 times, write a number to a port
 * and halt. That happens in a child that an alarm ends, as some broken KVMs
 * never come back from KVM_RUN. The best of RUNS_MAX runs counts, as any may be
 * interrupted by other work of the machine.
 */
#include "cli/doctor/kvm_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/util.h"

#define PAGE 4096
#define GUEST_ADDR 0x1000
#define GUEST_PORT 0xf8
#define GUEST_SAYS 43
#define HANG_S 2
#define RUNS_MAX 3
/* One for the port, one for the halt, and some for signals. */
#define EXITS_MAX 8

static const uint8_t guest_code[] = {
	0xb9, 0x00,       0x20, /* mov cx, 8192 */
	0xe2, 0xfe,             /* here: loop here */
	0xb0, GUEST_SAYS,       /* mov al, GUEST_SAYS */
	0xe6, GUEST_PORT,       /* out GUEST_PORT, al */
	0xf4,                   /* hlt */
};
static_assert(sizeof(guest_code) == 10, "the guest has ten bytes");

static int make_vm(int kvm)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = GUEST_ADDR, .memory_size = PAGE};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	void *memory;

	if (vm < 0)
		return -1;
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -1;
	memcpy(memory, guest_code, sizeof(guest_code));
	region.userspace_addr = (uintptr_t)memory;
	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) ? -1 : vm;
}

/* To the guest's first byte, as after a reset but for the address. */
static int reset_cpu(int cpu)
{
	struct kvm_regs regs = {.rip = GUEST_ADDR, .rflags = 2};
	struct kvm_sregs sregs;

	if (ioctl(cpu, KVM_GET_SREGS, &sregs))
		return -1;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	return ioctl(cpu, KVM_SET_SREGS, &sregs) ||
			       ioctl(cpu, KVM_SET_REGS, &regs)
		       ? -1
		       : 0;
}

static bool run_once(int cpu, struct kvm_run *run)
{
	bool said = false;
	int i;

	for (i = 0; i < EXITS_MAX; i++) {
		if (ioctl(cpu, KVM_RUN, 0) < 0 && errno != EINTR)
			return false;
		if (run->exit_reason == KVM_EXIT_HLT)
			return said;
		if (run->exit_reason != KVM_EXIT_IO)
			return false;
		said = run->io.port == GUEST_PORT &&
		       *((uint8_t *)run + run->io.data_offset) == GUEST_SAYS;
	}
	return false;
}

static unsigned long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000000 +
	       (unsigned long)now.tv_nsec / 1000;
}

/* The best time of some runs, at least 1; 0: it does not run. */
static unsigned long guest_runs(int kvm)
{
	int vm = make_vm(kvm), i;
	int cpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	unsigned long best = 0, start, took;
	struct kvm_run *run;

	if (cpu < 0 || size < (int)sizeof(*run))
		return 0;
	run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu,
		   0);
	if (run == MAP_FAILED)
		return 0;
	for (i = 0; i < RUNS_MAX && (!best || best > KVM_FAST_US / 10); i++) {
		start = now_us();
		if (reset_cpu(cpu) || !run_once(cpu, run))
			return best;
		took = MAX(now_us() - start, 1ul);
		best = best ? MIN(best, took) : took;
	}
	return best;
}

static unsigned long guest_runs_in_child(int kvm)
{
	unsigned long took = 0;
	int ends[2], status;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return 0;
	child = fork();
	if (child == 0) {
		alarm(HANG_S);
		took = guest_runs(kvm);
		_exit(write(ends[1], &took, sizeof(took)) != sizeof(took));
	}
	close(ends[1]);
	if (child < 0 || read(ends[0], &took, sizeof(took)) != sizeof(took))
		took = 0;
	close(ends[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return took;
}

/* The flags line of the first CPU has the whole word vmx or svm. */
static bool cpu_virtualizes(void)
{
	FILE *cpuinfo = fopen("/proc/cpuinfo", "re");
	char line[8192];
	bool found = false;

	if (!cpuinfo)
		return false;
	while (!found && fgets(line, sizeof(line), cpuinfo)) {
		if (strncmp(line, "flags", 5) == 0)
			found = strstr(line, " vmx") || strstr(line, " svm");
	}
	fclose(cpuinfo);
	return found;
}

static enum kvm_verdict judge(const struct kvm_probe *probe)
{
	if (!probe->elapsed_us)
		return KVM_BROKEN;
	if (probe->elapsed_us > KVM_FAST_US || !probe->cpu_virtualizes)
		return KVM_SLOW;
	return KVM_GOOD;
}

enum kvm_verdict kvm_probe(struct kvm_probe *probe)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	*probe = (struct kvm_probe){.cpu_virtualizes = cpu_virtualizes()};
	if (kvm < 0) {
		probe->verdict = errno == EACCES || errno == EPERM ? KVM_DENIED
								   : KVM_ABSENT;
		return probe->verdict;
	}
	probe->elapsed_us = guest_runs_in_child(kvm);
	close(kvm);
	return probe->verdict = judge(probe);
}

const char *kvm_probe_describe(const struct kvm_probe *probe, char *text)
{
	const char *cpu =
		probe->cpu_virtualizes ? "" : ", and the CPU has no vmx/svm";

	switch (probe->verdict) {
	case KVM_GOOD:
		snprintf(text, KVM_TEXT_SIZE,
			 "/dev/kvm ran a guest of ten bytes in %lu us: "
			 "hardware speed",
			 probe->elapsed_us);
		break;
	case KVM_SLOW:
		if (probe->elapsed_us > KVM_FAST_US)
			snprintf(text, KVM_TEXT_SIZE,
				 "/dev/kvm emulates: a guest of ten bytes took "
				 "%lu us instead of some 20%s",
				 probe->elapsed_us, cpu);
		else
			snprintf(
				text, KVM_TEXT_SIZE,
				"/dev/kvm answers, but the CPU has no vmx/svm, "
				"so that stock kernels do not boot on it");
		break;
	case KVM_BROKEN:
		snprintf(
			text, KVM_TEXT_SIZE,
			"/dev/kvm opens, but a guest of ten bytes did not run");
		break;
	case KVM_DENIED:
		snprintf(text, KVM_TEXT_SIZE,
			 "/dev/kvm may not be opened by you");
		break;
	case KVM_ABSENT:
		snprintf(text, KVM_TEXT_SIZE, "there is no /dev/kvm%s", cpu);
		break;
	}
	return text;
}
