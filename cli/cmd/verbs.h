/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs.h - the functions behind the command table, one file per verb or kin
 *
 * Each returns enum exit_code; exec returns its command's code.
 */
#ifndef CLI_CMD_VERBS_H
#define CLI_CMD_VERBS_H

#include "cli/cmd/command.h"

/** run_attach() - a spare NIC into a network */
int run_attach(const struct invocation *call);
/** run_attach_qemu() - QEMU arguments for a port */
int run_attach_qemu(const struct invocation *call);
/** run_attach_xml() - libvirt XML for a port */
int run_attach_xml(const struct invocation *call);
/** run_forward() - ports of the host that lead to nodes, added and removed */
int run_forward(const struct invocation *call);

/** run_bond() - an uplink's members, and another one made active */
int run_bond(const struct invocation *call);
/** run_capture() - the frames of ports and networks */
int run_capture(const struct invocation *call);
/** run_check() - try what must hold */
int run_check(const struct invocation *call);
/** run_console() - a guest's console on this terminal */
int run_console(const struct invocation *call);
/** run_cp() - files to, from and between nodes */
int run_cp(const struct invocation *call);
/** run_detach() - and out of it */
int run_detach(const struct invocation *call);
/** run_doctor() - what this machine has and lacks */
int run_doctor(const struct invocation *call);
/** run_down() - stop a lab */
int run_down(const struct invocation *call);
/** run_events() - what happens, as it happens */
int run_events(const struct invocation *call);
/** run_exec() - a command in a node; its exit code, or EXIT_EXEC */
int run_exec(const struct invocation *call);
/** run_failover() - members of an uplink broken, and measured */
int run_failover(const struct invocation *call);
/** run_graph() - a picture of a lab */
int run_graph(const struct invocation *call);
/** run_image() - fetch, build or list the guest image */
int run_image(const struct invocation *call);
/** run_link() - a port down, up, or both */
int run_link(const struct invocation *call);
/** run_logs() - what a guest's console said */
int run_logs(const struct invocation *call);
/** run_pause() - let a node stand still */
int run_pause(const struct invocation *call);
/** run_plan() - what weft up would change */
int run_plan(const struct invocation *call);
/** run_metrics() - counters for Prometheus */
int run_metrics(const struct invocation *call);
/** run_restart() - stop a node, start it again */
int run_restart(const struct invocation *call);
/** run_resume() - let it go on */
int run_resume(const struct invocation *call);
/** run_show() - one kind of thing in a table */
int run_show(const struct invocation *call);
/** run_start() - start a node */
int run_start(const struct invocation *call);
/** run_status() - what runs */
int run_status(const struct invocation *call);
/** run_stop() - stop a node */
int run_stop(const struct invocation *call);
/** run_top() - what a lab does, once a second */
int run_top(const struct invocation *call);
/** run_up() - from a lab file to a lab that runs */
int run_up(const struct invocation *call);
/** run_validate() - every mistake of every file */
int run_validate(const struct invocation *call);

#endif
