/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The objects that stand behind proc's ports, as the generated code sees them.
 */
#ifndef PROC_OBJECTS_H
#define PROC_OBJECTS_H

#include <server/object.h>

struct process;
struct proc_control;
typedef struct process *proc_ref_t;
typedef struct proc_control *proc_control_ref_t;

/* Borrowed; NULL when the message named no such object. */
proc_ref_t proc_from_port(mach_port_t name);
proc_ref_t proc_from_payload(uint64_t payload);
proc_control_ref_t proc_control_from_port(mach_port_t name);
proc_control_ref_t proc_control_from_payload(uint64_t payload);

#endif
