/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of the message layout that the emitters need. */
#ifndef MIG_LAYOUT_H
#define MIG_LAYOUT_H

#include "routine.h"

#define LAYOUT_MESSAGE_MAX 0x11000u /* MACH_MSG_SIZE_MAX */
#define LAYOUT_ERROR_SIZE 36u       /* sizeof(mig_reply_error_t) */
#define LAYOUT_TRAILER_MAX 64u      /* MAX_TRAILER_SIZE */
#define LAYOUT_SYNC_MAX 8232u       /* MIG_SYNC_MAX */
#define LAYOUT_SYNC_ROOM 112u       /* MIG_SYNC_ROOM */

/* Bytes per element of an array, out of line or not; 1 for strings. */
unsigned layout_elem_size(const struct type *t);

/* Lays the reply out in place of the request (for deferred replies). */
void layout_reply_message(struct routine *rt);

#endif
