/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmm_msg.h - what labd and a weft-vmm say to one another
 *
 * One message a datagram over a SOCK_SEQPACKET pair, both ends from the same
 * build. A guest that gets out of its machine speaks as the vmm, so labd checks
 * all that it receives; the vmm checks likewise.
 */
#ifndef CLI_VMM_VMM_MSG_H
#define CLI_VMM_VMM_MSG_H

#include <stdint.h>

/** VMM_TEXT_SIZE - a sentence */
#define VMM_TEXT_SIZE 256
/** VMM_MSG_MAX_NICS - indexes of NICs are below this */
#define VMM_MSG_MAX_NICS 32

/**
 * enum vmm_msg_type - which fields count; the others are zero
 * @VMM_MSG_STATE:	vmm: @value is its enum vm_state, text why it failed
 * @VMM_MSG_RESET:	vmm: the guest began anew
 * @VMM_MSG_DRIVERS:	vmm: bit n of @value: the driver of NIC n has started it
 * @VMM_MSG_GONE:	vmm: the back-end of NIC @index went, text why; it wants
 *			another connection
 * @VMM_MSG_CONNECT:	labd: a connection for NIC @index, one descriptor
 * @VMM_MSG_LINK:	labd: carrier of NIC @index, @value 0 or 1
 * @VMM_MSG_ANNOUNCE:	labd: NIC @index shall announce itself
 * @VMM_MSG_PAUSE:	labd: stop the CPUs
 * @VMM_MSG_RESUME:	labd: let them go on
 * @VMM_MSG_RESET_NOW:	labd: the reset button
 * @VMM_MSG_POWER:	labd: the power button
 */
enum vmm_msg_type {
	VMM_MSG_STATE,
	VMM_MSG_RESET,
	VMM_MSG_DRIVERS,
	VMM_MSG_GONE,
	VMM_MSG_CONNECT,
	VMM_MSG_LINK,
	VMM_MSG_ANNOUNCE,
	VMM_MSG_PAUSE,
	VMM_MSG_RESUME,
	VMM_MSG_RESET_NOW,
	VMM_MSG_POWER,
	VMM_MSG_COUNT,
};

/**
 * struct vmm_msg - one message; always of this size
 * @type:	enum vmm_msg_type
 * @index:	of a NIC
 * @value:	see the type
 * @text:	terminated
 */
struct vmm_msg {
	uint32_t type;
	uint32_t index;
	uint32_t value;
	char text[VMM_TEXT_SIZE];
};

/**
 * vmm_msg_send() - send @msg with one descriptor, which stays the caller's
 * @sock:	SOCK_SEQPACKET
 * @fd:		-1: none
 *
 * Return: 0, or -errno; -EPIPE when nobody is there. Never blocks: -EAGAIN.
 */
int vmm_msg_send(int sock, const struct vmm_msg *msg, int fd);

/**
 * vmm_msg_recv() - receive one message
 * @msg:	filled and checked; what doesn't count is zero, and text has '?'
 *		for what can't be printed
 * @fd:		gets the descriptor that came with VMM_MSG_CONNECT, the
 *		caller's, close-on-exec; else -1
 *
 * Return: 0; -EPIPE at the end; -EAGAIN; -EPROTO for what makes no sense (its
 * descriptors are closed). Never blocks.
 */
int vmm_msg_recv(int sock, struct vmm_msg *msg, int *fd);

#endif
