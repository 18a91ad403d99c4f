/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_vmm.h - a weft-vmm that does what its guest's console tells it
 *
 * It prints "args" and its arguments first, then whatever it hears on its
 * control socket: "heard TYPE INDEX VALUE", and "with one" when a descriptor
 * came along. A line that comes from the console is an order:
 *
 *	say TYPE INDEX VALUE WORDS...	a message
 *	echo WORDS...			print them
 *	complain WORDS...		likewise, on stderr
 *	hang up				close the control socket, and stay
 *	exit CODE			end
 */
#ifndef UNIT_FAKE_VMM_H
#define UNIT_FAKE_VMM_H

/** fake_vmm_main() - its main(); returns its exit code */
int fake_vmm_main(int argc, char **argv);

#endif
