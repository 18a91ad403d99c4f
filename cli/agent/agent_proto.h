/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent_proto.h - what host and guest agent say to each other
 *
 * A frame is a header of eight bytes (payload length u32, type u16, channel
 * u16) and the payload; all numbers are big-endian, strings end with NUL.
 * Channel 0 is the agent itself, the others are commands that the host numbers.
 *
 * The host speaks first: HELLO with a session number of its own choosing. The
 * guest answers HELLO and STATUS; a new session number ends all commands of the
 * session before. The wire may start in the middle of a frame (a host went
 * away while the guest wrote), so both sides skip what they read until they see
 * a HELLO, which carries AGENT_MAGIC for that.
 *
 * Streams have a window: who receives may get AGENT_WINDOW bytes beyond what it
 * granted by WINDOW frames, so a stuck reader stalls its own stream only. An
 * empty STDIN, STDOUT or STDERR frame is the stream's end. HANGUP says that
 * the receiver takes no more. After EXIT the channel number is free again.
 *
 * Each side treats the other as hostile: every decoder checks all lengths and
 * refuses left-over bytes, values out of range, and texts without end.
 */
#ifndef CLI_AGENT_AGENT_PROTO_H
#define CLI_AGENT_AGENT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

#define AGENT_VERSION 1
#define AGENT_PORT_NAME "weft.agent"
#define AGENT_MAGIC "weftagnt"
#define AGENT_MAGIC_LEN 8
#define AGENT_HEADER_LEN 8
#define AGENT_FRAME_MAX 65536
#define AGENT_PAYLOAD_MAX (AGENT_FRAME_MAX - AGENT_HEADER_LEN)
#define AGENT_WINDOW 65536u
#define AGENT_EXEC_MAX 16
#define AGENT_ARGS_MAX 256
#define AGENT_NICS_MAX 8
#define AGENT_ADDRS_MAX 4
#define AGENT_DNS_MAX 3
#define AGENT_HOSTNAME_SIZE 64
#define AGENT_SEARCH_SIZE 256
#define AGENT_REASON_SIZE 128
#define AGENT_IFNAME_SIZE 16
#define AGENT_BOOT_ID_LEN 16
/* More than a full struct agent_status takes. */
#define AGENT_STATUS_MAX 4096
#define AGENT_HOST_HELLO_LEN (AGENT_MAGIC_LEN + 2 + 8)
#define AGENT_GUEST_HELLO_LEN (AGENT_HOST_HELLO_LEN + AGENT_BOOT_ID_LEN + 8)

/**
 * enum agent_type - frames; the comment says who sends them and on which
 * channel
 * @AGENT_HELLO:	both, 0
 * @AGENT_CONFIGURE:	host, 0: struct agent_config
 * @AGENT_STATUS:	guest, 0: struct agent_status, whenever it changes
 * @AGENT_PING:		host, 0: u64 of the host's choosing
 * @AGENT_PONG:		guest, 0: that u64
 * @AGENT_SHUTDOWN:	host, 0: end all and power off
 * @AGENT_REBOOT:	host, 0: end all and restart
 * @AGENT_EXEC:		host, a free channel: struct agent_command
 * @AGENT_STDIN:	host: bytes; empty: end
 * @AGENT_STDOUT:	guest: bytes; empty: end
 * @AGENT_STDERR:	guest: bytes; empty: end
 * @AGENT_WINDOW_ADD:	both: u16 stream's type, u32 bytes taken
 * @AGENT_HANGUP:	both: u16 type of the stream that is no longer read
 * @AGENT_SIGNAL:	host: u32 signal number, for the process group
 * @AGENT_WINSIZE:	host: u16 rows, u16 columns of a tty
 * @AGENT_CANCEL:	host: kill it, nobody listens; EXIT still follows
 * @AGENT_EXIT:		guest, after both stream ends: struct agent_exit
 */
enum agent_type {
	AGENT_HELLO = 1,
	AGENT_CONFIGURE,
	AGENT_STATUS,
	AGENT_PING,
	AGENT_PONG,
	AGENT_SHUTDOWN,
	AGENT_REBOOT,
	AGENT_EXEC,
	AGENT_STDIN,
	AGENT_STDOUT,
	AGENT_STDERR,
	AGENT_WINDOW_ADD,
	AGENT_HANGUP,
	AGENT_SIGNAL,
	AGENT_WINSIZE,
	AGENT_CANCEL,
	AGENT_EXIT,
	AGENT_TYPE_END,
};

