// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fetch.c - the distribution's cloud kernel, by apt, without root
 *
 * Theory of operation
 *
 * apt-cache says which package linux-image-cloud-ARCH depends on; apt-get
 * download puts it into a scratch folder below the cache, dpkg-deb unpacks it
 * there, depmod writes modules.dep (the package's own scripts would do that on
 * installation), and a rename makes it kernel/VERSION.
 *
 * Package lists may be missing (a fresh container) or too old for the mirror.
 * Then apt-get update runs on private lists, also below the cache: /var/lib/apt
 * belongs to root.
 *
 * Limits: Debian and its derivatives that have this package; nothing is
 * verified here, apt does that with the keys of the system.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/image/kernel.h"
#include "cli/image/tool.h"
#include "core/util.h"

#define META_PACKAGE "linux-image-cloud-amd64"
#define PACKAGE_PREFIX "linux-image-"
#define OUT_MAX (1u << 20)
#define APT_ARGS_MAX 24
#define OPTION_SIZE (CACHE_PATH_SIZE + 32)

/**
 * struct fetch - one attempt
 * @progress:	of the command
 * @scratch:	folder of its own below the cache
 * @package:	linux-image-VERSION
 * @private_lists: use lists of our own
 * @state:	option for apt: where these are
 * @cache:	option for apt: where it keeps what it derives from them
 */
struct fetch {
	struct image_progress *progress;
	char scratch[CACHE_PATH_SIZE];
	char package[KERNEL_VERSION_SIZE];
	bool private_lists;
	char state[OPTION_SIZE];
	char cache[OPTION_SIZE];
};

static void say(const struct fetch *fetch, const char *what, const char *which)
{
	char line[CACHE_PATH_SIZE + 64];

	snprintf(line, sizeof(line), "%s%s", what, which);
	if (fetch->progress)
		fetch->progress->say(fetch->progress, line);
}

/* Run apt-get or apt-cache; *@out, if asked for, is the caller's to free. */
static int apt_run(struct fetch *fetch, const char *const *args, char **out,
		   struct err *err)
{
	const char *argv[APT_ARGS_MAX];
	struct tool tool = {
		.argv = argv,
		.package = "apt",
		.dir = fetch->scratch,
		.max = OUT_MAX,
	};
	unsigned count = 0;
	int ret;

	argv[count++] = *args++;
	if (fetch->private_lists) {
		argv[count++] = "-o";
		argv[count++] = fetch->state;
		argv[count++] = "-o";
		argv[count++] = "Dir::State::status=/var/lib/dpkg/status";
		argv[count++] = "-o";
		argv[count++] = fetch->cache;
	}
	/* As root apt would become _apt, who can't write our folder. */
	argv[count++] = "-o";
	argv[count++] = "APT::Sandbox::User=root";
	argv[count++] = "-qq";
	while (*args && count < APT_ARGS_MAX - 1)
		argv[count++] = *args++;
	argv[count] = NULL;
	ret = tool_run(&tool, err);
	if (out)
		*out = tool.out;
	else
		free(tool.out);
	return ret;
}

static int use_private_lists(struct fetch *fetch, struct err *err)
{
	static const char *const args[] = {"apt-get", "update", NULL};
	char base[CACHE_PATH_SIZE], dir[CACHE_PATH_SIZE + 64];
	int ret = cache_path("apt", base, err);

	snprintf(dir, sizeof(dir), "%s/state/lists/partial", base);
	if (!ret)
		ret = cache_make_dir(dir, err);
	snprintf(dir, sizeof(dir), "%s/cache/archives/partial", base);
	if (!ret)
		ret = cache_make_dir(dir, err);
	if (ret)
		return ret;
	snprintf(fetch->state, sizeof(fetch->state), "Dir::State=%s/state",
		 base);
	snprintf(fetch->cache, sizeof(fetch->cache), "Dir::Cache=%s/cache",
		 base);
	fetch->private_lists = true;
	say(fetch, "reading the package lists of the mirror", "");
	return apt_run(fetch, args, NULL, err);
}

/* Which linux-image-VERSION does the meta package stand for? */
static int fetch_resolve(struct fetch *fetch, struct err *err)
{
	static const char *const args[] = {"apt-cache", "depends",
					   "--important", META_PACKAGE, NULL};
	const char *name;
	char *out = NULL;
	int ret = apt_run(fetch, args, &out, err);

	name = out ? strstr(out, "Depends: " PACKAGE_PREFIX) : NULL;
	if (name) {
		name += strlen("Depends: ");
		snprintf(fetch->package, sizeof(fetch->package), "%.*s",
			 (int)strcspn(name, " \n"), name);
	}
	free(out);
	if (name)
		return 0;
	if (ret == -ENOPKG)
		return ret;
	return err_set(err, -ENOPKG,
		       "apt knows no package " META_PACKAGE
		       "; fix: add a Debian mirror to apt's sources, or set "
		       "WEFT_KERNEL to a kernel (modules in /lib/modules)");
}

static int fetch_download(struct fetch *fetch, struct err *err)
{
	const char *args[] = {"apt-get", "download", fetch->package, NULL};

	say(fetch, "downloading ", fetch->package);
	return apt_run(fetch, args, NULL, err);
}

