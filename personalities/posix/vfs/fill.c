/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root tree at boot: the archive's members below root/, and then the
 * devices and links that every system has.  Of two members with one name the
 * later one counts.
 */
#include <stdlib.h>
#include <string.h>

#include <mach/archive.h>

#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>

/* The superuser, at the root: what boot acts as. */
static struct vfs_session boot;

static void
boot_begin(void)
{
    memset(&boot, 0, sizeof(boot));
    boot.vs_root = boot.vs_cwd = vfs_root;
}

/* The directories above a name, where they are missing. */
static void
make_parents(const char *path)
{
    char part[ARCHIVE_NAME_MAX + 1];

    for (size_t i = 1; path[i] != '\0' && i < sizeof(part); i++) {
        if (path[i] == '/') {
            memcpy(part, path, i);
            part[i] = '\0';
            (void)vfs_S_vfs_mkdir(&boot, NULL, part, 0755);
        }
    }
}

static void
set_attributes(struct vfs_node *n, const struct archive_member *m)
{
    n->vn_mode = (n->vn_mode & L_S_IFMT) | (m->mode & 07777);
    n->vn_uid = m->uid;
    n->vn_gid = m->gid;
    n->vn_atime = n->vn_mtime = m->mtime * 1000000000 + m->mtime_nsec;
}

static kern_return_t
make_link(const char *path, const struct archive_member *m)
{
    char target[ARCHIVE_NAME_MAX + 2];
    const char *name = m->link;

    if (strncmp(name, "root/", 5) == 0) {
        name += 4;
    }
    target[0] = '/';
    strcpy(target + 1, name[0] == '/' ? name + 1 : name);
    return vfs_S_vfs_link(&boot, NULL, target, NULL, path, 0);
}

static kern_return_t
fill_node(struct vfs_node *n, const struct archive_member *m)
{
    uint64_t done = 0, total = 0;
    kern_return_t kr = KERN_SUCCESS;

    switch (m->type) {
    case ARCHIVE_FILE:
        while (kr == KERN_SUCCESS && total < m->size) {
            kr = data_write(&n->vn_data, total, m->data + total,
                            m->size - total, &done);
            total += done;
        }
        break;
    case ARCHIVE_SYMBOLIC_LINK:
        n->vn_target = strdup(m->link);
        break;
    case ARCHIVE_CHARACTER:
    case ARCHIVE_BLOCK:
        n->vn_rdev = L_MAKEDEV(m->major, m->minor);
        break;
    default:
        break;
    }
    return kr;
}

static uint32_t
member_type(char type)
{
    switch (type) {
    case ARCHIVE_SYMBOLIC_LINK:
        return L_S_IFLNK;
    case ARCHIVE_CHARACTER:
        return L_S_IFCHR;
    case ARCHIVE_BLOCK:
        return L_S_IFBLK;
    case ARCHIVE_DIRECTORY:
        return L_S_IFDIR;
    case ARCHIVE_FIFO:
        return L_S_IFIFO;
    default:
        return L_S_IFREG;
    }
}

static kern_return_t
fill_member(const char *path, const struct archive_member *m)
{
    struct lookup lk;
    uint32_t type = member_type(m->type);
    struct vfs_node *n;
    kern_return_t kr = lookup(&boot, NULL, path,
                              type == L_S_IFDIR ? LOOKUP_FOLLOW : 0, &lk,
                              NULL);

    if (kr == ERR(ENOENT)) {
        make_parents(path);
        kr = lookup(&boot, NULL, path, 0, &lk, NULL);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (lk.lk_node != NULL && L_S_ISDIR(lk.lk_node->vn_mode)) {
        if (type == L_S_IFDIR) {
            set_attributes(lk.lk_node, m);
        } else {
            kr = ERR(EISDIR);
        }
        lookup_done(&lk);
        return kr;
    }
    if (lk.lk_node != NULL) {
        dir_remove(lk.lk_up, dir_find(lk.lk_up, lk.lk_name, lk.lk_length));
    }
    if (m->type == ARCHIVE_HARD_LINK) {
        lookup_done(&lk);
        return make_link(path, m);
    }
    kr = node_make(&boot, &lk, type | 0777, &n);
    if (kr == KERN_SUCCESS) {
        kr = fill_node(n, m);
        set_attributes(n, m);
        node_release(n);
    }
    lookup_done(&lk);
    return kr;
}

void
root_fill(const uint8_t *data, uint64_t size)
{
    struct archive a = { .data = data, .size = size, .next = 0 };
    static struct archive_member m;
    enum archive_result result;
    kern_return_t kr;

    boot_begin();
    while ((result = archive_next(&a, &m)) == ARCHIVE_OK) {
        if (strcmp(m.name, "root") == 0) {
            set_attributes(vfs_root, &m);
            continue;
        }
        if (strncmp(m.name, "root/", 5) != 0 || m.name[5] == '\0') {
            continue;
        }
        kr = fill_member(m.name + 4, &m);
        if (kr != KERN_SUCCESS) {
            server_log("vfs: %s: error %d", m.name, POSIX_ERRNO(kr));
        }
    }
    if (result == ARCHIVE_BAD) {
        server_log("vfs: the boot archive is damaged");
    }
}

static void
make_device(const char *path, uint32_t mode, unsigned major, unsigned minor)
{
    (void)vfs_S_vfs_mknod(&boot, NULL, path, L_S_IFCHR | mode,
                          L_MAKEDEV(major, minor));
}

void
root_defaults(void)
{
    struct vfs_node *proc;

    boot_begin();
    (void)vfs_S_vfs_mkdir(&boot, NULL, "/dev", 0755);
    if (vfs_S_vfs_mkdir(&boot, NULL, "/tmp", 01777) == KERN_SUCCESS) {
        (void)vfs_S_vfs_chmod(&boot, NULL, "/tmp", 01777, 0);
    }
    (void)vfs_S_vfs_mkdir(&boot, NULL, "/proc", 0555);
    make_device("/dev/null", 0666, 1, 3);
    make_device("/dev/zero", 0666, 1, 5);
    make_device("/dev/full", 0666, 1, 7);
    make_device("/dev/random", 0666, 1, 8);
    make_device("/dev/urandom", 0666, 1, 9);
    make_device("/dev/tty", 0666, 5, 0);
    make_device("/dev/console", 0600, 5, 1);
    make_device("/dev/ttyS0", 0620, 4, 64);
    (void)vfs_S_vfs_symlink(&boot, "/proc/self/fd", NULL, "/dev/fd");
    (void)vfs_S_vfs_symlink(&boot, "/proc/self/fd/0", NULL, "/dev/stdin");
    (void)vfs_S_vfs_symlink(&boot, "/proc/self/fd/1", NULL, "/dev/stdout");
    (void)vfs_S_vfs_symlink(&boot, "/proc/self/fd/2", NULL, "/dev/stderr");
    if (lookup_node(&boot, NULL, "/proc", LOOKUP_FOLLOW, &proc, NULL) ==
        KERN_SUCCESS) {
        proc->vn_client = L_S_ISDIR(proc->vn_mode);
        node_release(proc);
    }
}
