// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot_elf.c - an ELF file that is entered by PVH (Xen, docs/misc/pvh.pandoc)
 *
 * A note tells the 32-bit entry, segments go to their physical addresses, and
 * RBX points to what boot_pvh.c wrote.
 */
#include "vmm/boot_internal.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_SEGMENTS 32u
#define NOTES_SIZE 4096u
#define NOTE_PHYS32_ENTRY 18
#define PAGE 4096ull

/**
 * struct elf - what is loaded from where
 * @count:	valid entries of @segments
 * @segments:	program headers, of all types
 * @entry:	what the note says; 0: there was none
 * @end:	first address behind all that is loaded
 */
struct elf {
	unsigned count;
	Elf64_Phdr segments[MAX_SEGMENTS];
	uint64_t entry;
	uint64_t end;
};

static int refuse(struct err *err, const char *why)
{
	return err_set(err, -ENOEXEC, "kernel: %s", why);
}

static bool is_inside(uint64_t offset, uint64_t len, uint64_t size)
{
	return offset <= size && len <= size - offset;
}

static int read_segments(const struct boot_file *file, struct elf *elf,
			 struct err *err)
{
	Elf64_Ehdr header;
	uint64_t len;
	int code;

	if (file->size < sizeof(header))
		return refuse(err, "the file is too short for an ELF file");
	code = boot_read(file, 0, &header, sizeof(header), err);
	if (code)
		return code;
	if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_machine != EM_X86_64)
		return refuse(err, "an ELF file, but not for x86-64");
	if (header.e_type != ET_EXEC)
		return refuse(err, "an ELF file, but not an executable with "
				   "addresses of its own");
	if (header.e_phentsize != sizeof(Elf64_Phdr) || !header.e_phnum ||
	    header.e_phnum > MAX_SEGMENTS)
		return err_set(err, -ENOEXEC,
			       "kernel: %u program headers of %u bytes; 1 to "
			       "%u of %zu can be loaded",
			       header.e_phnum, header.e_phentsize, MAX_SEGMENTS,
			       sizeof(Elf64_Phdr));
	len = header.e_phnum * sizeof(Elf64_Phdr);
	if (!is_inside(header.e_phoff, len, file->size))
		return refuse(err, "its program headers are outside of the "
				   "file");
	elf->count = header.e_phnum;
	return boot_read(file, header.e_phoff, elf->segments, len, err);
}

/*
 * Names and descriptions are padded to 4 bytes; a segment that is aligned to 8
 * pads to that (gABI, "Note Section"). @notes are not trusted: lengths are
 * rounded up in 64 bits.
 */
static uint64_t find_entry(const uint8_t *notes, uint64_t len, uint64_t align)
{
	uint64_t at = 0, pad = align == 8 ? 7 : 3;

	while (is_inside(at, sizeof(Elf64_Nhdr), len)) {
		Elf64_Nhdr note;
		uint64_t name, desc, entry = 0;

		memcpy(&note, notes + at, sizeof(note));
		name = at + sizeof(note);
		desc = (name + note.n_namesz + pad) & ~pad;
		if (!is_inside(desc, note.n_descsz, len))
			return 0;
		if (note.n_type == NOTE_PHYS32_ENTRY && note.n_namesz == 4 &&
		    !memcmp(notes + name, "Xen", 4)) {
			memcpy(&entry, notes + desc,
			       MIN(note.n_descsz, sizeof(entry)));
			return entry;
		}
		at = (desc + note.n_descsz + pad) & ~pad;
	}
	return 0;
}

static int read_notes(const struct boot_file *file, struct elf *elf,
		      struct err *err)
{
	uint8_t notes[NOTES_SIZE];
	unsigned i;

	for (i = 0; i < elf->count && !elf->entry; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];
		uint64_t len = MIN(segment->p_filesz, sizeof(notes));
		int code;

		if (segment->p_type != PT_NOTE)
			continue;
		if (!is_inside(segment->p_offset, len, file->size))
			return refuse(err, "its notes are outside of the file");
		code = boot_read(file, segment->p_offset, notes, len, err);
		if (code)
			return code;
		elf->entry = find_entry(notes, len, segment->p_align);
	}
	if (!elf->entry)
		return refuse(err, "an ELF file without a PVH note; take the "
				   "bzImage (vmlinuz), or a kernel with "
				   "CONFIG_PVH");
	return 0;
}

