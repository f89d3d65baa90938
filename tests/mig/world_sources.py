# SPDX-License-Identifier: BSD-2-Clause
"""Source packages of Debian that have interface files, by apt.

Used by mig_world.py.  An apt of its own folder is used: nothing of the
machine's changes.
"""

import os
import re
import shutil
import subprocess
import tarfile

# Package, and the suites in which it is looked for.
PACKAGES = [("gnumach", ["sid", "bookworm"]), ("hurd", ["sid"]),
            ("mig", ["sid", "bookworm"]), ("heimdal", ["sid", "bookworm"]),
            ("krb5", ["sid", "bookworm"])]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LONGEST = 120


def run(command, cwd=None):
    """A command's status and what it said."""
    try:
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              check=False, errors="replace", timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as wrong:
        return 1, str(wrong)
    return done.returncode, done.stdout


def mirror():
    """Where this machine takes packages from."""
    if "MIRROR" in os.environ:
        return os.environ["MIRROR"]
    _, said = run(["apt-get", "indextargets", "--format",
                   "$(REPO_URI) $(ORIGIN) $(CODENAME)"])
    for line in said.splitlines():
        words = line.split()
        if len(words) == 3 and words[1] == "Debian" and "-" not in words[2]:
            return words[0].rstrip("/")
    return None


class Apt:
    """An apt that knows the sources of some suites."""

    def __init__(self, folder):
        self.folder = folder
        self.options = ["-q"]
        for name in ("lists/partial", "cache/archives/partial", "got"):
            os.makedirs(os.path.join(folder, name))
        for key, value in (("Dir::State", ""), ("Dir::State::Lists", "lists"),
                           ("Dir::Cache", "cache"),
                           ("Dir::Etc::SourceList", "sources.list")):
            self.options += ["-o", "%s=%s" % (key,
                                              os.path.join(folder, value))]
        self.options += ["-o", "Dir::Etc::SourceParts=/dev/null",
                         "-o", "Dir::State::status=/var/lib/dpkg/status",
                         "-o", "Acquire::Check-Valid-Until=false",
                         "-o", "Acquire::Languages=none"]

    def update(self):
        """Reads the lists: None, or why it cannot."""
        where = mirror()
        if shutil.which("apt-get") is None or where is None:
            return "no apt, or it has no Debian mirror"
        if not os.path.exists(KEYRING):
            return "no " + KEYRING
        suites = sorted({s for _, suites in PACKAGES for s in suites})
        with open(os.path.join(self.folder, "sources.list"), "w",
                  encoding="utf-8") as f:
            for suite in suites:
                f.write("deb-src [signed-by=%s] %s %s main\n" %
                        (KEYRING, where, suite))
        status, said = run(["apt-get"] + self.options + ["update"])
        return None if status == 0 else said.strip()[-300:]

    def source(self, package, suite):
        """Fetches a package: (version, None) or (None, why not)."""
        got = os.path.join(self.folder, "got", package)
        shutil.rmtree(got, ignore_errors=True)
        os.makedirs(got)
        status, said = run(["apt-get"] + self.options +
                           ["source", "--download-only", "--only-source",
                            "%s/%s" % (package, suite)], got)
        found = [n for n in os.listdir(got)
                 if re.search(r"\.orig\.tar\.\w+$", n)]
        if status != 0 or not found:
            wrong = [w for w in said.splitlines() if w.startswith("E: ")]
            return None, (wrong or ["no archive came"])[0]
        version = re.search(r"_(.*)\.orig", found[0]).group(1)
        return version, os.path.join(got, found[0])


def unpack(archive, folder):
    """Takes the interface files out of an archive, without its first
    folder."""
    with tarfile.open(archive) as tar:
        for member in tar:
            path = "/".join(member.name.split("/")[1:])
            if not member.isfile() or not path.endswith(".defs") or \
                    ".." in path.split("/"):
                continue
            target = os.path.join(folder, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as f:
                shutil.copyfileobj(tar.extractfile(member), f)


def fetch(folder):
    """Yields (package, version or None, folder or why not)."""
    apt = Apt(os.path.join(folder, "apt"))
    wrong = apt.update()
    for package, suites in PACKAGES:
        version, said = None, wrong
        for suite in suites if wrong is None else []:
            version, said = apt.source(package, suite)
            if version is not None:
                break
        if version is None:
            yield package, None, said
            continue
        target = os.path.join(folder, package)
        unpack(said, target)
        yield package, version, target
