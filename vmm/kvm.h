/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvm.h - calls of KVM (Linux, Documentation/virt/kvm/api.rst)
 */
#ifndef VMM_KVM_H
#define VMM_KVM_H

#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/err.h"

/** kvm_call() - what KVM returns, or -errno */
static inline int kvm_call(int fd, unsigned long request, void *arg)
{
	int result = ioctl(fd, request, arg);

	return result < 0 ? -errno : result;
}

/** kvm_call_value() - the same where the argument is a number */
static inline int kvm_call_value(int fd, unsigned long request,
				 unsigned long value)
{
	int result = ioctl(fd, request, value);

	return result < 0 ? -errno : result;
}

/**
 * kvm_must() - likewise; names the call in @err when it failed
 * @name:	of the request, for words
 */
static inline int kvm_must(int fd, unsigned long request, void *arg,
			   const char *name, struct err *err)
{
	int result = kvm_call(fd, request, arg);

	if (result < 0)
		err_set(err, result, "KVM refuses %s: %s", name,
			strerror(-result));
	return result;
}

/** KVM_MUST() - kvm_must() with the request's own name */
#define KVM_MUST(fd, request, arg, err) \
	kvm_must(fd, request, arg, #request, err)

#endif
