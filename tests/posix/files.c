/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files: open's flags, names and links, permissions, directories that change
 * while they are read, holes, truncation and mappings.
 */
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static int
fails(int result, int error)
{
    return result == -1 && errno == error;
}

static int
put(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ssize_t n = write(fd, text, strlen(text));

    close(fd);
    return n == (ssize_t)strlen(text);
}

static int
has(const char *name, const char *text)
{
    char buffer[100] = "";
    int fd = open(name, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer) - 1);

    close(fd);
    return n == (ssize_t)strlen(text) && memcmp(buffer, text, (size_t)n) == 0;
}

static void
test_open(void)
{
    char buffer[20];
    int fd;

    tap_check(fails(open("no", O_RDONLY), ENOENT), "ENOENT");
    tap_check(fails(open("no/no", O_CREAT | O_RDWR, 0600), ENOENT),
              "a folder that isn't there: ENOENT");
    tap_check(put("f", "hello"), "a file");
    tap_check(fails(open("f", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST),
              "O_EXCL: EEXIST");
    tap_check(fails(open("f/x", O_RDONLY), ENOTDIR), "ENOTDIR");
    tap_check(fails(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR),
              "O_DIRECTORY: ENOTDIR");
    tap_check(fails(open(".", O_RDWR), EISDIR), "write a folder: EISDIR");
    fd = open("f", O_WRONLY | O_APPEND);
    tap_check(write(fd, " you", 4) == 4 && lseek(fd, 0, SEEK_SET) == 0 &&
              write(fd, "!", 1) == 1 && has("f", "hello you!"), "O_APPEND");
    tap_check(fails((int)read(fd, buffer, 1), EBADF), "O_WRONLY: no read");
    close(fd);
    fd = open("f", O_RDONLY);
    tap_check(fails((int)write(fd, "x", 1), EBADF), "O_RDONLY: no write");
    tap_check(pread(fd, buffer, 3, 6) == 3 && memcmp(buffer, "you", 3) == 0 &&
              lseek(fd, 0, SEEK_CUR) == 0, "pread leaves the offset");
    tap_check(fails((int)lseek(fd, -1, SEEK_SET), EINVAL), "lseek: EINVAL");
    tap_check(fails(ftruncate(fd, 0), EINVAL), "ftruncate: EINVAL");
    int copy = dup(fd);
    tap_check(lseek(copy, 4, SEEK_SET) == 4 &&
              lseek(fd, 0, SEEK_CUR) == 4, "dup shares the offset");
    close(copy);
    close(fd);
    fd = open("f", O_RDWR | O_TRUNC);
    tap_check(has("f", ""), "O_TRUNC");
    close(fd);
    symlink("f", "l");
    tap_check(fails(open("l", O_RDONLY | O_NOFOLLOW), ELOOP),
              "O_NOFOLLOW: ELOOP");
    unlink("l");
    unlink("f");
}

static void
test_names(void)
{
    struct stat a, b;
    char text[10];
    int fd;

    put("a", "A");
    put("b", "B");
    tap_check(link("a", "a2") == 0 && stat("a", &a) == 0 &&
              stat("a2", &b) == 0 && a.st_ino == b.st_ino && a.st_nlink == 2,
              "link");
    tap_check(fails(link("a", "b"), EEXIST), "link: EEXIST");
    tap_check(rename("a", "a2") == 0 && has("a", "A") && has("a2", "A"),
              "rename to a link of itself does nothing");
    tap_check(rename("a", "b") == 0 && has("b", "A") &&
              fails(stat("a", &a), ENOENT), "rename replaces");
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    tap_check(fails(rename("b", "d"), EISDIR), "file on folder: EISDIR");
    tap_check(fails(rename("d", "b"), ENOTDIR), "folder on file: ENOTDIR");
    tap_check(fails(rename("d", "d/e/f"), EINVAL), "into itself: EINVAL");
    tap_check(fails(rmdir("d"), ENOTEMPTY), "rmdir: ENOTEMPTY");
    tap_check(fails(unlink("d"), EISDIR), "unlink: EISDIR");
    tap_check(fails(rmdir("b"), ENOTDIR), "rmdir: ENOTDIR");
    tap_check(fails(rmdir("."), EINVAL), "rmdir .: EINVAL");
    mkdir("g", 0755);
    tap_check(fails(rename("g", "d"), ENOTEMPTY), "rename: ENOTEMPTY");
    tap_check(rename("d/e", "g") == 0 && stat("g", &a) == 0 &&
              stat("d", &b) == 0 && a.st_nlink == 2 && b.st_nlink == 2,
              "a folder moves, link counts with it");
    symlink("b", "l");
    tap_check(readlink("l", text, sizeof(text)) == 1 && text[0] == 'b' &&
              has("l", "A"), "a symbolic link");
    tap_check(lstat("l", &a) == 0 && S_ISLNK(a.st_mode) && a.st_size == 1,
              "lstat");
    symlink("loop", "loop");
    tap_check(fails(open("loop", O_RDONLY), ELOOP), "a loop: ELOOP");
    symlink("nothing", "dangling");
    tap_check(fails(open("dangling", O_RDONLY), ENOENT), "dangling: ENOENT");
    fd = open("dangling", O_CREAT | O_WRONLY, 0600);
    tap_check(fd >= 0 && stat("nothing", &a) == 0, "creation through a link");
    close(fd);
    fd = open("b", O_RDWR);
    unlink("b");
    tap_check(fstat(fd, &a) == 0 && a.st_nlink == 1 &&
              pread(fd, text, 1, 0) == 1, "an unlinked file can be read");
    close(fd);
    unlink("a2"), unlink("l"), unlink("loop"), unlink("dangling");
    unlink("nothing"), rmdir("d"), rmdir("g");
    char *long_name = malloc(300);
    memset(long_name, 'n', 299);
    long_name[299] = '\0';
    tap_check(fails(open(long_name, O_CREAT | O_RDWR, 0600), ENAMETOOLONG),
              "ENAMETOOLONG");
    long_name[255] = '\0';
    fd = open(long_name, O_CREAT | O_RDWR, 0600);
    tap_check(fd >= 0 && unlink(long_name) == 0, "a name of 255 bytes");
    close(fd);
    free(long_name);
}

/* As another user; 0, or the number of what failed. */
static int
as_user(void)
{
    int fd;

    if (setgid(1000) != 0 || setuid(1000) != 0) {
        return 1;
    }
    if (!fails(open("secret", O_RDONLY), EACCES)) {
        return 2;
    }
    fd = open("public", O_RDONLY);
    if (fd < 0 || !fails(open("public", O_WRONLY), EACCES)) {
        return 3;
    }
    if (!fails(open("shut/inside", O_RDONLY), EACCES)) {
        return 4;
    }
    if (!fails(open("new", O_CREAT | O_WRONLY, 0600), EACCES)) {
        return 5;
    }
    if (!fails(unlink("public"), EACCES) ||
        !fails(rename("public", "p"), EACCES)) {
        return 6;
    }
    if (!fails(chmod("public", 0777), EPERM) ||
        !fails(chown("public", 1000, 1000), EPERM)) {
        return 7;
    }
    fd = open("open/mine", O_CREAT | O_WRONLY, 0640);
    if (fd < 0 || fchmod(fd, 0600) != 0) {
        return 8;
    }
    if (!fails(unlink("open/roots"), EPERM)) {
        return 9; /* a sticky folder */
    }
    if (unlink("open/mine") != 0) {
        return 10;
    }
    if (access("public", R_OK) != 0 || !fails(access("public", W_OK), EACCES)) {
        return 11;
    }
    return 0;
}

static void
test_permissions(void)
{
    int status = -1;
    struct stat st;
    pid_t pid;

    put("secret", "s");
    chmod("secret", 0600);
    put("public", "p");
    mkdir("shut", 0700);
    put("shut/inside", "i");
    mkdir("open", 0777);
    chmod("open", 01777);
    put("open/roots", "r");
    pid = fork();
    if (pid == 0) {
        _exit(as_user());
    }
    waitpid(pid, &status, 0);
    tap_check(status == 0, "what another user may (status %x)", status);
    umask(027);
    close(open("masked", O_CREAT | O_WRONLY, 0666));
    umask(022);
    tap_check(stat("masked", &st) == 0 && (st.st_mode & 07777) == 0640,
              "umask: mode %o", st.st_mode);
    chmod("open", 02777);
    chown("open", 0, 55);
    mkdir("open/sub", 0755);
    tap_check(stat("open/sub", &st) == 0 && st.st_gid == 55 &&
              (st.st_mode & S_ISGID) != 0, "a set-gid folder hands it on");
    rmdir("open/sub"), unlink("open/roots"), rmdir("open");
    unlink("shut/inside"), rmdir("shut");
    unlink("masked"), unlink("secret"), unlink("public");
}

/* Every name once, and all are gone in the end. */
static void
test_deletion(void)
{
    int seen = 0, left = 0;
    struct dirent *e;
    char name[300];
    DIR *d;

    mkdir("many", 0755);
    for (int i = 0; i < 700; i++) {
        snprintf(name, sizeof(name), "many/file-%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    d = opendir("many");
    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] != '.') {
            snprintf(name, sizeof(name), "many/%s", e->d_name);
            seen += unlink(name) == 0;
        }
    }
    rewinddir(d);
    while ((e = readdir(d)) != NULL) {
        left++;
    }
    closedir(d);
    tap_check(seen == 700 && left == 2, "readdir while deleting: %d, %d left",
              seen, left);
    tap_check(rmdir("many") == 0, "and the folder is empty");
}

