// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu_args.c - how QEMU is called for a vm node
 *
 * The machine is a q35 with all switched off that a lab guest does not need.
 * RAM is a shared memfd, because weft-switch maps it (vhost-user). Each
 * character device is one end of a socket pair that labd holds the other end
 * of, so there is no path to race for; only the ports are sockets with a name.
 */
#include "cli/labd/qemu_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/image/initramfs.h"
#include "cli/image/tool.h"

#define CMDLINE_SIZE 2048
#define VERSION_TEXT_MAX 4096

static bool is_emulated(const struct node *node)
{
	return strcmp(node->host->runners.accel, "tcg") == 0;
}

static void arg_machine(struct arg_list *args, const struct node *node)
{
	const struct node_settings *s = node->settings;

	arg_list_pair(args, "-name", s->name);
	arg_list_pair(args, "-nodefaults", "-no-user-config");
	/* A guest that gets out of QEMU finds no exec and no privileges. */
	arg_list_pair(args, "-sandbox",
		      "on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
		      "resourcecontrol=deny");
	arg_list_pair(args, "-display", "none");
	arg_list_add(args, "-no-reboot");
	arg_list_add(args, "-machine");
	arg_list_add(args,
		     "q35,usb=off,smbus=off,sata=off,i8042=off,vmport=off,"
		     "memory-backend=ram");
	arg_list_pair(args, "-accel", node->host->runners.accel);
	arg_list_pair(args, "-cpu", "max");
	arg_list_add(args, "-smp");
	arg_list_add(args, "%u", s->cpus);
	arg_list_add(args, "-m");
	arg_list_add(args, "%uM", s->memory_mib);
	arg_list_add(args, "-object");
	arg_list_add(args, "memory-backend-memfd,id=ram,size=%uM,share=on",
		     s->memory_mib);
}

static int arg_kernel(struct arg_list *args, const struct node *node,
		      struct err *err)
{
	const struct node_settings *s = node->settings;
	const struct node_image *image = &node->host->image;
	char cmdline[CMDLINE_SIZE];

	if (image_cmdline(s->cmdline, is_emulated(node), cmdline,
			  sizeof(cmdline)) < 0)
		return err_set(err, -E2BIG, "cmdline: is too long");
	arg_list_pair(args, "-kernel", s->builtin ? image->kernel : s->kernel);
	if (s->builtin || s->initrd[0])
		arg_list_pair(args, "-initrd",
			      s->builtin ? image->initrd : s->initrd);
	arg_list_pair(args, "-append", cmdline);
	return 0;
}

static void arg_chardevs(struct arg_list *args, const struct node *node)
{
	arg_list_add(args, "-chardev");
	arg_list_add(args, "socket,id=console,fd=%d", QEMU_CONSOLE_FD);
	arg_list_pair(args, "-serial", "chardev:console");
	arg_list_add(args, "-chardev");
	arg_list_add(args, "socket,id=qmp,fd=%d", QEMU_QMP_FD);
	arg_list_pair(args, "-mon", "chardev=qmp,mode=control");
	if (!node->settings->builtin)
		return;
	arg_list_pair(args, "-device", "virtio-serial-pci");
	arg_list_add(args, "-chardev");
	arg_list_add(args, "socket,id=agent,fd=%d", QEMU_AGENT_FD);
	arg_list_pair(args, "-device",
		      "virtserialport,chardev=agent,name=weft.agent");
}

void qemu_value(const char *in, char *out, size_t size)
{
	size_t used = 0;

	for (; *in && used + 3 < size; in++) {
		out[used++] = *in;
		if (*in == ',')
			out[used++] = ',';
	}
	out[used] = '\0';
}

static int arg_nic(struct arg_list *args, const struct node *node, unsigned nic,
		   struct err *err)
{
	const struct nic_settings *settings = &node->settings->nics[nic];
	char path[STATE_PATH_SIZE], value[2 * STATE_PATH_SIZE];
	char mac[MAC_TEXT_SIZE];
	unsigned mtu;

