/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files, for a program that has none: descriptors 1 and 2 are the kernel's
 * log, everything else is EBADF or ENOENT.  A server's files are messages.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>
#include <mach/mach.h>

static int
no_such_file(int descriptor)
{
    errno = descriptor >= 0 && descriptor <= 2 ? ESPIPE : EBADF;
    return -1;
}

_ssize_t
write(int descriptor, const void *data, size_t size)
{
    if (descriptor != 1 && descriptor != 2) {
        errno = EBADF;
        return -1;
    }
    mach_print(data, size);
    return (_ssize_t)size;
}

_ssize_t
read(int descriptor, void *data, size_t size)
{
    (void)data;
    (void)size;
    if (descriptor == 0) {
        return 0;
    }
    errno = EBADF;
    return -1;
}

int
open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    errno = ENOENT;
    return -1;
}

int
close(int descriptor)
{
    if (descriptor < 0 || descriptor > 2) {
        errno = EBADF;
        return -1;
    }
    return 0;
}

off_t
lseek(int descriptor, off_t offset, int whence)
{
    (void)offset;
    (void)whence;
    return no_such_file(descriptor);
}

int
isatty(int descriptor)
{
    if (descriptor >= 0 && descriptor <= 2) {
        return 1; /* the log is shown line by line */
    }
    errno = EBADF;
    return 0;
}

int
fstat(int descriptor, struct stat *st)
{
    if (descriptor < 0 || descriptor > 2) {
        errno = EBADF;
        return -1;
    }
    *st = (struct stat){.st_mode = S_IFCHR | 0600, .st_nlink = 1};
    return 0;
}

int
stat(const char *path, struct stat *st)
{
    (void)path;
    (void)st;
    errno = ENOENT;
    return -1;
}

int
unlink(const char *path)
{
    (void)path;
    errno = ENOENT;
    return -1;
}
