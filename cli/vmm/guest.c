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

static int open_source(const struct source *source, int flags, const char *what,
		       int *fd, struct err *err)
{
	if (source->path)
		*fd = open(source->path, flags | O_CLOEXEC);
	else
		*fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
	if (*fd >= 0)
		return 0;
	if (source->path)
		return err_set(err, -errno, "%s: %s: %s", what, source->path,
			       strerror(errno));
	return err_set(err, -errno, "%s: fd=%d: %s", what, source->fd,
		       strerror(errno));
}

static int open_kvm(struct guest *guest, struct err *err)
{
	const struct source *kvm = &guest->options->kvm;
	int code = open_source(kvm, O_RDWR, "--kvm", &guest->kvm_fd, err);

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

static bool is_given(const struct source *source)
{
	return source->path || source->fd >= 0;
}

static bool wants_stdio(const struct options *options)
{
	return options->serial.kind == LINE_STDIO ||
	       options->console.kind == LINE_STDIO;
}

int guest_open(struct guest *guest, struct err *err)
{
	const struct options *options = guest->options;
	int code = open_kvm(guest, err);

	if (!code)
		code = open_source(&options->kernel, O_RDONLY, "--kernel",
				   &guest->kernel_fd, err);
	if (!code && is_given(&options->initrd))
		code = open_source(&options->initrd, O_RDONLY, "--initrd",
				   &guest->initrd_fd, err);
	if (!code && wants_stdio(options))
		code = terminal_open(&guest->terminal, guest->loop, err);
	return code;
}

/* A descriptor that nobody else uses, so that it may become non-blocking. */
static void set_line(const struct guest *guest, const struct line_option *line,
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

static int load(struct guest *guest, struct err *err)
{
	const struct boot_settings boot = {
		.kernel_fd = guest->kernel_fd,
		.initrd_fd = guest->initrd_fd,
		.cmdline = guest->options->cmdline,
	};

	return vm_load(guest->vm, &boot, err);
}

int guest_build(struct guest *guest, const struct vm_settings *callbacks,
		struct err *err)
{
	const struct options *options = guest->options;
	struct vm_settings settings = *callbacks;

	settings.name = options->name;
	settings.kvm_fd = guest->kvm_fd;
	settings.memory = options->memory;
	settings.cpus = options->cpus;
	settings.loop = guest->loop;
	settings.log = guest->log;
	set_line(guest, &options->serial, &settings.serial_in_fd,
		 &settings.serial_out_fd);
	guest->vm = vm_create(&settings, err);
	if (!guest->vm)
		return err->code;
	if (guest_add_devices(guest, err))
		return err->code;
	return load(guest, err);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void guest_close(struct guest *guest)
{
	vm_destroy(guest->vm);
	guest->vm = NULL;
	terminal_close(&guest->terminal);
	close_fd(&guest->kvm_fd);
	close_fd(&guest->kernel_fd);
	close_fd(&guest->initrd_fd);
}
