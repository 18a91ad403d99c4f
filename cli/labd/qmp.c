// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qmp.c - the few words that labd and QEMU exchange
 *
 * Answers are not waited for: what a command did is seen by what QEMU does.
 * Events that matter are SHUTDOWN, for the difference between a guest that
 * powered off and one that fell over, and STOP and RESUME.
 */
#include "cli/labd/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* @arguments: an object as text, or "{}" */
static void qmp_command(struct qmp *qmp, const char *name,
			const char *arguments)
{
	char line[256];
	int len = snprintf(line, sizeof(line),
			   "{\"execute\":\"%s\",\"arguments\":%s}\n", name,
			   arguments);

	if (qmp->watch.fd >= 0)
		send(qmp->watch.fd, line, (size_t)len,
		     MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void qmp_event(struct qmp *qmp, const char *event, const json_t *data)
{
	const char *reason = json_string_value(json_object_get(data, "reason"));

	if (strcmp(event, "SHUTDOWN") == 0 && reason)
		snprintf(qmp->shutdown, sizeof(qmp->shutdown), "%s", reason);
	if (strcmp(event, "STOP") == 0)
		qmp->paused(qmp, true);
	if (strcmp(event, "RESUME") == 0)
		qmp->paused(qmp, false);
}

static void qmp_line(struct qmp *qmp, const char *line, size_t len)
{
	json_t *json = json_loadb(line, len, 0, NULL);
	const char *event = json_string_value(json_object_get(json, "event"));

	if (event)
		qmp_event(qmp, event, json_object_get(json, "data"));
	json_decref(json);
}

static void qmp_lines(struct qmp *qmp)
{
	char *start = qmp->line, *end = qmp->line + qmp->len, *newline;

	while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
		qmp_line(qmp, start, (size_t)(newline - start));
		start = newline + 1;
	}
	qmp->len = (size_t)(end - start);
	memmove(qmp->line, start, qmp->len);
	if (qmp->len == sizeof(qmp->line))
		qmp->len = 0; /* a line of that length says nothing to us */
}

static ssize_t qmp_read(struct qmp *qmp)
{
	ssize_t len = recv(qmp->watch.fd, qmp->line + qmp->len,
			   sizeof(qmp->line) - qmp->len, MSG_DONTWAIT);

	if (len <= 0)
		return len;
	qmp->len += (size_t)len;
	qmp_lines(qmp);
	return len;
}

static void qmp_ready(struct watch *watch, uint32_t events)
{
	struct qmp *qmp = container_of(watch, struct qmp, watch);
	ssize_t len = qmp_read(qmp);

	(void)events;
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
		qmp_close(qmp);
}

void qmp_init(struct qmp *qmp, void (*paused)(struct qmp *qmp, bool paused))
{
	memset(qmp, 0, sizeof(*qmp));
	qmp->paused = paused;
	qmp->watch.fd = -1;
	qmp->watch.ready = qmp_ready;
	qmp->watch.name = "qmp";
}

int qmp_open(struct qmp *qmp, struct loop *loop, int fd)
{
	qmp->watch.fd = fd;
	qmp->len = 0;
	qmp->shutdown[0] = '\0';
	qmp_command(qmp, "qmp_capabilities", "{}");
	return watch_add(loop, &qmp->watch, EPOLLIN);
}

void qmp_close(struct qmp *qmp)
{
	if (qmp->watch.fd < 0)
		return;
	watch_remove(&qmp->watch);
	close(qmp->watch.fd);
	qmp->watch.fd = -1;
}

void qmp_drain(struct qmp *qmp)
{
	while (qmp->watch.fd >= 0 && qmp_read(qmp) > 0)
		;
}

void qmp_set_link(struct qmp *qmp, const char *netdev, bool up)
{
	char arguments[128];

	snprintf(arguments, sizeof(arguments), "{\"name\":\"%s\",\"up\":%s}",
		 netdev, up ? "true" : "false");
	qmp_command(qmp, "set_link", arguments);
}

void qmp_powerdown(struct qmp *qmp)
{
	qmp_command(qmp, "system_powerdown", "{}");
}

void qmp_pause(struct qmp *qmp)
{
	qmp_command(qmp, "stop", "{}");
}

void qmp_resume(struct qmp *qmp)
{
	qmp_command(qmp, "cont", "{}");
}
