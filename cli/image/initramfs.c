// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * initramfs.c - the builtin guest's initramfs
 *
 * Theory of operation
 *
 * Busybox with a link per applet, weft-init, and the modules that virtio needs
 * with the order to load them. Its name has a hash of everything that goes in,
 * so a new weft, busybox or kernel makes a new file, and an old one is never
 * changed under a guest that boots from it.
 *
 * Limits: x86-64; what modules a lab may want beyond these has to come in an
 * image of its own.
 */
#include "cli/image/initramfs.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/image/cpio.h"
#include "cli/image/modules.h"
#include "cli/image/tool.h"
#include "core/util.h"

/* Changes whenever the files below do: it is part of the hash. */
#define LAYOUT_VERSION "weft builtin 1"
#define EXECUTABLE_MAX (64u << 20)
#define FIX_BUSYBOX "fix: sudo apt-get install busybox-static"

static const struct module_request requests[] = {
	{"virtio_pci", false}, {"virtio_console", false}, {"virtio_net", false},
	{"virtio_blk", true},  {"virtio_rng", true},      {"af_packet", false},
	{"ipv6", true},
};

/* Applets that would pretend to be what a builtin guest is not. */
static const char *const unwanted[] = {
	"busybox",  "dpkg",     "dpkg-deb", "init", "linuxrc",     "rpm",
	"rpm2cpio", "run-init", "runlevel", "svc",  "switch_root", "svok",
};

static const struct {
	const char *path;
	uint32_t mode;
} dirs[] = {
	{"bin", 0755},      {"dev", 0755},  {"etc", 0755},
	{"etc/weft", 0755}, {"lib", 0755},  {"lib/modules", 0755},
	{"mnt", 0755},      {"proc", 0555}, {"root", 0700},
	{"run", 0755},      {"sys", 0555},  {"tmp", 01777},
	{"usr", 0755},      {"var", 0755},  {"var/log", 0755},
};

static const struct {
	const char *path;
	const char *target;
} links[] = {
	{"init", "bin/weft-init"},
	{"sbin", "bin"},
	{"usr/bin", "../bin"},
	{"usr/sbin", "../bin"},
	{"var/run", "../run"},
	{"etc/weft/udhcpc-script", "../../bin/weft-init"},
};

static const struct {
	const char *path;
	const char *text;
} texts[] = {
	{"etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
		       "nobody:x:65534:65534:nobody:/:/bin/false\n"},
	{"etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"},
	{"etc/nsswitch.conf", "hosts: files dns\n"},
	{"etc/hosts", "127.0.0.1 localhost\n"},
	{"etc/profile", "PS1='\\h:\\w\\$ '\n"},
};

/**
 * struct parts - what goes in
 * @busybox:	the executable
 * @init:	weft-init
 * @applets:	what busybox can do, one a line
 * @modules:	to load
 * @hash:	FNV-1a of all
 */
struct parts {
	struct cache_file busybox;
	struct cache_file init;
	char *applets;
	struct modules modules;
	uint64_t hash;
};

static void hash_add(struct parts *parts, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	size_t i;

	for (i = 0; i < len; i++)
		parts->hash = (parts->hash ^ bytes[i]) * 0x100000001b3u;
}

/* No interpreter means that it runs where there is no libc. */
static bool elf_is_static(const struct cache_file *file)
{
	Elf64_Phdr program;
	Elf64_Ehdr header;
	unsigned i;

	if (file->len < sizeof(header))
		return false;
	memcpy(&header, file->data, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_phentsize != sizeof(program))
		return false;
	for (i = 0; i < header.e_phnum; i++) {
		size_t at = header.e_phoff + i * sizeof(program);

		if (at < header.e_phoff || at > file->len - sizeof(program))
			return false;
		memcpy(&program, file->data + at, sizeof(program));
		if (program.p_type == PT_INTERP)
			return false;
	}
	return header.e_phnum > 0;
}

static int load_busybox(struct parts *parts, struct err *err)
{
	static const char *const places[] = {"/bin/busybox",
					     "/usr/bin/busybox"};
	const char *argv[] = {NULL, "--list", NULL};
	struct tool tool = {
		.argv = argv,
		.package = "busybox-static",
		.max = 65536,
	};
	unsigned i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(places) && access(places[i], R_OK); i++)
		;
	if (i == ARRAY_SIZE(places))
		return err_set(err, -ENOPKG,
			       "builtin guests need busybox; " FIX_BUSYBOX);
	ret = cache_load(places[i], EXECUTABLE_MAX, &parts->busybox, err);
	if (ret)
		return ret;
	if (!elf_is_static(&parts->busybox))
		return err_set(err, -ENOPKG,
			       "%s is not statically linked; " FIX_BUSYBOX,
			       places[i]);
	argv[0] = places[i];
	ret = tool_run(&tool, err);
	parts->applets = tool.out;
	return ret;
}

