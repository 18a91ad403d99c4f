/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_dir.h - where a lab's sockets, logs and durable files are
 *
 *	BASE/LAB/ctl.sock			the control socket (weft-ctl(7))
 *	BASE/LAB/lock				held by the lab's labd
 *	BASE/LAB/labd.log			what labd and its children say
 *	BASE/LAB/NODE.console.log		what a guest's console says
 *	BASE/LAB/ports/NODE:INDEX.sock		vhost-user
 *	BASE/LAB/ports/NODE:INDEX.stream.sock	frames with their lengths
 *
 * BASE is $WEFT_RUNTIME_DIR if set, else /run/weft for root, else
 * $XDG_RUNTIME_DIR/weft, else /tmp/weft-UID. What survives down, logout and
 * reboot is in DURABLE/LAB: $WEFT_STATE_DIR, /var/lib/weft for root,
 * $XDG_STATE_HOME/weft, ~/.local/state/weft.
 */
#ifndef CLI_STATE_DIR_H
#define CLI_STATE_DIR_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/lab/lab.h"
#include "core/err.h"

#define STATE_PATH_SIZE 1024
/** STATE_LABS_MAX - labs that state_dir_list() finds */
#define STATE_LABS_MAX 64

/**
 * struct state_env - what decides where things are; NULL or empty: not set
 * @uid:		whose labs
 * @runtime_dir:	WEFT_RUNTIME_DIR
 * @state_dir:		WEFT_STATE_DIR
 * @xdg_runtime_dir:	XDG_RUNTIME_DIR
 * @xdg_state_home:	XDG_STATE_HOME
 * @home:		HOME
 */
struct state_env {
	uid_t uid;
	const char *runtime_dir;
	const char *state_dir;
	const char *xdg_runtime_dir;
	const char *xdg_state_home;
	const char *home;
};

/**
 * struct state_dir - the two folders of one lab
 * @base:	parent of @path
 * @path:	runtime folder; no slash at the end
 * @durable:	for what survives
 */
struct state_dir {
	char base[STATE_PATH_SIZE];
	char path[STATE_PATH_SIZE];
	char durable[STATE_PATH_SIZE];
};

/** state_env_init() - from the process's uid and environment */
void state_env_init(struct state_env *env);

/**
 * state_dir_locate() - where the folders of @lab are; makes nothing
 * @lab:	name; refused when it could leave the folder ("..", "a/b")
 *
 * Return: 0, -EINVAL for a name, -ENAMETOOLONG, -ENOENT when no place is known.
 */
int state_dir_locate(const struct state_env *env, const char *lab,
		     struct state_dir *dir, struct err *err);

/**
 * state_dir_check() - may we trust the runtime folder?
 *
 * Each of base and lab folder must be a folder, no link, that belongs to us
 * and that nobody else may write to: /tmp is everybody's, and a socket in a
 * stranger's folder is the stranger's.
 *
 * Return: 0, -ENOENT when there is none, -EPERM when it is not ours.
 */
int state_dir_check(const struct state_env *env, const struct state_dir *dir,
		    struct err *err);

/**
 * state_dir_create() - make what is missing, mode 0700, and check it
 *
 * Return: 0; a negative errno, and nothing is left of what was made.
 */
int state_dir_create(const struct state_env *env, const struct state_dir *dir,
		     struct err *err);

/**
 * state_dir_lock() - be the one labd of a lab
 *
 * Return: a descriptor that holds the lock until it is closed, also by the
 * death of its process; -EAGAIN when another process holds it; -errno.
 */
int state_dir_lock(const struct state_dir *dir, struct err *err);

/** state_dir_is_served() - does a labd answer at the control socket of @lab? */
bool state_dir_is_served(const struct state_env *env, const char *lab);

/**
 * state_dir_file() - path of a file in the runtime folder
 * @name:	"ctl.sock", "labd.log"
 * @path:	of STATE_PATH_SIZE
 */
int state_dir_file(const struct state_dir *dir, const char *name, char *path,
		   struct err *err);

/** state_dir_console_log() - path of NODE.console.log */
int state_dir_console_log(const struct state_dir *dir, const char *node,
			  char *path, struct err *err);

/**
 * state_dir_socket() - path of a socket in the runtime folder
 * @name:	"ctl.sock", "ports/web1:0.sock"
 * @path:	of STATE_PATH_SIZE
 *
 * Return: 0, or -ENAMETOOLONG when sockaddr_un (108 bytes) can't hold it.
 */
int state_dir_socket(const struct state_dir *dir, const char *name, char *path,
		     struct err *err);

/** state_dir_port_socket() - path of port @node:@index's vhost-user socket */
int state_dir_port_socket(const struct state_dir *dir, const char *node,
			  unsigned index, char *path, struct err *err);

/** state_dir_stream_socket() - path of port @node:@index's stream socket */
int state_dir_stream_socket(const struct state_dir *dir, const char *node,
			    unsigned index, char *path, struct err *err);

/**
 * state_dir_list() - labs whose control socket answers
 * @names:	filled, sorted
 *
 * Return: how many.
 */
unsigned state_dir_list(const struct state_env *env,
			char names[STATE_LABS_MAX][LAB_NAME_SIZE]);

#endif
