// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_up.c - weft up: from a lab file to a lab that runs
 *
 * The order is the promise: the file, then the host, then anything that
 * changes. So an invalid file or a missing kernel leaves everything as it was.
 * What is changed is labd's business, which tells it first. After that nothing
 * is undone on failure or ^C: what runs can be looked at, and weft down ends
 * it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd/labd_start.h"
#include "cli/helper_path.h"
#include "cli/image/initramfs.h"
#include "cli/image/unpack.h"
#include "cli/cmd/plan.h"
#include "cli/cmd/print.h"
#include "cli/cmd/progress.h"
#include "cli/cmd/session.h"
#include "cli/cmd/show.h"
#include "cli/cmd/uplinks.h"
#include "cli/cmd/verbs.h"
#include "cli/doctor/doctor.h"
#include "cli/lab/lab_json.h"

#define UP_TIMEOUT_MS 60000
/* labd ends first, and names the node that was late: it may be ten seconds late
 * itself, which is how long a node that restarts may take to end. */
#define GRACE_MS 20000

/**
 * struct up_settings - what the command line says
 * @wait:	"ready" or "none"
 * @timeout_ms:	for all nodes to be ready
 */
struct up_settings {
	const char *wait;
	int timeout_ms;
};

static int read_settings(const struct invocation *call,
			 struct up_settings *settings)
{
	const char *wait = call->values[OPTION_WAIT];
	const char *timeout = call->values[OPTION_TIMEOUT];

	settings->wait = wait ? wait : "ready";
	settings->timeout_ms = UP_TIMEOUT_MS;
	if (strcmp(settings->wait, "ready") != 0 &&
	    strcmp(settings->wait, "none") != 0)
		return usage_error(call->command,
				   "--wait=%s: there are ready and none", wait);
	if (timeout && (duration_parse(timeout, &settings->timeout_ms) ||
			settings->timeout_ms > INT32_MAX - GRACE_MS))
		return usage_error(call->command,
				   "--timeout=%s: a duration is like 60s, "
				   "500ms, 2m",
				   timeout);
	return 0;
}

/* A warning is said, a failure ends it: its exit code. */
static int judge(const struct doctor_finding *finding, bool is_vital)
{
	bool fails = finding->verdict == DOCTOR_FAIL || is_vital;

	if (finding->verdict == DOCTOR_PASS)
		return 0;
	complain(0, "%s%s\nfix: %s", fails ? "" : "warning: ", finding->text,
		 finding->fix);
	return fails ? finding->exit_code : 0;
}

/* What this lab needs of the host; the first failure's exit code. */
static int check_host(const struct lab *lab)
{
	const struct doctor_check *check;
	struct doctor_finding finding;
	int code, failed;

	doctor_check_runner(lab, &finding);
	failed = judge(&finding, false);
	for (check = doctor_checks; check->run; check++) {
		if (check->is_needed && !check->is_needed(lab))
			continue;
		doctor_run(check, &finding);
		code = judge(&finding, check->is_vital);
		failed = failed ? failed : code;
	}
	return failed;
}

static int dry_run(struct session *session, const struct invocation *call,
		   const struct lab *lab)
{
	json_t *plan;
	int code = plan_get(session, lab, &plan);

	if (!code && option_given(call, OPTION_JSON))
		print_json(plan);
	else if (!code)
		plan_print(stdout, plan);
	json_decref(plan);
	return code;
}

/* Connect to the lab's labd, which is @started when there is none. */
static int reach(struct session *session, bool *started)
{
	struct state_env env;
	struct err err;
	int code, error;

	error = session_connect(session, &err);
	if (error == -ENOENT || error == -ECONNREFUSED) {
		state_env_init(&env);
		error = state_dir_create(&env, &session->dir, &err);
		if (error)
			return complain(EXIT_PERMISSION, "%s", err.msg);
		code = labd_start("/proc/self/exe", session->lab, &session->dir,
				  session->stop_fd, &err);
		if (code)
			return complain(code, "%s", err.msg);
		*started = true;
		error = session_connect(session, &err);
	}
	if (!error)
		return 0;
	return complain(error == -EPERM || error == -EACCES ? EXIT_PERMISSION
							    : EXIT_FAILED,
			"lab '%s': %s", session->lab, err.msg);
}

/* ", guests run by kvm, qemu/tcg": each runner once. */
static void say_runners(const json_t *status)
{
	char said[256] = "";
	size_t i, used = 0;
	json_t *node;

	json_array_foreach(json_object_get(status, "nodes"), i, node)
	{
		const char *runner = text_of(node, "runner");
		const char *accel = text_of(node, "accel");
		char word[64];

		if (!runner || !accel)
			continue;
		snprintf(word, sizeof(word), " %s%s%s,", runner,
			 strcmp(runner, accel) == 0 ? "" : "/",
			 strcmp(runner, accel) == 0 ? "" : accel);
		if (!strstr(said, word) && used + strlen(word) < sizeof(said))
			used += (size_t)sprintf(said + used, "%s", word);
	}
	if (!used)
		return;
	said[used - 1] = '\0';
	fputs(", guests run by", stderr);
	print_safe(stderr, said);
}

