/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications can't be forged: every id, as a simple and as a complex
 * message, to a port of every kind.  Each is answered MIG_BAD_ID, or ignored
 * when it has no reply port, and everything answers as before.
 */
#include <mach/mig_errors.h>
#include <mach/notify.h>
#include <mach/task_info.h>
#include <task/task.h>
#include "fuzz.h"

static mach_port_name_t reply_port;

struct forged {
    mach_msg_header_t head;
    union {
        struct {
            uint64_t ndr;
            uint32_t value;
        } simple;
        struct {
            mach_msg_body_t body;
            mach_msg_port_descriptor_t port;
        } complex;
    };
};

static void
forge(mach_port_name_t to, int id, bool complex, bool reply)
{
    union {
        struct forged forged;
        mig_reply_error_t error;
        uint8_t room[256];
    } m;
    kern_return_t kr;

    memset(&m, 0, sizeof(m));
    m.forged.head.msgh_bits = MACH_MSGH_BITS(
        MACH_MSG_TYPE_COPY_SEND, reply ? MACH_MSG_TYPE_MAKE_SEND_ONCE : 0);
    m.forged.head.msgh_remote_port = to;
    m.forged.head.msgh_local_port = reply ? reply_port : MACH_PORT_NULL;
    m.forged.head.msgh_id = id;
    m.forged.simple.value = to;
    if (complex) {
        m.forged.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        m.forged.complex.body.msgh_descriptor_count = 1;
        m.forged.complex.port.name = mach_reply_port();
        m.forged.complex.port.disposition = MACH_MSG_TYPE_MOVE_RECEIVE;
        m.forged.complex.port.type = MACH_MSG_PORT_DESCRIPTOR;
    }
    kr = mach_msg(&m.forged.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                  complex ? 40 : MACH_NOTIFICATION_SIZE, 0, MACH_PORT_NULL, 0,
                  MACH_PORT_NULL);
    if (kr != KERN_SUCCESS) {
        progress->wrong++;
        mach_printf("# id %d to %x: send error %x\n", id, to, kr);
        return;
    }
    kr = mach_msg(&m.forged.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                  sizeof(m), reply_port, 0, MACH_PORT_NULL);
    if (reply ? kr != KERN_SUCCESS || m.error.RetCode != MIG_BAD_ID
              : kr != MACH_RCV_TIMED_OUT) {
        progress->wrong++;
        mach_printf("# id %d to %x: %x, answer %d\n", id, to, kr,
                    m.error.RetCode);
    }
}

void
forge_all(void)
{
    mach_port_name_t name;
    uint64_t info[64];
    const char *kind;

    reply_port = mach_reply_port();
    for (unsigned i = 0; i < pool_count(); i++) {
        pool_entry(i, &name, &kind);
        if (*kind == '\0') {
            continue; /* no kernel object */
        }
        progress->kinds++;
        for (int id = MACH_NOTIFY_FIRST; id <= MACH_NOTIFY_LAST; id++) {
            for (unsigned k = 0; k < 4; k++) {
                forge(name, id, (k & 1) != 0, (k & 2) != 0);
            }
        }
    }
    for (unsigned i = 0; i < pool_count(); i++) {
        mach_msg_type_number_t n = 64;

        pool_entry(i, &name, &kind);
        if (strcmp(kind, "task_t") == 0 &&
            task_info(name, TASK_BASIC_INFO, info, &n) != KERN_SUCCESS) {
            progress->lost++;
        }
    }
}
