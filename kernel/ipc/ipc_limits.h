/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits of ipc.  Each is a build parameter (-DNAME=VALUE), so that tests can
 * make it tiny; those that programs see are in <mach/port.h>.
 */
#ifndef IPC_IPC_LIMITS_H
#define IPC_IPC_LIMITS_H

/* Entries of a name table's chunk (a page of them). */
#ifndef IPC_CHUNK
#define IPC_CHUNK 128u
#endif
/* Names charged for and made free at a time. */
#ifndef IPC_FILL
#define IPC_FILL 16u
#endif
/* Indices of a space. */
#ifndef IPC_NAMES_MAX
#define IPC_NAMES_MAX (1u << 20)
#endif
/* A name may be asked for by number this far past the end of the table. */
#ifndef IPC_NAME_REACH
#define IPC_NAME_REACH (8u * IPC_CHUNK)
#endif
/* Steps of a loop over rights or names before interrupts are let in. */
#ifndef IPC_STRETCH
#define IPC_STRETCH 32u
#endif
/* Sets a port can be in. */
#ifndef IPC_LINKS_MAX
#define IPC_LINKS_MAX 32u
#endif
/* Small messages kept for reuse. */
#ifndef IPC_KMSG_CACHE
#define IPC_KMSG_CACHE 32
#endif

#endif