static int parts_load(struct parts *parts, const struct image_kernel *kernel,
		      const char *init, struct err *err)
{
	int ret = cache_load(init, EXECUTABLE_MAX, &parts->init, err);

	if (ret)
		return err_wrap(err, "weft-init is missing");
	if (!elf_is_static(&parts->init))
		return err_set(err, -EINVAL, "%s is not a static executable",
			       init);
	ret = load_busybox(parts, err);
	if (!ret)
		ret = modules_resolve(kernel->modules, requests,
				      ARRAY_SIZE(requests), &parts->modules,
				      err);
	return ret;
}

static void parts_free(struct parts *parts)
{
	free(parts->busybox.data);
	free(parts->init.data);
	free(parts->applets);
}

static bool is_wanted(const char *applet)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(unwanted); i++) {
		if (!strcmp(applet, unwanted[i]))
			return false;
	}
	return *applet && !strchr(applet, '/');
}

static void add_applets(struct cpio *cpio, char *applets)
{
	char path[512], *applet, *rest = applets;

	while ((applet = strsep(&rest, "\n"))) {
		if (!is_wanted(applet))
			continue;
		snprintf(path, sizeof(path), "bin/%s", applet);
		cpio_add_symlink(cpio, path, "busybox");
	}
}

/* Flat below /lib/modules: the order is in a list, nobody has to search. */
static int add_modules(struct cpio *cpio, const struct image_kernel *kernel,
		       const struct modules *modules, struct err *err)
{
	char list[MODULES_MAX * MODULE_PATH_SIZE], path[MODULE_PATH_SIZE + 16];
	size_t len = 0;
	unsigned i;
	int ret;

	for (i = 0; i < modules->count; i++) {
		const char *name = strrchr(modules->paths[i], '/');
		struct cache_file file;

		name = name ? name + 1 : modules->paths[i];
		snprintf(path, sizeof(path), "lib/modules/%.*s.ko",
			 (int)strcspn(name, "."), name);
		ret = module_load(kernel->modules, modules->paths[i], &file,
				  err);
		if (ret)
			return ret;
		cpio_add_file(cpio, path, 0644, file.data, file.len);
		free(file.data);
		len += (size_t)snprintf(list + len, sizeof(list) - len, "/%s\n",
					path);
	}
	cpio_add_file(cpio, "etc/weft/modules", 0644, list, len);
	return 0;
}

static int add_all(struct cpio *cpio, const struct image_kernel *kernel,
		   struct parts *parts, struct err *err)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		cpio_add_dir(cpio, dirs[i].path, dirs[i].mode);
	/* The kernel opens it for init before anything is mounted. */
	cpio_add_chardev(cpio, "dev/console", 5, 1);
	for (i = 0; i < ARRAY_SIZE(links); i++)
		cpio_add_symlink(cpio, links[i].path, links[i].target);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		cpio_add_file(cpio, texts[i].path, 0644, texts[i].text,
			      strlen(texts[i].text));
	cpio_add_file(cpio, "bin/weft-init", 0755, parts->init.data,
		      parts->init.len);
	cpio_add_file(cpio, "bin/busybox", 0755, parts->busybox.data,
		      parts->busybox.len);
	add_applets(cpio, parts->applets);
	return add_modules(cpio, kernel, &parts->modules, err);
}

/* Modules are known by kernel version and name: a version's never change. */
static void parts_hash(struct parts *parts)
{
	parts->hash = 0xcbf29ce484222325u;
	hash_add(parts, LAYOUT_VERSION, sizeof(LAYOUT_VERSION));
	hash_add(parts, parts->init.data, parts->init.len);
	hash_add(parts, parts->busybox.data, parts->busybox.len);
	hash_add(parts, &parts->modules, sizeof(parts->modules));
}

static int initramfs_path(const struct parts *parts,
			  const struct image_kernel *kernel, char *path,
			  struct err *err)
{
	char name[KERNEL_VERSION_SIZE + 64];
	int ret = cache_path("image", path, err);

	if (!ret)
		ret = cache_make_dir(path, err);
	snprintf(name, sizeof(name), "image/builtin-%s-%016llx.cpio",
		 kernel->version, (unsigned long long)parts->hash);
	return ret ? ret : cache_path(name, path, err);
}

static int initramfs_make(const struct image_kernel *kernel,
			  struct parts *parts, const char *path,
			  struct err *err)
{
	struct cpio cpio;
	int ret;

	cpio_init(&cpio);
	ret = add_all(&cpio, kernel, parts, err);
	if (!ret && cpio_end(&cpio))
		ret = err_set(err, -ENOMEM, "no memory for the initramfs");
	if (!ret)
		ret = cache_store(path, cpio.data, cpio.len, err);
	cpio_fini(&cpio);
	return ret;
}

int initramfs_build(const struct image_kernel *kernel, const char *init,
		    char *path, struct err *err)
{
	struct parts *parts = calloc(1, sizeof(*parts));
	int ret;

	if (!parts)
		return err_set(err, -ENOMEM, "no memory for the initramfs");
	ret = parts_load(parts, kernel, init, err);
	if (!ret) {
		parts_hash(parts);
		ret = initramfs_path(parts, kernel, path, err);
	}
	if (!ret && access(path, R_OK))
		ret = initramfs_make(kernel, parts, path, err);
	parts_free(parts);
	free(parts);
	return ret ? err_wrap(err, "cannot build the builtin image") : 0;
}
