/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu_args.h - how QEMU is called for a vm node
 */
#ifndef CLI_LABD_QEMU_ARGS_H
#define CLI_LABD_QEMU_ARGS_H

#include "cli/labd/arg_list.h"
#include "cli/labd/node.h"

#define QEMU_PROGRAM "qemu-system-x86_64"

/* Descriptors that QEMU finds open, in the order of struct child_settings. */
#define QEMU_CONSOLE_FD 3
#define QEMU_QMP_FD 4
#define QEMU_AGENT_FD 5
#define QEMU_DISK_FD 6 /* and those behind it */
#define QEMU_WIRE_COUNT 3

/**
 * QEMU_NO_MSIX - property of a vhost-user NIC under emulation
 *
 * Without KVM, QEMU 7.2 (Debian 12) falls over when the driver unmasks an MSI-X
 * vector of a vhost device: it uses irqfd state that it did not allocate. With
 * INTx that path is not taken. Real interrupts cost more anyway there.
 */
#define QEMU_NO_MSIX ",vectors=0"

/** QEMU_NETDEV - name of a NIC's network back-end, by its number */
#define QEMU_NETDEV "net%u"

/**
 * qemu_args_build() - the whole command line of a node
 * @args:	filled
 *
 * Return: 0, or -E2BIG with the reason in @err.
 */
int qemu_args_build(struct arg_list *args, const struct node *node,
		    struct err *err);

/**
 * qemu_value() - @in as a value within one of QEMU's options
 *
 * QEMU splits options at commas; one that belongs to a value is written twice.
 * Cut when @out is too small.
 */
void qemu_value(const char *in, char *out, size_t size);

/**
 * qemu_find() - which QEMU there is and how it wants to be spoken to
 *
 * Return: 0, or -ENOPKG with the fix.
 */
int qemu_find(struct qemu_program *program, struct err *err);

#endif