/* Lists of the system first; fresh ones of our own if these don't do. */
static int fetch_package(struct fetch *fetch, struct err *err)
{
	int ret = fetch_resolve(fetch, err);

	if (!ret)
		ret = fetch_download(fetch, err);
	if (!ret || (ret == -ENOPKG &&
		     !tool_find("apt-get", fetch->state, sizeof(fetch->state))))
		return ret;
	ret = use_private_lists(fetch, err);
	if (!ret)
		ret = fetch_resolve(fetch, err);
	return ret ? ret : fetch_download(fetch, err);
}

static int run_in(const struct fetch *fetch, const char *const *argv,
		  const char *package, struct err *err)
{
	struct tool tool = {
		.argv = argv,
		.package = package,
		.dir = fetch->scratch,
		.max = OUT_MAX,
	};
	int ret = tool_run(&tool, err);

	free(tool.out);
	return ret;
}

/* The package's one file in the scratch folder, whatever its version. */
static int find_deb(const struct fetch *fetch, char *deb, struct err *err)
{
	const char *argv[] = {"find", ".", "-name", "*.deb", NULL};
	struct tool tool = {
		.argv = argv,
		.package = "findutils",
		.dir = fetch->scratch,
		.max = OUT_MAX,
	};
	int ret = tool_run(&tool, err);

	if (!ret)
		snprintf(deb, CACHE_PATH_SIZE, "%.*s",
			 (int)strcspn(tool.out, "\n"), tool.out);
	free(tool.out);
	return ret;
}

/*
 * Debian 13 has modules below /usr/lib only, and depmod's own idea of the place
 * depends on how it was built: make both names lead there.
 */
static void join_lib(const char *root)
{
	char lib[CACHE_PATH_SIZE + 32], usr[CACHE_PATH_SIZE + 32];

	snprintf(lib, sizeof(lib), "%s/lib", root);
	snprintf(usr, sizeof(usr), "%s/usr/lib", root);
	if (access(lib, F_OK) && !access(usr, F_OK) && symlink("usr/lib", lib))
		return;
	if (access(usr, F_OK) && !access(lib, F_OK) && symlink("../lib", usr))
		return;
}

static int fetch_unpack(struct fetch *fetch, const char *version,
			struct err *err)
{
	char deb[CACHE_PATH_SIZE], root[CACHE_PATH_SIZE + 8];
	const char *unpack[] = {"dpkg-deb", "-x", deb, "root", NULL};
	const char *depmod[] = {"depmod", "-b", "root", version, NULL};
	const char *busybox[] = {"busybox", "depmod", "-b",
				 "root",    version,  NULL};
	char path[CACHE_PATH_SIZE];
	int ret = find_deb(fetch, deb, err);

	say(fetch, "unpacking ", deb);
	if (!ret)
		ret = run_in(fetch, unpack, "dpkg", err);
	if (ret)
		return ret;
	snprintf(root, sizeof(root), "%s/root", fetch->scratch);
	join_lib(root);
	if (tool_find("depmod", path, sizeof(path)))
		return run_in(fetch, depmod, "kmod", err);
	return run_in(fetch, busybox, "kmod", err);
}

static int fetch_commit(const struct fetch *fetch, const char *target,
			struct err *err)
{
	char root[CACHE_PATH_SIZE + 8];

	snprintf(root, sizeof(root), "%s/root", fetch->scratch);
	/* Somebody else may have been faster; equal content. */
	if (!rename(root, target) || errno == ENOTEMPTY || errno == EEXIST)
		return 0;
	return err_set(err, -errno, "cannot make %s: %s", target,
		       strerror(errno));
}

static int fetch_run(struct fetch *fetch, struct image_kernel *kernel,
		     struct err *err)
{
	char name[KERNEL_VERSION_SIZE + 16], target[CACHE_PATH_SIZE];
	const char *version = fetch->package + strlen(PACKAGE_PREFIX);
	int ret = fetch_resolve(fetch, NULL);

	snprintf(name, sizeof(name), "kernel/%s", version);
	if (!ret && !cache_path(name, target, NULL) && !access(target, F_OK)) {
		say(fetch, "there already: ", target);
		return image_find_kernel(kernel, NULL, err);
	}
	ret = fetch_package(fetch, err);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "kernel/%s", version);
	ret = cache_path(name, target, err);
	if (!ret)
		ret = fetch_unpack(fetch, version, err);
	if (!ret)
		ret = fetch_commit(fetch, target, err);
	if (ret)
		return ret;
	say(fetch, "ready: ", target);
	return image_find_kernel(kernel, NULL, err);
}

int kernel_fetch(struct image_progress *progress, struct image_kernel *kernel,
		 struct err *err)
{
	struct fetch fetch = {
		.progress = progress,
		.package = PACKAGE_PREFIX,
	};
	char base[CACHE_PATH_SIZE];
	int ret = cache_path("kernel", base, err);

	if (!ret)
		ret = cache_make_dir(base, err);
	if (ret)
		return ret;
	snprintf(fetch.scratch, sizeof(fetch.scratch), "%.1000s/.new-XXXXXX",
		 base);
	if (!mkdtemp(fetch.scratch))
		return err_set(err, -errno, "cannot make a folder in %s: %s",
			       base, strerror(errno));
	ret = fetch_run(&fetch, kernel, err);
	cache_remove_tree(fetch.scratch);
	return ret ? err_wrap(err, "cannot fetch a guest kernel") : 0;
}
