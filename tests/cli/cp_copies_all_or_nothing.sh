#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cp_copies_all_or_nothing.sh - weft cp: every byte and the permissions, or an error in
# the node's words and nothing under the name
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

umask 022
# A node whose shell lies: asked for a file, it sends a folder.
mkdir "$scratch/bin"
cat >"$scratch/bin/sh" <<-'EOF'
	#!/bin/bash
	[ -e "$LIES" ] || exec /bin/sh "$@"
	echo d 0 755
	exec tar -C "$LIES" -cf - .
EOF
chmod 755 "$scratch/bin/sh"
export LIES=$scratch/lies
PATH=$scratch/bin:$PATH start_fake office
tests=$(cd "$(dirname "$0")/.." && pwd)
cd "$scratch" || exit 1
there=$scratch/node # the fake node's files are this machine's
mkdir "$there"

same() { # same FILE FILE WHAT
	cmp "$1" "$2" && [ "$(stat -c %a "$1")" = "$(stat -c %a "$2")" ] && return
	echo "FAIL: $3: not the same bytes and permissions"
	ls -l "$1" "$2"
	bad=1
}

nothing_left() { # nothing_left WHAT: no half file, no temporary name
	local left
	left=$(find "$scratch" -name '.weft-cp-*' -o -name 'half*')
	[ -z "$left" ] && return
	echo "FAIL: $1 leaves $left"
	bad=1
}

head -c 3000000 /dev/urandom >random
chmod 640 random
expect 0 '^$' "$weft" cp random web1:"$there/a"
same random "$there/a" "into a node"
expect 0 '^$' "$weft" cp web1:"$there/a" out
same random out "out of a node"
expect 0 '^$' "$weft" cp web1:"$there/a" web1:"$there/b c"
same random "$there/b c" "from node to node"
expect 0 '^$' "$weft" cp random web1:"$there"
same random "$there/random" "into a folder"
mkdir folder
expect 0 '^$' "$weft" cp web1:"$there/b c" folder
same random "folder/b c" "into a folder here"
"$weft" cp - web1:"$there/piped" <random
cmp random "$there/piped" || bad=1
"$weft" cp web1:"$there/piped" - | cmp random - || bad=1
: >empty
expect 0 '^$' "$weft" cp empty web1:"$there/empty"
same empty "$there/empty" "an empty file"
# Over what is there, through a link, never set-user-ID.
ln -s a "$there/link"
chmod 4755 random
expect 0 '^$' "$weft" cp random web1:"$there/link"
if [ ! -L "$there/link" ] || [ "$(stat -c %a "$there/a")" != 755 ]; then
	echo "FAIL: a link or a set-user-ID bit was not minded"
	bad=1
fi
chmod 4755 "$there/a"
expect 0 '^$' "$weft" cp web1:"$there/a" out
[ "$(stat -c %a out)" = 755 ] || {
	echo "FAIL: a node has made a file set-user-ID here"
	bad=1
}

# The user's umask holds for what a node says.
chmod 666 "$there/a"
expect 0 '^$' "$weft" cp web1:"$there/a" out
[ "$(stat -c %a out)" = 644 ] || {
	echo "FAIL: a node has made a file here that all may write to"
	bad=1
}

mkdir -p tree/sub
echo x >"tree/sub/a b"
ln -s sub tree/link
chmod 750 tree/sub
expect 0 '^$' "$weft" cp -r tree web1:"$there/"
diff -r tree "$there/tree" || bad=1
expect 0 '^$' "$weft" cp -r web1:"$there/tree" tree2
diff -r tree tree2 || bad=1
[ "$(stat -c %a tree2/sub)" = 750 ] || bad=1
expect 1 'is a folder: add -r' "$weft" cp tree web1:"$there/x"
expect 1 'is a folder: add -r' "$weft" cp web1:"$there/tree" x
expect 2 "folder can't go to standard output" "$weft" cp -r web1:"$there/tree" -

expect 2 "neither 'a' nor './b:c' is NODE:PATH" "$weft" cp a ./b:c
expect 2 "a path is missing" "$weft" cp random web1:
expect 4 "there is no node 'db9'" "$weft" cp random db9:/x
expect 4 "there is no node 'db9'" "$weft" cp db9:/x half
expect 1 "cp: nosuch: No such file" "$weft" cp nosuch web1:"$there/half"
expect 1 "cp: web1: .*nosuch: there is no such file" "$weft" cp web1:/nosuch half
expect 1 "/nowhere: there is no such folder" "$weft" cp random web1:/nowhere/half
expect 1 "/nowhere/half: No such file" "$weft" cp web1:"$there/a" /nowhere/half
expect 1 "web1: .*(Permission denied|No such file|nonexistent|Directory nonexistent)" "$weft" cp random web1:/proc/half
expect 1 "/dev/null is no regular file" "$weft" cp random web1:/dev/null
expect 0 '^$' "$weft" cp web1:"$there/a" /dev/null
nothing_left "a copy that was refused"

mkdir "$LIES" && echo x >"$LIES/planted"
expect 1 'file is a folder: add -r' "$weft" cp web1:/file half
rm -r "$LIES"
nothing_left "a node that sent a folder for a file"

# Cut off by ^C.
python3 "$tests/lab/interrupt.py" 0.5 "$weft" cp web1:/dev/zero half 2>/dev/null
[ $? -eq 130 ] || bad=1
nothing_left "a copy that was cut off"
expect 0 'office is down' "$weft" down
exit $bad
