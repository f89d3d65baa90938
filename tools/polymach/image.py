# SPDX-License-Identifier: BSD-2-Clause
"""What QEMU is told to boot: kernel and archive, directly or through GRUB."""

import os
import shutil
import subprocess
import tempfile

import places
from errors import Failure

GRUB_CONFIG = """\
set timeout=0
menuentry "Polymach" {
    multiboot2 /boot/kernel.elf %s
    module2 /boot/archive.tar archive
}
"""


def with_appended(line):
    """A command line for the kernel, with what POLYMACH_APPEND adds."""
    return ("%s %s" % (line, os.environ.get("POLYMACH_APPEND", ""))).strip()


def command_line(layout, append):
    """The kernel's command line."""
    return with_appended(("layout=%s %s" % (layout, append)).strip())


def direct(archive_fd, line):
    """QEMU options for a direct boot by the PVH note."""
    return ["-kernel", places.kernel(), "-initrd", "/dev/fd/%d" % archive_fd,
            "-append", line]


def write_iso(archive, line, output):
    """Make an ISO image that GRUB boots by multiboot2."""
    if shutil.which("grub-mkrescue") is None:
        raise Failure("grub-mkrescue is not installed (Debian: grub-common)")
    with tempfile.TemporaryDirectory() as folder:
        boot = os.path.join(folder, "boot")
        os.makedirs(os.path.join(boot, "grub"))
        stripped = os.path.join(places.OUT, "kernel.stripped")
        kernel = stripped if os.path.exists(stripped) else places.kernel()
        shutil.copy(kernel, os.path.join(boot, "kernel.elf"))
        shutil.copyfile(archive, os.path.join(boot, "archive.tar"))
        with open(os.path.join(boot, "grub", "grub.cfg"), "w",
                  encoding="utf-8") as config:
            config.write(GRUB_CONFIG % line)
        made = subprocess.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc",
                               "-o", output, folder], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0 or not os.path.exists(output):
            last = made.stdout.decode(errors="replace").strip().split("\n")
            raise Failure("grub-mkrescue failed: " + last[-1])


def grub(archive_fd, line, folder):
    """QEMU options for a boot through GRUB; the image is made in FOLDER."""
    path = os.path.join(folder, "boot.iso")
    write_iso("/dev/fd/%d" % archive_fd, line, path)
    # GRUB wants a display adapter, seen or not.
    return ["-cdrom", path, "-boot", "d", "-vga", "std"]


def write_plain_iso(output, layout):
    """make iso: the default root and no job, for a machine with a screenless
    serial terminal: bootstrap then starts a shell on COM1."""
    with tempfile.NamedTemporaryFile() as archive:
        with open(places.base_archive(), "rb") as base:
            shutil.copyfileobj(base, archive)
        archive.write(bytes(1024))
        archive.flush()
        write_iso(archive.name, command_line(layout, ""), output)
