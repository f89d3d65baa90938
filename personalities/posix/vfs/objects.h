/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The objects that stand behind vfs's ports, as the generated code sees them.
 */
#ifndef VFS_OBJECTS_H
#define VFS_OBJECTS_H

#include <server/object.h>

struct vfs_session;
struct vfs_file;
struct vfs_control;
typedef struct vfs_session *vfs_session_ref_t;
typedef struct vfs_file *vfs_file_ref_t;
typedef struct vfs_control *vfs_control_ref_t;

/* Borrowed; NULL when the message named no such object. */
vfs_session_ref_t vfs_session_from_port(mach_port_t name);
vfs_session_ref_t vfs_session_from_payload(uint64_t payload);
vfs_control_ref_t vfs_control_from_port(mach_port_t name);
vfs_control_ref_t vfs_control_from_payload(uint64_t payload);

/* An open file as an argument: NULL for the null port (the current
 * directory), &vfs_no_file for a right that isn't an open file of vfs. */
extern struct vfs_file vfs_no_file;
vfs_file_ref_t vfs_file_from_port(mach_port_t name);
vfs_file_ref_t vfs_file_from_payload(uint64_t payload);

#endif