	if (state_dir_port_socket(node->host->dir, node->settings->name, nic,
				  path, err))
		return err->code;
	mtu = lab_nic_mtu(node->host->lab, settings);
	qemu_value(path, value, sizeof(value));
	arg_list_add(args, "-chardev");
	arg_list_add(args, "socket,id=port%u,path=%s,%s", nic, value,
		     node->host->runners.qemu.reconnect);
	arg_list_add(args, "-netdev");
	arg_list_add(args, "vhost-user,id=" QEMU_NETDEV ",chardev=port%u", nic,
		     nic);
	arg_list_add(args, "-device");
	arg_list_add(args,
		     "virtio-net-pci,netdev=" QEMU_NETDEV
		     ",mac=%s,host_mtu=%u,mrg_rxbuf=on,"
		     "romfile=%s",
		     nic, mac_format(&settings->mac, mac), mtu,
		     is_emulated(node) ? QEMU_NO_MSIX : "");
	return 0;
}

/*
 * The image is open already, so that labd's checks and locks hold. With an
 * overlay QEMU makes one, in TMPDIR or /var/tmp, that is gone when it ends.
 */
static void arg_disk(struct arg_list *args,
		     const struct disk_settings *settings, unsigned disk)
{
	arg_list_add(args, "-add-fd");
	arg_list_add(args, "fd=%u,set=%u", QEMU_DISK_FD + disk, disk);
	arg_list_add(args, "-drive");
	arg_list_add(args,
		     "if=none,id=disk%u,format=raw,file=/dev/fdset/%u,"
		     "discard=unmap,auto-read-only=off,snapshot=%s,readonly=%s",
		     disk, disk, settings->overlay ? "on" : "off",
		     settings->readonly ? "on" : "off");
	arg_list_add(args, "-device");
	arg_list_add(args, "virtio-blk-pci,drive=disk%u,serial=disk%u", disk,
		     disk);
}

int qemu_args_build(struct arg_list *args, const struct node *node,
		    struct err *err)
{
	unsigned i;

	memset(args, 0, sizeof(*args));
	arg_list_add(args, QEMU_PROGRAM);
	arg_machine(args, node);
	if (arg_kernel(args, node, err))
		return err->code;
	arg_chardevs(args, node);
	for (i = 0; i < node_nic_total(node->settings); i++) {
		if (arg_nic(args, node, i, err))
			return err->code;
	}
	for (i = 0; i < node->settings->disk_count; i++)
		arg_disk(args, &node->settings->disks[i], i);
	if (args->is_full)
		return err_set(err, -E2BIG, "QEMU's command line is too long");
	return 0;
}

/* "QEMU emulator version 7.2.17 (Debian ...)": from 9.2 on in milliseconds. */
static bool knows_reconnect_ms(const char *version)
{
	const char *number = strstr(version, "version ");
	int major, minor;

	return number && sscanf(number, "version %d.%d", &major, &minor) == 2 &&
	       (major > 9 || (major == 9 && minor >= 2));
}

int qemu_find(struct qemu_program *program, struct err *err)
{
	static const char *const argv[] = {QEMU_PROGRAM, "--version", NULL};
	struct tool tool = {.argv = argv,
			    .package = "qemu-system-x86",
			    .max = VERSION_TEXT_MAX};

	if (!tool_find(QEMU_PROGRAM, program->path, sizeof(program->path)))
		return err_set(err, -ENOPKG,
			       "there is no " QEMU_PROGRAM " in PATH; fix: "
			       "apt-get install qemu-system-x86");
	if (tool_run(&tool, err))
		return err->code;
	snprintf(program->reconnect, sizeof(program->reconnect), "%s",
		 knows_reconnect_ms(tool.out) ? "reconnect-ms=200"
					      : "reconnect=1");
	free(tool.out);
	return 0;
}
