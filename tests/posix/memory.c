/* SPDX-License-Identifier: BSD-2-Clause */
/* mmap and its relatives, brk. */
#include "tap.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static char *
map(void *at, size_t size, int prot, int flags, int fd)
{
    return mmap(at, size, prot, flags, fd, 0);
}

static void
test_anonymous(void)
{
    int rw = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *p = map(NULL, 10 * PAGE, rw, flags, -1);
    char *q;

    tap_check(p != MAP_FAILED && p[5 * PAGE] == 0, "zeros");
    memset(p, 'a', 10 * PAGE);
    tap_check(munmap(p + 3 * PAGE, PAGE) == 0 && p[2 * PAGE] == 'a' &&
              p[4 * PAGE] == 'a', "a hole");
    q = map(p + 3 * PAGE, PAGE, rw, flags, -1);
    tap_check(q == p + 3 * PAGE && q[0] == 0, "a hint that is free is taken");
    q = map(p, PAGE, rw, flags | MAP_FIXED_NOREPLACE, -1);
    tap_check(q == MAP_FAILED && errno == EEXIST, "MAP_FIXED_NOREPLACE");
    q = map(p + PAGE, PAGE, rw, flags | MAP_FIXED, -1);
    tap_check(q == p + PAGE && q[0] == 0 && p[0] == 'a', "MAP_FIXED");
    tap_check(madvise(p, PAGE, MADV_DONTNEED) == 0 && p[0] == 0,
              "MADV_DONTNEED");
    tap_check(mprotect(p, 10 * PAGE, PROT_NONE) == 0 &&
              write(1, p, 1) == -1 && errno == EFAULT, "PROT_NONE");
    munmap(p, 10 * PAGE);
    tap_check(mprotect(p, PAGE, rw) == -1 && errno == ENOMEM,
              "mprotect of nothing");
    tap_check(munmap(p, 10 * PAGE) == 0, "munmap of nothing");
}

static void
test_errors(void)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    tap_check(map(NULL, 0, PROT_READ, flags, -1) == MAP_FAILED &&
              errno == EINVAL, "length 0");
    tap_check(map(NULL, SIZE_MAX - PAGE, PROT_READ, flags, -1) ==
              MAP_FAILED && errno == ENOMEM, "everything");
    tap_check(map((void *)1, PAGE, PROT_READ, flags | MAP_FIXED, -1) ==
              MAP_FAILED && errno == EINVAL, "an odd address");
    tap_check(map((void *)0x7ffffffff000, PAGE, PROT_READ,
                  flags | MAP_FIXED, -1) == MAP_FAILED && errno == ENOMEM,
              "behind the end of the space");
    tap_check(munmap((void *)1, PAGE) == -1 && errno == EINVAL,
              "munmap at an odd address");
    tap_check(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99) == MAP_FAILED &&
              errno == EBADF, "no such descriptor");
}

static void
test_file(void)
{
    char text[PAGE + 100], byte;
    int fd = open("/tmp/memory-test", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *shared, *own;

    memset(text, 'f', sizeof text);
    if (fd < 0 || write(fd, text, sizeof text) != sizeof text) {
        tap_check(0, "a file to map");
        return;
    }
    shared = map(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    own = map(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    tap_check(shared != MAP_FAILED && own != MAP_FAILED &&
              shared[PAGE + 99] == 'f' && shared[PAGE + 100] == 0,
              "a file's contents, and zeros behind");
    own[0] = 'o';
    shared[1] = 's';
    tap_check(pread(fd, &byte, 1, 0) == 1 && byte == 'f',
              "MAP_PRIVATE does not change the file");
    tap_check(pread(fd, &byte, 1, 1) == 1 && byte == 's',
              "MAP_SHARED does");
    tap_check(pwrite(fd, "w", 1, 2) == 1 && shared[2] == 'w',
              "what is written is seen in the mapping");
    tap_check(msync(shared, PAGE, MS_SYNC) == 0, "msync");
    munmap(own, 2 * PAGE);
    munmap(shared, 2 * PAGE);
    close(fd);
    fd = open("/tmp/memory-test", O_RDONLY);
    tap_check(map(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd) == MAP_FAILED &&
              errno == EACCES, "no shared writing of a read-only descriptor");
    own = map(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    tap_check(own != MAP_FAILED && (own[0] = 'x'), "private writing is fine");
    close(fd);
    unlink("/tmp/memory-test");
}

static void
test_sharing(void)
{
    volatile int *p = (int *)map(NULL, PAGE, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1);

    if (fork() == 0) {
        p[0] = 42;
        _exit(0);
    }
    wait(NULL);
    tap_check(p[0] == 42, "shared with a child");
}

static void
test_remap(void)
{
    char *p = map(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1);

    memset(p, 'm', 4 * PAGE);
    p = mremap(p, 4 * PAGE, 400 * PAGE, MREMAP_MAYMOVE);
    tap_check(p != MAP_FAILED && p[4 * PAGE - 1] == 'm' && p[4 * PAGE] == 0,
              "mremap grows");
    p[399 * PAGE] = 'e';
    p = mremap(p, 400 * PAGE, PAGE, 0);
    tap_check(p != MAP_FAILED && p[0] == 'm', "and shrinks");
    tap_check(mprotect(p + PAGE, PAGE, PROT_READ) == -1 && errno == ENOMEM,
              "what was cut off is gone");
}

static void
test_brk(void)
{
    char *begin = sbrk(0);

    tap_check(sbrk(100000) == begin && begin[99999] == 0, "brk grows");
    begin[99999] = 'b';
    tap_check(sbrk(-100000) != (void *)-1 && sbrk(0) == begin,
              "and shrinks");
    tap_check(sbrk((intptr_t)1 << 46) == (void *)-1 && errno == ENOMEM,
              "but not without end");
}

/* Recursion far below the first page of the stack. */
static int
deep(int n)
{
    volatile char room[1000];

    room[0] = (char)n;
    return n == 0 ? 0 : deep(n - 1) + room[0] - (char)n + 1;
}

int
main(void)
{
    test_anonymous();
    test_errors();
    test_file();
    test_sharing();
    test_remap();
    test_brk();
    tap_check(deep(7000) == 7000, "7 MB of stack");
    return tap_done();
}
