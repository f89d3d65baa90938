/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: lookup, links, permissions, directories, who has what is elsewhere. */
#include <stdio.h>

#include "tests.h"

static void
lookups(void)
{
    char long_name[300], path[POSIX_PATH_MAX];
    mach_port_t f;

    memset(long_name, 'n', sizeof(long_name));
    long_name[0] = '/';
    long_name[256] = '\0';
    OK(MKDIR(long_name) == KERN_SUCCESS && RMDIR(long_name) == KERN_SUCCESS);
    long_name[256] = 'n';
    long_name[257] = '\0';
    OK_ERR(MKDIR(long_name), ENAMETOOLONG);
    OK_ERR(MKDIR(""), ENOENT);
    OK_ERR(MKDIR("/tmp"), EEXIST);
    OK_ERR(MKDIR("/none/x"), ENOENT);
    OK_ERR(RMDIR("/"), EBUSY);
    OK_ERR(RMDIR("/tmp/."), EINVAL);
    OK_ERR(RMDIR("/tmp/.."), ENOTEMPTY);
    OK_ERR(UNLINK("/tmp"), EISDIR);
    OK(vfs_S_vfs_symlink(root, "loop", NULL, "/loop") == KERN_SUCCESS);
    open_as(root, "/loop", L_O_RDONLY, 0);
    OK(last_error == ERR(ELOOP));
    UNLINK("/loop");
    OK(vfs_S_vfs_symlink(root, "tmp/../tmp", NULL, "/l") == KERN_SUCCESS);
    make_file("/l/x", "x");
    OK(exists("/tmp/x"));
    open_as(root, "/l", L_O_RDONLY | L_O_NOFOLLOW, 0);
    OK(last_error == ERR(ELOOP));
    f = open_as(root, "/l/", L_O_RDONLY | L_O_DIRECTORY, 0);
    OK(f != 0 && last_kind == KIND_DIR);
    CLOSE(f);
    open_as(root, "/tmp/x/", L_O_RDONLY, 0);
    OK(last_error == ERR(ENOTDIR));
    OK(vfs_S_vfs_chdir(root, NULL, "/l") == KERN_SUCCESS);
    OK(vfs_S_vfs_getcwd(root, path) == KERN_SUCCESS &&
       strcmp(path, "/tmp") == 0);
    f = open_as(root, "x", L_O_RDONLY, 0);
    OK(vfs_S_vfs_path(root, fake_object(f), path) == KERN_SUCCESS &&
       strcmp(path, "/tmp/x") == 0);
    UNLINK("/tmp/x");
    OK(vfs_S_vfs_path(root, fake_object(f), path) == KERN_SUCCESS &&
       strcmp(path, "/tmp/x (deleted)") == 0);
    CLOSE(f);
    UNLINK("/l");
    OK(vfs_S_vfs_chdir(root, NULL, "/") == KERN_SUCCESS);
}

static void
client_names(void)
{
    open_as(root, "/dev/stdin", L_O_RDONLY, 0);
    OK(last_error == KERN_SUCCESS && last_kind == KIND_CLIENT &&
       strcmp(last_redirect, "proc/self/fd/0") == 0);
    open_as(root, "/dev/fd/7/x", L_O_RDONLY, 0);
    OK(last_kind == KIND_CLIENT &&
       strcmp(last_redirect, "proc/self/fd/7/x") == 0);
    open_as(root, "/dev/tty", L_O_RDWR, 0);
    OK(last_kind == KIND_CLIENT && strcmp(last_redirect, "dev/tty") == 0);
    open_as(root, "/dev/ttyS0", L_O_RDWR, 0);
    OK(last_kind == KIND_TTY_NODE && strcmp(last_redirect, "1088") == 0);
    OK_ERR(MKDIR("/proc/x"), ENOENT);
}

