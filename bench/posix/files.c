/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: contents, making and removing. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define MIB (1024 * 1024)
#define PIECE 4096

static char path[64], buffer[PIECE];
static int fd;
static unsigned made, removed;

static void
file_setup(void)
{
    snprintf(path, sizeof(path), "%sbench-data", scratch());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) {
        fail(path);
    }
    for (int i = 0; i < MIB / PIECE; i++) {
        if (write(fd, buffer, PIECE) != PIECE) {
            fail(path);
        }
    }
}

static void
file_finish(void)
{
    close(fd);
    unlink(path);
}

static void
read_run(unsigned n)
{
    while (n-- > 0) {
        lseek(fd, 0, SEEK_SET);
        for (int i = 0; i < MIB / PIECE; i++) {
            if (read(fd, buffer, PIECE) != PIECE) {
                fail("read");
            }
        }
    }
}

static void
write_run(unsigned n)
{
    while (n-- > 0) {
        lseek(fd, 0, SEEK_SET);
        for (int i = 0; i < MIB / PIECE; i++) {
            if (write(fd, buffer, PIECE) != PIECE) {
                fail("write");
            }
        }
    }
}

static void
name_of(unsigned index)
{
    snprintf(path, sizeof(path), "%sbench-%u", scratch(), index);
}

static void
make(unsigned index)
{
    int f;

    name_of(index);
    f = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (f < 0 || write(f, buffer, 100) != 100) {
        fail(path);
    }
    close(f);
}

static void
make_setup(void)
{
    made = 0;
}

static void
make_run(unsigned n)
{
    while (n-- > 0) {
        make(made++);
    }
}

static void
make_finish(void)
{
    while (made > 0) {
        name_of(--made);
        unlink(path);
    }
}

#define REMOVALS 400u

static void
remove_setup(void)
{
    removed = 0;
    for (unsigned i = 0; i < REMOVALS; i++) {
        make(i);
    }
}

static void
remove_run(unsigned n)
{
    while (n-- > 0) {
        name_of(removed++);
        if (unlink(path) != 0) {
            fail(path);
        }
    }
}

static void
remove_finish(void)
{
    while (removed < REMOVALS) {
        remove_run(1);
    }
}

const struct row file_rows[] = {
    {"read_1MiB_4k", 1, file_setup, read_run, file_finish},
    {"write_1MiB_4k", 1, file_setup, write_run, file_finish},
    {"create_100B_file", 50, make_setup, make_run, make_finish},
    {"unlink_file", 50, remove_setup, remove_run, remove_finish},
    {NULL, 0, NULL, NULL, NULL},
};
