// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve.c - the guest's end of the agent wire
 *
 * Theory of operation
 *
 * The port is found by its name in sysfs. Whenever the host's end is opened
 * (an edge-triggered event of the port) we say HELLO with session 0,
 * "nobody's"; the host answers with its own, and gets HELLO and STATUS. A host
 * that says HELLO again with the same number only asks for these once more.
 *
 * Nothing is sent from within the handling of a frame: handlers note what is
 * wanted, serve_flush() sends it when there is room. Of several PINGs without
 * room the last one is answered.
 *
 * What makes no sense drops the session: commands are killed and input is
 * skipped up to the next HELLO. Nothing the host says ends this process.
 *
 * A VMM that isn't ours has no such port. After ALONE_NS without one the guest
 * is what it can be by itself: a name, and an address of DHCP on every NIC.
 *
 * Limits: one host at a time, which is how virtio ports are.
 */
#include "cli/guest/serve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "cli/guest/boot.h"
#include "cli/guest/lease.h"
#include "cli/guest/text.h"

#define PORTS "/sys/class/virtio-ports"
#define FIND_MIN_NS (5 * NSEC_PER_MSEC)
#define FIND_MAX_NS NSEC_PER_SEC
/* Without an agent port after this long, nobody will say who we are. */
#define ALONE_NS (2 * NSEC_PER_SEC)
#define ALONE_NAME "guest"

/* The kernel shows it as text: 8-4-4-4-12 hex digits. */
static void read_boot_id(uint8_t *id)
{
	char text[64], byte[3] = "";
	const char *p = text;
	unsigned i;

	text_read("/proc/sys/kernel/random/boot_id", text, sizeof(text));
	for (i = 0; i < AGENT_BOOT_ID_LEN && p[0] && p[1]; i++) {
		p += *p == '-';
		memcpy(byte, p, 2);
		id[i] = (uint8_t)strtoul(byte, NULL, 16);
		p += 2;
	}
}

static uint64_t uptime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int serve_send(struct serve *serve, uint16_t type, const uint8_t *data,
		      int len)
{
	struct agent_frame frame = {
		.type = type,
		.len = (uint32_t)len,
		.data = data,
	};

	return len < 0 ? len : agent_conn_send(&serve->conn, &frame);
}

static int send_hello(struct serve *serve)
{
	struct agent_hello hello = {
		.version = AGENT_VERSION,
		.session = serve->session,
		.has_boot = true,
		.uptime_ms = uptime_ms(),
	};
	uint8_t data[AGENT_GUEST_HELLO_LEN];

	read_boot_id(hello.boot_id);
	return serve_send(serve, AGENT_HELLO, data,
			  agent_hello_encode(&hello, data, sizeof(data)));
}

static int send_status(struct serve *serve)
{
	uint8_t data[AGENT_STATUS_MAX];

	return serve_send(
		serve, AGENT_STATUS, data,
		agent_status_encode(&serve->nics.status, data, sizeof(data)));
}

static void serve_flush(struct serve *serve)
{
	if (!serve->attached)
		return;
	if (serve->want_hello)
		serve->want_hello = send_hello(serve) != 0;
	if (serve->want_status && serve->session)
		serve->want_status = send_status(serve) != 0;
	if (serve->want_pong)
		serve->want_pong = serve_send(serve, AGENT_PONG, serve->cookie,
					      sizeof(serve->cookie)) != 0;
	if (serve->want_hello || serve->want_pong ||
	    (serve->want_status && serve->session))
		agent_conn_wait(&serve->conn, &serve->waiter);
}

static void serve_room(struct agent_waiter *waiter)
{
	serve_flush(container_of(waiter, struct serve, waiter));
}

static void serve_drop(struct serve *serve)
{
	serve->session = 0;
	serve->want_pong = false;
	runs_kill_all(&serve->runs);
}

static int hello_input(struct serve *serve, const struct agent_frame *frame)
{
	struct agent_hello hello;
	int ret = agent_hello_decode(frame, &hello);

	if (ret || hello.has_boot || !hello.session)
		return -EPROTO;
	if (hello.session != serve->session)
		serve_drop(serve);
	serve->session = hello.session;
	serve->want_hello = true;
	serve->want_status = true;
	return 0;
}

static int serve_become(struct serve *serve, const struct agent_config *config)
{
	const char *forward = config->router ? "1" : "0";

	if (sethostname(config->hostname, strlen(config->hostname)))
		return -EPROTO;
	text_write("/etc/hostname", config->hostname);
	text_write("/etc/hosts", config->hosts);
	text_write("/proc/sys/net/ipv4/ip_forward", forward);
	text_write("/proc/sys/net/ipv6/conf/all/forwarding", forward);
	resolv_set("~config", config->dns, config->dns_count, config->search);
	resolv_write();
	nics_configure(&serve->nics, config);
	serve->configured(serve);
	return 0;
}

