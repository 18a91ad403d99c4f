// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table.c - the verbs of weft, as data
 *
 * Help and man pages are printed from these words: they are documentation.
 */
#include "cli/cmd/command.h"
#include "cli/cmd/help.h"
#include "cli/cmd/table_examples.h"
#include "cli/cmd/verbs.h"

#define B(id) OPTION_BIT(OPTION_##id)

const struct command commands[] = {
	{"up", "[FILE|DIR|-]",
	 "start a lab, or change it to what its file says",
	 "Reads a lab file (weft.yaml(5)), checks what it needs of this host, "
	 "and starts it. Without FILE it is the one NAME.weft.yaml of this "
	 "folder.\n\n"
	 "A lab that runs is changed to what the file says now, and only where "
	 "it differs: guests whose entries need no restart keep running and "
	 "keep their connections. Nodes that do not run are started. weft "
	 "plan(1) tells before what will be done.\n\n"
	 "Returns when every node is ready. When one is not in time, its last "
	 "console lines are shown. Nothing is changed when the file is invalid "
	 "or the host lacks something. After ^C the lab is still changed to "
	 "the end, and weft down ends it.",
	 up_examples, B(WAIT) | B(TIMEOUT) | B(DRY_RUN) | B(JSON), 0, 1, false,
	 false, run_up},
	{"plan", "[FILE|DIR|-]", "print what weft up would change",
	 "Compares a lab file with what runs, and prints what weft up would "
	 "do, "
	 "in that order, and changes nothing: + is added, - is removed, ~ is "
	 "changed. A node that has to restart says so, and why: which keys of "
	 "its entry differ, or of a network that it is plugged into. A network "
	 "that is rebuilt gets its gateway anew: nodes stay plugged in and "
	 "keep "
	 "running, connections through the gateway are lost.\n\n"
	 "Of a lab that does not run, everything is added.",
	 plan_examples, B(LAB) | B(EXIT_CODE) | B(JSON), 0, 1, false, false,
	 run_plan},
	{"down", "[LAB]", "stop a lab and remove what it made",
	 "Stops all guests and networks of the lab. Leases stay, so that its "
	 "guests get their addresses again.",
	 down_examples, B(LAB) | B(TIMEOUT), 0, 1, false, false, run_down},
	{"status", "[LAB]", "show what runs, with states and addresses",
	 "Prints the lab's networks and nodes. A node is stopped, starting, "
	 "booting, ready, paused, stopping or failed; of a failed one the "
	 "reason is shown. With -s also the state of weft-switch.",
	 status_examples, B(LAB) | B(ALL) | B(JSON) | B(BRIEF) | B(STATS), 0, 1,
	 false, false, run_status},
	{"console", "NODE", "the console of a guest; leave with ^]",
	 "Connects the terminal to the guest's console. What the console said "
	 "last comes first. All keys go to the guest, ^C too; ^] leaves.",
	 console_examples, B(LAB), 1, 1, false, false, run_console},
	{"exec", "NODE [--] COMMAND [ARGUMENT...]", "run a command in a node",
	 "Runs a command with this one's input, output and errors, and ends "
	 "with its exit code. 125 is an error of weft itself; a command that a "
	 "signal ended gives 128 plus the signal's number.\n\n"
	 "Flags of weft stand before NODE.",
	 exec_examples, B(LAB) | B(TTY), 2, -1, true, false, run_exec},
	{"cp", "SRC DST", "copy files to, from and between nodes",
	 "One of SRC and DST is NODE:PATH, or both are; - is standard input or "
	 "output. A DST that is a folder gets the copy under the source's "
	 "name. A local file whose name has a colon is written ./a:b.\n\n"
	 "Permissions are kept, owners and set-user-ID bits are not. The copy "
	 "gets its name when all of it is there and was counted: one that was "
	 "cut off leaves nothing. With -r, a folder is copied to a name that "
	 "does not exist yet.",
	 cp_examples, B(LAB) | B(RECURSIVE), 2, 2, false, false, run_cp},
	{"logs", "NODE", "print what a guest's console said",
	 "Prints the node's console log. With -l LAB also that of a lab which "
	 "is down.",
	 logs_examples, B(LAB) | B(FOLLOW), 1, 1, false, false, run_logs},
	{"capture", "PORT|NETWORK|UPLINK|MEMBER...",
	 "see the frames of ports, networks and uplinks",
	 "Shows the frames that pass a port (web1:0), all ports of a network "
	 "(wan), a network's own port (wan/gateway), the host's in it "
	 "(office/host), an "
	 "uplink (bond0) or a "
	 "member of it (bond0/eth1), in both directions: in "
	 "is from the node into the network. Without -w and --wireshark a line "
	 "is printed for each. It goes on until ^C, or until -c N frames were "
	 "captured, and then says on standard error what was counted.\n\n"
	 "Each frame is seen as it passes, and so is each that was dropped, "
	 "with the reason as a comment: a frame that a full receiver lost is "
	 "in "
	 "the capture of the receiver's port. Between guests that can take "
	 "them, TCP segments of up to 64 KiB and checksums that are not filled "
	 "in yet are normal: the receiver, or the host's kernel, does the "
	 "rest.\n\n"
	 "With --last it shows what passed before the command, from a memory "
	 "of the last 32768 frames of each network, up to 104 bytes of each; "
	 "it then ends. Members of uplinks have none. A "
	 "capture never slows the network: what its reader or disk can't take "
	 "is lost to the capture, and counted. Up to 16 run at a time.\n\n"
	 "With --json a line is an object (weft.frame/1); the counts come last "
	 "(weft.capture/1).",
	 capture_examples,
	 B(LAB) | B(FILTER) | B(WRITE) | B(LIMIT) | B(SNAPLEN) | B(LAST) |
		 B(WIRESHARK) | B(JSON),
	 1, 64, false, false, run_capture},
	{"start", "NODE", "start a node that is stopped or failed",
	 "Starts the node and returns when it is ready.", start_examples,
	 B(LAB) | B(TIMEOUT), 1, 1, false, false, run_start},
	{"stop", "NODE", "stop a node",
	 "Asks the guest to shut down, ends it when it does not, and returns "
	 "when it is gone.",
	 stop_examples, B(LAB) | B(TIMEOUT), 1, 1, false, false, run_stop},
	{"restart", "NODE", "stop a node and start it again",
	 "As weft stop and weft start.", restart_examples, B(LAB) | B(TIMEOUT),
	 1, 1, false, false, run_restart},
	{"pause", "NODE", "let a node stand still",
	 "Stops the CPUs of a virtual machine and returns when they stand. Its "
	 "memory, its ports and their carriers stay; frames for it wait in its "
	 "rings as long as there is room, and are dropped then. weft stop ends "
	 "a node that is paused, weft start and weft up let it go on.\n\n"
	 "A node of kind netns or external can't be paused.",
	 pause_examples, B(LAB) | B(TIMEOUT), 1, 1, false, false, run_pause},
	{"resume", "NODE", "let a node go on that is paused",
	 "Returns when the CPUs run again. The node is then what it was: "
	 "booting or ready.",
	 resume_examples, B(LAB) | B(TIMEOUT), 1, 1, false, false, run_resume},
	{"events", "[LAB]", "print what happens to a lab, as it happens",
	 "Prints a line for each event: states of nodes and of the lab, "
	 "carriers "
	 "and links of ports, leases, the switch's end and return, lab files "
	 "applied. With --json each line is a document of weft.event/1; "
	 "weft-ctl(7) lists the events.\n\n"
	 "The lab keeps the last 256 events for --last. A reader that is too "
	 "slow loses events, is told how many, and slows nobody. Ends when the "
	 "lab goes down.",
	 events_examples, B(LAB) | B(JSON) | B(LIMIT) | B(LAST), 0, 1, false,
	 false, run_events},
	{"link", "down|up|flap PORT|MEMBER",
	 "take a port or an uplink's member down or up",
	 "down is the cable unplugged: no frame passes in either direction, "
	 "and "
	 "the node loses its carrier. It stays so, over restarts of the node "
	 "and of weft-switch, until up. With --for, down ends by itself.\n\n"
	 "flap is down, a second (or --for), and up; weft returns then. The "
	 "lab's own clock brings the port up, so ^C does no harm.\n\n"
	 "A VM's NIC and the interface of a netns node lose their carrier. A "
	 "VMM on an external port learns nothing, but no frame passes.\n\n"
	 "A member of an uplink is UPLINK/NIC or UPLINK/NETWORK, as in "
	 "bond0/eth1. With --silent frames vanish in both directions and the "
	 "carrier stays, as behind a switch that hangs: only probes (monitor: "
	 "in weft.yaml(5)) and LACP find that.",
	 link_examples, B(LAB) | B(FOR) | B(SILENT) | B(JSON), 2, 2, false,
	 false, run_link},
	{"bond", "show|switch [UPLINK] [MEMBER]",
	 "show an uplink's members, or make one active",
	 "show prints an uplink, or all of them: its settings, each member "
	 "with its state, since when and why, what the monitors say, and the "
	 "last changes with their reasons. -s adds counters and all changes "
	 "that are kept; -br is a line for each uplink.\n\n"
	 "switch makes a member active now, as bond0/eth1 or eth1 of bond0, "
	 "and its traffic is announced there. It stays so, also against a "
	 "primary, until the member fails or the lab file changes. The modes "
	 "active-backup and balance-slb have an active member.\n\n"
	 "States are down; up-delay: up, but not for long enough; backup: "
	 "could carry; carrying: its share; active; down-delay: down, but not "
	 "for long enough; leaving: no longer in the lab file.",
	 bond_examples, B(LAB) | B(JSON) | B(BRIEF) | B(STATS), 1, 3, false,
	 false, run_bond},
	{"forward", "list|add|del [HOST] [TO]",
	 "make ports of the host lead to nodes, while the lab runs",
	 "add makes a port of the host lead to a port of a node, at once: HOST "
	 "is 8080, 127.0.0.1:8080, [::1]:8080 or a range, 8000-8010; TO is "
	 "web1:80, "
	 "web1:53/udp, or an address instead of the node. A port alone is one "
	 "of 127.0.0.1. The words are those of forward: in weft.yaml(5), and "
	 "so are the rules.\n\n"
	 "del takes away what was added so: HOST as it was, with /udp behind "
	 "it "
	 "for UDP. Connections go on. What the lab file forwards goes with the "
	 "file.\n\n"
	 "list prints all of them, those of the lab file too, as weft show "
	 "forwards does; LIVE says which were added.\n\n"
	 "A forward that was added lives until del or weft down. weft up "
	 "leaves it alone, unless its node or network goes, or the file wants "
	 "the same port; weft plan says which.",
	 forward_examples, B(LAB) | B(NET) | B(JSON) | B(BRIEF), 1, 3, false,
	 false, run_forward},
	{"failover", "UPLINK", "measure what the loss of a member costs",
	 "Breaks the member that carries the traffic, mends it after a while, "
	 "and again, --rounds times, while numbered and stamped frames pass "
	 "both ways, 10000 a second. Prints for each round when the last frame "
	 "left through the old member and the first through the new one, for "
	 "how long none came in each direction, how many were lost or came "
	 "twice, and what was announced; then the best, median and worst of "
	 "all. Times are from the moment of the fault.\n\n"
	 "A member loses its carrier; with --silent it keeps that and only "
	 "frames vanish. Guests on the network notice the same. Members that "
	 "are NICs "
	 "need --far: a network of the lab that they reach. --hold is to "
	 "be longer than the uplink's monitors need to see the fault.\n\n"
	 "What was measured before ^C is reported, too. Exits with 8 when a "
	 "round did not end well.",
	 failover_examples,
	 B(LAB) | B(TIMES) | B(SILENT) | B(HOLD) | B(REPORT) | B(FAR) |
		 B(JSON) | B(BRIEF),
	 1, 1, false, false, run_failover},
	{"attach", "NODE NETWORK", "plug a spare NIC of a node into a network",
	 "Takes the node's next spare NIC (spare-nics: in weft.yaml(5)), plugs "
	 "its port into the network, and prints the port's name. To the guest "
	 "a cable is plugged in: a built-in one asks for an address by DHCP, "
	 "where the network serves it; in another one that is up to you.\n\n"
	 "Returns when the guest has its carrier. The port then is like any "
	 "other: weft link, capture and show know it. It stays so over "
	 "restarts of the node, until weft detach. weft up leaves it alone, "
	 "unless the file takes the network away or changes the node's own "
	 "entry so that it is made anew.\n\n"
	 "A node of kind netns or external has no spare NICs.",
	 attach_examples, B(LAB) | B(JSON), 2, 2, false, false, run_attach},
	{"detach", "PORT", "unplug what weft attach plugged in",
	 "The guest loses the NIC's carrier, and a built-in one the address "
	 "that came with it. NICs of the lab file can't be detached; weft link "
	 "takes them down.",
	 detach_examples, B(LAB) | B(JSON), 1, 1, false, false, run_detach},
	{"attach-qemu", "PORT", "QEMU arguments that plug a guest into a port",
	 "Prints the arguments of qemu-system-x86_64 for the port's socket, "
	 "quoted for a shell. For vhost-user, memory is 256 MiB; change both "
	 "numbers alike. It must be shared (share=on), as the switch maps it. "
	 "A stream socket (socket: { type: stream } in the lab file) asks "
	 "nothing of the memory and is slower. It needs QEMU 7.2; from 8.0 on, "
	 "append reconnect=1 to -netdev, so that QEMU comes back when "
	 "weft-switch was restarted.",
	 attach_qemu_examples, B(LAB) | B(JSON), 1, 1, false, false,
	 run_attach_qemu},
	{"attach-xml", "PORT", "libvirt XML that plugs a guest into a port",
	 "Prints the interface element of type vhostuser, and the shared "
	 "memory that the domain needs once. For a port with a vhost-user "
	 "socket only.",
	 attach_xml_examples, B(LAB) | B(JSON), 1, 1, false, false,
	 run_attach_xml},
	{"check", "[LAB]", "try what must hold in a running lab",
	 "Tries the checks of the lab file (weft.yaml(5), checks:) in the "
	 "nodes that they name, eight at a time, and prints one line each: "
	 "PASS or FAIL, how long it took, and why. A check that could not be "
	 "tried, because its node does not run, has failed, also when failure "
	 "was expected.\n\n"
	 "Exits with 0 when all are as expected and with 8 when some are not.",
	 check_examples, B(LAB) | B(JSON) | B(JUNIT), 0, 1, false, false,
	 run_check},
	{"validate", "FILE...", "check lab files and change nothing",
	 "Prints every mistake as file:line:column with the line. Exits with 3 "
	 "when there is one. With --schema no file is read: the format itself "
	 "is printed, as JSON schema.",
	 validate_examples, B(JSON) | B(SCHEMA), 0, -1, false, false,
	 run_validate},
	{"image", "fetch|build|list", "the kernel and initramfs of the guests",
	 "fetch gets a Debian cloud kernel package with apt, without root, and "
	 "unpacks it into the cache; build makes the initramfs of the built-in "
	 "guest for it; list says where was looked and what is taken.",
	 image_examples, B(JSON), 1, 1, false, false, run_image},
	{"doctor", "", "check what this machine has and lacks",
	 "Prints one line per check: PASS, WARN (it works, but less or slower) "
	 "or FAIL, and how to mend it. Exits with 6 when one fails.",
	 doctor_examples, B(JSON), 0, 0, false, false, run_doctor},
	{"show",
	 "captures|drops|fdb|flows|forwards|leases|networks|nodes|ports|"
	 "uplinks "
	 "[NAME]",
	 "print one kind of thing, with counters",
	 "captures: who looks at what, and how much was written; drops: why "
	 "frames were dropped, at which port (NAME is a port or a "
	 "node); fdb: which address is behind which port of a network; "
	 "flows: what passes NAT to the outside, of a network or a node; "
	 "forwards: ports of the host that lead to nodes (NAME is the node or "
	 "the port, as shown); leases: who has which address; networks, nodes, "
	 "ports, uplinks: as they are, with counters. A network's gateway is a "
	 "port, too: wan/gateway.",
	 show_examples, B(LAB) | B(JSON) | B(BRIEF) | B(STATS), 1, 2, false,
	 false, run_show},
	{"graph", "[LAB|FILE]", "draw a lab: networks, nodes, ports, uplinks",
	 "Draws the lab that runs, with its states, or a lab file, which need "
	 "not run. A word with a slash, a leading dot or the ending .yaml is a "
	 "file; - is standard input.",
	 graph_examples,
	 B(LAB) | B(TEXT) | B(DOT) | B(MERMAID) | B(SVG) | B(JSON), 0, 1, false,
	 false, run_graph},
	{"top", "[LAB]", "show what a lab does, once a second",
	 "Shows nodes with the processor time and memory of their processes, "
	 "and ports with frames, bits and drops per second: RX came from the "
	 "node, TX went to it. Keys sort (n name, c CPU, m memory, f frames, b "
	 "bits, d drops); q leaves.\n\n"
	 "With --batch or --json no terminal is needed; the first output comes "
	 "after one interval, for a rate takes two looks.",
	 top_examples,
	 B(LAB) | B(BATCH) | B(JSON) | B(ROUNDS) | B(INTERVAL) | B(SORT), 0, 1,
	 false, false, run_top},
	{"metrics", "[LAB]", "print a lab's counters for Prometheus",
	 "Prints what the lab counts in Prometheus' text format: frames, bytes "
	 "and drops of ports, filtering databases, what gateways and the "
	 "kernel's NAT did, resolvers, leases, uplinks and their members, "
	 "states of nodes, processor time "
	 "and memory of their processes, restarts of weft-switch. weft-ctl(7) "
	 "says what the "
	 "numbers mean; names and labels are only ever added.",
	 metrics_examples, B(LAB), 0, 1, false, false, run_metrics},
	{"completion", "bash|fish|zsh",
	 "print a script that completes weft's words",
	 "Prints a script for a shell. Verbs and flags are completed, and "
	 "names "
	 "of labs, nodes, ports and networks from what runs.",
	 completion_examples, 0, 1, 1, false, false, run_completion},
	{"__complete", "INDEX WORD...", "words that may come next",
	 "For the completion script.", no_examples, 0, 1, -1, false, true,
	 run_complete},
	{"__man", "COMMAND", "the manual page of a command, for scdoc",
	 "For the build.", no_examples, 0, 1, 1, false, true, run_man},
	{0},
};
