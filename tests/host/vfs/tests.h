/* SPDX-License-Identifier: BSD-2-Clause */
/* What the groups of tests share. */
#ifndef TESTS_VFS_H
#define TESTS_VFS_H

#include <stdlib.h>
#include <string.h>

#include <io/vfs_S_io_server.h>
#include <vfs/vfs_S_vfs_server.h>
#include <vfs_control/vfs_S_vfs_control_server.h>

#include "vfs/internal.h"
#include "fakes.h"
#include "tap.h"

extern vfs_session_ref_t root, user; /* user: uid 1000 */

vfs_session_ref_t new_session(uint32_t uid);
/* An open file's port, or 0 with last_error. */
extern kern_return_t last_error;
extern uint32_t last_kind;
extern char last_redirect[POSIX_PATH_MAX];
mach_port_t open_as(vfs_session_ref_t s, const char *path, uint32_t flags,
                    uint32_t mode);
uint32_t write_at(mach_port_t f, int64_t at, const void *data, uint32_t n);
uint32_t read_at(mach_port_t f, int64_t at, void *data, uint32_t n);
void make_file(const char *path, const char *text);
posix_stat_t stat_of(const char *path);
bool exists(const char *path);
#define CLOSE(f) fake_no_senders(f)
#define UNLINK(p) vfs_S_vfs_unlink(root, NULL, p, 0)
#define RMDIR(p) vfs_S_vfs_unlink(root, NULL, p, L_AT_REMOVEDIR)
#define MKDIR(p) vfs_S_vfs_mkdir(root, NULL, p, 0755)
#define RENAME(a, b) vfs_S_vfs_rename(root, NULL, a, NULL, b, 0)

void test_names(void);
void test_rename(void);
void test_files(void);
void test_locks(void);
void test_model(void);

#endif
