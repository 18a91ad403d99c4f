// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor.c - what this machine has and lacks, and how to mend it
 *
 * weft doctor makes all checks; weft up makes those that its lab needs, before
 * it changes anything.
 */
#include "cli/doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/doctor/kvm_probe.h"
#include "cli/image/kernel.h"
#include "cli/image/tool.h"
#include "cli/state_dir.h"

static const char *const verdict_names[] = {
	[DOCTOR_PASS] = "PASS",
	[DOCTOR_WARN] = "WARN",
	[DOCTOR_FAIL] = "FAIL",
};
static_assert(ARRAY_SIZE(verdict_names) == DOCTOR_VERDICTS,
	      "a verdict lacks a name");

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
	return verdict_names[verdict];
}

void doctor_verdict_set(struct doctor_finding *finding,
			enum doctor_verdict verdict, const char *fix,
			const char *fmt, ...)
{
	va_list ap;

	finding->verdict = verdict;
	finding->exit_code = EXIT_HOST;
	snprintf(finding->fix, sizeof(finding->fix), "%s", fix ? fix : "");
	va_start(ap, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
}

void doctor_run(const struct doctor_check *check,
		struct doctor_finding *finding)
{
	*finding = (struct doctor_finding){.name = check->name};
	check->run(finding);
}

/* First readable file that @pattern matches; @path of @size. */
static bool find_file(const char *pattern, char *path, size_t size)
{
	bool found = false;
	glob_t matches;
	size_t i;

	if (glob(pattern, 0, NULL, &matches))
		return false;
	for (i = matches.gl_pathc; i-- && !found;) {
		found = access(matches.gl_pathv[i], R_OK) == 0;
		if (found)
			snprintf(path, size, "%s", matches.gl_pathv[i]);
	}
	globfree(&matches);
	return found;
}

static void check_kernel(struct doctor_finding *finding)
{
	struct image_kernel kernel;
	struct err err;

	if (image_find_kernel(&kernel, NULL, &err))
		doctor_verdict_set(finding, DOCTOR_FAIL, "weft image fetch",
				   "%s", err.msg);
	else
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "guest kernel %s %s", kernel.version,
				   kernel.path);
}

static void check_qemu(struct doctor_finding *finding)
{
	char path[1024];

	if (tool_find("qemu-system-x86_64", path, sizeof(path)))
		doctor_verdict_set(finding, DOCTOR_PASS, NULL, "QEMU %s", path);
	else
		doctor_verdict_set(finding, DOCTOR_FAIL,
				   "sudo apt install qemu-system-x86",
				   "no qemu-system-x86_64 in PATH");
}

static void check_kvm(struct doctor_finding *finding)
{
	static const char emulated[] = "guests run in emulation, much slower";

	switch (kvm_probe()) {
	case KVM_GOOD:
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "/dev/kvm runs guests in hardware");
		break;
	case KVM_SLOW:
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "nothing is to be done, or a host whose CPU "
				   "shows vmx or svm",
				   "/dev/kvm answers, but this CPU shows "
				   "neither vmx nor svm, so stock kernels do "
				   "not boot on it: %s",
				   emulated);
		break;
	case KVM_BROKEN:
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "turn on nested virtualization where this "
				   "machine itself runs",
				   "/dev/kvm opens, but a guest of ten bytes "
				   "did not run: %s",
				   emulated);
		break;
	case KVM_DENIED:
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "sudo usermod -aG kvm $USER, then log in "
				   "again",
				   "/dev/kvm may not be opened by you: %s",
				   emulated);
		break;
	case KVM_ABSENT:
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "turn on VT-x or AMD-V in the firmware, or "
				   "sudo modprobe kvm_intel (kvm_amd)",
				   "no /dev/kvm: %s", emulated);
		break;
	}
}

static void check_tun(struct doctor_finding *finding)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC), error = errno;

	if (fd >= 0) {
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "/dev/net/tun opens");
		close(fd);
		return;
	}
	doctor_verdict_set(finding, DOCTOR_WARN,
			   error == EACCES ? "sudo chmod 0666 /dev/net/tun"
					   : "sudo modprobe tun",
			   "/dev/net/tun: %s; only nodes of kind netns need it",
			   strerror(error));
	if (error == EACCES || error == EPERM)
		finding->exit_code = EXIT_PERMISSION;
}

