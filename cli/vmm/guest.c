// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest.c - from a command line to a machine that could run
 */
#include "cli/vmm/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/vmm/guest_devices.h"

static int open_kvm(struct guest *guest, struct err *err)
{
	const struct source *kvm = &guest->options->kvm;
	int code = source_open(kvm, O_RDWR, "--kvm", &guest->kvm_fd, err);

	if (!code || !kvm->path)
		return code;
	if (code == -EACCES || code == -EPERM)
		return err_set(err, code,
			       "%s: not permitted: be root or in its group "
			       "(kvm)",
			       kvm->path);
	return err_set(err, -ENODEV,
		       "%s: %s: this host can't run virtual machines in "
		       "hardware",
		       kvm->path, strerror(-code));
}

static bool wants_stdio(const struct options *options)
{
	return options->serial.kind == LINE_STDIO ||
	       options->console.kind == LINE_STDIO;
}

void guest_init(struct guest *guest)
{
	*guest = (struct guest){.kvm_fd = -1, .kernel_fd = -1, .initrd_fd = -1};
	device_files_init(&guest->files);
}

int guest_open(struct guest *guest, struct err *err)
{
	const struct options *options = guest->options;
	int code = open_kvm(guest, err);

	if (!code)
		code = source_open(&options->kernel, O_RDONLY, "--kernel",
				   &guest->kernel_fd, err);
	if (!code && source_is_given(&options->initrd))
		code = source_open(&options->initrd, O_RDONLY, "--initrd",
				   &guest->initrd_fd, err);
	if (!code)
		code = device_files_open(&guest->files, options, err);
	if (!code && wants_stdio(options))
		code = terminal_open(&guest->terminal, guest->loop, err);
	return code;
}

/* A descriptor that nobody else uses, so that it may become non-blocking. */
void guest_line(const struct guest *guest, const struct line_option *line,
		int *in_fd, int *out_fd)
{
	*in_fd = *out_fd = -1;
	switch (line->kind) {
	case LINE_NONE:
		break;
	case LINE_STDIO:
		*in_fd = guest->terminal.in_fd;
		*out_fd = guest->terminal.out_fd;
		break;
	case LINE_FD:
		fcntl(line->fd, F_SETFL, fcntl(line->fd, F_GETFL) | O_NONBLOCK);
		*in_fd = *out_fd = line->fd;
		break;
	}
}

int guest_build(struct guest *guest, const struct vm_settings *callbacks,
		struct err *err)
{
	const struct options *options = guest->options;
	struct vm_settings settings = *callbacks;
	const struct boot_settings boot = {
		.kernel_fd = guest->kernel_fd,
		.initrd_fd = guest->initrd_fd,
		.cmdline = options->cmdline,
	};

	settings.name = options->name;
	settings.kvm_fd = guest->kvm_fd;
	settings.memory = options->memory;
	settings.cpus = options->cpus;
	settings.boot = &boot;
	settings.loop = guest->loop;
	settings.log = guest->log;
	guest_line(guest, &options->serial, &settings.serial_in_fd,
		   &settings.serial_out_fd);
	guest->vm = vm_create(&settings, err);
	if (!guest->vm)
		return err->code;
	if (guest_add_devices(guest, err))
		return err->code;
	return vm_load(guest->vm, &boot, err);
}

void guest_close(struct guest *guest)
{
	vm_destroy(guest->vm);
	guest->vm = NULL;
	terminal_close(&guest->terminal);
	device_files_close(&guest->files);
	fd_close(&guest->kvm_fd);
	fd_close(&guest->kernel_fd);
	fd_close(&guest->initrd_fd);
}
