// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state_dir.c - where a lab's sockets, logs and durable files are
 */
#include "cli/state_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *env_get(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

void state_env_init(struct state_env *env)
{
	env->uid = geteuid();
	env->runtime_dir = env_get("WEFT_RUNTIME_DIR");
	env->state_dir = env_get("WEFT_STATE_DIR");
	env->xdg_runtime_dir = env_get("XDG_RUNTIME_DIR");
	env->xdg_state_home = env_get("XDG_STATE_HOME");
	env->home = env_get("HOME");
}

PRINTF(2, 3) static int format_path(char *path, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(path, STATE_PATH_SIZE, fmt, ap);
	va_end(ap);
	return len < STATE_PATH_SIZE ? 0 : -ENAMETOOLONG;
}

static int locate_base(const struct state_env *env, char *path)
{
	if (env->runtime_dir)
		return format_path(path, "%s", env->runtime_dir);
	if (env->uid == 0)
		return format_path(path, "/run/weft");
	if (env->xdg_runtime_dir)
		return format_path(path, "%s/weft", env->xdg_runtime_dir);
	return format_path(path, "/tmp/weft-%u", env->uid);
}

static int locate_durable(const struct state_env *env, char *path)
{
	if (env->state_dir)
		return format_path(path, "%s", env->state_dir);
	if (env->uid == 0)
		return format_path(path, "/var/lib/weft");
	if (env->xdg_state_home)
		return format_path(path, "%s/weft", env->xdg_state_home);
	if (env->home)
		return format_path(path, "%s/.local/state/weft", env->home);
	return -ENOENT;
}

static bool is_lab_name(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/') &&
	       strlen(name) < LAB_NAME_SIZE;
}

int state_dir_locate(const struct state_env *env, const char *lab,
		     struct state_dir *dir, struct err *err)
{
	char durable[STATE_PATH_SIZE];
	int error;

	if (!is_lab_name(lab))
		return err_set(err, -EINVAL, "'%s' is not the name of a lab",
			       lab);
	error = locate_base(env, dir->base);
	if (!error)
		error = format_path(dir->path, "%s/%s", dir->base, lab);
	if (error)
		return err_set(err, error,
			       "the runtime folder's path is too long: set "
			       "WEFT_RUNTIME_DIR to a shorter one");
	error = locate_durable(env, durable);
	if (error == -ENOENT)
		return err_set(err, error,
			       "no place for durable state: set HOME, "
			       "XDG_STATE_HOME or WEFT_STATE_DIR");
	if (!error)
		error = format_path(dir->durable, "%s/%s", durable, lab);
	if (error)
		return err_set(err, error,
			       "the durable folder's path is too long: set "
			       "WEFT_STATE_DIR to a shorter one");
	return 0;
}

static int check_one(const struct state_env *env, const char *path,
		     struct err *err)
{
	struct stat st;

	if (lstat(path, &st))
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, -EPERM,
			       "%s is no folder: remove it, or set "
			       "WEFT_RUNTIME_DIR to another place",
			       path);
	if (st.st_uid != env->uid)
		return err_set(err, -EPERM,
			       "%s belongs to uid %u, not to you: set "
			       "WEFT_RUNTIME_DIR to a folder of your own",
			       path, st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, -EPERM,
			       "%s may be written by others: chmod go-w %s",
			       path, path);
	return 0;
}

int state_dir_check(const struct state_env *env, const struct state_dir *dir,
		    struct err *err)
{
	int error = check_one(env, dir->base, err);

	return error ? error : check_one(env, dir->path, err);
}

static int cannot_make(const char *path, const char *variable, struct err *err)
{
	return err_set(err, -errno,
		       "cannot make folder %s: %s; fix: set %s to a folder of "
		       "your own",
		       path, strerror(errno), variable);
}

/*
 * Like mkdir -p, with the last part too; those that are there may be anyone's.
 * @kept: length of the part of @path that was there before
 */
static int make_all(const char *path, const char *variable, size_t *kept,
		    struct err *err)
{
	char part[STATE_PATH_SIZE];
	bool is_new = false;
	size_t len;

	for (len = 1; len <= strlen(path); len++) {
		if (path[len] != '/' && path[len] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		if (mkdir(part, 0700) == 0)
			is_new = true;
		else if (errno != EEXIST)
			return cannot_make(part, variable, err);
		if (!is_new)
			*kept = len;
	}
	return 0;
}

/* Of what could not be made whole, nothing stays. */
static void unmake(const char *path, size_t kept)
{
	char part[STATE_PATH_SIZE];
	char *slash;

	snprintf(part, sizeof(part), "%s", path);
	while (strlen(part) > kept && (slash = strrchr(part, '/'))) {
		rmdir(part); /* fails where something else has come since */
		*slash = '\0';
	}
}

static int make_checked(const struct state_env *env,
			const struct state_dir *dir, size_t *kept,
			struct err *err)
{
	char ports[STATE_PATH_SIZE];
	size_t unused;
	int error;

