/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the sender's registers and buffer to the receiver's.
 */
#include <base/string.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>
#include <sync/sync_internal.h>
#include <vm/vm_lease.h>

#define TAG_KNOWN                                              \
    (SYNC_LABEL_MASK | SYNC_CONTENT | SYNC_TAKE_RIGHT | SYNC_TAKE_MAP \
     | SYNC_NOWAIT | SYNC_DEADLINE | SYNC_INTERRUPTIBLE | SYNC_KIND)
/* What goes through the buffer, besides words. */
#define TAG_BUFFER (SYNC_RIGHT | SYNC_MAP | SYNC_GRANT)

kern_return_t
sync_check_tag(const struct thread *th)
{
    uint64_t tag = regs_sync_tag(&th->th_regs);
    uint64_t count = tag & SYNC_COUNT;

    if ((tag & ~TAG_KNOWN) != 0 || count > SYNC_WORDS
        || (tag & (SYNC_MAP | SYNC_GRANT)) == (SYNC_MAP | SYNC_GRANT)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((count > SYNC_REGISTERS
         || (tag & (TAG_BUFFER | SYNC_TAKE_RIGHT | SYNC_TAKE_MAP)) != 0)
        && th->th_sync.sy_buffer == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    return KERN_SUCCESS;
}

uint64_t
sync_deadline(const struct thread *th)
{
    return (regs_sync_tag(&th->th_regs) & SYNC_DEADLINE) != 0
               ? regs_sync_deadline(&th->th_regs)
               : WAIT_FOREVER;
}

unsigned
sync_wait_flags(const struct thread *th)
{
    return (regs_sync_tag(&th->th_regs) & SYNC_INTERRUPTIBLE) != 0
               ? WAIT_ABORTABLE | WAIT_INTERRUPTIBLE
               : WAIT_ABORTABLE;
}

/* Can the right be had, and put where it goes? */
static kern_return_t
right_check(const struct thread *from, const struct thread *to)
{
    const struct sync_buffer *b = from->th_sync.sy_buffer;
    struct ipc_space *s = from->th_caller->ca_space;
    kern_return_t kr = ipc_right_claim(s, b->sb_right, b->sb_disposition);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    ipc_right_unclaim(s, b->sb_right, b->sb_disposition);
    if (b->sb_disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
        return KERN_INVALID_RIGHT; /* for messages, which know of circles */
    }
    return ipc_entry_reserve(to->th_caller->ca_space, 1);
}

/* It moves; behind the point of no return. */
static void
right_move(struct thread *from, struct thread *to)
{
    const struct sync_buffer *b = from->th_sync.sy_buffer;
    struct sync_buffer *out = to->th_sync.sy_buffer;
    mach_msg_type_name_t disposition = b->sb_disposition;
    mach_msg_type_name_t type = ipc_right_copyin_type(disposition);
    mach_port_name_t name = b->sb_right;
    struct ipc_port *port =
        MACH_PORT_VALID(name) && ipc_name_borrowed(name)
            ? ipc_port_copy_send(ipc_upcall_borrowed(from, name))
            : ipc_right_copyin(from->th_caller->ca_space, name, disposition);

    out->sb_right =
        ipc_right_copyout(to->th_caller->ca_space, port, type);
    out->sb_disposition = type;
}

/* The last step that can fail: with it the range is mapped. */
static kern_return_t
map_range(struct thread *from, struct thread *to, bool grant)
{
    const struct sync_buffer *b = from->th_sync.sy_buffer;
    struct sync_buffer *out = to->th_sync.sy_buffer;
    struct vm_lease_request r = {
        .from = from->th_caller->ca_map,
        .to = to->th_caller->ca_map,
        .source = b->sb_address,
        .size = b->sb_size,
        .prot = b->sb_prot,
        .grant = grant,
        .address = out->sb_window,
        .ledger = from->th_caller->ca_ledger,
    };
    kern_return_t kr;

    if (r.size > out->sb_window_size) {
        return KERN_NO_ACCESS;
    }
    kr = vm_lease_map(&r);
    if (kr == KERN_SUCCESS) {
        out->sb_address = r.address;
        out->sb_size = r.size;
        out->sb_prot = r.prot;
    }
    return kr;
}

bool
sync_known_right(struct thread *from, struct thread *to)
{
    const struct sync_buffer *b = from->th_sync.sy_buffer;
    struct ipc_space *s = to->th_caller->ca_space;
    const struct ipc_entry *e =
        ipc_entry_lookup(from->th_caller->ca_space, b->sb_right);
    struct ipc_port *port;
    struct ipc_entry *known;

    if (b->sb_disposition != MACH_MSG_TYPE_COPY_SEND || e == NULL
        || (e->ie_bits & MACH_PORT_TYPE_SEND) == 0 || !ip_active(e->ie_port)) {
        return false;
    }
    port = e->ie_port;
    known = port->ip_object.io_space == s
                ? ipc_entry_lookup(s, port->ip_object.io_name)
                : ipc_hash_lookup(s, port);
    if (known == NULL || (known->ie_bits & MACH_PORT_TYPE_SEND) == 0) {
        return false;
    }
    known->ie_bits += ie_urefs(known) != MACH_PORT_UREFS_MAX;
    to->th_sync.sy_buffer->sb_right = known->ie_name;
    to->th_sync.sy_buffer->sb_disposition = MACH_MSG_TYPE_PORT_SEND;
    return true;
}

kern_return_t
sync_transfer(struct thread *from, struct thread *to, uint64_t kind)
{
    uint64_t tag = regs_sync_tag(&from->th_regs);
    uint64_t want = regs_sync_tag(&to->th_regs);
    unsigned count = tag & SYNC_COUNT;
    kern_return_t kr = sync_check_tag(from);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* Its tag was good when it began to wait. */
    if (((count > SYNC_REGISTERS || (tag & TAG_BUFFER) != 0)
         && to->th_sync.sy_buffer == NULL)
        || ((tag & SYNC_RIGHT) != 0 && (want & SYNC_TAKE_RIGHT) == 0)
        || ((tag & (SYNC_MAP | SYNC_GRANT)) != 0
            && (want & SYNC_TAKE_MAP) == 0)) {
        return KERN_NO_ACCESS;
    }
    if ((tag & SYNC_RIGHT) != 0) {
        kr = right_check(from, to);
    }
    if (kr == KERN_SUCCESS && (tag & (SYNC_MAP | SYNC_GRANT)) != 0) {
        kr = map_range(from, to, (tag & SYNC_GRANT) != 0);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* ---- point of no return ---- */
    regs_copy_sync_words(&to->th_regs, &from->th_regs,
                         count < SYNC_REGISTERS ? count : SYNC_REGISTERS);
    if (count > SYNC_REGISTERS) {
        memcpy(to->th_sync.sy_buffer->sb_words,
               from->th_sync.sy_buffer->sb_words,
               (count - SYNC_REGISTERS) * sizeof(uint64_t));
    }
    regs_set_sync_tag(&to->th_regs,
                      (tag & (SYNC_LABEL_MASK | SYNC_CONTENT)) | kind);
    if ((tag & SYNC_RIGHT) != 0) {
        right_move(from, to);
    }
    return KERN_SUCCESS;
}
