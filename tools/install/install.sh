#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# install.sh SOURCE BUILD TARGET PREFIX: copy the host command, the kernel and
# the boot archive to TARGET/lib/polymach and the command `polymach` to
# TARGET/bin.  PREFIX is where TARGET will be found (they differ by DESTDIR).
set -e
source_dir=$1 build=$2 target=$3 prefix=$4
lib=$target/lib/polymach

mkdir -p "$target/bin" "$lib/out" "$lib/tools/polymach" \
    "$lib/personalities/posix/layouts"
cp "$build/out/kernel.elf" "$build/out/base.tar" "$lib/out/"
mkdir -p "$lib/out/decoders"
cp "$build"/out/decoders/*.json "$build/out/decoders/codes" \
    "$lib/out/decoders/"
cp "$source_dir"/tools/polymach/*.py "$lib/tools/polymach/"
cp "$source_dir"/personalities/posix/layouts/*.conf \
    "$lib/personalities/posix/layouts/"
cat > "$target/bin/polymach" <<WRAPPER
#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
POLYMACH_SOURCE='$prefix/lib/polymach' POLYMACH_BUILD='$prefix/lib/polymach' \\
    PYTHONDONTWRITEBYTECODE=1 \\
    exec python3 '$prefix/lib/polymach/tools/polymach' "\$@"
WRAPPER
chmod +x "$target/bin/polymach"
echo "installed $target/bin/polymach"