/**
 * struct agent_frame - one frame, borrowed from the receive buffer
 * @type:	enum agent_type; checked to be in range
 * @channel:	0 or a command
 * @len:	bytes of payload
 * @data:	the payload
 */
struct agent_frame {
	uint16_t type;
	uint16_t channel;
	uint32_t len;
	const uint8_t *data;
};

/**
 * struct agent_hello - opens a session
 * @version:	of the protocol; the lower one of both is spoken
 * @session:	chosen by the host, repeated by the guest
 * @has_boot:	the guest's HELLO: the members below are there
 * @boot_id:	of this boot of the guest
 * @uptime_ms:	since the guest's kernel started
 */
struct agent_hello {
	uint16_t version;
	uint64_t session;
	bool has_boot;
	uint8_t boot_id[AGENT_BOOT_ID_LEN];
	uint64_t uptime_ms;
};

/**
 * enum agent_ipv4 - how a NIC gets its IPv4 address
 * @AGENT_IPV4_NONE:	not at all
 * @AGENT_IPV4_DHCP:	it is asked for; the guest is not ready without
 * @AGENT_IPV4_STATIC:	it is told here
 * @AGENT_IPV4_SPARE:	it is asked for while there is a carrier, and given up
 *			with it; nobody waits for it
 */
enum agent_ipv4 {
	AGENT_IPV4_NONE,
	AGENT_IPV4_DHCP,
	AGENT_IPV4_STATIC,
	AGENT_IPV4_SPARE,
	AGENT_IPV4_COUNT,
};

/**
 * struct agent_nic_config - what one NIC shall be
 * @mac:	finds it
 * @ipv4:	enum agent_ipv4
 * @address:	for AGENT_IPV4_STATIC
 * @gateway:	default route for AGENT_IPV4_STATIC, host order; 0: none
 */
struct agent_nic_config {
	struct mac mac;
	enum agent_ipv4 ipv4;
	struct ipv4_prefix address;
	uint32_t gateway;
};

/**
 * struct agent_config - what the guest shall be
 * @id:		of this configuration; STATUS repeats it once it is applied
 * @router:	forward IP
 * @hostname:	letters, digits, '-' and '.'
 * @search:	DNS search list, separated by blanks; may be empty
 * @dns:	resolvers while no DHCP server names any, host order
 * @dns_count:	entries used
 * @nics:	in the order of the lab file
 * @nic_count:	entries used
 * @hosts:	text of /etc/hosts; borrowed from the payload when decoded
 */
struct agent_config {
	uint32_t id;
	bool router;
	char hostname[AGENT_HOSTNAME_SIZE];
	char search[AGENT_SEARCH_SIZE];
	uint32_t dns[AGENT_DNS_MAX];
	unsigned dns_count;
	struct agent_nic_config nics[AGENT_NICS_MAX];
	unsigned nic_count;
	const char *hosts;
};

/**
 * struct agent_addr - an address that a NIC has
 * @is_ipv6:	all of @addr counts, else its first four bytes
 * @len:	prefix length
 * @addr:	network order
 */
struct agent_addr {
	bool is_ipv6;
	uint8_t len;
	uint8_t addr[16];
};

/**
 * struct agent_nic_status - what one NIC is
 * @mac:	names it
 * @ifname:	in the guest
 * @up:		administratively up
 * @carrier:	the link is there
 * @addrs:	IPv4 and global IPv6 addresses
 * @addr_count:	entries used
 */
struct agent_nic_status {
	struct mac mac;
	char ifname[AGENT_IFNAME_SIZE];
	bool up;
	bool carrier;
	struct agent_addr addrs[AGENT_ADDRS_MAX];
	unsigned addr_count;
};

/**
 * struct agent_status - what the guest is
 * @config_id:	last configuration applied; 0: none
 * @ready:	every NIC of it has the address it was to get
 * @reason:	what is waited for or went wrong; empty when ready
 * @nics:	all NICs that are there, at most AGENT_NICS_MAX
 * @nic_count:	entries used
 */
struct agent_status {
	uint32_t config_id;
	bool ready;
	char reason[AGENT_REASON_SIZE];
	struct agent_nic_status nics[AGENT_NICS_MAX];
	unsigned nic_count;
};

/**
 * struct agent_command - a command to run in the guest
 * @tty:	on a terminal of its own; it then has no stderr
 * @rows:	of the terminal
 * @cols:	of the terminal
 * @argv:	@argc strings and NULL; at least one; borrowed
 * @env:	@envc "NAME=value" added to the agent's own, and NULL; borrowed
 */
