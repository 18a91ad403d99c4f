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

#include "cli/doctor/doctor_host.h"
#include "cli/doctor/runner_host.h"
#include "cli/image/kernel.h"
#include "cli/image/tool.h"
#include "cli/state_dir.h"

/* What tests run with: Debian 12's. */
#define QEMU_MIN_MAJOR 7
#define QEMU_MIN_MINOR 2

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

/* "QEMU emulator version 7.2.17 (Debian ...)": the first word with a digit. */
static void read_version(const char *program, char *version, size_t size)
{
	const char *argv[] = {program, "--version", NULL};
	struct tool tool = {.argv = argv, .package = "qemu", .max = 4096};
	const char *digits;
	struct err err;

	snprintf(version, size, "of unknown version");
	if (tool_run(&tool, &err) == 0) {
		digits = strpbrk(tool.out, "0123456789");
		if (digits)
			snprintf(version, size, "%.*s",
				 (int)strcspn(digits, " \n"), digits);
	}
	free(tool.out);
}

static void check_qemu(struct doctor_finding *finding)
{
	char path[1024], version[64];
	struct runner_host host;
	int major = 0, minor = 0;

	if (!tool_find("qemu-system-x86_64", path, sizeof(path))) {
		runner_host_find(&host);
		doctor_verdict_set(finding,
				   runner_host_choose(&host, RUNNER_AUTO) ==
						   RUNNER_KVM
					   ? DOCTOR_WARN
					   : DOCTOR_FAIL,
				   "sudo apt install qemu-system-x86",
				   "no qemu-system-x86_64 in PATH");
		return;
	}
	read_version(path, version, sizeof(version));
	sscanf(version, "%d.%d", &major, &minor);
	if (major * 100 + minor >= QEMU_MIN_MAJOR * 100 + QEMU_MIN_MINOR)
		doctor_verdict_set(finding, DOCTOR_PASS, NULL, "QEMU %s %s",
				   version, path);
	else
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "sudo apt install qemu-system-x86",
				   "QEMU %s %s: weft is tested with %d.%d and "
				   "later",
				   version, path, QEMU_MIN_MAJOR,
				   QEMU_MIN_MINOR);
}

static const char *kvm_fix(const struct kvm_probe *probe)
{
	switch (probe->verdict) {
	case KVM_GOOD:
		break;
	case KVM_SLOW:
		return "nothing, or a host whose CPU shows vmx or svm";
	case KVM_BROKEN:
		return "turn on nested virtualization where this machine "
		       "itself runs";
	case KVM_DENIED:
		return "sudo usermod -aG kvm $USER, then log in again";
	case KVM_ABSENT:
		return probe->cpu_virtualizes
			       ? "sudo modprobe kvm_intel (kvm_amd)"
			       : "turn on VT-x or AMD-V in the firmware";
	}
	return NULL;
}

static void check_kvm(struct doctor_finding *finding)
{
	struct runner_host host;
	char found[KVM_TEXT_SIZE];

	runner_host_find(&host);
	kvm_probe_describe(&host.kvm, found);
	if (host.kvm.verdict != KVM_GOOD)
		doctor_verdict_set(finding, DOCTOR_WARN, kvm_fix(&host.kvm),
				   "%s: guests run in emulation, much slower",
				   found);
	else if (!host.vmm[0])
		doctor_verdict_set(finding, DOCTOR_WARN,
				   "build or install all of weft",
				   "%s, but there is no weft-vmm: QEMU runs "
				   "guests",
				   found);
	else
		doctor_verdict_set(finding, DOCTOR_PASS, NULL, "%s", found);
}

void doctor_check_runner(const struct lab *lab, struct doctor_finding *finding)
{
	struct runner_host host;
	char found[KVM_TEXT_SIZE];
	struct err err;
	unsigned i;

	*finding = (struct doctor_finding){.name = "runner"};
	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == NODE_VM &&
		    lab->nodes[i].runner == RUNNER_KVM)
			break;
	}
	if (i == lab->node_count)
		return;
	runner_host_find(&host);
	if (runner_host_check(&host, &lab->nodes[i], &err)) {
		doctor_verdict_set(finding, DOCTOR_FAIL,
				   host.vmm[0] ? kvm_fix(&host.kvm)
					       : "build or install all of weft",
				   "%s", err.msg);
		if (err.code == -EACCES)
			finding->exit_code = EXIT_PERMISSION;
	} else if (host.kvm.verdict != KVM_GOOD) {
		doctor_verdict_set(finding, DOCTOR_WARN, "runner: auto",
				   "node %s: runner: kvm, but %s",
				   lab->nodes[i].name,
				   kvm_probe_describe(&host.kvm, found));
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

/* Is there a node whose runner depends on what KVM is worth? */
static bool needs_kvm(const struct lab *lab)
{
	unsigned i;

	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == NODE_VM &&
		    lab->nodes[i].runner == RUNNER_AUTO)
			return true;
	}
	return false;
}

static bool needs_qemu(const struct lab *lab)
{
	struct runner_host host;
	unsigned i;

	if (!has_kind(lab, NODE_VM))
		return false;
	runner_host_find(&host);
	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == NODE_VM &&
		    runner_host_choose(&host, lab->nodes[i].runner) ==
			    RUNNER_QEMU)
			return true;
	}
	return false;
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

static bool needs_nat(const struct lab *lab)
{
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (lab->networks[i].mode == NETWORK_NAT)
			return true;
	}
	return false;
}

/* The kernel needs no socket for that. */
static bool needs_ping(const struct lab *lab)
{
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (lab->networks[i].mode == NETWORK_NAT &&
		    lab->networks[i].engine == NAT_ENGINE_USER)
			return true;
	}
	return false;
}

const struct doctor_check doctor_checks[] = {
	{"kernel", check_kernel, needs_kernel, true},
	{"qemu", check_qemu, needs_qemu, true},
	{"kvm", check_kvm, needs_kvm, false},
	{"tun", check_tun, needs_tun, true},
	{"userns", check_userns, needs_userns, true},
	{"state", check_state, NULL, true},
	{"broker", doctor_check_broker, doctor_is_advice, false},
	{"sockets", doctor_check_sockets, doctor_is_advice, false},
	{"ping", doctor_check_ping, needs_ping, false},
	{"resolver", doctor_check_resolver, needs_nat, false},
	{"firewall", doctor_check_firewall, doctor_is_advice, false},
	{"files", doctor_check_files, doctor_is_advice, false},
	{"memory", doctor_check_memory, doctor_is_advice, false},
	{"clock", doctor_check_clock, doctor_is_advice, false},
	{"busybox", check_busybox, needs_kernel, false},
	{"tshark", doctor_check_tshark, doctor_is_advice, false},
	{0},
};
