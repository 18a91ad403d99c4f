// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cache.c - the folder for what can be made again, and whole files
 */
#include "cli/image/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cache_path(const char *name, char *path, struct err *err)
{
	const char *base = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int len;

	/* A relative XDG_CACHE_HOME is to be ignored (XDG base directories). */
	if (base && *base == '/')
		len = snprintf(path, CACHE_PATH_SIZE, "%s/weft/%s", base, name);
	else
		len = snprintf(path, CACHE_PATH_SIZE, "%s/.cache/weft/%s",
			       home && *home ? home : "/root", name);
	if (len < CACHE_PATH_SIZE)
		return 0;
	return err_set(err, -ENAMETOOLONG,
		       "the cache folder's path is too long; set "
		       "XDG_CACHE_HOME to a shorter one");
}

int cache_make_dir(const char *path, struct err *err)
{
	char part[CACHE_PATH_SIZE];
	size_t i, len = strlen(path);

	if (len >= sizeof(part))
		return err_set(err, -ENAMETOOLONG, "%s: too long", path);
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			return err_set(err, -errno,
				       "cannot make folder %s: %s (set "
				       "XDG_CACHE_HOME to a folder you may "
				       "write)",
				       part, strerror(errno));
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void cache_remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int load_all(int fd, size_t max, struct cache_file *file)
{
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	file->data = malloc((size_t)st.st_size + 1);
	if (!file->data)
		return -ENOMEM;
	while (file->len < (size_t)st.st_size) {
		got = read(fd, file->data + file->len,
			   (size_t)st.st_size - file->len);
		if (got <= 0)
			return got ? -errno : -EIO;
		file->len += (size_t)got;
	}
	file->data[file->len] = '\0';
	return 0;
}

int cache_load(const char *path, size_t max, struct cache_file *file,
	       struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	*file = (struct cache_file){0};
	ret = fd < 0 ? -errno : load_all(fd, max, file);
	if (fd >= 0)
		close(fd);
	if (!ret)
		return 0;
	free(file->data);
	*file = (struct cache_file){0};
	return err_set(err, ret, "cannot read %s: %s", path, strerror(-ret));
}

static int store_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t put = write(fd, data, len);

		if (put < 0)
			return -errno;
		data += put;
		len -= (size_t)put;
	}
	return fchmod(fd, 0644) ? -errno : 0;
}

int cache_store(const char *path, const void *data, size_t len, struct err *err)
{
	char temporary[CACHE_PATH_SIZE];
	int fd, ret;

	snprintf(temporary, sizeof(temporary), "%.1000s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_set(err, -errno, "cannot make %s: %s", temporary,
			       strerror(errno));
	ret = store_all(fd, data, len);
	close(fd);
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (!ret)
		return 0;
	unlink(temporary);
	return err_set(err, ret, "cannot write %s: %s", path, strerror(-ret));
}
