/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_msg.h - what a netns node and its supervisor say to one another
 *
 * One message a datagram over SOCK_SEQPACKET, both ends of the same program. A
 * process inside the node may get hold of the supervisor's end, so every length
 * and count is checked where it is received.
 */
#ifndef CLI_HOST_NETNS_MSG_H
#define CLI_HOST_NETNS_MSG_H

#include <stdint.h>

#include "cli/lab/lab.h"

/** NETNS_TEXT_SIZE - most bytes of words in one message */
#define NETNS_TEXT_SIZE 16384
/** NETNS_MSG_FDS - most descriptors that travel with one message */
#define NETNS_MSG_FDS LAB_MAX_NICS
/** NETNS_ARGV_MAX - most words of a command */
#define NETNS_ARGV_MAX 255

/**
 * enum netns_msg_type - which fields count; the others are zero
 * @NETNS_MSG_TAPS:	node: namespace stands; one descriptor a NIC
 * @NETNS_MSG_FAILED:	node: set-up failed, @value errno, text why; it ends
 * @NETNS_MSG_FAULT:	node: text, something went wrong later; it goes on
 * @NETNS_MSG_ADDRESS:	node: NIC @id has address @ipv4/@value, or 0/0: none
 * @NETNS_MSG_READY:	node: every NIC that wants an address has one
 * @NETNS_MSG_RUN_EXITED: node: run: ended with wait status @value
 * @NETNS_MSG_EXEC_EXITED: node: command @id ended with wait status @value
 * @NETNS_MSG_EXEC:	to the node: run the text's words as command @id;
 *			descriptors: its stdin, stdout, stderr
 * @NETNS_MSG_KILL:	to the node: signal @value to command @id's session
 * @NETNS_MSG_STOP:	to the node: end everything, with grace
 */
enum netns_msg_type {
	NETNS_MSG_TAPS,
	NETNS_MSG_FAILED,
	NETNS_MSG_FAULT,
	NETNS_MSG_ADDRESS,
	NETNS_MSG_READY,
	NETNS_MSG_RUN_EXITED,
	NETNS_MSG_EXEC_EXITED,
	NETNS_MSG_EXEC,
	NETNS_MSG_KILL,
	NETNS_MSG_STOP,
	NETNS_MSG_COUNT,
};

/**
 * struct netns_msg - one message
 * @type:	enum netns_msg_type
 * @id:		of a command, or a NIC's index
 * @value:	errno, wait status, signal or prefix length
 * @ipv4:	host order
 * @text_len:	bytes of @text that count, the last NUL included; 0: none
 * @text:	words, each ended by NUL
 */
struct netns_msg {
	uint32_t type;
	uint32_t id;
	int32_t value;
	uint32_t ipv4;
	uint32_t text_len;
	char text[NETNS_TEXT_SIZE];
};

/** netns_msg_set_text() - one sentence, cut to fit */
void netns_msg_set_text(struct netns_msg *msg, const char *text);

/**
 * netns_msg_set_argv() - the words of a command
 * @argv:	ended by NULL
 *
 * Return: 0; -EINVAL for no word; -E2BIG for too many or too long ones.
 */
int netns_msg_set_argv(struct netns_msg *msg, char *const argv[]);

/**
 * netns_msg_get_argv() - the words back
 * @argv:	gets pointers into @msg and NULL; NETNS_ARGV_MAX + 1 entries
 *
 * Return: 0, or -EPROTO when there are none or too many.
 */
int netns_msg_get_argv(struct netns_msg *msg, char *argv[]);

/**
 * netns_msg_send() - send @msg with @n descriptors, which stay the caller's
 *
 * Return: 0, or -errno; -EPIPE when nobody is there. Blocks if @sock does.
 */
int netns_msg_send(int sock, const struct netns_msg *msg, const int *fds,
		   unsigned n);

/**
 * netns_msg_recv() - receive one message
 * @sock:	of this end
 * @msg:	filled and checked
 * @fds:	NETNS_MSG_FDS entries; close-on-exec descriptors, the caller's
 * @n:		gets how many of these
 *
 * Return: 0; -EPIPE at the end; -EAGAIN; -EPROTO for what makes no sense (its
 * descriptors are closed).
 */
int netns_msg_recv(int sock, struct netns_msg *msg, int *fds, unsigned *n);

#endif
