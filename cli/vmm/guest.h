/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - from a command line to a machine that could run
 *
 * First everything is opened, then the machine is built of it: what comes after
 * may be done by a process that can open nothing.
 */
#ifndef CLI_VMM_GUEST_H
#define CLI_VMM_GUEST_H

#include "cli/vmm/device_files.h"
#include "cli/vmm/options.h"
#include "cli/vmm/terminal.h"
#include "vmm/vm.h"

/** GUEST_NAME_SIZE - of a device's name, terminated */
#define GUEST_NAME_SIZE 16

/**
 * struct guest - one machine and what it is made of
 * @options:	the command line
 * @loop:	of the I/O thread
 * @log:	for words
 * @terminal:	standard input and output, where a line wants them
 * @kvm_fd:	/dev/kvm
 * @kernel_fd:	the kernel, open as long as the machine lives
 * @initrd_fd:	likewise; -1: none
 * @files:	of devices
 * @vm:		the machine; NULL: not built yet
 * @nics:	its NICs, in the order of the options
 * @net_names:	what they are called
 * @disk_names:	what disks are called
 */
struct guest {
	const struct options *options;
	struct loop *loop;
	const struct log *log;
	struct terminal terminal;
	int kvm_fd;
	int kernel_fd;
	int initrd_fd;
	struct device_files files;
	struct vm *vm;
	struct virtio_device *nics[OPTIONS_MAX_NETS];
	char net_names[OPTIONS_MAX_NETS][GUEST_NAME_SIZE];
	char disk_names[OPTIONS_MAX_DISKS][GUEST_NAME_SIZE];
};

/** guest_init() - nothing is open */
void guest_init(struct guest *guest);

/**
 * guest_open() - open all that the options name
 * @guest:	@options, @loop, @log, @terminal.leave and .ctx are set
 */
int guest_open(struct guest *guest, struct err *err);

/**
 * guest_build() - make the machine and load it
 * @settings:	callbacks and their context; the rest is filled in here
 */
int guest_build(struct guest *guest, const struct vm_settings *settings,
		struct err *err);

/**
 * guest_line() - what a serial port or console is connected to
 * @in_fd:	gets what the guest reads, the guest's own; -1: nothing
 * @out_fd:	likewise, what it writes
 */
void guest_line(const struct guest *guest, const struct line_option *line,
		int *in_fd, int *out_fd);

/** guest_close() - all of it goes; also when nothing was opened */
void guest_close(struct guest *guest);

#endif
