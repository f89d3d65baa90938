# SPDX-License-Identifier: BSD-2-Clause
# Files: links, modes, times, big files, errors; and applets not used elsewhere.
mkdir -p /tmp/files && cd /tmp/files || exit 1

echo "== make, move, remove"
mkdir -p d/e/f; touch d/1 d/e/2 d/e/f/3
find d | sort
mv d/1 d/e/f/one; mv d/e moved; find d moved | sort
rmdir d && echo removed; rmdir moved 2>&1
cp -r moved copied; diff -r moved copied && echo copied
cp -a moved kept; rm -r moved; ls -R kept
rm nothing 2>&1; rm -f nothing; echo $?
mkdir kept 2>&1; mkdir a/b/c 2>&1
mv kept kept/inside 2>&1 | sed 's/.*://'
mktemp -d /tmp/files/XXXXXX | wc -c

echo "== links"
echo data > file; ln file hard; ln -s file soft; ln -s nowhere dangling
ln -s loop loop; cat loop 2>&1; cat dangling 2>&1
stat -c '%h %s %F' file soft; readlink soft; readlink -f soft
rm file; cat hard; cat soft 2>&1; ln -s /tmp/files dir; ls dir/hard
ln hard hard 2>&1; ln kept dirlink 2>&1 | sed 's/.*://'
[ -L soft ] && [ ! -e soft ] && echo dangling; realpath hard

echo "== modes and times"
chmod 640 hard; stat -c '%a %A' hard; chmod u+x,g-r,o=w hard; stat -c %a hard
umask 027; touch masked; mkdir maskeddir; stat -c '%a %n' masked maskeddir
umask 022; umask
touch -d '2001-02-03 04:05:06' hard; stat -c %Y hard
touch -r hard masked; stat -c %y masked; [ hard -nt masked ] || echo not newer
chown 1000:1000 hard; stat -c '%u:%g %U %G' hard
date -d @0 -u; TZ=UTC date -u -d @1000000000 '+%Y %j %H:%M:%S'
cp hard new; chmod 4711 new; stat -c '%a %A' new; cp -p new new2; stat -c %a new2
chmod 000 hard; cat hard

echo "== permissions of another user"
echo secret > secret; chmod 600 secret
as() { su -s /bin/sh "$1" -c "$2"; }
as nobody 'cat secret' 2>&1; as nobody 'id -u; id -g'; chmod 755 .
as nobody 'touch /tmp/files/no' 2>&1; as nobody 'touch /tmp/yes'
stat -c %u /tmp/yes; as user 'rm -f /tmp/yes' 2>&1; ls /tmp/yes
as user 'chmod 777 /etc/passwd; ls /root; chown root /tmp' 2>&1
as nobody 'rm /tmp/yes; umask; echo $HOME'
chmod 644 secret; as user 'cat secret; echo x > secret' 2>&1; chmod 111 d2 2>&1

echo "== contents"
dd if=/dev/zero of=zeros bs=1024 count=300 2> /dev/null; wc -c zeros
dd if=/dev/zero of=sparse bs=1 count=1 seek=1000000 2> /dev/null
stat -c %s sparse; tail -c 3 sparse | od -c
seq 1 100000 > numbers; md5sum numbers; head -c 30 numbers | tail -c 5
tail -n 2 numbers; sed -n '50000p' numbers; head -n 30000 numbers > p1
tail -n +30001 numbers > p2; cat p1 p2 | cmp - numbers && echo joined; wc -l p2
truncate -s 10 numbers; cat numbers; truncate -s 20 numbers; wc -c numbers
printf 'b 2\na 1\nc 3\n' > t1; printf 'a x\nb y\nd z\n' > t2
sort t1 > t1s; sort -c t1s && echo sorted; sort -u -m t1s t2
cut -d' ' -f2 t1; paste t1 t2; sort -k2 -r t1; uniq -d t1; nl t1; rev t1
fold -w 3 t1 | head -n 2; expand t1 | head -n 1; tr a-z A-Z < t1
od -An -tx1 t1; hexdump -C t1; xxd t1; nuke nothing; strings -n 3 /bin/busybox | head -n 2 | wc -l
base64 t1; base64 t1 | base64 -d | cmp - t1; uuencode t1 name | tail -n 2
diff t1 t2; cmp t1 t2; printf '%s %d %x %5.2f|%-5s|\n' str 42 255 3.14159 ab
expr 6 \* 7; expr length hello; expr substr hello 2 3; echo '2^64 / 3' | bc
echo '3 4 + p' | dc; factor 360; seq -s, 1 5; basename /a/b.c .c; dirname /a/b
test 3 -gt 2 && echo yes; [ -d /tmp -a -w /tmp ] && echo writable
tty; id; whoami; hostname > /dev/null; uname -s; nproc > /dev/null
env -i A=b env; which ls; pidof nosuch; echo $?
echo abc | cpio -o -H newc 2> /dev/null | wc -c
cd kept && pwd && cd .. && pwd && cd - && cd ..; pwd -P
shuf -i 1-10 | sort -n | tr '\n' ' '; echo; cal 2 2004; tac t1
ed t1 << 'END'
1p
$d
,p
q
q
END
patch --version > /dev/null 2>&1; diff -u t1 t2 > t.patch; patch t1 < t.patch
cat t1; crc32 t1; sha3sum t1; printf 'x\ty\n' | cat -A; echo a | tr -d '\n' | wc

echo "== devices"
head -c 4 /dev/zero | od -An -tx1; echo gone > /dev/null; cat /dev/null
echo full > /dev/full; head -c 16 /dev/urandom | wc -c
echo through | cat /dev/stdin; echo err > /dev/stderr; echo out > /dev/stdout
ls -l /dev/null | cut -c1-10; readlink /proc/self/exe; ls /proc/self/fd | wc -w
cd /; rm -rf /tmp/files; ls /tmp
