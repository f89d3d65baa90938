# SPDX-License-Identifier: BSD-2-Clause
"""The guest's default root as a folder of the host, to run the same busybox
there in an equal environment."""

import os
import signal
import shutil
import subprocess
import tarfile

ENVIRONMENT = {"PATH": "/bin:/sbin:/usr/bin", "HOME": "/root", "TERM": "linux"}

# Folders that a copy of the source tree leaves out: version control, and what
# an in-tree build made.
LEFT_OUT = {".git", "out", "__pycache__"}


def copy_over(source, top):
    """Lay a copy of the source tree into the folder TOP."""
    shutil.copytree(source, top, symlinks=True, dirs_exist_ok=True,
                    ignore=lambda _, names: LEFT_OUT.intersection(names))


def unpack(build, top):
    """Lay the default root into the folder TOP."""
    with tarfile.open(os.path.join(build, "out", "base.tar")) as tar:
        for info in tar:
            if not info.name.startswith("root/") or info.isdev():
                continue
            info.name = info.name[len("root/"):]
            info.uid, info.gid = os.getuid(), os.getgid()
            tar.extract(info, top)


# Not exec: the program must not be process 1, whose signals differ.
SCRIPT = """
mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && cd / || exit 99
env -i %s /usr/sbin/chroot "$0" "$@"
exit $?
""" % " ".join("%s=%s" % item for item in ENVIRONMENT.items())


def default_signals():
    """What a job in the background inherits (SIGINT ignored) is not what the
    guest's first program starts with."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(top, arguments, data=b"", limit=300):
    """Run a program in TOP as its root, as user 0, with /dev and /proc;
    returns (status, stdout, stderr), or None where the host forbids it."""
    line = ["unshare", "--mount", "--pid", "--fork"]
    if os.getuid() != 0:
        line.append("--map-root-user")
    line += ["/bin/sh", "-c", SCRIPT, top]
    try:
        probe = subprocess.run(line + ["/bin/busybox", "true"], check=False,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return None
    if probe.returncode != 0:
        return None
    ended = subprocess.run(line + list(arguments), input=data, check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=limit, preexec_fn=default_signals)
    return ended.returncode, ended.stdout, ended.stderr