struct agent_command {
	bool tty;
	uint16_t rows;
	uint16_t cols;
	unsigned argc;
	unsigned envc;
	const char *argv[AGENT_ARGS_MAX + 1];
	const char *env[AGENT_ARGS_MAX + 1];
};

/** enum agent_exit_kind - how a command ended */
enum agent_exit_kind {
	AGENT_EXITED,   /* code is its exit status */
	AGENT_SIGNALED, /* code is the signal */
	AGENT_FAILED,   /* it was not started; code is a (positive) errno */
	AGENT_EXIT_KIND_COUNT,
};

/**
 * struct agent_exit - the end of a command
 * @kind:	what @code is
 * @code:	exit status, signal number or errno
 */
struct agent_exit {
	enum agent_exit_kind kind;
	uint32_t code;
};

/**
 * agent_header_encode() - the eight bytes in front of a payload
 * @header:	AGENT_HEADER_LEN bytes
 */
void agent_header_encode(const struct agent_frame *frame, uint8_t *header);

/**
 * agent_frame_decode() - the frame at the start of @data
 *
 * Return: bytes it takes; 0 when not all of it is there yet; -EPROTO when the
 * header says something impossible (type, or length over AGENT_PAYLOAD_MAX).
 */
int agent_frame_decode(const uint8_t *data, size_t len,
		       struct agent_frame *frame);

/**
 * agent_hello_find() - the next thing that may be a HELLO frame's start
 * @hello_len:	AGENT_HOST_HELLO_LEN or AGENT_GUEST_HELLO_LEN
 *
 * Return: how many bytes of @data come before it, up to @len when there is
 * none. What is left may be its first part.
 */
size_t agent_hello_find(const uint8_t *data, size_t len, size_t hello_len);

/*
 * The codecs. An encoder writes one payload, without the header, of at most
 * @size bytes to @data. A decoder reads the payload of @frame, whose type the
 * caller has checked; after an error its struct is partly filled. Pointers in
 * a decoded struct point into @frame and live as long as its payload.
 */

/**
 * agent_hello_encode() - the payload of AGENT_HELLO
 *
 * Return: bytes written; -EMSGSIZE when @size is too small.
 */
int agent_hello_encode(const struct agent_hello *hello, uint8_t *data,
		       size_t size);

/**
 * agent_hello_decode() - read AGENT_HELLO, of either side
 *
 * Return: 0; -EPROTO when it is malformed.
 */
int agent_hello_decode(const struct agent_frame *frame,
		       struct agent_hello *hello);

/**
 * agent_config_encode() - the payload of AGENT_CONFIGURE
 *
 * Return: bytes written; -EMSGSIZE when @size is too small.
 */
int agent_config_encode(const struct agent_config *config, uint8_t *data,
			size_t size);

/**
 * agent_config_decode() - read AGENT_CONFIGURE
 * @config:	its hosts are borrowed from @frame
 *
 * Return: 0; -EPROTO when it is malformed or out of bounds.
 */
int agent_config_decode(const struct agent_frame *frame,
			struct agent_config *config);

/**
 * agent_status_encode() - the payload of AGENT_STATUS
 *
 * Return: bytes written; -EMSGSIZE when @size is too small.
 */
int agent_status_encode(const struct agent_status *status, uint8_t *data,
			size_t size);

/**
 * agent_status_decode() - read AGENT_STATUS
 *
 * Return: 0; -EPROTO when it is malformed or out of bounds.
 */
int agent_status_decode(const struct agent_frame *frame,
			struct agent_status *status);

/**
 * agent_command_encode() - the payload of AGENT_EXEC
 *
 * Return: bytes written; -EMSGSIZE when @size is too small.
 */
int agent_command_encode(const struct agent_command *command, uint8_t *data,
			 size_t size);

/**
 * agent_command_decode() - read AGENT_EXEC
 * @command:	its strings are borrowed from @frame
 *
 * Return: 0; -EPROTO when it is malformed or out of bounds.
 */
int agent_command_decode(const struct agent_frame *frame,
			 struct agent_command *command);

/**
 * agent_exit_encode() - the payload of AGENT_EXIT
 *
 * Return: bytes written; -EMSGSIZE when @size is too small.
 */
int agent_exit_encode(const struct agent_exit *end, uint8_t *data, size_t size);

/**
 * agent_exit_decode() - read AGENT_EXIT
 *
 * Return: 0; -EPROTO when it is malformed.
 */
int agent_exit_decode(const struct agent_frame *frame, struct agent_exit *end);

#endif