static void
test_holes(void)
{
    char buffer[3 * PAGE];
    struct stat st;
    int zeros = 1, fd = open("holes", O_RDWR | O_CREAT, 0600);

    tap_check(pwrite(fd, "end", 3, 1000000000) == 3 && fstat(fd, &st) == 0 &&
              st.st_size == 1000000003, "a file of 1 GB");
    tap_check(st.st_blocks < 100, "takes %ld blocks", (long)st.st_blocks);
    tap_check(pread(fd, buffer, sizeof(buffer), 500000000) ==
              (ssize_t)sizeof(buffer), "a hole can be read");
    for (size_t i = 0; i < sizeof(buffer); i++) {
        zeros &= buffer[i] == 0;
    }
    tap_check(zeros, "as zeros");
    memset(buffer, 'x', sizeof(buffer));
    tap_check(ftruncate(fd, 0) == 0 &&
              write(fd, buffer, sizeof(buffer)) == (ssize_t)sizeof(buffer) &&
              ftruncate(fd, PAGE + 5) == 0 && ftruncate(fd, 2 * PAGE) == 0 &&
              pread(fd, buffer, sizeof(buffer), 0) == 2 * PAGE,
              "shorter, then longer");
    zeros = 1;
    for (size_t i = PAGE + 5; i < 2 * PAGE; i++) {
        zeros &= buffer[i] == 0;
    }
    tap_check(zeros && buffer[PAGE + 4] == 'x', "what was cut off is zeros");
    tap_check(fails(ftruncate(fd, -1), EINVAL), "ftruncate: EINVAL");
    close(fd);
    unlink("holes");
}

