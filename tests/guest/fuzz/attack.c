/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An attacker: sends messages, takes what comes back, and uses it.
 */
#include <mach/mig_errors.h>
#include <task/task.h>
#include <thread/thread.h>
#include "fuzz.h"

#define STACK 16384

static union {
    mach_msg_header_t head;
    uint8_t bytes[MIG_FUZZ_ROOM + 64];
} out, in;
static struct mig_fuzz fuzz;
static mach_port_name_t reply_port, port_set;
static uint8_t watch_stack[STACK] __attribute__((aligned(16)));
static mach_port_t main_thread;

static mach_port_name_t
some_port(struct mig_fuzz *f, const char *type,
          mach_msg_type_name_t *disposition)
{
    mach_port_name_t name = pool_pick(f, pool_kind(type));

    switch (mig_fuzz_below(f, 16)) {
    case 0:
        return MACH_PORT_NULL;
    case 1:
        return MACH_PORT_DEAD;
    case 2: /* a new receive right, to be moved or made from */
        name = mach_reply_port();
        *disposition = mig_fuzz_below(f, 2) != 0
                           ? MACH_MSG_TYPE_MAKE_SEND
                           : MACH_MSG_TYPE_MOVE_RECEIVE;
        return name;
    default:
        return name;
    }
}

/* Would it end the machine, by right of who may? */
static bool
is_forbidden(mach_msg_id_t id)
{
    for (unsigned i = 0; fuzz_forbidden[i] != NULL; i++) {
        const struct mig_fuzz_routine *r = fuzz_routine(fuzz_forbidden[i]);

        if (r != NULL && id == r->id) {
            return true;
        }
    }
    return false;
}

/* Physical memory that there is stays as it is. */
static void
tame_physical(mach_msg_header_t *m)
{
    const struct mig_fuzz_routine *r = fuzz_routine("device_physical_entry");
    uint64_t address;

    if (r != NULL && m->msgh_id == r->id) {
        memcpy(&address, (uint8_t *)m + r->body + 8, sizeof(address));
        address = 0xe0000000ull + (address & 0xfffffful);
        memcpy((uint8_t *)m + r->body + 8, &address, sizeof(address));
    }
}

static void
address_message(const struct mig_fuzz_routine *r, mach_msg_header_t *m)
{
    uint32_t remote = MACH_MSG_TYPE_COPY_SEND;
    uint32_t local = MACH_MSG_TYPE_MAKE_SEND_ONCE;

    m->msgh_remote_port = pool_pick(&fuzz, pool_kind(r->target));
    m->msgh_local_port = reply_port;
    switch (mig_fuzz_below(&fuzz, 12)) {
    case 0:
        local = 0;
        m->msgh_local_port = MACH_PORT_NULL;
        break;
    case 1:
        local = MACH_MSG_TYPE_MAKE_SEND;
        break;
    case 2:
        remote = 16 + mig_fuzz_below(&fuzz, 6);
        break;
    case 3:
        local = 16 + mig_fuzz_below(&fuzz, 6);
        m->msgh_local_port = pool_pick(&fuzz, "");
        break;
    default:
        break;
    }
    m->msgh_bits |= MACH_MSGH_BITS(remote, local);
}

static void
print_message(const struct mig_fuzz_routine *r, mach_msg_size_t size)
{
    const uint32_t *w = (const uint32_t *)out.bytes;

    mach_printf("# %lu %s: bits %x id %d size %u to %x reply %x\n",
                progress->sent, r->name, out.head.msgh_bits,
                out.head.msgh_id, size, out.head.msgh_remote_port,
                out.head.msgh_local_port);
    for (unsigned i = 6; i < 32 && i * 4 < size; i += 8) {
        mach_printf("#   %08x %08x %08x %08x %08x %08x %08x %08x\n", w[i],
                    w[i + 1], w[i + 2], w[i + 3], w[i + 4], w[i + 5],
                    w[i + 6], w[i + 7]);
    }
}

