/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_socket_internal.h - what the files of the packet socket port share
 */
#ifndef BACKENDS_PACKET_SOCKET_INTERNAL_H
#define BACKENDS_PACKET_SOCKET_INTERNAL_H

#include <sys/socket.h>
#include <sys/uio.h>

#include "backends/packet_frame.h"
#include "backends/packet_socket.h"
#include "backends/packet_udp.h"

/*
 * Memory for one tail. Rounded to cache lines, and not to pages: short frames
 * would all compete for the same lines of the first level cache.
 */
#define PACKET_SLOT_SIZE ((PACKET_FRAME_TAIL + 63) / 64 * 64)
static_assert(PACKET_SLOT_SIZE % 4096 != 0, "see above");

/* Where a frame is read to: its offload header, its head and its tail. */
#define PACKET_IN_IOV 3
/* Pieces of all frames of one sendmmsg(); at least one frame fits. */
#define PACKET_OUT_IOV 256
static_assert(PACKET_OUT_IOV >= FRAME_MAX_IOV + 2, "one frame fits");

/**
 * struct packet_in - the frames of a turn, and where they are read to
 * @got:	messages that were read
 * @next:	the first one that is not in @list yet, nor was before
 * @first:	first frame of @list that was not taken yet
 * @count:	entries of @list
 * @want:	frames to ask for in the next turn
 * @list:	the frames that are good
 * @frames:	of this turn
 * @tails:	one for each of @frames
 * @udp:	the message before @next, while it is cut apart
 * @datagrams:	of @udp
 * @datagram_tails: one for each of @datagrams
 * @msgs:	for recvmmsg()
 * @iov:	of @msgs
 * @control:	of @msgs: the VLAN tag
 * @slots:	the tails' bytes; what is never used costs address space only
 */
struct packet_in {
	unsigned got;
	unsigned next;
	unsigned first;
	unsigned count;
	unsigned want;
	struct frame *list[FRAME_BATCH];
	struct frame frames[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	struct packet_udp udp;
	struct frame datagrams[FRAME_BATCH];
	struct iovec datagram_tails[FRAME_BATCH];
	struct mmsghdr msgs[FRAME_BATCH];
	struct iovec iov[FRAME_BATCH][PACKET_IN_IOV];
	_Alignas(struct cmsghdr)
		uint8_t control[FRAME_BATCH][PACKET_FRAME_CONTROL];
	uint8_t slots[FRAME_BATCH][PACKET_SLOT_SIZE];
};

/**
 * struct packet_out - what is handed to one sendmmsg()
 * @msgs:	a frame each
 * @iov:	of @msgs
 */
struct packet_out {
	struct mmsghdr msgs[FRAME_BATCH];
	struct iovec iov[PACKET_OUT_IOV];
};

/**
 * struct packet_socket - see packet_socket.h
 * @port:	what others see
 * @loop:	of the worker
 * @log:	where a fault is told
 * @watch:	on the socket
 * @turn:	what must not happen within a call from above
 * @retry:	ends a wait for room in the NIC's own queue
 * @statistics:	the kernel is asked what it dropped, some time after frames came
 * @kernel:	who is asked about the NIC, unless the settings said another
 * @link:	what is known of the NIC
 * @events:	what @watch waits for
 * @is_full:	a send() was cut short; port_writable() is owed
 * @is_waiting:	for EPOLLOUT; else for @retry, while @is_full
 * @is_refused:	the kernel says there is no NIC, or it is down; ask in the turn
 * @is_gone:	there is none any more; @watch is removed
 * @is_held:	the upper side did not take all; no reading meanwhile
 * @fault:	why the port is off, for people
 * @in:		frames of this turn
 * @out:	frames on their way out
 */
struct packet_socket {
	struct port port;
	struct loop *loop;
	const struct log *log;
	struct watch watch;
	struct deferred turn;
	struct timer retry;
	struct timer statistics;
	struct link_kernel kernel;
	struct link_watch link;
	uint32_t events;
	bool is_full;
	bool is_waiting;
	bool is_refused;
	bool is_gone;
	bool is_held;
	char fault[96];
	struct packet_in in;
	struct packet_out out;
};

/** packet_socket_update_watch() - wait for what matters now */
void packet_socket_update_watch(struct packet_socket *socket);

/** packet_socket_fail() - the port is dead from now on; says so once */
void packet_socket_fail(struct packet_socket *socket, int error);

/**
 * packet_socket_error() - what an error of the socket means
 *
 * Not from within send(): there packet_socket_refuse() is called.
 */
void packet_socket_error(struct packet_socket *socket, int error);

/** packet_socket_refuse() - no NIC, or it is down: ask in the next turn */
void packet_socket_refuse(struct packet_socket *socket);

/** packet_in_init() - point all at all; slots stay untouched */
void packet_in_init(struct packet_in *in);

/** packet_socket_receive() - one turn: read, hand up */
void packet_socket_receive(struct packet_socket *socket);

/** packet_socket_retry() - offer again what was not taken */
void packet_socket_retry(struct packet_socket *socket);

/** packet_socket_count_lost() - ask the kernel what it had no room for */
void packet_socket_count_lost(struct packet_socket *socket);

/** packet_socket_send() - the port's send() */
unsigned packet_socket_send(struct port *port, struct frame **frames,
			    unsigned n);

#endif