	error = make_all(dir->base, "WEFT_RUNTIME_DIR", kept, err);
	if (!error)
		error = check_one(env, dir->base, err);
	if (!error)
		error = make_all(dir->path, "WEFT_RUNTIME_DIR",
				 *kept < strlen(dir->base) ? &unused : kept,
				 err);
	if (!error)
		error = check_one(env, dir->path, err);
	if (!error)
		error = state_dir_file(dir, "ports", ports, err);
	if (!error)
		error = make_all(ports, "WEFT_RUNTIME_DIR",
				 *kept < strlen(dir->path) ? &unused : kept,
				 err);
	return error;
}

int state_dir_create(const struct state_env *env, const struct state_dir *dir,
		     struct err *err)
{
	char ports[STATE_PATH_SIZE];
	size_t kept = 0, durable_kept = 0;
	int error;

	error = make_checked(env, dir, &kept, err);
	if (!error) {
		error = make_all(dir->durable, "WEFT_STATE_DIR", &durable_kept,
				 err);
		if (error)
			unmake(dir->durable, durable_kept);
	}
	if (error && !state_dir_file(dir, "ports", ports, NULL))
		unmake(ports, kept);
	return error;
}

/* The file stays: if it went, two could hold a lock on two of that name. */
int state_dir_lock(const struct state_dir *dir, struct err *err)
{
	char path[STATE_PATH_SIZE];
	int fd, code;

	if (state_dir_file(dir, "lock", path, err))
		return err->code;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, -errno, "cannot open %s: %s", path,
			       strerror(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	code = -errno;
	close(fd);
	if (code == -EWOULDBLOCK)
		return err_set(err, -EAGAIN,
			       "another labd holds %s, and neither serves nor "
			       "ends: see labd.log there",
			       path);
	return err_set(err, code, "cannot lock %s: %s", path, strerror(-code));
}

int state_dir_file(const struct state_dir *dir, const char *name, char *path,
		   struct err *err)
{
	if (format_path(path, "%s/%s", dir->path, name))
		return err_set(err, -ENAMETOOLONG, "%s/%s: too long", dir->path,
			       name);
	return 0;
}

int state_dir_console_log(const struct state_dir *dir, const char *node,
			  char *path, struct err *err)
{
	char name[LAB_NAME_SIZE + 16];

	snprintf(name, sizeof(name), "%.*s.console.log", LAB_NAME_SIZE - 1,
		 node);
	return state_dir_file(dir, name, path, err);
}

int state_dir_socket(const struct state_dir *dir, const char *name, char *path,
		     struct err *err)
{
	static const size_t max = sizeof(((struct sockaddr_un *)0)->sun_path);

	if (format_path(path, "%s/%s", dir->path, name) || strlen(path) >= max)
		return err_set(err, -ENAMETOOLONG,
			       "%s/%s: a socket's path has at most %zu "
			       "bytes; set WEFT_RUNTIME_DIR to a shorter one",
			       dir->path, name, max - 1);
	return 0;
}

int state_dir_port_socket(const struct state_dir *dir, const char *node,
			  unsigned index, char *path, struct err *err)
{
	char name[LAB_NAME_SIZE + 32];

	snprintf(name, sizeof(name), "ports/%.*s:%u.sock", LAB_NAME_SIZE - 1,
		 node, index);
	return state_dir_socket(dir, name, path, err);
}

int state_dir_stream_socket(const struct state_dir *dir, const char *node,
			    unsigned index, char *path, struct err *err)
{
	char name[LAB_NAME_SIZE + 32];

	snprintf(name, sizeof(name), "ports/%.*s:%u.stream.sock",
		 LAB_NAME_SIZE - 1, node, index);
	return state_dir_socket(dir, name, path, err);
}

bool state_dir_is_served(const struct state_env *env, const char *lab)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[STATE_PATH_SIZE];
	struct state_dir dir;
	bool answers;
	int fd;

	if (state_dir_locate(env, lab, &dir, NULL) ||
	    state_dir_check(env, &dir, NULL) ||
	    state_dir_socket(&dir, "ctl.sock", path, NULL))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	memcpy(address.sun_path, path, strlen(path));
	/* EAGAIN: its backlog is full, so somebody is there. */
	answers = connect(fd, (struct sockaddr *)&address, sizeof(address)) ==
			  0 ||
		  errno == EAGAIN;
	close(fd);
	return answers;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

unsigned state_dir_list(const struct state_env *env,
			char names[STATE_LABS_MAX][LAB_NAME_SIZE])
{
	char base[STATE_PATH_SIZE];
	struct dirent *entry;
	unsigned count = 0;
	DIR *folder;

	if (locate_base(env, base))
		return 0;
	folder = opendir(base);
	if (!folder)
		return 0;
	while (count < STATE_LABS_MAX && (entry = readdir(folder))) {
		if (is_lab_name(entry->d_name) &&
		    state_dir_is_served(env, entry->d_name))
			snprintf(names[count++], LAB_NAME_SIZE, "%.*s",
				 LAB_NAME_SIZE - 1, entry->d_name);
	}
	closedir(folder);
	qsort(names, count, LAB_NAME_SIZE, compare_names);
	return count;
}
