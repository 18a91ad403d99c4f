// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console_port.c - bytes between a descriptor and a pair of queues
 *
 * Theory of operation
 *
 * To the guest: the descriptor is read only while the guest has opened the port
 * and has given buffers, and right into them. So nothing is lost, and what
 * nobody fetches stays in the kernel, which stops the sender at some point.
 *
 * From the guest: a chain is written as far as the descriptor takes it. When it
 * takes no more, the chain stays in the ring, with a note of how much of it is
 * gone (@sent), until an edge says that there is room; a guest that changes it
 * meanwhile changes only what it says. A console is different: its guest must
 * run also when nobody looks, so what finds no room is dropped and counted.
 *
 * Edges, because a level would wake us for ever while the peer is gone and the
 * guest does not listen: epoll reports a hang-up whatever one asks for.
 *
 * The end of what the host says is told by @ended; what the guest says goes on
 * to be written until that fails, and to nowhere after that: a guest that does
 * not care must not wait for room that never comes.
 *
 * Limits: a terminal that hangs up has ended, also if it comes back.
 */
#include "vmm/console_port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "vmm/iov_cursor.h"

/* System calls of one pass, and bytes of each */
#define PASS_STEPS 64
#define STEP_BYTES (64u << 10)

/**
 * typedef chain_step - do some of a chain
 *
 * Return: false when it has to wait for the descriptor.
 */
typedef bool chain_step(struct console_port *port, uint16_t head);

static bool has_failed(ssize_t done)
{
	return done < 0 && errno != EAGAIN && errno != EINTR;
}

/* Returns false when there was nothing to read. */
static bool read_some(struct console_port *port, struct iov_cursor *room,
		      size_t *len)
{
	struct iov_cut cut = iov_cursor_cut(room, STEP_BYTES);
	ssize_t done = readv(port->in_fd, room->iov, (int)cut.count);

	if (done > 0) {
		*len = (size_t)done;
		return true;
	}
	if (done < 0 && errno == EAGAIN)
		port->may_read = false;
	if (!done || has_failed(done)) {
		port->in_ended = true;
		port->ended(port);
	}
	return false;
}

static bool receive(struct console_port *port, uint16_t head)
{
	struct virtqueue_chain *chain = port->chain;
	struct iov_cursor room = {chain->iov + chain->readable,
				  chain->writable};
	size_t len = 0;

	if (!port->is_open || port->in_ended || !port->may_read)
		return false;
	/* Without room a read would look like the end. */
	if (room.count && !read_some(port, &room, &len))
		return !port->in_ended && port->may_read;
	virtqueue_push(&port->in->vq, head, (uint32_t)len);
	return true;
}

static void write_some(struct console_port *port, struct iov_cursor *data)
{
	struct iov_cut cut = iov_cursor_cut(data, STEP_BYTES);
	ssize_t done = writev(port->out_fd, data->iov, (int)cut.count);

	if (done > 0)
		port->sent += (uint64_t)done;
	else if (!done || errno == EAGAIN)
		port->may_write = false;
	else if (has_failed(done))
		port->out_ended = true;
}

static bool transmit(struct console_port *port, uint16_t head)
{
	struct virtqueue_chain *chain = port->chain;
	struct iov_cursor data = {chain->iov, chain->readable};

	iov_cursor_skip(&data, port->sent);
	if (data.count && port->may_write && !port->out_ended)
		write_some(port, &data);
	if (port->sent < chain->readable_len) {
		if (!port->out_ended && port->may_write)
			return true;
		if (!port->out_ended && !console_port_is_console(port))
			return false;
		port->lost += chain->readable_len - port->sent;
	}
	port->sent = 0;
	virtqueue_push(&port->out->vq, head, 0);
	return true;
}

/* Returns true when there may be more to do at once. */
static bool pump(struct console_port *port, struct virtio_queue *queue,
		 enum virtqueue_direction direction, chain_step *step)
{
	struct virtqueue_buf buf;
	unsigned i;

