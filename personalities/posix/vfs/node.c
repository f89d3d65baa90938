/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes: life, times, stat.  See node.h. */
#include <stdlib.h>
#include <string.h>

#include <server/object.h>

#include "newlib/sys.h"
#include "vfs/dir.h"
#include "vfs/node.h"

#define NODE_BYTES 512u /* what a node counts against the RAM disk */
#define NODES_PER_PAGE (DATA_PAGE / NODE_BYTES)
#define DAY 86400000000000ll

struct vfs_node *vfs_root;
uint64_t vfs_node_count;
static uint64_t next_ino = 1;

int64_t
vfs_now(void)
{
    return clock_realtime();
}

struct vfs_node *
node_create(uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct vfs_node *n;

    if (vfs_node_count % NODES_PER_PAGE == 0 && !data_charge(1)) {
        return NULL;
    }
    n = calloc(1, sizeof(*n));
    if (n == NULL) {
        if (vfs_node_count % NODES_PER_PAGE == 0) {
            data_uncharge(1);
        }
        return NULL;
    }
    vfs_node_count++;
    n->vn_ino = next_ino++;
    n->vn_mode = mode;
    n->vn_uid = uid;
    n->vn_gid = gid;
    n->vn_refs = 1;
    n->vn_atime = n->vn_mtime = n->vn_ctime = vfs_now();
    if (L_S_ISDIR(mode)) {
        n->vn_dir.vd_next_cookie = DIR_FIRST_COOKIE;
    }
    return n;
}

static void
node_free(struct vfs_node *n)
{
    struct vfs_node *up = n->vn_up;

    switch (n->vn_mode & L_S_IFMT) {
    case L_S_IFREG:
        data_free(&n->vn_data);
        break;
    case L_S_IFDIR:
        dir_free(&n->vn_dir);
        break;
    case L_S_IFLNK:
        free(n->vn_target);
        break;
    case L_S_IFIFO:
        if (n->vn_fifo != 0) {
            handle_release(n->vn_fifo);
        }
        break;
    default:
        break;
    }
    free(n);
    vfs_node_count--;
    if (vfs_node_count % NODES_PER_PAGE == 0) {
        data_uncharge(1);
    }
    if (up != NULL) {
        node_release(up);
    }
}

struct vfs_node *
node_reference(struct vfs_node *n)
{
    n->vn_refs++;
    return n;
}

void
node_release(struct vfs_node *n)
{
    n->vn_refs--;
    if (n->vn_refs == 0 && n->vn_nlink == 0) {
        node_free(n);
    }
}

void
node_unlink(struct vfs_node *n)
{
    n->vn_nlink--;
    n->vn_ctime = vfs_now();
    if (n->vn_refs == 0 && n->vn_nlink == 0) {
        node_free(n);
    }
}

void
node_modified(struct vfs_node *n)
{
    n->vn_mtime = n->vn_ctime = vfs_now();
}

void
node_changed(struct vfs_node *n)
{
    n->vn_ctime = vfs_now();
}

void
node_accessed(struct vfs_node *n)
{
    int64_t now = vfs_now();

    if (n->vn_atime <= n->vn_mtime || n->vn_atime <= n->vn_ctime ||
        now - n->vn_atime > DAY) {
        n->vn_atime = now;
    }
}

static void
split_time(int64_t ns, int64_t *sec, int64_t *nsec)
{
    *sec = ns / 1000000000;
    *nsec = ns % 1000000000;
    if (*nsec < 0) {
        *nsec += 1000000000;
        --*sec;
    }
}

void
node_stat(const struct vfs_node *n, posix_stat_t *stat)
{
    memset(stat, 0, sizeof(*stat));
    stat->st_dev = L_MAKEDEV(0, 1);
    stat->st_ino = n->vn_ino;
    stat->st_nlink = n->vn_nlink;
    stat->st_mode = n->vn_mode;
    stat->st_uid = n->vn_uid;
    stat->st_gid = n->vn_gid;
    stat->st_rdev = n->vn_rdev;
    stat->st_blksize = 4096;
    switch (n->vn_mode & L_S_IFMT) {
    case L_S_IFREG:
        stat->st_size = (int64_t)n->vn_data.vd_size;
        stat->st_blocks = (int64_t)data_pages(&n->vn_data) * 8;
        break;
    case L_S_IFDIR:
        stat->st_size = 4096;
        stat->st_blocks = 8;
        break;
    case L_S_IFLNK:
        stat->st_size = (int64_t)strlen(n->vn_target);
        break;
    default:
        break;
    }
    split_time(n->vn_atime, &stat->st_atime_sec, &stat->st_atime_nsec);
    split_time(n->vn_mtime, &stat->st_mtime_sec, &stat->st_mtime_nsec);
    split_time(n->vn_ctime, &stat->st_ctime_sec, &stat->st_ctime_nsec);
}

uint32_t
node_kind(const struct vfs_node *n)
{
    switch (n->vn_mode & L_S_IFMT) {
    case L_S_IFDIR:
        return KIND_DIR;
    case L_S_IFIFO:
        return KIND_FIFO_NODE;
    case L_S_IFCHR:
    case L_S_IFBLK:
        return KIND_DEVICE;
    default:
        return KIND_FILE;
    }
}
