#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Other static programs of Debian: bash, zsh, sash; a static pthread program
is tests/posix/threads.c."""

import os

import tap

SCRIPT = r"""
echo $((6*7)) "$1" $#
f() { local x=$1; echo "f $x"; return 3; }
f arg; echo $?
for i in 1 2 3; do echo $i; done | while read -r n; do echo "got $n"; done
a=$(echo sub; exit 4); echo "$a $?"
cat << END
here $((1 + 1))
END
(sleep 0.1; echo job) & wait; echo waited
echo text > /tmp/x; read -r line < /tmp/x; echo $line
trap 'echo trapped' USR1; kill -USR1 $$
ls /etc | sort | head -n 2; [ -d /tmp ] && echo dir
case abc in a*) echo case ;; esac; exit 5
"""

WANTED = b"""42 arg 1
f arg
3
got 1
got 2
got 3
sub 4
here 2
job
waited
text
trapped
group
hostname
dir
case
"""

BASH = r"""
a=(1 2 three); echo ${#a[@]} ${a[2]^^} ${a[@]:1:1}
declare -A m=([k]=v); echo ${m[k]}
[[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}
diff <(echo a) <(echo b) > /dev/null; echo $?
printf -v v '%05d' 42; echo $v; echo {1..5} $'\t'x
mapfile -t lines < <(seq 3); echo ${lines[@]}
coproc cat; echo through >&${COPROC[1]}; read -r r <&${COPROC[0]}; echo $r
"""

ZSH = r"""
a=(1 2 three); echo $#a ${(U)a[3]} $a[2,3]
typeset -A m; m[k]=v; echo $m[k]
print -l ${(f)"$(seq 3)"} | tail -n 1; echo =(echo x) > /dev/null
echo $((2.0 ** 0.5)) | cut -c1-5; echo {1..5}
"""


SASH = b"""-pwd
-echo a b
-ls /nonexist
-cp /etc/hostname /tmp/xx
-cmp /etc/hostname /tmp/xx
-rm /tmp/xx
"""


def run(path, script, name, status, wanted):
    """Run a script in a shell that --copy brings along."""
    guest = "/copied/" + os.path.basename(path) # zsh goes by its name
    got = tap.polymach(guest, "-c", script, "shell", "arg",
                       options=("--copy", path + ":" + guest))
    tap.expect(name, got, status, wanted)


def main():
    """Each shell that is installed."""
    for path, own, wanted in (
            ("/bin/bash-static", BASH, b"3 THREE 2\nv\nb\n1\n00042\n"
             b"1 2 3 4 5 \tx\n1 2 3\nthrough\n"),
            ("/bin/zsh-static", ZSH, b"3 THREE 2 three\nv\n3\n1.414\n"
             b"1 2 3 4 5\n")):
        if not os.path.exists(path):
            tap.skip(path, "not installed")
            continue
        run(path, SCRIPT, path + ": what every shell does", 5, WANTED)
        run(path, own, path + ": its own", 0, wanted)
    if os.path.exists("/bin/sash"):
        tap.expect("/bin/sash", tap.polymach(
            "/copied/sash", data=SASH,
            options=("--copy", "/bin/sash:/copied/sash", "--cwd", "/tmp")),
            out=b"/tmp\na b\nFiles are identical\n",
            err=b"/nonexist: No such file or directory\n" * 2)
    else:
        tap.skip("/bin/sash", "not installed")
    tap.done()


if __name__ == "__main__":
    main()