static void
permissions(void)
{
    mach_port_t f;

    make_file("/tmp/own", "o");
    OK_ERR(vfs_S_vfs_unlink(user, NULL, "/tmp/own", 0), EPERM); /* sticky */
    open_as(user, "/tmp/own", L_O_WRONLY, 0);
    OK(last_error == ERR(EACCES));
    OK_ERR(vfs_S_vfs_chmod(user, NULL, "/tmp/own", 0777, 0), EPERM);
    OK_ERR(vfs_S_vfs_mkdir(user, NULL, "/x", 0755), EACCES);
    f = open_as(user, "/tmp/mine", L_O_CREAT | L_O_EXCL | L_O_WRONLY, 0400);
    OK(f != 0 && write_at(f, 0, "x", 1) == 1); /* fixed when opened */
    CLOSE(f);
    open_as(user, "/tmp/mine", L_O_WRONLY, 0);
    OK(last_error == ERR(EACCES));
    f = open_as(root, "/tmp/mine", L_O_WRONLY, 0);
    OK(f != 0);
    CLOSE(f);
    open_as(root, "/tmp/mine", L_O_CREAT | L_O_EXCL, 0);
    OK(last_error == ERR(EEXIST));
    open_as(root, "/tmp/mine", L_O_EXEC, 0);
    OK(last_error == ERR(EACCES));
    OK(vfs_S_vfs_chown(root, NULL, "/tmp/mine", 0, 0, 0) == KERN_SUCCESS);
    OK_ERR(vfs_S_vfs_chown(user, NULL, "/tmp/mine", 1000, 0, 0), EPERM);
    UNLINK("/tmp/own");
    UNLINK("/tmp/mine");
    MKDIR("/sg");
    vfs_S_vfs_chown(root, NULL, "/sg", ~0u, 5, 0);
    vfs_S_vfs_chmod(root, NULL, "/sg", 02777, 0);
    MKDIR("/sg/d");
    OK(stat_of("/sg/d").st_gid == 5 &&
       (stat_of("/sg/d").st_mode & L_S_ISGID) != 0);
    RMDIR("/sg/d");
    RMDIR("/sg");
}

/* Entries come and go while the directory is read: each that stays is seen
 * exactly once. */
static void
reading(void)
{
    static uint8_t buffer[512];
    static uint8_t seen[1000];
    char name[64];
    mach_port_t d;
    uint32_t count;
    int64_t position;
    bool good = true;

    MKDIR("/many");
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "/many/f%d", i);
        make_file(name, "");
    }
    d = open_as(root, "/many", L_O_RDONLY | L_O_DIRECTORY, 0);
    for (int round = 0;; round++) {
        count = sizeof(buffer);
        if (vfs_S_io_readdir(fake_object(d), sizeof(buffer), buffer,
                             &count) != KERN_SUCCESS || count == 0) {
            break;
        }
        for (uint32_t at = 0; at < count;) {
            uint16_t size;
            int i;

            memcpy(&size, buffer + at + 16, sizeof(size));
            if (sscanf((char *)buffer + at + 19, "f%d", &i) == 1) {
                seen[i]++;
                /* every third goes when it has been seen */
                snprintf(name, sizeof(name), "/many/f%d", i);
                if (i % 3 == 0) {
                    UNLINK(name);
                }
            }
            at += size;
        }
    }
    for (int i = 0; i < 1000; i++) {
        good = good && seen[i] == 1;
        snprintf(name, sizeof(name), "/many/f%d", i);
        good = good && (i % 3 == 0) != exists(name);
        if (i % 3 != 0) {
            UNLINK(name);
        }
    }
    OK(good);
    vfs_S_io_seek(fake_object(d), 0, L_SEEK_SET, &position);
    OK_ERR(vfs_S_io_readdir(fake_object(d), 8, buffer, &count), EINVAL);
    RMDIR("/many");
    OK_ERR(vfs_S_io_readdir(fake_object(d), 512, buffer, &count), ENOENT);
    CLOSE(d);
}

void
test_names(void)
{
    lookups();
    client_names();
    permissions();
    reading();
}
