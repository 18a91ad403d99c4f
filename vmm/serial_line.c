// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serial_line.c - what a serial port is connected to: two descriptors
 *
 * Theory of operation
 *
 * A guest sends byte by byte, an exit each. Output is written by the I/O
 * thread: the first bytes after a pause right away, then what came together
 * in FLUSH_NS. A vCPU's thread writes nothing but the eventfd that wakes it.
 *
 * Nobody may hold up a guest by not reading, so what finds the ring full is
 * dropped and counted. Input is read only as far as the port has room: whoever
 * sends has to wait.
 *
 * Limits: input from a plain file is not read.
 */
#include "vmm/serial_line.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/util.h"

#define FLUSH_NS (2 * NSEC_PER_MSEC)

static_assert((SERIAL_LINE_SIZE & (SERIAL_LINE_SIZE - 1)) == 0,
	      "the ring's index wraps by a mask");

static void wake(struct serial_line *line)
{
	const uint64_t one = 1;

	/* It can only fail by being full, and then the I/O thread wakes. */
	if (write(line->kick.fd, &one, sizeof(one)) < 0)
		return;
}

void serial_line_send(struct serial_line *line, uint8_t byte)
{
	unsigned at = line->output_start + line->output_len;

	if (line->out.fd < 0 || line->output_len == SERIAL_LINE_SIZE) {
		line->dropped++;
		return;
	}
	line->output[at & (SERIAL_LINE_SIZE - 1)] = byte;
	line->output_len++;
	if (line->is_kicked && line->output_len != SERIAL_LINE_SIZE / 2)
		return;
	line->is_kicked = true;
	wake(line);
}

void serial_line_go_on(struct serial_line *line)
{
	if (line->is_in_full)
		wake(line);
}

/* Nobody listens any more. */
static void hang_up(struct serial_line *line)
{
	watch_remove(&line->out);
	close(line->out.fd);
	line->out.fd = -1;
	line->dropped += line->output_len;
	line->output_len = 0;
}

static ssize_t write_out(struct serial_line *line)
{
	unsigned start = line->output_start;
	unsigned first = MIN(line->output_len, SERIAL_LINE_SIZE - start);
	struct iovec iov[] = {
		{line->output + start, first},
		{line->output, line->output_len - first},
	};
	ssize_t len = writev(line->out.fd, iov, 2);

	if (len < 0)
		return -errno;
	line->output_start = (start + (unsigned)len) & (SERIAL_LINE_SIZE - 1);
	line->output_len -= (unsigned)len;
	if (!line->output_len)
		line->output_start = 0; /* one page is enough, most often */
	return len;
}

/*
 * Until all is written the guest's bytes only go into the ring: @is_kicked
 * stays, so it wakes nobody.
 */
static void flush(struct serial_line *line)
{
	ssize_t len = 0;

	line->flushed_ns = loop_now_ns(line->loop);
	while (line->output_len && len >= 0)
		len = write_out(line);
	if (len == -EAGAIN || len == -EINTR) {
		if (!line->out.loop &&
		    watch_add(line->loop, &line->out, EPOLLOUT))
			hang_up(line);
		return;
	}
	if (len < 0)
		hang_up(line);
	watch_remove(&line->out);
	line->is_kicked = false;
}

static void out_writable(struct watch *watch, uint32_t events)
{
	(void)events;
	flush(container_of(watch, struct serial_line, out));
}

static void flush_expired(struct timer *timer)
{
	flush(container_of(timer, struct serial_line, flush_timer));
}

static void collect(struct serial_line *line)
{
	uint64_t due_ns = line->flushed_ns + FLUSH_NS;

	if (line->out.loop) /* waits for room */
		return;
	if (loop_now_ns(line->loop) < due_ns &&
	    line->output_len < SERIAL_LINE_SIZE / 2 &&
	    !timer_arm(line->loop, &line->flush_timer, due_ns))
		return;
	timer_cancel(line->loop, &line->flush_timer);
	flush(line);
}

static void listen_again(struct serial_line *line)
{
	line->is_in_full = false;
	if (line->in.fd >= 0)
		watch_add(line->loop, &line->in, EPOLLIN);
}

static void kicked(struct watch *watch, uint32_t events)
{
	struct serial_line *line =
		container_of(watch, struct serial_line, kick);
	uint64_t count;

	(void)events;
	if (read(line->kick.fd, &count, sizeof(count)) < 0)
		return;
	if (line->is_kicked)
		collect(line);
	if (line->is_in_full && line->room(line))
		listen_again(line);
}

static void in_readable(struct watch *watch, uint32_t events)
{
	struct serial_line *line = container_of(watch, struct serial_line, in);
	unsigned room = MIN(line->room(line), SERIAL_LINE_READ);
	uint8_t bytes[SERIAL_LINE_READ];
	ssize_t len;

	(void)events;
	if (!room) {
		line->is_in_full = true;
		watch_remove(watch);
		return;
	}
	len = read(watch->fd, bytes, room);
	if (len > 0)
		line->received(line, bytes, (unsigned)len);
	else if (!len || (errno != EAGAIN && errno != EINTR))
		watch_remove(watch);
}

/* Two descriptors also where both are the same: each has its own watch. */
static int copy_fd(int fd, int *copy)
{
	if (fd < 0)
		return 0;
	*copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return *copy < 0 ? -errno : 0;
}

int serial_line_open(struct serial_line *line, struct loop *loop,
		     const struct serial_settings *settings)
{
	int code;

	line->loop = loop;
	line->in = (struct watch){
		.fd = -1, .ready = in_readable, .name = "serial-in"};
	line->out = (struct watch){
		.fd = -1, .ready = out_writable, .name = "serial-out"};
	line->kick =
		(struct watch){.fd = -1, .ready = kicked, .name = "serial"};
	line->flush_timer.expired = flush_expired;
	code = copy_fd(settings->in_fd, &line->in.fd);
	if (!code)
		code = copy_fd(settings->out_fd, &line->out.fd);
	if (code)
		return code;
	line->kick.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (line->kick.fd < 0)
		return -errno;
	listen_again(line);
	return watch_add(loop, &line->kick, EPOLLIN);
}

static void close_watch(struct watch *watch)
{
	watch_remove(watch);
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}

void serial_line_close(struct serial_line *line)
{
	if (!line->loop)
		return;
	if (line->out.fd >= 0 && line->output_len)
		flush(line);
	timer_cancel(line->loop, &line->flush_timer);
	close_watch(&line->in);
	close_watch(&line->out);
	close_watch(&line->kick);
	line->loop = NULL;
}
