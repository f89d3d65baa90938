#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: multi
# limit: 200
"""make install with DESTDIR, moved elsewhere: a skeleton server and a Linux
program are built with it and run; what programs may look up."""

import os
import shutil
import subprocess
import tempfile

import tap

DEFS = """\
subsystem thing 51000;
ownership take;
#include "mach/std_types.defs"
routine thing_get(thing: mach_port_t; out value: int);
"""

CLIENT = r"""
#include <stdio.h>
#include <bootstrap/bootstrap.h>
#include <mach/mach.h>
#include <mach/task_info.h>
#include <task/task.h>
#include <unistd.h>
#include <sys/wait.h>
#include "thing.h"

int
main(void)
{
    mach_port_t names = MACH_PORT_NULL, thing = MACH_PORT_NULL, got;
    uint64_t size;
    char line[1024];
    int value;

    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &names);
    printf("names %d\n", names != MACH_PORT_NULL);
    if (names == MACH_PORT_NULL) {
        return 0;
    }
    printf("thing %d\n", bootstrap_look_up(names, "thing", &thing));
    printf("get %d\n", thing_get(thing, &value));
    printf("vfs %d\n", bootstrap_look_up(names, "vfs", &got));
    printf("public %d\n", bootstrap_look_up(names, "public", &got));
    printf("check in %d\n", bootstrap_check_in(names, "thing", &got));
    printf("archive %d\n", bootstrap_archive(names, &got, &size));
    printf("grant %d\n", bootstrap_grant(names, "host-priv", &got));
    printf("line %d\n", bootstrap_command_line(names, line));
    fflush(stdout);
    if (fork() == 0) {
        printf("child %d\n", thing_get(thing, &value));
        return 0;
    }
    wait(NULL);
    return 7;
}
"""

SILENT = """
int
main(void)
{
    return 3;
}
"""


def install(folder):
    """Install below DESTDIR, then move the tree; its new place."""
    done = subprocess.run(["make", "install", "DESTDIR=" + folder,
                           "PREFIX=/opt/polymach"], cwd=os.environ["BUILD"],
                          check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if not tap.check(done.returncode == 0, "make install",
                     done.stdout[-2000:]):
        tap.done()
    prefix = os.path.join(folder, "elsewhere")
    os.rename(os.path.join(folder, "opt", "polymach"), prefix)
    shutil.rmtree(os.path.join(folder, "opt"))
    return prefix


def run(prefix, work, *words):
    """Run an installed command; (status, output)."""
    done = subprocess.run([os.path.join(prefix, "bin", words[0])] +
                          list(words[1:]), cwd=work, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=380,
                          env=dict(os.environ, PATH=os.environ["PATH"]))
    return done.returncode, done.stdout


def write(folder, name, text):
    """Make a file."""
    with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
        stream.write(text)


def build(prefix, work):
    """Build the server and the client."""
    write(work, "thing.defs", DEFS)
    write(work, "client.c", CLIENT)
    write(work, "silent.c", SILENT)
    for words in [
            ("mig", "-header", "thing.h", "-user", "thing_user.c", "-sheader",
             "thing_server.h", "-server", "thing_server.c", "-sprefix", "S_",
             "-skeleton", "main.c", "thing.defs"),
            ("polymach-gcc", "-Wall", "-Wextra", "-Werror", "-c", "main.c"),
            ("polymach-gcc", "-o", "thing", "main.o", "thing_server.c"),
            ("polymach-gcc", "-o", "silent", "silent.c"),
            ("polymach-gcc", "--linux", "-Wall", "-Wextra", "-Werror", "-o",
             "client", "client.c", "thing_user.c")]:
        tap.same(run(prefix, work, *words), (0, ""), " ".join(words[:3]))


def polymach(prefix, work, *words):
    """Run the installed host command."""
    return run(prefix, work, "polymach", "run", "--timeout", "100",
               "--layout", os.environ.get("LAYOUT", "single"), *words)


def main():
    """Runs everything."""
    with tempfile.TemporaryDirectory() as folder, \
            tempfile.TemporaryDirectory() as work:
        prefix = install(folder)
        build(prefix, work)
        tap.same(polymach(prefix, work, "--server", "thing=thing", "--copy",
                          "client", "--", "/client"),
                 (7, "names 1\nthing 0\nget 46\nvfs 15\npublic 15\n"
                  "check in 15\narchive 8\ngrant 8\nline 8\nchild 46\n"),
                 "a skeleton serves a Linux program, which sees no more")
        tap.same(polymach(prefix, work, "--copy", "client", "--", "/client"),
                 (0, "names 0\n"), "without public services, no port of names")
        status, said = polymach(prefix, work, "--server", "s=silent", "--",
                                "/bin/sleep", "100")
        tap.check(status == 125 and "server s died" in said and
                  "exits with status 3" in said,
                  "a server that ends, ends the machine", said)
        for bad, word in [("thing", "NAME=FILE"), ("t=client.c", "not an ELF"),
                          ("t=none", "No such file"),
                          ("vfs=thing:vfs", "of the name 'vfs'" if
                           os.environ.get("LAYOUT") == "multi" else
                           "of the service 'vfs'")]:
            status, said = polymach(prefix, work, "--server", bad, "--",
                                    "/bin/true")
            tap.check(status in (2, 125) and word in said,
                      "--server %s is refused" % bad, "%s %s" % (status,
                                                                 said))
    tap.done()


if __name__ == "__main__":
    main()
