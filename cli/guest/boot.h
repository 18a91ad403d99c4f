/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - what the guest needs before anything can run, and its end
 */
#ifndef CLI_GUEST_BOOT_H
#define CLI_GUEST_BOOT_H

/** BOOT_MODULES - one path a line, in the order to load; the image has it */
#define BOOT_MODULES "/etc/weft/modules"
/** BOOT_RUN - our own state at run time */
#define BOOT_RUN "/run/weft"

/** boot_mounts() - the kernel's file systems; complaints go to stderr */
void boot_mounts(void);

/** boot_modules() - load what BOOT_MODULES lists; complaints go to stderr */
void boot_modules(void);

/**
 * boot_end() - end all processes and then the machine
 * @cmd:	RB_POWER_OFF, RB_HALT_SYSTEM or RB_AUTOBOOT
 */
void boot_end(int cmd) __attribute__((noreturn));

#endif
