// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_bed.c - a machine on the host's KVM, and guests of a few bytes
 */
#include "unit/vm_bed.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_wrap.h"

#include "core/util.h"

#define MEMORY (8ull << 20)
#define NOTE_PHYS32_ENTRY 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
#define MAX_ROUNDS 1000
#define ROUND_MS 20

/**
 * struct image - an ELF file with a PVH entry
 * @ehdr:	header
 * @load:	@code goes to VM_BED_CODE
 * @note:	@name and what follows
 * @nhdr:	of the note
 * @name:	"Xen"
 * @entry:	where it begins
 * @code:	what the guest does
 */
struct image {
	Elf64_Ehdr ehdr;
	Elf64_Phdr load;
	Elf64_Phdr note;
	Elf64_Nhdr nhdr;
	char name[4];
	uint32_t entry;
	uint8_t code[256];
};

static void changed(void *ctx, enum vm_state state)
{
	struct vm_bed *bed = ctx;

	(void)state;
	bed->changes++;
}

static void was_reset(void *ctx)
{
	struct vm_bed *bed = ctx;

	bed->resets++;
}

int vm_bed_setup(void **state)
{
	struct vm_bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	assert_true(bed->kvm_fd >= 0);
	bed->kernel_fd = memfd_create("kernel", MFD_CLOEXEC);
	assert_true(bed->kernel_fd >= 0);
	bed->io_thread = pthread_self();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
				    bed->serial),
			 0);
	clock_init_monotonic(&bed->clock);
	bed->log = (struct log){LOG_DEBUG, "test", &bed->clock};
	bed->loop = loop_create(&bed->clock, NULL);
	assert_non_null(bed->loop);
	*state = bed;
	return 0;
}

int vm_bed_teardown(void **state)
{
	struct vm_bed *bed = *state;

	vm_destroy(bed->vm);
	loop_destroy(bed->loop);
	close(bed->serial[0]);
	close(bed->serial[1]);
	close(bed->kernel_fd);
	close(bed->kvm_fd);
	free(bed);
	return 0;
}

void vm_bed_make(struct vm_bed *bed, unsigned cpus)
{
	const struct vm_settings settings = {
		.name = "test",
		.kvm_fd = bed->kvm_fd,
		.memory = MEMORY,
		.cpus = cpus,
		.serial_in_fd = bed->serial[1],
		.serial_out_fd = bed->serial[1],
		.loop = bed->loop,
		.log = &bed->log,
		.changed = changed,
		.reset = was_reset,
		.ctx = bed,
	};
	struct err err;

	bed->vm = vm_create(&settings, &err);
	if (!bed->vm)
		fail_msg("%s", err.msg);
}

static void write_image(int fd, const uint8_t *code, size_t len)
{
	struct image image = {
		.ehdr = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				     ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_entry = VM_BED_CODE,
			 .e_phoff = offsetof(struct image, load),
			 .e_ehsize = sizeof(Elf64_Ehdr),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 2},
		.load = {.p_type = PT_LOAD,
			 .p_flags = PF_R | PF_X,
			 .p_offset = offsetof(struct image, code),
			 .p_vaddr = VM_BED_CODE,
			 .p_paddr = VM_BED_CODE,
			 .p_filesz = sizeof(image.code),
			 .p_memsz = sizeof(image.code)},
		.note = {.p_type = PT_NOTE,
			 .p_flags = PF_R,
			 .p_offset = offsetof(struct image, nhdr),
			 .p_filesz = offsetof(struct image, code) -
				     offsetof(struct image, nhdr),
			 .p_align = 4},
		.nhdr = {.n_namesz = 4,
			 .n_descsz = 4,
			 .n_type = NOTE_PHYS32_ENTRY},
		.name = "Xen",
		.entry = VM_BED_CODE,
	};

	assert_true(len <= sizeof(image.code));
	memcpy(image.code, code, len);
	assert_int_equal(write(fd, &image, sizeof(image)), sizeof(image));
}

void vm_bed_load(struct vm_bed *bed, const uint8_t *code, size_t len)
{
	const struct boot_settings boot = {
		.kernel_fd = bed->kernel_fd,
		.initrd_fd = -1,
		.cmdline = "",
	};
	struct err err;

	write_image(bed->kernel_fd, code, len);
	if (vm_load(bed->vm, &boot, &err))
		fail_msg("%s", err.msg);
}

void vm_bed_start(struct vm_bed *bed, const uint8_t *code, size_t len)
{
	struct err err;

	vm_bed_load(bed, code, len);
	if (vm_start(bed->vm, NULL, &err))
		fail_msg("%s", err.msg);
}

void vm_bed_run_until(struct vm_bed *bed, enum vm_state state)
{
	unsigned i;

	for (i = 0; i < MAX_ROUNDS && vm_state(bed->vm) != state; i++)
		loop_run_once(bed->loop, ROUND_MS);
	if (vm_state(bed->vm) != state)
		fail_msg("state %d: %s", vm_state(bed->vm), vm_reason(bed->vm));
}

/* Waits for @len bytes on the guest's serial line. */
void vm_bed_expect_said(struct vm_bed *bed, const char *text)
{
	char said[64] = "";
	size_t len = 0;
	unsigned i;

	for (i = 0; i < MAX_ROUNDS && len < strlen(text); i++) {
		ssize_t n =
			read(bed->serial[0], said + len, strlen(text) - len);

		if (n > 0)
			len += (size_t)n;
		else
			loop_run_once(bed->loop, ROUND_MS);
	}
	assert_string_equal(said, text);
}

static uint64_t probe_read(struct bus_range *range, uint64_t offset,
			   unsigned len)
{
	struct vm_bed *bed = container_of(range, struct vm_bed, probe);

	(void)offset;
	(void)len;
	return 'a' + bed->probed++;
}

static void note_thread(void *arg)
{
	struct vm_bed *bed = arg;

	bed->was_io_thread = pthread_equal(pthread_self(), bed->io_thread);
	bed->probed++;
}

static void probe_write(struct bus_range *range, uint64_t offset, unsigned len,
			uint64_t value)
{
	struct vm_bed *bed = container_of(range, struct vm_bed, probe);

	(void)offset;
	(void)len;
	(void)value;
	machine_io(&bed->vm->machine, note_thread, bed);
}

void vm_bed_add_probe(struct vm_bed *bed)
{
	bed->probe = (struct bus_range){
		.base = 0x500,
		.len = 1,
		.read = probe_read,
		.write = probe_write,
	};
	assert_int_equal(bus_add(&bed->vm->machine.ports, &bed->probe), 0);
}

bool vm_bed_is_possible(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		printf("skipped: /dev/kvm: %s\n", strerror(errno));
		return false;
	}
	close(fd);
	return true;
}
