// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm.c - one virtual machine on KVM: how it is made, and how it goes
 *
 * What is made, in this order: RAM, KVM's VM, RAM in it, interrupt controllers,
 * the devices that every PC has, CPUs. RAM comes before the controllers: a slot
 * has to wait until nobody in KVM uses the old set any more, and since Linux
 * 6.18 what the controllers leave behind takes its time to go (measured: 6 ms
 * against 0.1 ms). What can wait for a driver (routes, irqfds, doorbells) waits
 * for it, for the same reason.
 */
#include "vmm/vm.h"

#include <stdlib.h>
#include <unistd.h>

#include "vmm/guest_cpuid.h"
#include "vmm/kvm.h"
#include "vmm/msr.h"
#include "vmm/vm_internal.h"

/*
 * Pages that KVM takes on processors that can't do real mode by themselves;
 * above the window for devices, where no RAM is.
 */
#define IDENTITY_MAP 0xfffbc000ull
#define TSS_PAGES 0xfffbd000ull

static_assert(MACHINE_PCI_END <= IDENTITY_MAP, "no BAR covers KVM's pages");

static const struct {
	int cap;
	const char *name;
} needed[] = {
	{KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY"},
	{KVM_CAP_IRQCHIP, "KVM_CAP_IRQCHIP"},
	{KVM_CAP_PIT2, "KVM_CAP_PIT2"},
	{KVM_CAP_IRQFD, "KVM_CAP_IRQFD"},
	{KVM_CAP_IOEVENTFD_ANY_LENGTH, "KVM_CAP_IOEVENTFD_ANY_LENGTH"},
	{KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT"},
	{KVM_CAP_XSAVE, "KVM_CAP_XSAVE"},
	{KVM_CAP_XCRS, "KVM_CAP_XCRS"},
};

static int check_kvm(int kvm_fd, struct err *err)
{
	int version = kvm_call(kvm_fd, KVM_GET_API_VERSION, NULL);
	unsigned i;

	if (version != KVM_API_VERSION)
		return err_set(err, -ENODEV,
			       "/dev/kvm doesn't speak KVM's API %d",
			       KVM_API_VERSION);
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (kvm_call_value(kvm_fd, KVM_CHECK_EXTENSION,
				   (unsigned long)needed[i].cap) <= 0)
			return err_set(err, -ENODEV,
				       "KVM of this host has no %s: it is too "
				       "old",
				       needed[i].name);
	}
	return 0;
}

static const struct kvm_enable_cap wanted[] = {
	/* no performance counters: neither CPUID nor MSRs have them */
	{.cap = KVM_CAP_PMU_CAPABILITY, .args = {KVM_PMU_CAP_DISABLE}},
	/* a guest can't keep a processor of Intel's from taking interrupts */
	{.cap = KVM_CAP_X86_NOTIFY_VMEXIT,
	 .args = {KVM_X86_NOTIFY_VMEXIT_ENABLED}},
};

/* What this host's KVM or processor has not is not needed there either. */
static void enable_caps(int vm_fd)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct kvm_enable_cap cap = wanted[i];

		kvm_call(vm_fd, KVM_ENABLE_CAP, &cap);
	}
}

static int open_kvm(struct vm *vm, struct err *err)
{
	uint64_t identity = IDENTITY_MAP;
	int code = check_kvm(vm->settings.kvm_fd, err);

	if (code)
		return code;
	vm->fd = KVM_MUST(vm->settings.kvm_fd, KVM_CREATE_VM, NULL, err);
	if (vm->fd < 0)
		return vm->fd;
	enable_caps(vm->fd);
	if (KVM_MUST(vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity, err) < 0)
		return err->code;
	code = kvm_call_value(vm->fd, KVM_SET_TSS_ADDR, TSS_PAGES);
	if (code < 0)
		return err_set(err, code, "KVM refuses KVM_SET_TSS_ADDR: %s",
			       strerror(-code));
	return 0;
}

static int add_memory(struct vm *vm, struct err *err)
{
	const struct vm_memory *ram = &vm->machine.ram;
	unsigned i;

	for (i = 0; i < ram->count; i++) {
		struct kvm_userspace_memory_region slot = {
			.slot = i,
			.guest_phys_addr = ram->regions[i].gpa,
			.memory_size = ram->regions[i].size,
			.userspace_addr = ram->regions[i].user_addr,
		};

		if (KVM_MUST(vm->fd, KVM_SET_USER_MEMORY_REGION, &slot, err) <
		    0)
			return err->code;
	}
	return 0;
}

