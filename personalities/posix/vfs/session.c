/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions, the control object, and how messages find vfs's objects.
 */
#include <stdlib.h>

#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>
#include <vfs_control/vfs_S_vfs_control_server.h>

static void
session_destroy(struct server_object *o)
{
    vfs_session_ref_t s = (vfs_session_ref_t)o;

    locks_session_gone(s);
    node_release(s->vs_cwd);
    node_release(s->vs_root);
    free(s);
}

static const struct mig_subsystem *const session_interfaces[] = {
    &vfs_S_vfs_subsystem, NULL
};
static kern_return_t
session_cancel(struct server_object *o, uint64_t cookie)
{
    return vfs_S_vfs_cancel((vfs_session_ref_t)o, cookie);
}

const struct server_class vfs_session_class = {
    .sc_name = "vfs session",
    .sc_subsystems = session_interfaces,
    .sc_destroy = session_destroy,
    .sc_cancel = session_cancel,
};

static const struct mig_subsystem *const control_interfaces[] = {
    &vfs_S_vfs_control_subsystem, NULL
};
const struct server_class vfs_control_class = {
    .sc_name = "vfs control",
    .sc_subsystems = control_interfaces,
};

vfs_session_ref_t
vfs_session_from_port(mach_port_t name)
{
    return server_object_lookup(name, &vfs_session_class);
}

vfs_session_ref_t
vfs_session_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &vfs_session_class);
}

vfs_control_ref_t
vfs_control_from_port(mach_port_t name)
{
    return server_object_lookup(name, &vfs_control_class);
}

vfs_control_ref_t
vfs_control_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &vfs_control_class);
}

struct vfs_file vfs_no_file;

vfs_file_ref_t
vfs_file_from_port(mach_port_t name)
{
    vfs_file_ref_t f;

    if (name == MACH_PORT_NULL) {
        return NULL;
    }
    f = server_object_lookup(name, &vfs_file_class);
    return f != NULL ? f : &vfs_no_file;
}

vfs_file_ref_t
vfs_file_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &vfs_file_class);
}

kern_return_t
vfs_S_vfs_session_create(vfs_control_ref_t control, vfs_session_ref_t from,
                         int pid, posix_creds_t creds,
                         vfs_session_ref_t *session)
{
    vfs_session_ref_t s;

    (void)control;
    if (creds.ngroups > 32) {
        return ERR(EINVAL);
    }
    s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return ERR(ENOMEM);
    }
    server_object_init(&s->vs_object, &vfs_session_class);
    s->vs_pid = pid;
    s->vs_creds = creds;
    s->vs_cwd = node_reference(from != NULL ? from->vs_cwd : vfs_root);
    s->vs_root = node_reference(from != NULL ? from->vs_root : vfs_root);
    *session = s;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_session_set_creds(vfs_control_ref_t control, vfs_session_ref_t s,
                            posix_creds_t creds)
{
    (void)control;
    if (s == NULL || creds.ngroups > 32) {
        return ERR(EINVAL);
    }
    s->vs_creds = creds;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_exec_creds(vfs_control_ref_t control, vfs_session_ref_t s,
                     vfs_file_ref_t f, posix_creds_t *creds)
{
    kern_return_t kr;

    (void)control;
    /* A direct call may bring any object. */
    if (s == NULL || f == NULL || f->vf_object.so_class != &vfs_file_class) {
        return ERR(EBADF);
    }
    if (!L_S_ISREG(f->vf_node->vn_mode)) {
        return ERR(EACCES);
    }
    kr = perm_check(&s->vs_creds, f->vf_node, PERM_X);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if ((f->vf_node->vn_mode & L_S_ISUID) != 0) {
        creds->uid = f->vf_node->vn_uid;
    }
    if ((f->vf_node->vn_mode & (L_S_ISGID | 0010)) == (L_S_ISGID | 0010)) {
        creds->gid = f->vf_node->vn_gid;
    }
    return KERN_SUCCESS;
}

static kern_return_t
session_directory(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                  struct vfs_node **place)
{
    struct vfs_node *n;
    kern_return_t kr = lookup_node(s, dir, path,
                                   LOOKUP_FOLLOW |
                                       (dir != NULL ? LOOKUP_EMPTY : 0),
                                   &n, NULL);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = L_S_ISDIR(n->vn_mode) ? perm_check(&s->vs_creds, n, PERM_X)
                               : ERR(ENOTDIR);
    if (kr != KERN_SUCCESS) {
        node_release(n);
        return kr;
    }
    node_release(*place);
    *place = n;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_chdir(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path)
{
    return session_directory(s, dir, path, &s->vs_cwd);
}

kern_return_t
vfs_S_vfs_chroot(vfs_session_ref_t s, const char *path)
{
    if (s->vs_creds.uid != 0) {
        return ERR(EPERM);
    }
    return session_directory(s, NULL, path, &s->vs_root);
}