static bool is_loaded(const Elf64_Phdr *segment)
{
	return segment->p_type == PT_LOAD && segment->p_memsz;
}

/* The segments before it were checked. */
static int check_segment(const struct boot *boot, const struct elf *elf,
			 unsigned n, struct err *err)
{
	const Elf64_Phdr *segment = &elf->segments[n];
	unsigned i;

	if (segment->p_filesz > segment->p_memsz ||
	    !is_inside(segment->p_offset, segment->p_filesz, boot->kernel.size))
		return err_set(err, -ENOEXEC,
			       "kernel: segment %u is not all in the file", n);
	if (segment->p_paddr < BOOT_ISA_END)
		return err_set(err, -ENOEXEC,
			       "kernel: segment %u is below 1 MiB", n);
	if (!is_inside(segment->p_paddr, segment->p_memsz,
		       vm_memory_low(boot->memory)))
		return err_set(err, -ENOMEM,
			       "kernel: segment %u, %llu KiB at %#llx, is "
			       "outside of memory; give the guest more "
			       "(memory:)",
			       n, (unsigned long long)segment->p_memsz >> 10,
			       (unsigned long long)segment->p_paddr);
	for (i = 0; i < n; i++) {
		const Elf64_Phdr *other = &elf->segments[i];

		if (is_loaded(other) &&
		    other->p_paddr < segment->p_paddr + segment->p_memsz &&
		    segment->p_paddr < other->p_paddr + other->p_memsz)
			return err_set(err, -ENOEXEC,
				       "kernel: segments %u and %u overlap", i,
				       n);
	}
	return 0;
}

static int check_segments(const struct boot *boot, struct elf *elf,
			  struct err *err)
{
	bool has_entry = false;
	unsigned i;

	for (i = 0; i < elf->count; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];
		int code;

		if (!is_loaded(segment))
			continue;
		code = check_segment(boot, elf, i, err);
		if (code)
			return code;
		elf->end = MAX(elf->end, segment->p_paddr + segment->p_memsz);
		if (elf->entry >= segment->p_paddr &&
		    elf->entry - segment->p_paddr < segment->p_filesz)
			has_entry = true;
	}
	if (!has_entry)
		return refuse(err, "its PVH entry is in no segment of the "
				   "file");
	return 0;
}

/*
 * RAM is zeros at first, and whole pages become that again by being given
 * back: writing them would only make them resident.
 */
static void clear(const struct boot *boot, uint64_t start, uint64_t end)
{
	uint64_t first = (start + PAGE - 1) & ~(PAGE - 1);
	uint64_t last = end & ~(PAGE - 1);

	if (first >= last ||
	    madvise(boot_at(boot, first), last - first, MADV_REMOVE)) {
		memset(boot_at(boot, start), 0, end - start);
		return;
	}
	memset(boot_at(boot, start), 0, first - start);
	memset(boot_at(boot, last), 0, end - last);
}

static int load_segments(const struct boot *boot, const struct elf *elf,
			 struct err *err)
{
	unsigned i;

	for (i = 0; i < elf->count; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];
		int code;

		if (!is_loaded(segment))
			continue;
		/* first: to give back a part splits a huge page */
		clear(boot, segment->p_paddr + segment->p_filesz,
		      segment->p_paddr + segment->p_memsz);
		code = boot_fill(boot, &boot->kernel, segment->p_offset,
				 segment->p_paddr, segment->p_filesz, err);
		if (code)
			return code;
	}
	return 0;
}

int boot_elf_load(struct boot *boot, struct boot_entry *entry, struct err *err)
{
	struct elf elf = {0};
	int code;

	code = read_segments(&boot->kernel, &elf, err);
	if (!code)
		code = read_notes(&boot->kernel, &elf, err);
	if (!code)
		code = check_segments(boot, &elf, err);
	if (!code)
		code = boot_load_rest(boot, elf.end, UINT64_MAX,
				      BOOT_CMDLINE_SIZE - 1, err);
	if (!code)
		code = load_segments(boot, &elf, err);
	if (code)
		return code;
	boot_write_start_info(boot);
	entry->rip = elf.entry;
	entry->rbx = BOOT_INFO;
	return 0;
}
