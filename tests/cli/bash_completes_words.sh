#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bash_completes_words.sh - TAB in a real bash: verbs, flags and their values, names of
# the lab that runs, files
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

start_fake office
tests=$(cd "$(dirname "$0")" && pwd)
PATH=$(dirname "$weft"):$PATH
cd "$scratch" || exit 1
mkdir sub
touch lab.weft.yaml sub/file 'with blank'

# tab LINE EXPECTED: the line after TAB, its blanks shown as _
tab() {
	lines+=("$1")
	wanted+=("$2")
}

lines=()
wanted=()
tab 'weft stat' 'weft_status_'
tab 'weft attach-q' 'weft_attach-qemu_'
tab 'weft nosuch ' 'weft_nosuch_'
tab 'weft status --stat' 'weft_status_--statistics_'
tab 'weft status --lab ' 'weft_status_--lab_office_'
tab 'weft status --lab=' 'weft_status_--lab=office_'
tab 'weft status -l ' 'weft_status_-l_office_'
tab 'weft up --wait r' 'weft_up_--wait_ready_'
tab 'weft up --wait=n' 'weft_up_--wait=none_'
tab 'weft down o' 'weft_down_office_'
tab 'weft console w' 'weft_console_web1_'
tab 'weft console -l office w' 'weft_console_-l_office_web1_'
tab 'weft console -l nosuch w' 'weft_console_-l_nosuch_w'
tab 'weft exec -t w' 'weft_exec_-t_web1_'
tab 'weft link d' 'weft_link_down_'
tab 'weft link down w' 'weft_link_down_web1:0_'
tab 'weft link down bond0/e' 'weft_link_down_bond0/eth1_'
tab 'weft bond s' 'weft_bond_s'
tab 'weft bond show l' 'weft_bond_show_lag0_'
tab 'weft bond switch bond0 bond0/s' 'weft_bond_switch_bond0_bond0/switch1_'
tab 'weft bond switch lag0 b' 'weft_bond_switch_lag0_b'
tab 'weft bond switch lag0 ' 'weft_bond_switch_lag0_lag0/eth'
tab 'weft failover bond0 --far w' 'weft_failover_bond0_--far_wan'
tab 'weft failover d' 'weft_failover_dark0_'
tab 'weft show uplinks d' 'weft_show_uplinks_dark0_'
tab 'weft link down --for=1s w' 'weft_link_down_--for=1s_web1:0_'
tab 'weft attach-xml web1:' 'weft_attach-xml_web1:0_'
tab 'weft show le' 'weft_show_leases_'
tab 'weft show drops wan/' 'weft_show_drops_wan/gateway_'
tab 'weft up la' 'weft_up_lab.weft.yaml_'
tab 'weft validate sub/f' 'weft_validate_sub/file_'
tab 'weft validate lab.weft.yaml s' 'weft_validate_lab.weft.yaml_sub/'
tab 'weft check --junit=s' 'weft_check_--junit=sub/'
tab 'weft check --junit s' 'weft_check_--junit_sub/'
tab 'weft cp w' 'weft_cp_w'
tab 'weft cp with' 'weft_cp_with\_blank_'
tab 'weft cp we' 'weft_cp_web1:'
tab 'weft cp lab.weft.yaml we' 'weft_cp_lab.weft.yaml_web1:'
tab 'weft help sta' 'weft_help_sta'
tab 'weft help stat' 'weft_help_status_'
tab 'weft completion f' 'weft_completion_fish_'
mapfile -t got < <(printf '%s\n' "${lines[@]}" | "$tests/tab.py")
for i in "${!lines[@]}"; do
	[ "${got[i]// /_}" = "${wanted[i]}" ] || {
		echo "FAIL: '${lines[i]}' and TAB: '${got[i]// /_}', not '${wanted[i]}'"
		bad=1
	}
done
expect 0 '^weft link down \? bond0/eth1 bond0/switch1 dark0/eth9 ext:0 lag0/eth2 lag0/eth3 old:0 web1:0$' sh -c "echo 'weft link down ?' | $tests/tab.py"
# Nothing that runs is no error, and nothing is said.
expect 0 'office is down' "$weft" down
expect 0 '^$' "$weft" __complete -- 2 console ''
expect 2 "'tcsh' is none of bash, fish, zsh" "$weft" completion tcsh
for shell in zsh fish; do
	command -v $shell >/dev/null || continue
	"$weft" completion $shell | $shell -n || bad=1
done
exit $bad
