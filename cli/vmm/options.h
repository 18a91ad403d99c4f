/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the command line of weft-vmm (weft-vmm(8))
 *
 * Nothing is opened here. All text is the command line's, which
 * therefore stays.
 */
#ifndef CLI_VMM_OPTIONS_H
#define CLI_VMM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/addr.h"
#include "core/err.h"
#include "vmm/devices.h"

/** OPTIONS_MAX_NETS - NICs of one guest */
#define OPTIONS_MAX_NETS 16
/** OPTIONS_MAX_DISKS - disks of one guest */
#define OPTIONS_MAX_DISKS 8

/**
 * struct source - something to be opened, or open already
 * @path:	what to open; NULL: @fd counts
 * @fd:		open already; -1: neither is there
 */
struct source {
	const char *path;
	int fd;
};

/**
 * enum line_kind - what is at the other end of a serial line or console
 * @LINE_NONE:	nothing
 * @LINE_STDIO:	standard input and output
 * @LINE_FD:	a descriptor
 */
enum line_kind {
	LINE_NONE,
	LINE_STDIO,
	LINE_FD,
};

/**
 * struct line_option - --serial, --console
 * @kind:	see enum line_kind
 * @fd:		of LINE_FD
 */
struct line_option {
	enum line_kind kind;
	int fd;
};

/**
 * enum net_kind - who serves a NIC
 * @NET_VHOST_USER: a vhost-user back-end behind @source
 * @NET_TAP:	the kernel, on a tap that is opened by its name, @source.path
 * @NET_VHOST_KERNEL: the kernel, on descriptors that are open
 */
enum net_kind {
	NET_VHOST_USER,
	NET_TAP,
	NET_VHOST_KERNEL,
};

/**
 * struct net_option - --net
 * @kind:	see enum net_kind
 * @source:	connection or path of a socket; a tap's name
 * @vhost_fd:	of NET_VHOST_KERNEL
 * @tap_fd:	likewise
 * @mac:	address; all zeros: make one up
 * @mtu:	0: not told
 * @queues:	queue pairs
 * @is_up:	carrier at first
 */
struct net_option {
	enum net_kind kind;
	struct source source;
	int vhost_fd;
	int tap_fd;
	struct mac mac;
	uint16_t mtu;
	unsigned queues;
	bool is_up;
};

/**
 * struct disk_option - --disk
 * @source:	the image
 * @is_readonly: the guest may not write
 * @has_overlay: writes go elsewhere
 * @overlay:	where to; neither path nor descriptor: a file that is made, and
 *		is gone afterwards
 */
struct disk_option {
	struct source source;
	bool is_readonly;
	bool has_overlay;
	struct source overlay;
};

/**
 * struct port_option - --port
 * @name:	what the guest finds it by
 * @source:	stream socket, or path of one that listens
 */
struct port_option {
	const char *name;
	struct source source;
};

/**
 * struct options - all of it
 * @name:	in front of words about this guest
 * @kvm:	KVM's device
 * @kernel:	bzImage or PVH ELF
 * @initrd:	may be absent
 * @cmdline:	of the kernel
 * @memory:	bytes
 * @cpus:	vCPUs
 * @serial:	first serial port
 * @console:	hvc0
 * @net_count:	valid entries of @nets
 * @nets:	NICs, in their order
 * @disk_count:	valid entries of @disks
 * @disks:	in their order
 * @port_count:	valid entries of @ports
 * @ports:	of virtio-console
 * @has_rng:	there is a virtio-rng
 * @control_fd:	labd; -1: nobody
 * @wants_help:	--help: print it and end
 * @wants_version: --version: likewise
 * @wants_syscalls: --syscalls: likewise
 */
struct options {
	const char *name;
	struct source kvm;
	struct source kernel;
	struct source initrd;
	const char *cmdline;
	uint64_t memory;
	unsigned cpus;
	struct line_option serial;
	struct line_option console;
	unsigned net_count;
	struct net_option nets[OPTIONS_MAX_NETS];
	unsigned disk_count;
	struct disk_option disks[OPTIONS_MAX_DISKS];
	unsigned port_count;
	struct port_option ports[CONSOLE_MAX_PORTS];
	bool has_rng;
	int control_fd;
	bool wants_help;
	bool wants_version;
	bool wants_syscalls;
};

/**
 * options_parse() - what the command line says
 * @argv:	stays, and is changed: arguments with commas are cut at them
 * @options:	filled
 *
 * Return: 0, or -EINVAL with a sentence that says which option and what would
 * be right.
 */
int options_parse(int argc, char **argv, struct options *options,
		  struct err *err);

/** options_print_help() - what there is */
void options_print_help(FILE *out);

#endif
