// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm_probe.c - does a guest really run on this machine's KVM?
 *
 * A /dev/kvm that opens proves little: inside other VMs it may refuse to run
 * anything, or interpret every instruction. So ten bytes of real-mode code are
 * run: they add one to 42, write the sum to a port and halt. That happens in a
 * child that an alarm ends, as some broken KVMs never come back from KVM_RUN.
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
#include <unistd.h>

#include "core/util.h"

#define PAGE 4096
#define GUEST_ADDR 0x1000
#define GUEST_PORT 0x3f8
#define GUEST_SAYS 43
#define HANG_S 2
/* One for the port, one for the halt, and some for signals. */
#define EXITS_MAX 8

static const uint8_t guest_code[] = {
	0xb0, GUEST_SAYS - 1,       /* mov al, 42 */
	0xba, 0xf8,           0x03, /* mov dx, GUEST_PORT */
	0x04, 0x01,                 /* add al, 1 */
	0xee,                       /* out dx, al */
	0xf4, 0x90,                 /* hlt; nop */
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

static int make_cpu(int vm)
{
	struct kvm_regs regs = {.rip = GUEST_ADDR, .rflags = 2};
	struct kvm_sregs sregs;
	int cpu = ioctl(vm, KVM_CREATE_VCPU, 0);

	if (cpu < 0 || ioctl(cpu, KVM_GET_SREGS, &sregs))
		return -1;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(cpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(cpu, KVM_SET_REGS, &regs))
		return -1;
	return cpu;
}

static bool guest_runs(int kvm)
{
	int vm = make_vm(kvm), cpu = vm < 0 ? -1 : make_cpu(vm), i;
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	struct kvm_run *run;
	bool said = false;

	if (cpu < 0 || size < (int)sizeof(*run))
		return false;
	run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu,
		   0);
	if (run == MAP_FAILED)
		return false;
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

static bool guest_runs_in_child(int kvm)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		alarm(HANG_S);
		_exit(guest_runs(kvm) ? 0 : 1);
	}
	if (child < 0)
		return false;
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
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

enum kvm_verdict kvm_probe(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	bool runs;

	if (kvm < 0)
		return errno == EACCES || errno == EPERM ? KVM_DENIED
							 : KVM_ABSENT;
	runs = guest_runs_in_child(kvm);
	close(kvm);
	if (!runs)
		return KVM_BROKEN;
	return cpu_virtualizes() ? KVM_GOOD : KVM_SLOW;
}