static void ask_kvm(const struct vm *vm, struct cpuid_settings *settings)
{
	int khz = kvm_call(vm->settings.kvm_fd, KVM_GET_TSC_KHZ, NULL);

	settings->cpus = vm->settings.cpus;
	settings->tsc_khz = khz > 0 ? (unsigned)khz : 0;
	settings->has_deadline =
		kvm_call_value(vm->settings.kvm_fd, KVM_CHECK_EXTENSION,
			       KVM_CAP_TSC_DEADLINE_TIMER) > 0;
}

static int add_cpus(struct vm *vm, struct err *err)
{
	struct cpuid_settings settings;
	struct kvm_cpuid2 *cpuid;
	unsigned i;
	int code;

	ask_kvm(vm, &settings);
	code = msr_list(vm->settings.kvm_fd, &vm->msrs, err);
	if (code)
		return code;
	cpuid = cpuid_create(vm->settings.kvm_fd, &settings, err);
	if (!cpuid)
		return err->code;
	for (i = 0; i < vm->settings.cpus && !code; i++) {
		vm->vcpu_count++;
		code = vcpu_open(&vm->vcpus[i], vm, i, cpuid, err);
	}
	free(cpuid);
	return code;
}

static int build(struct vm *vm, struct err *err)
{
	int code = vm_memory_open(&vm->machine.ram, vm->settings.memory,
				  &vm->machine.memory, err);

	if (!code && vm->settings.boot)
		code = vm_load_begin(vm, err);
	if (!code)
		code = open_kvm(vm, err);
	if (!code)
		code = add_memory(vm, err);
	if (!code)
		code = kvm_irq_init(&vm->irq, vm->fd, err);
	if (!code)
		code = vm_devices_init(vm, err);
	if (!code)
		code = add_cpus(vm, err);
	return code;
}

struct vm *vm_create(const struct vm_settings *settings, struct err *err)
{
	struct err why;
	struct vm *vm;

	if (!err)
		err = &why;
	if (!settings->cpus || settings->cpus > VM_MAX_CPUS) {
		err_set(err, -EINVAL, "%u CPUs: a guest has 1 to %u",
			settings->cpus, VM_MAX_CPUS);
		return NULL;
	}
	vm = calloc(1, sizeof(*vm) + settings->cpus * sizeof(vm->vcpus[0]));
	if (!vm) {
		err_set(err, -ENOMEM, "no memory for a machine");
		return NULL;
	}
	vm->settings = *settings;
	vm->fd = -1;
	vm->machine.ops = &vm_machine_ops;
	vm->machine.loop = settings->loop;
	vm->machine.log = settings->log;
	vm->machine.ram.fd = -1;
	guest_memory_init(&vm->machine.memory);
	if (vm_lock_init(vm, err)) {
		free(vm);
		return NULL;
	}
	if (!build(vm, err))
		return vm;
	vm_destroy(vm);
	return NULL;
}

void vm_destroy(struct vm *vm)
{
	unsigned i;

	if (!vm)
		return;
	vm_load_await(vm);
	vm_grow_end(vm);
	vm_end(vm);
	vm_devices_fini(vm);
	for (i = 0; i < vm->vcpu_count; i++)
		vcpu_close(&vm->vcpus[i]);
	if (vm->fd >= 0)
		close(vm->fd);
	kvm_irq_fini(&vm->irq);
	free(vm->msrs);
	guest_memory_clear(&vm->machine.memory);
	vm_memory_close(&vm->machine.ram);
	vm_lock_fini(vm);
	free(vm);
}

struct machine *vm_machine(struct vm *vm)
{
	return &vm->machine;
}

/* Nothing runs yet that could wait for this thread, so it may wait itself. */
static int await_threads(struct vm *vm, struct err *err)
{
	int code;

	while (vm->parked < vm->vcpu_count)
		pthread_cond_wait(&vm->all_parked, &vm->lock);
	if (vm->has_failed)
		return err_set(err, -EPERM, "%s", vm->reason);
	if (!vm->thread_ready)
		return 0;
	code = vm->thread_ready(vm->settings.ctx, false);
	return code ? err_set(err, code, "the process can't be confined: %s",
			      strerror(-code))
		    : 0;
}

int vm_start(struct vm *vm, int (*thread_ready)(void *ctx, bool is_cpu),
	     struct err *err)
{
	unsigned i;
	int code;

	vm->thread_ready = thread_ready;
	vm->is_parking = true;
	for (i = 0; i < vm->vcpu_count; i++) {
		code = vcpu_start(&vm->vcpus[i], err);
		if (code)
			return code;
	}
	code = await_threads(vm, err);
	if (code)
		return code;
	vm->state = VM_RUNNING;
	vm_grow_begin(vm);
	vm_release(vm);
	return 0;
}
