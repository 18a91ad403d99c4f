// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stream_output.c - to a unix stream port's client: frames with their lengths
 */
#include "backends/stream_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool stream_flush(struct stream *stream)
{
	ssize_t len;

	if (!stream->out_len)
		return true;
	len = send(stream->conn.fd, stream->out + stream->out_at,
		   stream->out_len - stream->out_at,
		   MSG_DONTWAIT | MSG_NOSIGNAL);
	if (len < 0) {
		if (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM)
			stream_hang_up(stream);
		return false;
	}
	stream->out_at += (size_t)len;
	if (stream->out_at < stream->out_len)
		return false;
	stream->out_at = stream->out_len = 0;
	return true;
}

/* Put up to @n frames into the list of pieces; returns how many fit. */
static unsigned stream_gather(struct stream *stream, struct frame **frames,
			      unsigned n, unsigned *pieces)
{
	unsigned i, used = 0;

	for (i = 0; i < n; i++) {
		if (used + frames[i]->iov_count + 2u > STREAM_IOV)
			break;
		be32_store(stream->lens[i], frames[i]->len);
		stream->iov[used].iov_base = stream->lens[i];
		stream->iov[used++].iov_len = STREAM_HLEN;
		used += frame_iov(frames[i], stream->iov + used);
	}
	*pieces = used;
	return i;
}

/* Send up to @n frames; how many were begun, or -errno. */
static int stream_write(struct stream *stream, struct frame **frames,
			unsigned n)
{
	struct msghdr msg = {.msg_iov = stream->iov};
	unsigned i, pieces;
	ssize_t len;

	n = stream_gather(stream, frames, n, &pieces);
	msg.msg_iovlen = pieces;
	len = sendmsg(stream->conn.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (len < 0)
		return -errno;
	for (i = 0; i < n && len > 0; i++) {
		ssize_t size = STREAM_HLEN + (ssize_t)frames[i]->len;

		if (len < size) {
			memcpy(stream->out, stream->lens[i], STREAM_HLEN);
			frame_copy(frames[i], 0, stream->out + STREAM_HLEN,
				   FRAME_MAX_LEN);
			stream->out_at = (size_t)len;
			stream->out_len = (size_t)size;
		}
		len -= size;
	}
	return (int)i;
}

static unsigned stream_lose(struct stream *stream, struct frame **frames,
			    unsigned n, enum drop_reason reason)
{
	for (unsigned i = 0; i < n; i++)
		port_count_lost(&stream->port, frames[i], reason);
	return n;
}

/*
 * One call that failed. Of several frames the kernel does not say which one it
 * could not read (a guest may take memory away), so they are tried alone.
 */
static unsigned stream_refused(struct stream *stream, struct frame **frames,
			       unsigned *most, int error)
{
	if (error == EPIPE || error == ECONNRESET || error == ENOTCONN) {
		stream_hang_up(stream);
		return 0;
	}
	if (*most == 1)
		return stream_lose(stream, frames, 1, DROP_SEND_FAILED);
	*most = 1;
	return 0;
}

unsigned stream_send(struct port *port, struct frame **frames, unsigned n)
{
	struct stream *stream = container_of(port, struct stream, port);
	unsigned taken = 0, most = FRAME_BATCH;

	while (taken < n && stream->conn.fd >= 0 && !stream->has_hung_up &&
	       !stream->out_len) {
		int rc = stream_write(stream, frames + taken,
				      MIN(n - taken, most));

		if (rc == -EAGAIN)
			break;
		if (rc < 0)
			taken += stream_refused(stream, frames + taken, &most,
						-rc);
		else
			taken += (unsigned)rc;
	}
	if (stream->conn.fd < 0 || stream->has_hung_up)
		return taken + stream_lose(stream, frames + taken, n - taken,
					   DROP_NO_CARRIER);
	stream->is_full = taken < n;
	stream_update_watch(stream);
	return taken;
}
