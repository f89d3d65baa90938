#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Build newlib for Polymach's servers from Debian's newlib-source.
#
#   build-newlib.sh TARBALL WORKDIR PREFIX CROSS JOBS
#
# CROSS is the prefix of a real x86_64-elf tool chain ("/opt/x/bin/x86_64-elf-")
# or empty.  When it is empty the host's gcc and binutils stand in for it: a
# folder of small wrappers named x86_64-elf-* is put first in PATH, whose
# compiler knows neither Linux nor the host's C library.
set -eu

tarball=$1 work=$2 prefix=$3 cross=$4 jobs=$5
target=x86_64-elf

# What servers see of newlib: system calls are libmach's open, read and so on,
# called directly (REENTRANT_SYSCALLS_PROVIDED); the reentrancy structure is
# found through __getreent(), so that threads can have one each; locks are the
# __retarget_lock_* functions.  build/flags.mk repeats what headers need.
defs="-DREENTRANT_SYSCALLS_PROVIDED -D__DYNAMIC_REENT__"
defs="$defs -D_READ_WRITE_RETURN_TYPE=_ssize_t"

tool_wrapper()
{
    printf '#!/bin/sh\nexec %s "$@"\n' "$2" > "$work/bin/$target-$1"
    chmod +x "$work/bin/$target-$1"
}

rm -rf "$work"
mkdir -p "$work/bin" "$work/build" "$prefix"

if [ -n "$cross" ]; then
    for tool in ar as ld nm objcopy objdump ranlib readelf strip; do
        tool_wrapper $tool "$cross$tool"
    done
    compiler="${cross}gcc -ffreestanding -mno-red-zone -fno-pic $defs"
else
    for tool in ar as ld nm objcopy objdump ranlib readelf strip; do
        tool_wrapper $tool "$(command -v $tool)"
    done
    own_headers=$(gcc -print-file-name=include)
    compiler="gcc -ffreestanding -nostdinc -isystem $own_headers"
    compiler="$compiler -fno-pic -no-pie -mno-red-zone -fno-stack-protector"
    compiler="$compiler -fcf-protection=none -U__linux__ -U__unix__ $defs"
fi
for tool in gcc cc c++ g++; do
    tool_wrapper $tool "$compiler"
done

PATH=$work/bin:$PATH
export PATH

tar -C "$work" -xf "$tarball"
cd "$work/build"
"$work"/newlib-*/newlib/configure --host=$target --prefix="$prefix" \
    --enable-newlib-io-long-long --enable-newlib-io-c99-formats \
    --enable-newlib-retargetable-locking --disable-newlib-supplied-syscalls \
    --disable-multilib --disable-dependency-tracking --disable-nls \
    CC=$target-gcc CFLAGS="-O2 -g" > configure.log 2>&1 ||
    { tail -20 configure.log >&2; exit 1; }
make -j"$jobs" > make.log 2>&1 || { tail -30 make.log >&2; exit 1; }
make install > install.log 2>&1 || { tail -30 install.log >&2; exit 1; }

# A flat layout: PREFIX/include and PREFIX/lib.
if [ -d "$prefix/$target" ]; then
    rm -rf "$prefix/include" "$prefix/lib"
    mv "$prefix/$target/include" "$prefix/$target/lib" "$prefix/"
    rm -rf "${prefix:?}/$target" "$prefix/share"
fi
cd "$prefix"
rm -rf "$work"
