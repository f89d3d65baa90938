/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding and opening the job's program, as env(1) does: a name with a slash
 * is a path, another one is looked for along PATH.
 */
#include <stdio.h>
#include <string.h>
#include <vfs/vfs.h>
#include <vfs_control/vfs_control.h>
#include "internal.h"

#define L_O_RDONLY 0u
#define O_FOR_EXEC 0x10000000u /* vfs.defs: needs x permission */

static mig_handle_t
make_session(const struct job *j)
{
    posix_creds_t creds = {.uid = j->uid, .gid = j->gid};
    mig_handle_t vfs = component_handle("vfs"), session = MIG_HANDLE_NULL;
    kern_return_t kr;

    if (vfs == MIG_HANDLE_NULL) {
        return MIG_HANDLE_NULL;
    }
    kr = vfs_session_create(vfs, MIG_HANDLE_NULL, 1, creds, &session);
    handle_release(vfs);
    return kr == KERN_SUCCESS ? session : MIG_HANDLE_NULL;
}

static int
open_path(mig_handle_t session, struct program *p)
{
    char redirect[POSIX_PATH_MAX];
    mach_msg_type_name_t type;
    uint32_t kind = 0;
    kern_return_t kr;

    kr = vfs_open(session, MIG_HANDLE_NULL, p->path, L_O_RDONLY | O_FOR_EXEC,
                  0, &p->file, &type, &kind, redirect);
    if (kr != KERN_SUCCESS) {
        p->file = MACH_PORT_NULL;
        return POSIX_ERROR_IS(kr) ? POSIX_ERRNO(kr) : L_ENODEV;
    }
    if (kind == KIND_FILE) {
        return 0;
    }
    if (MACH_PORT_VALID(p->file)) {
        mach_port_deallocate_trap(p->file);
    }
    p->file = MACH_PORT_NULL;
    return kind == KIND_DIR ? L_EISDIR : L_EACCES;
}

static const char *
search_path(const struct job *j)
{
    for (unsigned i = 0; i < j->envc; i++) {
        if (strncmp(j->envp[i], "PATH=", 5) == 0) {
            return j->envp[i] + 5;
        }
    }
    return "/bin:/usr/bin";
}

static int
search(mig_handle_t session, const struct job *j, struct program *p)
{
    const char *at = search_path(j);
    int error = L_ENOENT;

    for (;;) {
        int n = (int)strcspn(at, ":"), result;

        snprintf(p->path, sizeof(p->path), "%.*s%s%s", n, at,
                 n > 0 ? "/" : "", j->argv[0]);
        result = open_path(session, p);
        if (result == 0) {
            return 0;
        }
        if (result != L_ENOENT && result != L_ENOTDIR) {
            error = result;
        }
        if (at[n] == '\0') {
            return error;
        }
        at += n + 1;
    }
}

int
init_program_open(const struct job *j, struct program *p)
{
    mig_handle_t session = make_session(j);
    int error = 0;
    kern_return_t kr;

    p->file = MACH_PORT_NULL;
    if (session == MIG_HANDLE_NULL) {
        return L_ENODEV;
    }
    kr = vfs_chdir(session, MIG_HANDLE_NULL, j->cwd);
    if (kr != KERN_SUCCESS) {
        init_complain("%s: cannot be the current directory", j->cwd);
        error = POSIX_ERROR_IS(kr) ? POSIX_ERRNO(kr) : L_ENODEV;
    } else if (strlen(j->argv[0]) + 1 > sizeof(p->path)) {
        error = L_ENOENT;
    } else if (strchr(j->argv[0], '/') != NULL) {
        strcpy(p->path, j->argv[0]);
        error = open_path(session, p);
    } else {
        error = search(session, j, p);
    }
    if (error == 0 && p->path[0] != '/') {
        char relative[POSIX_PATH_MAX];

        strcpy(relative, p->path);
        snprintf(p->path, sizeof(p->path), "%s%s%s", j->cwd,
                 j->cwd[strlen(j->cwd) - 1] == '/' ? "" : "/", relative);
    }
    handle_release(session);
    return error;
}