static void
test_mappings(void)
{
    int fd = open("map", O_RDWR | O_CREAT, 0600), status;
    char *shared, *private, byte;
    pid_t pid;

    ftruncate(fd, 2 * PAGE);
    pwrite(fd, "file", 4, 0);
    shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (!tap_check(shared != MAP_FAILED && private != MAP_FAILED, "mmap")) {
        return;
    }
    tap_check(memcmp(shared, "file", 4) == 0 &&
              memcmp(private, "file", 4) == 0, "both show the file");
    private[0] = 'P';
    tap_check(shared[0] == 'f' && pread(fd, &byte, 1, 0) == 1 && byte == 'f',
              "a private write stays private");
    shared[1] = 'S';
    tap_check(pread(fd, &byte, 1, 1) == 1 && byte == 'S',
              "a shared write is in the file");
    pwrite(fd, "W", 1, PAGE);
    tap_check(shared[PAGE] == 'W', "a write to the file is in the mapping");
    pid = fork();
    if (pid == 0) {
        shared[2] = 'C';
        private[3] = 'C';
        _exit(private[0] == 'P' ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    tap_check(status == 0 && shared[2] == 'C' && private[3] == 'e',
              "a child shares the one and has its own of the other");
    close(fd);
    shared[PAGE + 1] = 'L';
    tap_check(msync(shared, 2 * PAGE, MS_SYNC) == 0, "msync");
    munmap(shared, 2 * PAGE);
    munmap(private, 2 * PAGE);
    fd = open("map", O_RDONLY);
    tap_check(pread(fd, &byte, 1, PAGE + 1) == 1 && byte == 'L',
              "written after close, there after munmap");
    tap_check(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
              MAP_FAILED && errno == EACCES,
              "a shared writable mapping of what is read-only: EACCES");
    close(fd);
    unlink("map");
}

int
main(void)
{
    if (mkdir("/tmp/test-files", 0755) != 0 || chdir("/tmp/test-files") != 0) {
        printf("Bail out! no folder in /tmp\n");
        return 1;
    }
    test_open();
    test_names();
    if (geteuid() == 0) {
        test_permissions();
    }
    test_deletion();
    test_holes();
    test_mappings();
    tap_check(chdir("/") == 0 && rmdir("/tmp/test-files") == 0,
              "nothing is left");
    return tap_done();
}