static int unshare_in_child(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) ? errno : 0);
	if (child < 0)
		return errno;
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

static const char *userns_fix(void)
{
	if (access("/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
		   F_OK) == 0)
		return "sudo sysctl -w "
		       "kernel.apparmor_restrict_unprivileged_userns=0";
	if (access("/proc/sys/kernel/unprivileged_userns_clone", F_OK) == 0)
		return "sudo sysctl -w kernel.unprivileged_userns_clone=1";
	return "sudo sysctl -w user.max_user_namespaces=10000";
}

static void check_userns(struct doctor_finding *finding)
{
	int error = unshare_in_child();

	if (!error)
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "user and network namespaces can be made");
	else
		doctor_verdict_set(finding, DOCTOR_WARN, userns_fix(),
				   "no user namespace: %s; only nodes of kind "
				   "netns need it",
				   strerror(error));
}

/* Is the folder, or the nearest above it that exists, ours to write to? */
static bool can_make(const char *path)
{
	char part[STATE_PATH_SIZE];
	char *slash;

	snprintf(part, sizeof(part), "%s", path);
	while (access(part, F_OK) && (slash = strrchr(part, '/'))) {
		if (slash == part)
			slash++;
		if (!*slash)
			break;
		*slash = '\0';
	}
	return access(part, W_OK | X_OK) == 0;
}

static void check_state(struct doctor_finding *finding)
{
	struct state_env env;
	struct state_dir dir;
	struct err err;
	int error;

	state_env_init(&env);
	error = state_dir_locate(&env, "x", &dir, &err);
	if (!error)
		error = state_dir_check(&env, &dir, &err);
	/* No folder of a lab "x", or no base yet: that can be made. */
	if (error == -ENOENT && can_make(dir.base) && can_make(dir.durable)) {
		doctor_verdict_set(finding, DOCTOR_PASS, NULL,
				   "labs can be kept in %s", dir.base);
		return;
	}
	if (error == -ENOENT)
		err_set(&err, error, "%s or %s can't be made", dir.base,
			dir.durable);
	doctor_verdict_set(finding, error ? DOCTOR_FAIL : DOCTOR_PASS,
			   error ? "set WEFT_RUNTIME_DIR and WEFT_STATE_DIR to "
				   "folders of your own"
				 : NULL,
			   "%s", error ? err.msg : dir.base);
	finding->exit_code = EXIT_PERMISSION;
}

static void check_busybox(struct doctor_finding *finding)
{
	char path[1024];

	if (find_file("/usr/lib/*/busybox", path, sizeof(path)) ||
	    tool_find("busybox", path, sizeof(path)))
		doctor_verdict_set(finding, DOCTOR_PASS, NULL, "busybox %s",
				   path);
	else
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "sudo apt install busybox-static",
				   "no busybox: weft image build needs one, "
				   "statically linked");
}

static bool has_kind(const struct lab *lab, enum node_kind kind)
{
	unsigned i;

	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == kind)
			return true;
	}
	return false;
}

static bool needs_qemu(const struct lab *lab)
{
	return has_kind(lab, NODE_VM);
}

static bool needs_kernel(const struct lab *lab)
{
	unsigned i;

	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == NODE_VM && lab->nodes[i].builtin)
			return true;
	}
	return false;
}

static bool needs_tun(const struct lab *lab)
{
	return has_kind(lab, NODE_NETNS);
}

static bool needs_userns(const struct lab *lab)
{
	return has_kind(lab, NODE_NETNS) && geteuid() != 0;
}

const struct doctor_check doctor_checks[] = {
	{"kernel", check_kernel, needs_kernel, true},
	{"qemu", check_qemu, needs_qemu, true},
	{"kvm", check_kvm, needs_qemu, false},
	{"tun", check_tun, needs_tun, true},
	{"userns", check_userns, needs_userns, true},
	{"state", check_state, NULL, true},
	{"busybox", check_busybox, needs_kernel, false},
	{0},
};
