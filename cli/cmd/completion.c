// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * completion.c - weft completion: a small script for each shell
 *
 * Each hands the words typed so far to "weft __complete" (complete.c), which
 * prints what may come next, whole words; a line "FILES" means file names. So a
 * script never has to be renewed for a new verb or flag.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/help.h"

/*
 * bash breaks words at the characters of COMP_WORDBREAKS, of which ':' and '='
 * are in ours. So the words are taken from the line itself, and of each
 * candidate what stands before the last break is cut off again. "filenames"
 * makes readline add slashes and quotes, also to the colon of "web1:", and so
 * is set for files alone.
 */
static const char bash_script[] =
	"# bash completion of weft; made by: weft completion bash\n"
	"_weft() {\n"
	"	local line=${COMP_LINE:0:COMP_POINT} words current breaks=\n"
	"	local cut rest word has_files=\n"
	"	read -ra words <<<\"$line\"\n"
	"	[[ $line == *[[:space:]] ]] && words+=('')\n"
	"	current=${words[-1]} rest=${words[-1]}\n"
	"	[[ $COMP_WORDBREAKS == *:* ]] && breaks+=:\n"
	"	[[ $COMP_WORDBREAKS == *=* ]] && breaks+='='\n"
	"	[ -z \"$breaks\" ] || rest=${current##*[$breaks]}\n"
	"	cut=${current%\"$rest\"}\n"
	"	COMPREPLY=()\n"
	"	while IFS= read -r word; do\n"
	"		if [ \"$word\" = FILES ]; then\n"
	"			has_files=1\n"
	"		elif [[ $word == \"$current\"* ]]; then\n"
	"			[[ $word == *[:=] ]] && compopt -o nospace\n"
	"			COMPREPLY+=(\"${word#\"$cut\"}\")\n"
	"		fi\n"
	"	done < <(weft __complete -- \"$((${#words[@]} - 1))\" "
	"\"${words[@]:1}\" 2>/dev/null)\n"
	"	[ -n \"$has_files\" ] || return 0\n"
	"	[ ${#COMPREPLY[@]} -gt 0 ] || compopt -o filenames\n"
	"	[[ $current == --*=* ]] && current=${current#*=}\n"
	"	while IFS= read -r word; do\n"
	"		COMPREPLY+=(\"$word\")\n"
	"	done < <(compgen -f -- \"$current\")\n"
	"}\n"
	"complete -F _weft weft\n";

static const char zsh_script[] =
	"#compdef weft\n"
	"# zsh completion of weft; made by: weft completion zsh\n"
	"_weft() {\n"
	"	local line has_files=\n"
	"	local -a open whole\n"
	"	for line in \"${(@f)$(weft __complete -- $((CURRENT - 1)) "
	"\"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
	"		case $line in\n"
	"		'') ;;\n"
	"		FILES) has_files=1 ;;\n"
	"		*[:=]) open+=(\"$line\") ;;\n"
	"		*) whole+=(\"$line\") ;;\n"
	"		esac\n"
	"	done\n"
	"	[[ -z $whole ]] || compadd -- \"${whole[@]}\"\n"
	"	[[ -z $open ]] || compadd -S '' -- \"${open[@]}\"\n"
	"	[[ -z $has_files ]] || {\n"
	"		compset -P '--*='\n"
	"		_files\n"
	"	}\n"
	"}\n"
	"if [ \"$funcstack[1]\" = _weft ]; then\n"
	"	_weft \"$@\"\n"
	"else\n"
	"	compdef _weft weft\n"
	"fi\n";

static const char fish_script[] =
	"# fish completion of weft; made by: weft completion fish\n"
	"function __weft_complete\n"
	"	set -l words (commandline -opc)\n"
	"	set -l current (commandline -ct)\n"
	"	set -l rest $words[2..-1]\n"
	"	for line in (weft __complete -- (count $words) $rest "
	"\"$current\" 2>/dev/null)\n"
	"		if test \"$line\" = FILES\n"
	"			__fish_complete_path \"$current\"\n"
	"		else\n"
	"			echo $line\n"
	"		end\n"
	"	end\n"
	"end\n"
	"complete -c weft -f -a '(__weft_complete)'\n";

static const struct {
	const char *shell;
	const char *script;
} scripts[] = {
	{"bash", bash_script},
	{"fish", fish_script},
	{"zsh", zsh_script},
};

int run_completion(const struct invocation *call)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(scripts); i++) {
		if (strcmp(call->argv[0], scripts[i].shell) != 0)
			continue;
		fputs(scripts[i].script, stdout);
		return EXIT_DONE;
	}
	return usage_error(call->command,
			   "completion: '%s' is none of bash, fish, zsh",
			   call->argv[0]);
}
