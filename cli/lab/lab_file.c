// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_file.c - lab files: read one, whatever it is, without trusting it
 *
 * A FIFO or device is read like a file, but never beyond one byte more than a
 * lab file may have: that byte is the proof that it is too large.
 */
#include "cli/lab/lab_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/yaml_tree.h"

struct lab *lab_parse(const char *base_dir, const char *text, size_t size,
		      struct diagnostics *diag)
{
	struct tree *root;

	diag->source = text;
	diag->size = size;
	root = yaml_tree_parse(diag);
	if (!root) {
		diag_sort(diag);
		return NULL;
	}
	return lab_build(root, base_dir, diag);
}

static void report_errno(struct diagnostics *diag, const char *what, int code)
{
	diag_error_at(diag, 0, 0, "cannot %s: %s", what, strerror(-code));
	diag->code = code;
}

/* Up to one byte more than allowed; the number of bytes or -errno. */
static ssize_t read_some(int fd, char *text)
{
	size_t len = 0;

	while (len <= TREE_MAX_BYTES) {
		ssize_t got = read(fd, text + len, TREE_MAX_BYTES + 1 - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

static int open_source(const char *path, struct diagnostics *diag)
{
	struct stat status;
	int fd, code;

	if (strcmp(path, "-") == 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		report_errno(diag, "open", -errno);
		return -1;
	}
	code = fstat(fd, &status) ? -errno : 0;
	if (!code && S_ISDIR(status.st_mode))
		code = -EISDIR;
	/* Don't read a megabyte of something that says it has a hundred. */
	if (!code && S_ISREG(status.st_mode) && status.st_size > TREE_MAX_BYTES)
		code = -EFBIG;
	if (!code)
		return fd;
	if (code == -EFBIG)
		diag_error_at(diag, 0, 0,
			      "larger than 1 MiB: this is no lab file");
	else
		report_errno(diag, "read", code);
	diag->code = code;
	close(fd);
	return -1;
}

/* The absolute folder of the file, from the arena; NULL: there is none. */
static const char *base_of(const char *path, struct diagnostics *diag)
{
	const char *slash = strrchr(path, '/');
	char *folder, *real;

	if (!slash)
		folder = arena_strndup(&diag->arena, ".", 1);
	else
		folder = arena_strndup(&diag->arena, path,
				       MAX((size_t)(slash - path), (size_t)1));
	real = folder ? realpath(folder, NULL) : NULL;
	if (!real)
		return NULL;
	/* The root folder is "", so that base and "/name" make one slash. */
	folder = arena_strndup(&diag->arena, real,
			       strcmp(real, "/") ? strlen(real) : 0);
	free(real);
	return folder;
}

struct lab *lab_load(const char *path, struct diagnostics *diag)
{
	char *text = arena_alloc(&diag->arena, TREE_MAX_BYTES + 1);
	int fd = open_source(path, diag);
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = text ? read_some(fd, text) : -ENOMEM;
	close(fd);
	if (len < 0) {
		report_errno(diag, "read", (int)len);
		return NULL;
	}
	return lab_parse(base_of(path, diag), text, (size_t)len, diag);
}
