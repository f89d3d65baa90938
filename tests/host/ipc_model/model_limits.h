/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limits of kernel/ipc as the specification knows them: those of the
 * build, and what they are otherwise.
 */
#ifndef IPC_MODEL_LIMITS_H
#define IPC_MODEL_LIMITS_H

#include <ipc/ipc_limits.h>

#define M_UREFS_MAX MACH_PORT_UREFS_MAX
#define M_QLIMIT MACH_PORT_QLIMIT_DEFAULT
#define M_QLIMIT_MAX MACH_PORT_QLIMIT_MAX
#define M_FIRST 4u                   /* indices below are borrowed names */
#define M_CHUNK IPC_CHUNK
#define M_FILL IPC_FILL
#define M_NAMES_MAX IPC_NAMES_MAX
#define M_REACH IPC_NAME_REACH       /* past the table's end */
#define M_SETS_MAX IPC_LINKS_MAX     /* that a port can be in */
#define M_INDICES 2048u              /* of a task, in the test */

#endif