static int configure_input(struct serve *serve, const struct agent_frame *frame)
{
	struct agent_config config;
	int ret = agent_config_decode(frame, &config);

	return ret ? ret : serve_become(serve, &config);
}

/* Somebody else's VMM boots us: every NIC asks for its address. */
static void serve_alone(struct serve *serve)
{
	struct agent_config config = {
		.hostname = ALONE_NAME,
		.hosts = "127.0.0.1 localhost\n",
	};
	struct agent_status seen = {0};
	unsigned i;

	nics_read(&seen);
	config.nic_count = seen.nic_count;
	for (i = 0; i < config.nic_count; i++) {
		config.nics[i].mac = seen.nics[i].mac;
		config.nics[i].ipv4 = AGENT_IPV4_DHCP;
	}
	serve->alone = true;
	serve_become(serve, &config);
}

static int session_input(struct serve *serve, const struct agent_frame *frame)
{
	switch (frame->type) {
	case AGENT_CONFIGURE:
		return configure_input(serve, frame);
	case AGENT_PING:
		if (frame->len != sizeof(serve->cookie))
			return -EPROTO;
		memcpy(serve->cookie, frame->data, sizeof(serve->cookie));
		serve->want_pong = true;
		return 0;
	case AGENT_SHUTDOWN:
		boot_end(RB_POWER_OFF);
	case AGENT_REBOOT:
		boot_end(RB_AUTOBOOT);
	}
	return runs_input(&serve->runs, &serve->conn, frame);
}

static int frame_input(struct agent_conn *conn, const struct agent_frame *frame)
{
	struct serve *serve = container_of(conn, struct serve, conn);
	int ret = 0;

	if (frame->type == AGENT_HELLO)
		ret = hello_input(serve, frame);
	else if (serve->session)
		ret = session_input(serve, frame);
	if (ret) {
		serve_drop(serve);
		agent_conn_desync(conn);
	}
	serve_flush(serve);
	return 0;
}

/* Also after a header that can't be: the next HELLO is looked for. */
static void conn_closed(struct agent_conn *conn, int code)
{
	struct serve *serve = container_of(conn, struct serve, conn);

	serve_drop(serve);
	if (code == -EPROTO) {
		agent_conn_reset(conn);
		loop_defer(conn->loop, &conn->input);
		return;
	}
	serve->want_hello = true;
}

static void conn_opened(struct agent_conn *conn)
{
	struct serve *serve = container_of(conn, struct serve, conn);

	serve->want_hello = true;
	serve_flush(serve);
}

static const struct agent_conn_ops conn_ops = {
	.frame = frame_input,
	.closed = conn_closed,
	.opened = conn_opened,
};

/* The port's device, opened; -ENOENT while there is none of that name. */
static int port_open(void)
{
	char path[512], name[64];
	struct dirent *entry;
	DIR *dir = opendir(PORTS);
	int fd = -ENOENT;

	while (dir && fd == -ENOENT && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), PORTS "/%s/name", entry->d_name);
		if (text_read(path, name, sizeof(name)))
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (strcmp(name, AGENT_PORT_NAME))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	}
	if (dir)
		closedir(dir);
	return fd;
}

static void find_expired(struct timer *timer)
{
	struct serve *serve = container_of(timer, struct serve, find);
	int fd = port_open();

	if (fd >= 0 && !agent_conn_init(&serve->conn, serve->loop, fd,
					&conn_ops, AGENT_HOST_HELLO_LEN)) {
		serve->attached = true;
		serve->want_hello = true;
		serve_flush(serve);
		return;
	}
	if (fd >= 0)
		close(fd);
	if (!serve->alone &&
	    loop_now_ns(serve->loop) - serve->began_ns >= ALONE_NS)
		serve_alone(serve);
	serve->find_ns = MIN(2 * serve->find_ns, FIND_MAX_NS);
	timer_arm(serve->loop, timer,
		  loop_now_ns(serve->loop) + serve->find_ns);
}

static void nics_changed(void *owner)
{
	struct serve *serve = owner;

	serve->want_status = true;
	serve_flush(serve);
}

int serve_init(struct serve *serve, struct loop *loop,
	       void (*configured)(struct serve *serve))
{
	memset(serve, 0, sizeof(*serve));
	serve->loop = loop;
	serve->configured = configured;
	serve->find.expired = find_expired;
	serve->find_ns = FIND_MIN_NS;
	serve->began_ns = loop_now_ns(loop);
	serve->waiter.room = serve_room;
	list_init(&serve->waiter.link);
	timer_arm(loop, &serve->find, loop_now_ns(loop));
	return nics_init(&serve->nics, loop, nics_changed, serve);
}
