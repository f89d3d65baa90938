# SPDX-License-Identifier: BSD-2-Clause
# A source tree lies at /: count, search, pack, unpack, compare.  Whatever a
# folder's order of names decides is sorted.
cd / || exit 1
work=/tmp/work
mkdir -p $work/a $work/b
sources="kernel libmach personalities ipc-defs tools tests docs build"

echo "== lines of all .c files, longest first"
find $sources -name '*.c' -type f | sort > $work/c-files
xargs wc -l < $work/c-files | sort -k1,1nr -k2 | head -n 20
wc -l < $work/c-files
xargs cat < $work/c-files | wc
xargs cat < $work/c-files | tr -cs 'A-Za-z_' '\n' | sort | uniq -c |
    sort -k1,1nr -k2 | head -n 40

echo "== grep and sed"
grep -rl 'SPDX-License-Identifier' $sources | sort | sha256sum
grep -rc '^#include' kernel | sort | grep -v ':0$' | head -n 30
grep -rhoE '#include *[<"][^">]*[>"]' $sources | sed 's/ *//g; s/["<>]/|/g' |
    sort | uniq -c | sort -k1,1nr -k2 | head -n 30
grep -rn 'return KERN_' kernel | sed -n 's/.*return \(KERN_[A-Z_]*\).*/\1/p' |
    sort | uniq -c
sed -n '1,10{=;p;}' $(head -n 1 $work/c-files)
sed -e '/^\/\*/,/\*\//d' -e 's/[ \t]*$//' $(tail -n 1 $work/c-files) |
    md5sum
fgrep -l mach_msg $(cat $work/c-files) | head -n 5
egrep -c 'a|b' README.md

echo "== tar and gzip"
tar cf $work/tree.tar $sources README.md
tar tf $work/tree.tar | sort | md5sum
gzip -c $work/tree.tar > $work/tree.tar.gz
gzip -t $work/tree.tar.gz && echo whole
(cd $work/a && tar xzf ../tree.tar.gz)
(cd $work/b && gunzip -c ../tree.tar.gz | tar xf -)
zcat $work/tree.tar.gz | cmp - $work/tree.tar && echo equal
bzip2 -k $work/c-files && bzcat $work/c-files.bz2 | cmp - $work/c-files
bunzip2 -t $work/c-files.bz2 && echo bzip2 too
tar cf - $sources | (mkdir $work/c && cd $work/c && tar xf -)

echo "== sha256sums of both"
find $sources README.md -type f | sort | xargs sha256sum > $work/sums
sha256sum < $work/sums
for copy in a b c; do
    (cd $work/$copy && find $sources README.md -type f 2> /dev/null | sort |
        xargs sha256sum 2> /dev/null) > $work/sums.$copy
    diff $work/sums $work/sums.$copy > $work/diff.$copy && echo same $copy
done
wc -l < $work/diff.c
sha1sum < $work/sums; sha512sum < $work/sums; crc32 $work/sums
(cd $work/a && sha256sum -c ../sums > /dev/null 2>&1 && echo all OK)
diff -r kernel $work/a/kernel && echo no difference

echo "== awk reports"
xargs awk 'FNR == 1 {files++} {lines++; bytes += length($0) + 1}
    /^[a-z_]+\(/ {functions++}
    END {printf "%d files %d lines %d bytes %d functions %.2f\n", files, lines,
        bytes, functions, lines / files}' < $work/c-files
find $sources -type f | awk -F. 'NF > 1 {n[$NF]++}
    END {for (e in n) print n[e], e}' | sort -k1,1nr -k2 | head -n 12
find $sources -type f | awk -F/ '{n[$1]++} END {for (d in n)
    printf "%-16s %5d %s\n", d, n[d], substr("##########", 1, n[d] / 20)}' |
    sort
awk 'BEGIN {while ((getline line < "README.md") > 0) n++; print n, toupper("x"),
    index("polymach", "mach"), sprintf("%05.1f|%x", 3.14159, 255)}'

echo "== find and xargs"
find kernel -name '*.h' -size +4k | sort
find $work/a -type d | wc -l
find kernel -type f -name '[a-c]*.c' -exec basename {} .c \; | sort
find $work/a -name '*.h' -print0 | sort -z | xargs -0 -n 20 wc -l |
    grep -c total
find $work/b -type f -name '*.c' | xargs rm -f
find $work/b -name '*.c' | wc -l
du -s $work/none 2>&1
rm -rf $work
ls /tmp
