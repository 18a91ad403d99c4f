// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolvers.c - the host's resolvers, and word when they change
 *
 * Theory of operation
 *
 * resolv.conf is replaced by rename, written in place, or a link to a file that
 * is (of systemd-resolved, NetworkManager, resolvconf); in a container it is a
 * mount of its own. So three things are watched with inotify(7): the folder of
 * the path, for a file or link that comes in its place; the folder where the
 * link leads, for the same there; and the file itself, for what is written into
 * it from elsewhere. After any event about it all is read and watched anew; who
 * listens is told only if the list became another one.
 *
 * Limits: RESOLVERS_SIZE bytes are read; links between the first and the last
 * of a chain aren't watched.
 */
#include "cli/labd/resolvers.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#define RESOLVERS_SIZE 65536
#define FOLDER_EVENTS \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE)
#define FILE_EVENTS (IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF)

/**
 * struct resolvers - one file that is followed
 * @loop:	of the owner
 * @changed:	whom to tell
 * @ctx:	for @changed
 * @watch:	inotify; fd is -1 where there is none
 * @path:	of the file
 * @target:	where @path leads, if that is elsewhere; else empty
 * @folders:	watches of the folders of @path and @target; -1: none
 * @file:	watch of the file; -1: none
 * @conf:	what it said last
 */
struct resolvers {
	struct loop *loop;
	void (*changed)(void *ctx);
	void *ctx;
	struct watch watch;
	char path[PATH_MAX];
	char target[PATH_MAX];
	int folders[2];
	int file;
	struct resolv_conf conf;
};

static void read_conf(const char *path, struct resolv_conf *conf)
{
	char *text = malloc(RESOLVERS_SIZE);
	size_t len = 0;
	ssize_t got = 1;
	int fd;

	memset(conf, 0, sizeof(*conf));
	/* whatever is at that place: it must not make us wait */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	while (text && fd >= 0 && got > 0 && len < RESOLVERS_SIZE) {
		got = read(fd, text + len, RESOLVERS_SIZE - len);
		len += (size_t)MAX(got, 0);
	}
	if (fd >= 0)
		close(fd);
	if (text)
		resolv_conf_parse(text, len, conf);
	free(text);
}

static int watch_folder(const struct resolvers *resolvers, const char *path)
{
	char copy[PATH_MAX];

	if (!*path)
		return -1;
	snprintf(copy, sizeof(copy), "%s", path);
	return inotify_add_watch(resolvers->watch.fd, dirname(copy),
				 FOLDER_EVENTS | IN_ONLYDIR);
}

static void unwatch(struct resolvers *resolvers, int *wd)
{
	if (*wd >= 0)
		inotify_rm_watch(resolvers->watch.fd, *wd);
	*wd = -1;
}

/* Where the link leads, be it to nothing as yet. */
static void find_target(struct resolvers *resolvers)
{
	char link[PATH_MAX], copy[PATH_MAX];
	ssize_t len;

	resolvers->target[0] = '\0';
	len = readlink(resolvers->path, link, sizeof(link) - 1);
	if (len < 0 || realpath(resolvers->path, resolvers->target))
		return;
	link[len] = '\0';
	snprintf(copy, sizeof(copy), "%s", resolvers->path);
	if (link[0] == '/')
		memcpy(resolvers->target, link, (size_t)len + 1);
	else if (snprintf(resolvers->target, PATH_MAX, "%s/%s", dirname(copy),
			  link) >= PATH_MAX)
		resolvers->target[0] = '\0';
}

/* The same folder twice has one watch, so both are dropped before. */
static void watch_all(struct resolvers *resolvers)
{
	if (resolvers->watch.fd < 0)
		return;
	unwatch(resolvers, &resolvers->file);
	unwatch(resolvers, &resolvers->folders[0]);
	unwatch(resolvers, &resolvers->folders[1]);
	find_target(resolvers);
	resolvers->folders[0] = watch_folder(resolvers, resolvers->path);
	resolvers->folders[1] = watch_folder(resolvers, resolvers->target);
	resolvers->file = inotify_add_watch(resolvers->watch.fd,
					    resolvers->path, FILE_EVENTS);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_about_us(const struct resolvers *resolvers,
			const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (event->wd == resolvers->file)
		return !(event->mask & IN_IGNORED);
	if (!event->len)
		return false;
	return strcmp(event->name, name_of(resolvers->path)) == 0 ||
	       strcmp(event->name, name_of(resolvers->target)) == 0;
}

static void resolvers_reread(struct resolvers *resolvers)
{
	struct resolv_conf conf;

	/* First the watches: what changes from now on is another event. */
	watch_all(resolvers);
	read_conf(resolvers->path, &conf);
	if (memcmp(&conf, &resolvers->conf, sizeof(conf)) == 0)
		return;
	resolvers->conf = conf;
	resolvers->changed(resolvers->ctx);
}

static void resolvers_ready(struct watch *watch, uint32_t events)
{
	struct resolvers *resolvers =
		container_of(watch, struct resolvers, watch);
	_Alignas(struct inotify_event) char buffer[4096];
	bool ours = false;
	ssize_t len;

	(void)events;
	while ((len = read(watch->fd, buffer, sizeof(buffer))) > 0) {
		const char *at = buffer;

		while (at < buffer + len) {
			const struct inotify_event *event = (const void *)at;

			ours |= is_about_us(resolvers, event);
			at += sizeof(*event) + event->len;
		}
	}
	if (ours)
		resolvers_reread(resolvers);
}

static void follow(struct resolvers *resolvers, const struct log *log)
{
	int code;

	resolvers->watch.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	resolvers->watch.ready = resolvers_ready;
	resolvers->watch.name = "resolv.conf";
	code = resolvers->watch.fd < 0
		       ? -errno
		       : watch_add(resolvers->loop, &resolvers->watch, EPOLLIN);
	if (code)
		log_warning(log, "changes of %s go unnoticed: %s",
			    resolvers->path, strerror(-code));
}

struct resolvers *resolvers_open(struct loop *loop, const char *path,
				 const struct log *log,
				 void (*changed)(void *ctx), void *ctx)
{
	struct resolvers *resolvers = calloc(1, sizeof(*resolvers));

	if (!resolvers)
		return NULL;
	resolvers->loop = loop;
	resolvers->changed = changed;
	resolvers->ctx = ctx;
	resolvers->file = resolvers->folders[0] = resolvers->folders[1] = -1;
	snprintf(resolvers->path, sizeof(resolvers->path), "%s", path);
	follow(resolvers, log);
	watch_all(resolvers);
	read_conf(resolvers->path, &resolvers->conf);
	return resolvers;
}

void resolvers_close(struct resolvers *resolvers)
{
	if (!resolvers)
		return;
	watch_remove(&resolvers->watch);
	if (resolvers->watch.fd >= 0)
		close(resolvers->watch.fd);
	free(resolvers);
}

const struct resolv_conf *resolvers_get(const struct resolvers *resolvers)
{
	static const struct resolv_conf none;

	return resolvers ? &resolvers->conf : &none;
}
