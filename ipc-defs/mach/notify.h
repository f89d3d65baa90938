/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: messages from the kernel.  A receiver believes one only if
 * the sender token in its trailer is the kernel's.
 */
#ifndef MACH_NOTIFY_H
#define MACH_NOTIFY_H

#include <mach/message.h>

#define MACH_NOTIFY_FIRST 64
#define MACH_NOTIFY_PORT_DELETED 65
#define MACH_NOTIFY_SEND_POSSIBLE 66
#define MACH_NOTIFY_PORT_DESTROYED 69
#define MACH_NOTIFY_NO_SENDERS 70
#define MACH_NOTIFY_SEND_ONCE 71
#define MACH_NOTIFY_DEAD_NAME 72
#define MACH_NOTIFY_NAME_LIMIT 74 /* ours: a space has more names than asked */
#define MACH_NOTIFY_LAST 79

/* dead-name: the name has got one user reference for this message.
 * no-senders: the make-send count at which the last send right went.
 * Both are delivered before requests that are queued on the same port. */
typedef struct {
    mach_msg_header_t not_header;
    uint64_t not_ndr;
    union {
        mach_port_name_t not_port;    /* dead-name, port-deleted,
                                         send-possible */
        mach_port_mscount_t not_count; /* no-senders; name-limit: names */
    };
} mach_notification_t;
_Static_assert(sizeof(mach_notification_t) == 40, "ABI");
/* msgh_size of the kinds above is 36, of send-once 24; port-destroyed is complex. */
#define MACH_NOTIFICATION_SIZE 36u

#endif
