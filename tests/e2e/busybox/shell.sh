# SPDX-License-Identifier: BSD-2-Clause
# The shell: here-documents, substitution, jobs, fifos, traps, redirections.
mkdir -p /tmp/shell && cd /tmp/shell || exit 1

echo "== here-documents and substitution"
name=world
cat << END
hello $name $(echo nested $(echo deeper)) `echo old` $((1 << 10))
	tab and \$dollar
END
cat << 'END'
no $expansion `here`
END
cat <<- END
	indented
	END
big=$(seq 1 5000)
echo ${#big}
echo "$big" | tail -n 1
set -- a 'b c' "d
e"
echo $# "$2" "${3%e}" ${name#w} ${name%%l*} ${none:-default} ${name/o/0}
for word; do printf '<%s>' "$word"; done; echo
case $name in w*d) echo matched ;; *) echo not ;; esac
i=0
while [ $i -lt 200 ]; do i=$((i + 1)); done; echo $i
echo $(for n in 1 2 3; do echo $n; done | tac)

echo "== functions, local, recursion"
fact() { local n=$1; [ $n -le 1 ] && echo 1 || echo $((n * $(fact $((n - 1))))); }
fact 10
fib() { if [ $1 -lt 2 ]; then echo $1; else
    echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); fi; }
fib 8

echo "== redirections"
echo one > file; echo two >> file; cat < file
{ echo out; echo err >&2; } 2> errors | cat; cat errors
exec 3> third; echo to three >&3; exec 3>&-; cat third
exec 4< file; read line <&4; echo "$line"; read line <&4; echo "$line"
read line <&4 || echo end; exec 4<&-
ls /nonexistent 2>&1; echo $?
(set -C; echo x > file) 2> /dev/null || echo noclobber; cat file
: > empty; [ -s empty ] || echo empty
cat nofile 2>&1 >/dev/null | sed 's/^/E: /'
echo text | tee copy1 copy2 > /dev/null; cat copy1 copy2
yes | head -n 3; yes 2> /dev/null | head -c 100000 | wc -c

echo "== background jobs"
(sleep 0.2; echo late) &
first=$!
echo early
wait $first; echo $?
(exit 7) & wait $!; echo $?
for n in 3 1 2; do (sleep $n; echo job $n) & done; wait
# The shell says how a job ended only if it still lived when wait began.
{ sleep 100 & kill $!; wait $!; echo $?; } 2> /dev/null
{ sleep 100 & kill -9 $!; wait $!; echo $?; } 2> /dev/null
jobs
true & wait; echo all

echo "== fifos"
mkfifo pipe
cat pipe > from-pipe &
echo through > pipe; wait; cat from-pipe
(for n in 1 2 3; do echo line $n; done > pipe) &
while read a b; do echo got $b; done < pipe
wait
seq 1 20000 > pipe & sort -rn pipe | head -n 3; wait
[ -p pipe ] && echo a fifo; rm pipe

echo "== traps and signals"
trap 'echo usr1' USR1; kill -USR1 $$; echo after
trap 'echo int' INT; kill -INT $$
trap '' TERM; kill -TERM $$; echo still here
trap - TERM
(trap 'echo bye' EXIT; exit 4); echo $?
(trap 'echo term; exit 5' TERM; kill -TERM $(sh -c 'echo $PPID'); sleep 1); echo $?
sh -c 'kill -SEGV $$'; echo $?
sh -c 'trap "echo caught; exit 9" HUP; kill -HUP $$; sleep 5'; echo $?
(trap 'echo usr2' USR2; (sleep 0.2; kill -USR2 $(sh -c 'echo $PPID')) 2> /dev/null
    sleep 0.1; echo slept)
timeout 1 sleep 100; echo $?

echo "== status"
false || echo or; true && echo and; ! true; echo $?
nosuchcommand 2>&1; echo $?
/tmp/shell 2>&1; echo $?
touch noexec; ./noexec 2>&1; echo $?
printf '#!/bin/sh\necho script $0 $1\nexit 6\n' > script; chmod +x script
./script arg; echo $?
printf '#!/nonexistent\n' > bad; chmod +x bad; ./bad 2>&1; echo $?
printf '#!/usr/bin/awk -f\nBEGIN { print "awk script" }\n' > s2; chmod +x s2
./s2 2>&1; echo $?
# Job control without a terminal: a stopped child is not the group's end.
(sleep 5; echo no) & p=$!
# Whether the shell says "Terminated" is a race on any system.
sleep 0.1; kill -STOP $p; sleep 0.1; kill -CONT $p; kill $p
wait $p 2> /dev/null; echo $?
false | true; echo $?
eval 'echo evaluated; (exit 3)'; echo $?
set -e; (false; echo not reached); echo not reached either
