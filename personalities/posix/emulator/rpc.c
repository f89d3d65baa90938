/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls by message: what generated stubs use (<mach/mig_user.h>), with the thread's
 * own reply port, and the protocol of interruptible waits.
 *
 * A client never abandons a reply: when the thread is kicked while it waits,
 * the request is cancelled at the component, and the wait goes on until the
 * answer comes, with what has been done or with EINTR.
 */
#include <mach/mig_sync.h>
#include <io/io.h>
#include <pipe/pipe.h>
#include <proc/proc.h>
#include <tty/tty.h>
#include <vfs/vfs.h>
#include "emulator.h"

int64_t
error_of(kern_return_t kr)
{
    if (kr == KERN_SUCCESS) {
        return 0;
    }
    if (POSIX_ERROR_IS(kr)) {
        return -POSIX_ERRNO(kr);
    }
    switch (kr) {
    case MACH_SEND_INVALID_DEST:
        return -EBADF;
    case KERN_RESOURCE_SHORTAGE:
    case MACH_SEND_NO_BUFFER:
        return -ENOMEM;
    default:
        return -EIO;
    }
}

int64_t
memory_error_of(kern_return_t kr)
{
    switch (kr) {
    case KERN_SUCCESS:
        return 0;
    case KERN_INVALID_ARGUMENT:
        return -EINVAL;
    case KERN_PROTECTION_FAILURE:
    case KERN_NO_ACCESS:
        return -EACCES;
    default:
        return POSIX_ERROR_IS(kr) ? -POSIX_ERRNO(kr) : -ENOMEM;
    }
}

uint64_t
rpc_interruptible(struct thread *t, enum cancel_kind kind, mach_port_t port)
{
    t->cancel_kind = kind;
    t->cancel_port = port;
    t->cookie = (uint64_t)(uint32_t)t->tid << 32 | ++t->cookie_count;
    return t->cookie;
}

int64_t
interrupted(int64_t result)
{
    return result == -EINTR ? -ERESTARTSYS : result;
}

static void
cancel(enum cancel_kind kind, mach_port_t port, uint64_t cookie)
{
    switch (kind) {
    case CANCEL_IO:
        io_cancel(port, cookie);
        break;
    case CANCEL_TTY:
        tty_cancel(port, cookie);
        break;
    case CANCEL_PROC:
        proc_cancel(port, cookie);
        break;
    case CANCEL_VFS:
        vfs_cancel(port, cookie);
        break;
    case CANCEL_FIFO:
        pipe_fifo_cancel(port, cookie);
        break;
    case CANCEL_NONE:
        break;
    }
}

mach_msg_return_t
emulator_mig_rpc(mach_msg_header_t *msg, mach_msg_option_t option,
        mach_msg_size_t send_size, mach_msg_size_t rcv_size,
        mach_port_t reply, mach_msg_timeout_t timeout)
{
    struct thread *t = this_thread();
    enum cancel_kind kind = t->cancel_kind;
    mach_msg_return_t mr;

    if (kind == CANCEL_NONE || !(option & MACH_RCV_MSG)) {
        return mach_msg(msg, option, send_size, rcv_size, reply, timeout, 0);
    }
    t->cancel_kind = CANCEL_NONE;
    mr = mach_msg(msg, option | MACH_RCV_INTERRUPT, send_size, rcv_size,
                  reply, timeout, 0);
    if (mr == MACH_RCV_INTERRUPTED) {
        t->kick = 1;
        cancel(kind, t->cancel_port, t->cookie);
        mr = mach_msg(msg, option & ~MACH_SEND_MSG, 0, rcv_size, reply,
                      timeout, 0);
    }
    return mr;
}

/* In the emulator that calls synchronously.  The kernel has a call cancelled;
 * only when it goes as a message that is up to emulator_mig_rpc(). */
mach_msg_return_t
emulator_mig_sync_rpc(mach_msg_header_t *msg, mach_msg_option_t option,
                      mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                      mach_port_t reply, mach_msg_timeout_t timeout,
                      unsigned flags)
{
    struct thread *t = this_thread();
    mach_msg_return_t mr;

    if (t->cancel_kind != CANCEL_NONE) {
        flags |= MIG_SYNC_INTERRUPTIBLE;
    }
    mr = mig_sync_call(msg, option, send_size, rcv_size, reply, timeout,
                       flags);
    t->cancel_kind = CANCEL_NONE;
    return mr;
}

struct sync_buffer *
mig_sync_buffer(void)
{
    struct thread *t = this_thread();

    if (t->sync_buffer == NULL) {
        t->sync_buffer = sync_buffer();
    }
    return t->sync_buffer;
}

mach_port_t
mig_get_reply_port(void)
{
    struct thread *t = this_thread();

    if (t->reply_port == MACH_PORT_NULL) {
        t->reply_port = mach_reply_port();
    }
    return t->reply_port;
}

void
mig_put_reply_port(mach_port_t reply)
{
    (void)reply;
}

/* A reply may still come to this port: it must not be taken for another's. */
void
mig_dealloc_reply_port(mach_port_t reply)
{
    struct thread *t = this_thread();

    if (t->reply_port == reply) {
        mach_port_mod_refs_trap(reply, MACH_PORT_RIGHT_RECEIVE, -1);
        t->reply_port = MACH_PORT_NULL;
    }
}

/* Large messages: the thread's buffer, and memory when that is in use. */
void *
mig_user_allocate(size_t size)
{
    struct thread *t = this_thread();
    vm_address_t at = EMULATOR_BLOCKS;

    if (size <= THREAD_BUFFER_SIZE && !t->buffer_busy) {
        t->buffer_busy = true;
        return (char *)t + THREAD_BUFFER_AT;
    }
    return vm_allocate(&at, size, VM_FLAGS_ANYWHERE) == KERN_SUCCESS
               ? (void *)(uintptr_t)at
               : NULL;
}

void
mig_user_deallocate(void *memory, size_t size)
{
    struct thread *t = this_thread();

    if (memory == (char *)t + THREAD_BUFFER_AT) {
        t->buffer_busy = false;
        return;
    }
    vm_deallocate((vm_address_t)(uintptr_t)memory, size);
}
