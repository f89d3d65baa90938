/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC: a sender and a receiver meet, and what is sent goes from
 * the one's registers to the other's.  Nothing is queued: who comes first waits.
 *
 * An endpoint is a port.  Who has a send right calls it; who has the receive
 * right listens to it, or to a port set that it is in.  The badge of a caller is
 * the protected payload (context) of the port that it called, so that a
 * server tells its clients apart by giving each a port of its own.  The same
 * port takes Mach messages, too; a listener is told when one is there.
 *
 * Registers, at the trap and after it:
 *   rax  -trap number            a code (kern_return.h)
 *   rdi  name                    badge: the port's context
 *   rsi  tag                     tag
 *   rdx r10 r8 r9 rbx r12 r13 r14   words 0 to 7
 *   r15  deadline, if SYNC_DEADLINE   name of the port that it came to
 * A caller's rdi holds the name afterwards.  The registers that no word comes in
 * are lost, whatever the trap returns, as are rcx, r11 and a caller's r15.
 * Words 8 to 1025, a right and a range of memory go through the thread's buffer.
 *
 * Traps:
 *   sync_call (port)        send, and wait for the answer.  Whoever receives
 *                           it has the right to reply, once.
 *   sync_send (port)        send, and go on when it has been received.
 *             (saved right) reply through it; never waits
 *             (0)           reply to the call received last; never waits
 *   sync_receive (port or set)   a right to reply still held is dropped
 *   sync_reply_wait (port or set)   sync_send(0) and sync_receive in one
 *   sync_save_reply (port, cookie) -> rdx: name of a send-once right that is
 *                           the right to reply, of the call received last.
 *                           When the caller is to be interrupted the port
 *                           (receive right; 0: none) is told SYNC_CANCEL.
 *   sync_notify (port, bits)     add to the port's signal word; never waits
 *   sync_buffer () -> rdx: address of the thread's buffer, made if there is none
 *   sync_unmap (address, size)   take back all that was mapped from there, and
 *                           what was mapped from that, to any depth
 *
 * A caller whose wait is ended by thread_abort, or with SYNC_INTERRUPTIBLE by
 * thread_kick, before its call was received gets KERN_ABORTED or
 * KERN_INTERRUPTED.  Afterwards it waits on: the holder of a saved right is told,
 * and answers at once.
 *
 * Codes, but for those of a right or a range that can't be sent:
 *   KERN_INVALID_ARGUMENT    tag, or there is no buffer that it needs
 *   KERN_INVALID_NAME, KERN_INVALID_RIGHT   of rdi
 *   KERN_INVALID_CAPABILITY  the port is dead; reply: nobody waits for it
 *   KERN_NO_ACCESS           the receiver takes no right, or no memory, or not
 *                            so much
 *   KERN_RESOURCE_SHORTAGE, KERN_NO_SPACE   one side's ledger, the window
 *   KERN_OPERATION_TIMED_OUT the deadline, or SYNC_NOWAIT and nobody there
 *   KERN_TERMINATED          the right to reply was destroyed unused
 * Unless it is of waiting (timed out, aborted, interrupted, terminated),
 * nothing has happened: the right to reply, rights and memory are still there.
 */
#ifndef MACH_SYNC_H
#define MACH_SYNC_H

#include <mach/port.h>
#include <mach/vm.h>

#define SYNC_REGISTERS 8u /* words */
#define SYNC_WORDS 1026u

/*
 * Tag: bits 32 to 63 are a label, which is handed over; then, of what is sent
 * and what is received alike: */
#define SYNC_COUNT 0x7ffu     /* words */
#define SYNC_RIGHT 0x800u     /* sb_right */
#define SYNC_MAP 0x1000u      /* sb_address, sb_size: shared by both */
#define SYNC_GRANT 0x2000u    /* the same, but the sender loses it */
/* of the waiting: */
#define SYNC_TAKE_RIGHT 0x4000u /* a right may come */
#define SYNC_TAKE_MAP 0x8000u   /* memory may come, into the window */
#define SYNC_NOWAIT 0x10000u    /* only if the other side waits already */
#define SYNC_DEADLINE 0x20000u  /* absolute, nanoseconds of uptime */
#define SYNC_INTERRUPTIBLE 0x40000u /* thread_kick ends it */
/* what a receiver got: */
#define SYNC_KIND 0x700000u
#define SYNC_KIND_SEND 0x000000u    /* nothing to be answered */
#define SYNC_KIND_CALL 0x100000u    /* it has the right to reply */
#define SYNC_KIND_MESSAGE 0x200000u /* a Mach message waits at that port */
#define SYNC_KIND_SIGNAL 0x300000u  /* word 0: the signal word, now zero */
#define SYNC_KIND_CANCEL 0x400000u  /* word 0: cookie of a saved right */

#define SYNC_LABEL(tag) ((uint32_t)((tag) >> 32))
#define SYNC_TAG(label, flags) ((uint64_t)(label) << 32 | (flags))

/*
 * A Mach message in a synchronous one (generated stubs, -binding sync): the label
 * is its id with these bits, the words are what is behind its header.  A
 * right is its only descriptor.  A Mach message that is sent to a saved right to
 * reply is the answer in this form; one that can't be has the right destroyed.
 */
#define SYNC_MESSAGE_ID 0x7fffffffu
#define SYNC_MESSAGE_HALF 0x80000000u /* its last word is 4 bytes */

/* Kernel memory, mapped into the task, for as long as the thread lives.  It
 * is not inherited. */
struct sync_buffer {
    uint64_t sb_words[SYNC_WORDS - SYNC_REGISTERS];
    mach_port_name_t sb_right; /* sent: a name; received: its new name */
    uint32_t sb_disposition;   /* sent: MACH_MSG_TYPE_*; received: _PORT_* */
    vm_address_t sb_address;   /* sent: what; received: where it is now */
    vm_size_t sb_size;         /* whole pages */
    vm_prot_t sb_prot;         /* at most; received: what it is */
    uint32_t sb_pad;
    vm_address_t sb_window;    /* receiver: where to map; 0: anywhere */
    vm_size_t sb_window_size;  /* receiver: at most so much */
};
#define SYNC_BUFFER_SIZE 8192u

#endif