/* Keep some of the rights that a message brings; the rest is dropped. */
static void
keep_rights(mach_msg_header_t *m)
{
    uint8_t *p = (uint8_t *)(m + 1) + sizeof(mach_msg_body_t);
    const char *kind = targets_given(m->msgh_id);
    uint32_t n;

    if ((m->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    memcpy(&n, m + 1, sizeof(n));
    for (uint32_t i = 0; i < n; i++) {
        mach_msg_port_descriptor_t d;

        memcpy(&d, p, sizeof(d));
        if (d.type == MACH_MSG_PORT_DESCRIPTOR &&
            mig_fuzz_below(&fuzz, 4) != 0) {
            pool_add(d.name, kind);
            d.name = MACH_PORT_NULL;
            memcpy(p, &d, sizeof(d));
        }
        p += d.type == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
    }
}

/* Everything that has come. */
static void
drain(unsigned patience)
{
    for (unsigned i = 0; i < 16; i++) {
        kern_return_t kr = mach_msg(&in.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                                    0, sizeof(in), port_set,
                                    i == 0 ? patience : 0, MACH_PORT_NULL);
        const mig_reply_error_t *error = (const mig_reply_error_t *)&in;

        if (kr != KERN_SUCCESS) {
            return;
        }
        if ((in.head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
            (in.head.msgh_size >= sizeof(*error) &&
             error->RetCode == KERN_SUCCESS)) {
            progress->answered++;
        }
        keep_rights(&in.head);
        mach_msg_destroy(&in.head);
    }
}

static void
one_message(void)
{
    const struct mig_fuzz_routine *r = mig_fuzz_choose(
        &fuzz, fuzz_interfaces[mig_fuzz_below(&fuzz, fuzz_interface_count)]);
    mach_msg_size_t size = mig_fuzz_message(&fuzz, r, &out.head);

    address_message(r, &out.head);
    tame_physical(&out.head);
    if (is_forbidden(out.head.msgh_id)) {
        return;
    }
    progress->sent++;
    progress->last_size = size;
    memcpy(progress->last, &out, sizeof(progress->last));
    if (progress->print) {
        print_message(r, size);
    }
    if (mach_msg(&out.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL) == KERN_SUCCESS) {
        progress->accepted++;
        drain(progress->patience);
    } else {
        drain(0);
    }
}

/* Another thread: a wait that lasts is ended, as is one in a kernel call. */
static void
watch_main(void)
{
    uint64_t seen = ~0ull;

    for (;;) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 20);
        if (progress->sent == seen && !progress->done) {
            progress->aborted++;
            thread_abort(main_thread);
        }
        seen = progress->sent;
    }
}

static void
start_watch(void)
{
    mach_port_t *threads = NULL;
    mach_msg_type_number_t count = 0;
    x86_thread_state64_t state = {
        .rip = (uintptr_t)watch_main,
        .rsp = (uintptr_t)watch_stack + sizeof(watch_stack) - 8,
    };
    mach_port_t thread = MACH_PORT_NULL;

    if (task_threads(mach_task_self(), &threads, &count) != KERN_SUCCESS) {
        return; /* the supervisor ends what takes too long */
    }
    main_thread = threads[0];
    thread_create_running(mach_task_self(), x86_THREAD_STATE64,
                          (natural_t *)&state, x86_THREAD_STATE64_COUNT,
                          &thread);
}

void
attack_main(void)
{
    mach_port_name_t own;

    fuzz.state = progress->seed * 0x9e3779b97f4a7c15ull | 1;
    fuzz.port = some_port;
    fuzz.memory = targets_memory;
    fuzz.value = targets_value;
    reply_port = mach_reply_port();
    own = mach_reply_port();
    mach_port_insert_right_trap(own, own, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &port_set);
    mach_port_move_member_trap(reply_port, port_set);
    mach_port_move_member_trap(own, port_set);
    targets_make(progress->host_priv, own);
    if (progress->forge) {
        forge_all();
        progress->done = 1;
    }
    start_watch();
    for (uint64_t i = 0; i < progress->count * 2; i++) {
        if (progress->sent >= progress->count) {
            break;
        }
        one_message();
    }
    progress->done = 1;
    for (;;) {
        clock_sleep(DEADLINE_NEVER, 0);
    }
}
