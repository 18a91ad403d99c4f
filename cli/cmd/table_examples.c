// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table_examples.c - the examples of weft's verbs: a command line, what it does
 */
#include "cli/cmd/table_examples.h"

#include <stddef.h>

const char *const up_examples[] = {
	"weft up",
	"start the lab file of this folder",
	"weft up office.weft.yaml --timeout 2m",
	"give slow guests two minutes",
	"weft up - < office.weft.yaml",
	"read the lab file from a pipe",
	"weft up --dry-run",
	"check file and host, and print what would be done",
	NULL};
const char *const plan_examples[] = {"weft plan",
				     "what weft up would do here",
				     "weft plan office.weft.yaml --exit-code",
				     "exits with 10 when that is anything",
				     "weft plan -j | jq -r '.actions[].action'",
				     "for scripts",
				     NULL};
const char *const down_examples[] = {"weft down", "stop the only running lab",
				     "weft down office", "stop this one", NULL};
const char *const status_examples[] = {"weft status",
				       "networks, nodes and their addresses",
				       "weft status -j | jq '.nodes[].state'",
				       "for scripts",
				       "weft status -a -br",
				       "a line per node of every lab",
				       NULL};
const char *const console_examples[] = {"weft console web1",
					"type to the guest; ^] leaves", NULL};
const char *const exec_examples[] = {"weft exec web1 -- ping -c3 web2",
				     "ping by name from a guest",
				     "weft exec web1 cat < file",
				     "give it input",
				     "weft exec -t web1 sh",
				     "a shell with a terminal",
				     NULL};
const char *const logs_examples[] = {
	"weft logs web1", "all that its console said", "weft logs -f web1",
	"and what it will say", NULL};
const char *const start_examples[] = {
	"weft start web1", "boot it and wait until it is ready", NULL};
const char *const stop_examples[] = {
	"weft stop web1", "shut it down; the others do not notice", NULL};
const char *const restart_examples[] = {"weft restart web1",
					"stop it and start it again", NULL};
const char *const pause_examples[] = {
	"weft pause web1", "what do the others do when it answers no more?",
	"weft pause web1; sleep 5; weft resume web1",
	"a machine that hangs for a while", NULL};
const char *const resume_examples[] = {"weft resume web1",
				       "it goes on where it stood", NULL};
const char *const attach_examples[] = {
	"weft attach web1 backnet", "prints web1:1, say",
	"port=$(weft attach web1 backnet) && weft capture $port",
	"and see what it says there", NULL};
const char *const detach_examples[] = {"weft detach web1:1", "out again", NULL};
const char *const attach_qemu_examples[] = {
	"weft attach-qemu ext:0", "arguments for qemu-system-x86_64",
	"eval qemu-system-x86_64 \"$(weft attach-qemu ext:0)\" -kernel ...",
	"use them", NULL};
const char *const attach_xml_examples[] = {"weft attach-xml ext:0",
					   "for virsh edit", NULL};
const char *const forward_examples[] = {
	"weft forward add 8080 web1:80",
	"http://127.0.0.1:8080 is web1",
	"weft forward add 0.0.0.0:5300 web1:53/udp",
	"for everybody who reaches this host",
	"weft forward del 5300/udp",
	"and no longer",
	"weft forward list",
	"what leads where, with counters",
	NULL};
const char *const validate_examples[] = {
	"weft validate office.weft.yaml",
	"every mistake, with its place",
	"weft validate -j *.weft.yaml",
	"for an editor or CI",
	"weft validate --schema >weft.schema.json",
	"for an editor that knows YAML",
	NULL};
const char *const check_examples[] = {
	"weft check",
	"try what checks: in the lab file says",
	"weft check office --junit results.xml",
	"for CI",
	"weft check -j | jq '.checks[] | select(.result != \"pass\")'",
	"what failed, and why",
	NULL};
const char *const cp_examples[] = {"weft cp site.conf web1:/etc/",
				   "into a node",
				   "weft cp -r web1:/var/log logs",
				   "a folder out of one",
				   "tar cf - . | weft cp - web1:/tmp/all.tar",
				   "from standard input",
				   NULL};
const char *const image_examples[] = {
	"weft image fetch",
	"get a Debian cloud kernel, without root",
	"weft image build",
	"make the initramfs of the built-in guest",
	"weft image list",
	"where was looked, and what is taken",
	NULL};
const char *const doctor_examples[] = {
	"weft doctor", "what this machine has and lacks, with fixes", NULL};
const char *const capture_examples[] = {
	"weft capture web1:0",
	"what the node says and hears",
	"weft capture wan -f 'tcp port 80' -w http.pcapng",
	"the web traffic of a network, for Wireshark",
	"weft capture db1:0 --last 30s",
	"what has just happened there",
	"weft capture router:0 router:1 -w - | tshark -r -",
	"two ports, to another program",
	NULL};
const char *const show_examples[] = {"weft show drops",
				     "why frames were lost",
				     "weft show fdb wan",
				     "addresses that were learnt",
				     "weft show ports -s",
				     "counters, and drops by reason",
				     "weft show leases",
				     "who has which address",
				     "weft show nodes web1",
				     "one of them",
				     NULL};
const char *const events_examples[] = {
	"weft events",
	"what happens from now on, until ^C",
	"weft events --last 20",
	"what happened last, first",
	"weft events -j | jq -c 'select(.event == \"node.state\")'",
	"for a program",
	NULL};
const char *const link_examples[] = {
	"weft link down web1:0",
	"plug the cable out; the guest loses its carrier",
	"weft link up web1:0",
	"and in again",
	"weft link flap web1:0 --for 5s",
	"both, with five seconds between",
	"weft link down bond0/eth1 --silent --for 2s",
	"a switch that hangs: the carrier stays",
	NULL};
const char *const failover_examples[] = {
	"weft failover bond0",
	"five rounds",
	"weft failover bond0 --rounds 20 --report failover.html",
	"a page with a picture of each",
	"weft failover bond0 --silent --hold 2s",
	"a switch that hangs: do the probes find it?",
	NULL};
const char *const bond_examples[] = {
	"weft bond show",
	"who carries, who could, and why",
	"weft bond switch bond0 eth2",
	"move its traffic there now",
	"weft bond show bond0 -j | jq -r '.uplinks[].active'",
	"for scripts",
	NULL};
const char *const graph_examples[] = {
	"weft graph",
	"the lab that runs",
	"weft graph office.weft.yaml --dot | dot -Tsvg >office.svg",
	"a picture of a lab file, running or not",
	"weft graph --mermaid",
	"for a README",
	"weft graph --svg >lab.svg",
	"a picture, without any other program",
	NULL};
const char *const top_examples[] = {"weft top",
				    "on the whole terminal, until q",
				    "weft top --batch -n 1 --sort bits",
				    "once, to read or to grep",
				    "weft top --json -n 10 --interval 5s",
				    "ten lines for a program",
				    NULL};
const char *const metrics_examples[] = {
	"weft metrics", "once, to read",
	"weft metrics office >$DIR/new && mv $DIR/new $DIR/weft.prom",
	"from cron, for node_exporter's textfile collector", NULL};
const char *const completion_examples[] = {
	"source <(weft completion bash)",
	"for this shell",
	"weft completion bash >>~/.bash_completion",
	"for all to come",
	"weft completion zsh >~/.zfunc/_weft",
	"where fpath has ~/.zfunc",
	"weft completion fish >~/.config/fish/completions/weft.fish",
	"for fish",
	NULL};
const char *const no_examples[] = {NULL};
