/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz harness's run: an input of libFuzzer's becomes a message, which the
 * harness delivers to the server (see mach/mig_fuzz.h).
 */
#include <mach/mig_fuzz.h>

static union {
    mach_msg_header_t head;
    uint8_t bytes[MIG_FUZZ_ROOM + 64];
} message;

void
mig_fuzz_serve(const struct mig_fuzz_interface *i,
               const struct mig_subsystem *server, const uint8_t *data,
               size_t size)
{
    struct mig_fuzz f = {.state = 1, .data = data, .left = size};
    mach_msg_size_t length;

    if (i->count == 0) {
        return;
    }
    mig_fuzz_callbacks(&f);
    length = mig_fuzz_message(&f, mig_fuzz_choose(&f, i), &message.head);
    mig_fuzz_deliver(server, &message.head, length);
}
