/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fast paths share out of line, as what is rarer than the rest; apart
 * from mach_msg_fast.c since its functions keep no registers.
 */
#include <ipc/mach_msg_fast.h>

struct thread *
mach_msg_set_receiver(const struct ipc_port *port)
{
    struct list *l;

    if (wait_queue_first(&port->ip_object.io_listeners) != NULL) {
        return NULL;
    }
    list_for_each(l, &port->ip_links)
    {
        struct ipc_pset *set = list_entry(l, struct ipc_link,
                                          il_port_link)->il_set;
        struct thread *th = wait_queue_first(&set->ps_object.io_receivers);

        if (th != NULL) {
            return list_empty(&set->ps_ready) ? th : NULL;
        }
        if (wait_queue_first(&set->ps_object.io_listeners) != NULL) {
            return NULL;
        }
    }
    return NULL;
}

bool
mach_msg_put_trailer(vm_address_t at, mach_msg_size_t size,
                     const struct ipc_port *dest,
                     const security_token_t *sender,
                     const audit_token_t *audit)
{
    mach_msg_max_trailer_t t = {
        .msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0,
        .msgh_trailer_size = size,
        .msgh_seqno = dest->ip_seqno,
        .msgh_sender = *sender,
        .msgh_audit = *audit,
        .msgh_context = dest->ip_context,
    };

    return user_copy_to(at, &t, size) == 0;
}

/* Where it is read to: what is behind the code and two more words, which is
 * mostly memory's or registers' image, is aligned. */
struct kernel_reply {
    uint32_t pad;
    mach_msg_header_t head;
    uint8_t body[IPC_DIRECT_MAX - sizeof(mach_msg_header_t)];
} __attribute__((aligned(8)));

static bool
read_reply(const struct fast *f, struct kernel_reply *r)
{
    vm_address_t to = (uintptr_t)&r->head, from = f->message;

    if (f->size > IPC_DIRECT_MAX) {
        return false;
    }
    user_access_begin();
    user_move64(to, from, f->size / 8, miss);
    if ((f->size & 4) != 0) {
        user_move32(to + f->size - 4, from + f->size - 4, miss);
    }
    user_access_end();
    r->head.msgh_bits = BITS_REPLY; /* which brought it here */
    r->head.msgh_size = f->size;
    return true;
miss:
    user_access_end();
    return false;
}

/* What is in the trap's arguments is not handed over, which keeps it in
 * registers in mach_msg_fast.c. */
bool
mach_msg_fast_kernel(struct ipc_entry *dest_entry, struct ipc_object *source)
{
    struct thread *th = current_thread();
    struct ipc_port *dest = dest_entry->ie_port;
    struct fast f = {
        .sender = th,
        .message = regs_arg(&th->th_regs, ARG_MESSAGE),
        .option = (mach_msg_option_t)regs_arg(&th->th_regs, ARG_OPTION),
        .size = (mach_msg_size_t)regs_arg(&th->th_regs, ARG_SIZES),
        .source = source,
    };
    struct kernel_reply r;

    if ((th->th_ast & ~AST_IRET) != 0 || !ip_active(dest)
        || !read_reply(&f, &r)) {
        return false;
    }
    f.receiver = dest->ip_direct(dest->ip_kobject, th, &r.head);
    if (f.receiver == NULL) {
        return false;
    }
    /* ---- point of no return ---- */
    sender_waits(&f);
    ipc_entry_free(th->th_caller->ca_space, dest_entry);
    dest->ip_sorights--;
    dest->ip_object.io_refs--; /* the receive right's is left */
    sched_hand_over(th, f.receiver);
    machine_resume(f.receiver);
    return true;
}
