/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes: files, directories, symbolic links, devices, FIFOs.
 *
 *   linked    vn_nlink > 0: some directory has it (the root counts as linked)
 *   orphan    vn_nlink == 0, vn_refs > 0: removed, but open or somebody's
 *             current directory
 *   gone      both are 0: freed with its contents
 *
 * A directory's vn_up is its parent (+1 reference) for as long as it exists,
 * so that ".." works in a removed one; vn_entry is its entry there, NULL when
 * it has none.
 */
#ifndef VFS_NODE_H
#define VFS_NODE_H

#include <stdbool.h>
#include <posix/posix.h>
#include <mach/mig_types.h>

#include "common/linux.h"
#include "vfs/data.h"

struct dir_entry;
struct record_lock;
struct vfs_file;

/* Entries by hash and by age: the slots are sorted by cookie, which is what readdir
 * counts in, so that a scan is undisturbed by what comes and goes. */
struct vfs_dir {
    struct dir_entry **vd_hash;
    uint32_t vd_hash_size; /* a power of two, or 0 */
    uint32_t vd_count;     /* entries */
    struct dir_slot *vd_slots;
    uint32_t vd_slot_count, vd_slot_room;
    uint64_t vd_next_cookie;
};

struct vfs_node {
    uint64_t vn_ino;
    uint32_t vn_mode, vn_uid, vn_gid, vn_nlink;
    uint32_t vn_refs;
    bool vn_client;      /* names in this directory are the client's */
    uint64_t vn_rdev;
    int64_t vn_atime, vn_mtime, vn_ctime; /* ns since 1970 */
    struct vfs_node *vn_up;
    struct dir_entry *vn_entry;
    union {
        struct vfs_data vn_data;
        struct vfs_dir vn_dir;
        char *vn_target;      /* symbolic link */
        mig_handle_t vn_fifo; /* pipe's, 0 until opened */
    };
    struct record_lock *vn_locks;
    struct vfs_file *vn_flocks; /* open files that hold one */
};

extern struct vfs_node *vfs_root;
extern uint64_t vfs_node_count;

/* +1 reference, no link; NULL: no memory, or the RAM disk is full. */
struct vfs_node *node_create(uint32_t mode, uint32_t uid, uint32_t gid);
struct vfs_node *node_reference(struct vfs_node *n);
void node_release(struct vfs_node *n);
/* One link less; frees it when it was the last and nobody has it open. */
void node_unlink(struct vfs_node *n);
void node_stat(const struct vfs_node *n, posix_stat_t *stat);
uint32_t node_kind(const struct vfs_node *n);
int64_t vfs_now(void);
/* mtime and ctime; ctime only. */
void node_modified(struct vfs_node *n);
void node_changed(struct vfs_node *n);
/* atime, when it is older than mtime or a day. */
void node_accessed(struct vfs_node *n);

#endif
