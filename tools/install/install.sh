#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# install.sh SOURCE BUILD TARGET CC: copy what runs, and what programs are
# built with, to TARGET.  Nothing that is copied holds the name of TARGET, so
# that it can be moved (and DESTDIR works).  CC: the compiler of polymach-gcc.
#
#   bin/{polymach,mig,polymach-gcc}    each finds the rest from where it is
#   lib/polymach/out, tools, personalities   the host command and the machine
#   lib/polymach/bin/mig
#   lib/polymach/include               headers and .defs
#   lib/polymach/lib                   libraries, start-up code, gcc's specs
#   lib/polymach/newlib                the C library of servers
#   share/doc/polymach
set -e
source_dir=$1 build=$2 target=$3 cc=$4
here=$source_dir/tools/install
lib=$target/lib/polymach
gen=$build/out/gen

rm -rf "$lib"
mkdir -p "$target/bin" "$lib/out" "$lib/bin" "$lib/lib" "$lib/include" \
    "$lib/newlib/lib" "$lib/tools/polymach" \
    "$lib/personalities/posix/layouts" "$target/share/doc/polymach"

# The machine and the host command.
cp "$build/out/kernel.elf" "$build/out/base.tar" "$lib/out/"
mkdir -p "$lib/out/decoders"
cp "$build"/out/decoders/*.json "$build/out/decoders/codes" \
    "$lib/out/decoders/"
cp "$source_dir"/tools/polymach/*.py "$lib/tools/polymach/"
cp "$source_dir"/personalities/posix/layouts/*.conf \
    "$lib/personalities/posix/layouts/"

# The generator, headers and interfaces.
cp "$build/out/tools/mig/mig" "$lib/bin/"
for folder in mach posix servers; do
    mkdir -p "$lib/include/$folder"
    cp "$source_dir/ipc-defs/$folder"/*.[hd]* "$lib/include/$folder/"
done
for folder in "$source_dir"/libmach/include/*/; do
    mkdir -p "$lib/include/$(basename "$folder")"
    cp "$folder"*.h "$lib/include/$(basename "$folder")/"
done
for defs in "$lib"/include/*/*.defs; do
    name=$(basename "$defs" .defs)
    if [ -f "$gen/$name/$name.h" ]; then
        mkdir -p "$lib/include/$name"
        cp "$gen/$name/$name.h" "$lib/include/$name/"
    fi
done

# Libraries.
for file in "$build"/out/lib/lib*.a; do
    case $file in
    */libmach-emu.a) ;;
    *) cp "$file" "$lib/lib/" ;;
    esac
done
cp "$build/out/obj/libpolymach_sys/libmach/newlib/crt0.o" "$lib/lib/"
cp "$here/server.specs" "$here/linux.specs" "$lib/lib/"
cp -RL "$build/out/newlib/include" "$lib/newlib/"
cp "$build/out/newlib/lib/libc.a" "$build/out/newlib/lib/libm.a" \
    "$lib/newlib/lib/"

cp -R "$source_dir"/docs/*.md "$source_dir/docs/reference" \
    "$target/share/doc/polymach/"
for command in polymach mig polymach-gcc; do
    sed "s|@CC@|$cc|" "$here/$command.in" > "$target/bin/$command"
    chmod 755 "$target/bin/$command"
done
chmod -R u=rwX,go=rX "$lib" "$target/share/doc/polymach"
echo "installed polymach, mig and polymach-gcc in $target/bin"
