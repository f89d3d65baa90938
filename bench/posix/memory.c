/* SPDX-License-Identifier: BSD-2-Clause */
/* Page faults.  Each run touches pages that have not been touched before. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define PAGE 4096u
#define PAGES 256u
#define MAPPINGS 16u /* at least the runs, and one for warming up */

static char path[64];
static volatile char *mappings[MAPPINGS];
static unsigned next;
static int fd;

static void
map_all(int prot, int flags)
{
    next = 0;
    for (unsigned i = 0; i < MAPPINGS; i++) {
        void *p = mmap(NULL, PAGES * PAGE, prot, flags, fd, 0);

        if (p == MAP_FAILED) {
            fail("mmap");
        }
        mappings[i] = p;
    }
}

static void
unmap_all(void)
{
    for (unsigned i = 0; i < MAPPINGS; i++) {
        munmap((void *)mappings[i], PAGES * PAGE);
    }
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    fd = -1;
}

static void
anonymous_setup(void)
{
    fd = -1;
    map_all(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
}

static void
open_file(void)
{
    static char page[PAGE];

    snprintf(path, sizeof(path), "%sbench-map", scratch());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) {
        fail(path);
    }
    for (unsigned i = 0; i < PAGES; i++) {
        if (write(fd, page, PAGE) != PAGE) {
            fail(path);
        }
    }
}

static void
read_setup(void)
{
    open_file();
    map_all(PROT_READ, MAP_SHARED);
}

static void
write_setup(void)
{
    open_file();
    map_all(PROT_READ | PROT_WRITE, MAP_SHARED);
}

static void
cow_setup(void)
{
    open_file();
    map_all(PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

static void
read_run(unsigned n)
{
    volatile char *p = mappings[next++ % MAPPINGS];

    for (unsigned i = 0; i < n; i++) {
        (void)p[i * PAGE];
    }
}

static void
write_run(unsigned n)
{
    volatile char *p = mappings[next++ % MAPPINGS];

    for (unsigned i = 0; i < n; i++) {
        p[i * PAGE] = 1;
    }
}

const struct row memory_rows[] = {
    {"anon_fault_touch", PAGES, anonymous_setup, write_run, unmap_all},
    {"file_fault_read", PAGES, read_setup, read_run, unmap_all},
    {"file_fault_write", PAGES, write_setup, write_run, unmap_all},
    {"file_fault_cow", PAGES, cow_setup, write_run, unmap_all},
    {NULL, 0, NULL, NULL, NULL},
};