	for (i = 0; i < PASS_STEPS; i++) {
		if (!virtqueue_peek(&queue->vq, 0, direction, &buf, 1))
			return false;
		if (virtqueue_walk(&queue->vq, buf.head, port->chain) ||
		    !step(port, buf.head))
			return false;
	}
	return true;
}

static void serve_queue(struct console_port *port, struct virtio_queue *queue,
			enum virtqueue_direction direction, chain_step *step)
{
	if (!virtio_queue_is_open(queue))
		return;
	if (pump(port, queue, direction, step))
		virtio_queue_again(queue);
	virtio_queue_flush(queue);
}

static void in_fd_ready(struct watch *watch, uint32_t events)
{
	struct console_port *port =
		container_of(watch, struct console_port, in_watch);

	(void)events;
	port->may_read = true;
	console_port_serve(port);
}

static void out_fd_ready(struct watch *watch, uint32_t events)
{
	struct console_port *port =
		container_of(watch, struct console_port, out_watch);

	(void)events;
	port->may_write = true;
	console_port_serve(port);
}

void console_port_init(struct console_port *port,
		       const struct console_port_settings *settings)
{
	port->in_fd = port->in_watch.fd = settings->in_fd;
	port->in_watch.ready = in_fd_ready;
	port->out_fd = port->out_watch.fd = settings->out_fd;
	port->out_watch.ready = out_fd_ready;
	port->in_watch.name = port->out_watch.name = "console";
	port->out_ended = port->out_fd < 0;
	if (settings->name)
		snprintf(port->name, sizeof(port->name), "%s", settings->name);
}

static bool would_block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return fd >= 0 && (flags < 0 || !(flags & O_NONBLOCK));
}

int console_port_check(const struct console_port *port,
		       const struct console_port_settings *settings,
		       struct err *err)
{
	const char *name = settings->name ? settings->name : "console";

	if (!name[0] || strlen(name) >= CONSOLE_NAME_SIZE)
		return err_set(err, -EINVAL,
			       "port \"%s\": a name has 1 to %d characters",
			       name, CONSOLE_NAME_SIZE - 1);
	if (would_block(port->in_fd) || would_block(port->out_fd))
		return err_set(err, -EINVAL,
			       "port %s: its descriptor would block", name);
	return 0;
}

void console_port_fini(struct console_port *port)
{
	if (port->in_fd >= 0)
		close(port->in_fd);
	if (port->out_fd >= 0)
		close(port->out_fd);
}

/* A file or /dev/null can't be watched, and need not: it never blocks. */
static int watch_edges(struct console_port *port, struct watch *watch,
		       uint32_t events)
{
	struct loop *loop = port->in->device->machine->loop;
	int code = watch->fd < 0 ? 0 : watch_add(loop, watch, events | EPOLLET);

	return code == -EPERM ? 0 : code;
}

int console_port_start(struct console_port *port, bool is_open)
{
	int code;

	port->is_open = is_open;
	/* Whether it is so shows when it is tried. */
	port->may_read = port->in_fd >= 0;
	port->may_write = port->out_fd >= 0;
	port->sent = 0;
	code = watch_edges(port, &port->in_watch, EPOLLIN | EPOLLRDHUP);
	return code ? code : watch_edges(port, &port->out_watch, EPOLLOUT);
}

void console_port_stop(struct console_port *port)
{
	watch_remove(&port->in_watch);
	watch_remove(&port->out_watch);
	port->is_open = false;
}

void console_port_serve(struct console_port *port)
{
	serve_queue(port, port->in, VIRTQUEUE_WRITE, receive);
	serve_queue(port, port->out, VIRTQUEUE_READ, transmit);
}

void console_port_set_open(struct console_port *port, bool is_open)
{
	port->is_open = is_open;
	/* Soon, not now: a driver may say so in each of many messages. */
	virtio_queue_again(port->in);
}