static void say_next(const json_t *status, const struct lab *lab,
		     const char *wait)
{
	const char *state = text_of(status, "state");
	unsigned i;

	fprintf(stderr, "%s: %u networks, %u nodes, ", lab->name,
		lab->network_count, lab->node_count);
	print_safe(stderr, strcmp(wait, "none") == 0 ? "started"
			   : state                   ? state
						     : "ready");
	say_runners(status);
	fprintf(stderr, "\nnext: weft status");
	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == NODE_EXTERNAL)
			continue;
		fprintf(stderr, "   weft %s %s",
			lab->nodes[i].kind == NODE_VM ? "console" : "exec -t",
			lab->nodes[i].name);
		fputs(lab->nodes[i].kind == NODE_VM ? "" : " -- sh", stderr);
		break;
	}
	fprintf(stderr, "   weft down %s\n", lab->name);
}

/* What builtin guests boot, made before anything is started; NULL: no need. */
static int image_json(const struct lab *lab, json_t **image)
{
	char init[CACHE_PATH_SIZE], initrd[CACHE_PATH_SIZE];
	char boot[CACHE_PATH_SIZE];
	struct image_kernel kernel;
	struct err err;
	unsigned i;

	*image = NULL;
	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].kind == NODE_VM && lab->nodes[i].builtin)
			break;
	}
	if (i == lab->node_count)
		return 0;
	if (image_find_kernel(&kernel, NULL, &err) ||
	    helper_path("weft-init", "guest", init, sizeof(init), &err) ||
	    initramfs_build(&kernel, init, initrd, &err))
		return complain(image_exit_code(&err), "%s", err.msg);
	image_boot_file(&kernel, boot);
	*image = json_pack("{s:s, s:s}", "kernel", boot, "initrd", initrd);
	return 0;
}

/* Of a lab that runs, what changes; of a new one the progress says it all. */
static void up_notified(void *arg, const char *method, const json_t *params)
{
	if (strcmp(method, "plan") != 0)
		progress_notified(arg, method, params);
	else if (json_is_true(json_object_get(params, "runs")))
		plan_print(stderr, params);
}

/* A lab that runs takes a change also while one of its NICs is pulled out. */
static void warn(struct session *session, const struct lab *lab)
{
	json_t *uplinks;

	if (!lab->uplink_count)
		return;
	uplinks = uplinks_ask(session);
	uplinks_warn(uplinks);
	json_decref(uplinks);
}

/* @image: of image_json(); taken over */
static int apply(struct session *session, const struct invocation *call,
		 const struct up_settings *settings, const struct lab *lab,
		 json_t *image)
{
	bool waits = strcmp(settings->wait, "ready") == 0;
	struct ctl_call what = {.method = "lab.apply"};
	struct ctl_answer answer;
	struct progress progress;
	int code;

	progress_init(&progress);
	what.params =
		json_pack("{s:o, s:o*, s:s, s:i}", "lab", lab_to_json(lab),
			  "image", image, "wait", settings->wait, "timeout_ms",
			  settings->timeout_ms);
	what.timeout_ms = GRACE_MS + (waits ? settings->timeout_ms : 0);
	what.notified = up_notified;
	what.arg = &progress;
	code = session_call(session, &what, &answer);
	progress_fini(&progress);
	if (code == EXIT_INTERRUPTED)
		fprintf(stderr,
			"the lab is still changed to the end; "
			"weft down %s ends it\n",
			lab->name);
	if (!code && option_given(call, OPTION_JSON))
		print_json(answer.result);
	if (!code) {
		warn(session, lab);
		say_firewalls(answer.result);
		say_next(answer.result, lab, settings->wait);
	}
	ctl_answer_fini(&answer);
	return code;
}

/* A lab that was refused as a whole runs no more than it did before. */
static void end_empty(struct session *session)
{
	json_t *status =
		session_ask(session, "lab.status", NULL, SESSION_TIMEOUT_MS);
	const char *state = text_of(status, "state");

	if (state && strcmp(state, "empty") == 0)
		json_decref(session_ask(session, "lab.down", NULL,
					SESSION_TIMEOUT_MS));
	json_decref(status);
}

static int up(const struct invocation *call, const struct up_settings *settings,
	      const struct lab *lab)
{
	struct session session;
	json_t *image = NULL;
	bool started = false;
	int code;

	code = check_host(lab);
	if (!code)
		code = session_locate(&session, lab->name, false);
	if (code)
		return code;
	if (option_given(call, OPTION_DRY_RUN)) {
		code = dry_run(&session, call, lab);
	} else {
		code = image_json(lab, &image);
		if (!code)
			code = reach(&session, &started);
		if (!code)
			code = apply(&session, call, settings, lab,
				     json_incref(image));
		if (code && code != EXIT_INTERRUPTED && started)
			end_empty(&session);
		json_decref(image);
	}
	session_close(&session);
	return code;
}

int run_up(const struct invocation *call)
{
	struct up_settings settings;
	struct lab *lab;
	int code;

	code = read_settings(call, &settings);
	if (!code)
		code = plan_load(call->argv[0], &lab);
	if (code)
		return code;
	code = up(call, &settings, lab);
	lab_destroy(lab);
	return code;
}
