/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame of the tests: sessions, helpers, the census after each group. */
#include "tests.h"

const struct mig_subsystem vfs_S_io_subsystem, vfs_S_vfs_subsystem,
    vfs_S_vfs_control_subsystem;

vfs_session_ref_t root, user;
kern_return_t last_error;
uint32_t last_kind;
char last_redirect[POSIX_PATH_MAX];

vfs_session_ref_t
new_session(uint32_t uid)
{
    static struct vfs_control control;
    posix_creds_t creds = { .uid = uid, .gid = uid };
    vfs_session_ref_t s = NULL;

    (void)vfs_S_vfs_session_create(&control, NULL, 7, creds, &s);
    return s;
}

mach_port_t
open_as(vfs_session_ref_t s, const char *path, uint32_t flags, uint32_t mode)
{
    mach_port_t port = 0;
    mach_msg_type_name_t type;

    last_error = vfs_S_vfs_open(s, NULL, path, flags, mode, &port, &type,
                                &last_kind, last_redirect);
    return last_error == KERN_SUCCESS ? port : 0;
}

uint32_t
write_at(mach_port_t f, int64_t at, const void *data, uint32_t n)
{
    uint32_t written = 0;

    last_error = vfs_S_io_write(fake_object(f), 0, 0, at, 0, data, n,
                                &written);
    return last_error == KERN_SUCCESS ? written : 0;
}

uint32_t
read_at(mach_port_t f, int64_t at, void *data, uint32_t n)
{
    uint32_t count = n;

    last_error = vfs_S_io_read(fake_object(f), 0, 0, at, n, 0, data, &count);
    return last_error == KERN_SUCCESS ? count : 0;
}

void
make_file(const char *path, const char *text)
{
    mach_port_t f = open_as(root, path, L_O_CREAT | L_O_WRONLY | L_O_TRUNC,
                            0644);

    write_at(f, IO_OFFSET_CURRENT, text, (uint32_t)strlen(text));
    CLOSE(f);
}

posix_stat_t
stat_of(const char *path)
{
    posix_stat_t st = { 0 };
    uint32_t kind;

    last_error = vfs_S_vfs_stat(root, NULL, path, L_AT_SYMLINK_NOFOLLOW, &st,
                                &kind, last_redirect);
    return st;
}

bool
exists(const char *path)
{
    (void)stat_of(path);
    return last_error == KERN_SUCCESS;
}

static void
census(void (*test)(void))
{
    uint64_t nodes = vfs_node_count, pages = data_used;
    int objects = fake_objects;

    test();
    OK(vfs_node_count == nodes);
    OK(data_used == pages);
    OK(fake_objects == objects);
}

int
main(void)
{
    data_limit = 4096;
    vfs_root = node_create(L_S_IFDIR | 0755, 0, 0);
    vfs_root->vn_nlink = 2;
    root_defaults();
    root = new_session(0);
    user = new_session(1000);
    census(test_names);
    census(test_rename);
    census(test_files);
    census(test_locks);
    census(test_model);
    return tap_end();
}
