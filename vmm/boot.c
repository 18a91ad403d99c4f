// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot.c - put a kernel into RAM, and say how its first CPU begins
 *
 * Theory of operation
 *
 * A loader judges a private copy of a file's headers, decides where all goes,
 * and then has the kernel copy the rest from the page cache right into RAM. A
 * file may change under us: what is copied then is wrong, which is the guest's
 * own misfortune, or too short, which is an error. The same files are read
 * again on a reset, over whatever the guest left.
 *
 * Most of the time goes into new pages of RAM. A page that is written through
 * the memfd is filled once; one that is written through our mapping is cleared
 * by a fault first. 14 MiB take 6.5 ms that way, and 9.2 ms by pread(). On a
 * reset the pages are there and pread() would be the faster one, but it is done
 * the same way.
 *
 * A kernel gets huge pages where the host's kernel makes them. These are there
 * at once, so pread() it is. To make and fill them takes 9.3 ms for 14 MiB
 * where the above takes 7.3, and the other way about in the test VM, but KVM
 * makes the machine meanwhile (vm_load.c), and a guest that runs or unpacks
 * what lies there takes one fault where it would take 512.
 *
 * Limits: kernel and initrd are below the hole for devices, and the initrd is
 * behind the kernel, as high as the kernel can reach.
 */
#include "vmm/boot_internal.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ull
/* How much of a file is mapped at a time */
#define PIECE (4ull << 20)

/* A FIFO or a device could keep us waiting, and has no size. */
static int file_init(struct boot_file *file, const char *name, int fd,
		     struct err *err)
{
	struct stat st;

	*file = (struct boot_file){.name = name, .fd = fd};
	if (fstat(fd, &st))
		return err_set(err, -errno, "%s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "%s: not a regular file", name);
	if (st.st_size <= 0)
		return err_set(err, -EINVAL, "%s: the file is empty", name);
	file->size = (uint64_t)st.st_size;
	return 0;
}

/* Callers have checked @offset and @len against the file's size. */
int boot_read(const struct boot_file *file, uint64_t offset, void *dst,
	      uint64_t len, struct err *err)
{
	uint8_t *to = dst;

	while (len) {
		ssize_t n = pread(file->fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, -errno, "%s: cannot be read: %s",
				       file->name, strerror(errno));
		if (n == 0)
			return err_set(err, -EIO,
				       "%s: the file became shorter while it "
				       "was read",
				       file->name);
		to += n;
		offset += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return 0;
}

/*
 * One write() from a mapping of the file; below the hole, RAM is in its file
 * where it is for the guest. Only the kernel touches that mapping:
 * where the file ends too early it copies less, and nobody gets a SIGBUS.
 */
static uint64_t copy_piece(const struct boot *boot,
			   const struct boot_file *file, uint64_t offset,
			   uint64_t gpa, uint64_t len)
{
	uint64_t start = offset & ~(PAGE - 1);
	uint64_t size = offset - start + len;
	uint8_t *from = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE,
			     file->fd, (off_t)start);
	ssize_t n;

	if (from == MAP_FAILED)
		return 0;
	n = pwrite(boot->memory->fd, from + (offset - start), len, (off_t)gpa);
	munmap(from, size);
	return n > 0 ? (uint64_t)n : 0;
}

int boot_copy(const struct boot *boot, const struct boot_file *file,
	      uint64_t offset, uint64_t gpa, uint64_t len, struct err *err)
{
	const uint64_t end = offset + len;
	uint8_t last;

	if (!len)
		return 0;
	while (len) {
		uint64_t n =
			copy_piece(boot, file, offset, gpa, MIN(len, PIECE));

		if (!n)
			return boot_read(file, offset, boot_at(boot, gpa), len,
					 err);
		offset += n;
		gpa += n;
		len -= n;
	}
	/* A mapping has zeros up to the end of the page that a file ends in. */
	return boot_read(file, end - 1, &last, 1, err);
}

int boot_fill(const struct boot *boot, const struct boot_file *file,
	      uint64_t offset, uint64_t gpa, uint64_t len, struct err *err)
{
	if (vm_memory_collapse(boot->memory, gpa, len))
		return boot_read(file, offset, boot_at(boot, gpa), len, err);
	return boot_copy(boot, file, offset, gpa, len, err);
}

static int load_initrd(struct boot *boot, uint64_t kernel_end,
		       uint64_t addr_max, struct err *err)
{
	uint64_t end = MIN(vm_memory_low(boot->memory), addr_max);
	uint64_t size = boot->initrd.size;
	uint64_t addr = (end - size) & ~(PAGE - 1);

	if (boot->initrd.fd < 0)
		return 0;
	if (size > end || addr < kernel_end)
		return err_set(err, -ENOMEM,
			       "initrd: %llu KiB do not fit behind the kernel, "
			       "which ends at %llu KiB of the %llu KiB of "
			       "memory it can use; give the guest more "
			       "(memory:)",
			       (unsigned long long)size >> 10,
			       (unsigned long long)kernel_end >> 10,
			       (unsigned long long)end >> 10);
	boot->initrd_addr = addr;
	return boot_copy(boot, &boot->initrd, 0, addr, size, err);
}

static int write_cmdline(struct boot *boot, uint64_t max, struct err *err)
{
	size_t len = strlen(boot->settings->cmdline);

	max = MIN(max, BOOT_CMDLINE_SIZE - 1);
	if (len > max)
		return err_set(err, -E2BIG,
			       "command line: %zu characters, and the kernel "
			       "takes %llu",
			       len, (unsigned long long)max);
	memcpy(boot_at(boot, BOOT_CMDLINE), boot->settings->cmdline, len + 1);
	return 0;
}

int boot_load_rest(struct boot *boot, uint64_t kernel_end, uint64_t addr_max,
		   uint64_t cmdline_max, struct err *err)
{
	int code = write_cmdline(boot, cmdline_max, err);

	return code ? code : load_initrd(boot, kernel_end, addr_max, err);
}

int boot_load(struct vm_memory *memory, const struct boot_settings *settings,
	      struct boot_entry *entry, struct err *err)
{
	struct boot boot = {
		.memory = memory, .settings = settings, .initrd = {.fd = -1}};
	char magic[SELFMAG] = "";
	int code;

	*entry = (struct boot_entry){0};
	code = file_init(&boot.kernel, "kernel", settings->kernel_fd, err);
	if (!code && settings->initrd_fd >= 0)
		code = file_init(&boot.initrd, "initrd", settings->initrd_fd,
				 err);
	if (!code)
		code = boot_read(&boot.kernel, 0, magic,
				 MIN(sizeof(magic), boot.kernel.size), err);
	if (code)
		return code;
	if (!memcmp(magic, ELFMAG, SELFMAG))
		code = boot_elf_load(&boot, entry, err);
	else
		code = boot_bzimage_load(&boot, entry, err);
	if (!code)
		boot_write_gdt(&boot, entry);
	return code;
}
