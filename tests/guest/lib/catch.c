/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three messages of exc.defs as one function call (see guest.h).
 */
#include <exc/catch_exc_server.h>
#include <mach/mig_errors.h>
#include <mach/mig_server.h>
#include "guest.h"

#define STATE_MAX 256

kern_return_t (*guest_exception)(struct guest_exception *e);

static kern_return_t
refuse(void)
{
    return KERN_FAILURE; /* nobody's but the test's */
}

kern_return_t
catch_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                      int exception, const uint64_t *codes,
                      mach_msg_type_number_t count)
{
    struct guest_exception e = { .behavior = EXCEPTION_DEFAULT,
                                 .thread = thread,
                                 .task = task,
                                 .exception = exception };
    kern_return_t kr;

    (void)port;
    if (count != 2 || guest_exception == NULL) {
        return refuse();
    }
    e.code = codes[0];
    e.subcode = codes[1];
    kr = guest_exception(&e);
    if (kr == KERN_SUCCESS) {
        mach_port_deallocate_trap(thread);
        mach_port_deallocate_trap(task);
    }
    return kr;
}

/* Both messages that carry a state. */
static kern_return_t
with_state(struct guest_exception *e, const uint64_t *codes,
           mach_msg_type_number_t count, int *flavor, const natural_t *old,
           mach_msg_type_number_t old_count, natural_t *new,
           mach_msg_type_number_t *new_count)
{
    kern_return_t kr;

    if (count != 2 || guest_exception == NULL) {
        return refuse();
    }
    e->code = codes[0];
    e->subcode = codes[1];
    e->flavor = *flavor;
    e->state = new;
    e->count = old_count;
    e->room = STATE_MAX;
    memcpy(new, old, old_count * sizeof(*new));
    kr = guest_exception(e);
    *flavor = e->flavor;
    *new_count = e->count;
    return kr;
}

kern_return_t
catch_exception_raise_state(mach_port_t port, int exception,
                            const uint64_t *codes,
                            mach_msg_type_number_t count, int *flavor,
                            const natural_t *old,
                            mach_msg_type_number_t old_count, natural_t *new,
                            mach_msg_type_number_t *new_count)
{
    struct guest_exception e = { .behavior = EXCEPTION_STATE,
                                 .exception = exception };

    (void)port;
    return with_state(&e, codes, count, flavor, old, old_count, new,
                      new_count);
}

kern_return_t
catch_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, int exception,
    const uint64_t *codes, mach_msg_type_number_t count, int *flavor,
    const natural_t *old, mach_msg_type_number_t old_count, natural_t *new,
    mach_msg_type_number_t *new_count)
{
    struct guest_exception e = { .behavior = EXCEPTION_STATE_IDENTITY,
                                 .thread = thread,
                                 .task = task,
                                 .exception = exception };
    kern_return_t kr = with_state(&e, codes, count, flavor, old, old_count,
                                  new, new_count);

    (void)port;
    if (kr == KERN_SUCCESS) {
        mach_port_deallocate_trap(thread);
        mach_port_deallocate_trap(task);
    }
    return kr;
}

bool
guest_catch(mach_port_t port, unsigned ms)
{
    union {
        mach_msg_header_t head;
        uint8_t space[2048];
    } in, out;
    mach_msg_option_t timeout = ms == ~0u ? 0 : MACH_RCV_TIMEOUT;
    kern_return_t kr =
        mach_msg(&in.head,
                 MACH_RCV_MSG | timeout |
                     MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX),
                 0, sizeof(in), port, ms, MACH_PORT_NULL);

    if (kr != KERN_SUCCESS || !catch_exc_server(&in.head, &out.head)) {
        return false;
    }
    kr = mach_msg(&out.head, MACH_SEND_MSG, out.head.msgh_size, 0,
                  MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (kr != KERN_SUCCESS) { /* the thread has died meanwhile */
        mach_msg_destroy(&out.head);
    }
    return kr == KERN_SUCCESS;
}

static void
catch_main(uint64_t port)
{
    for (;;) {
        guest_catch((mach_port_t)port, ~0u);
    }
}

mach_port_t
guest_catch_thread(mach_port_t port)
{
    return thread_spawn(catch_main, port);
}
