/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mach traps: SYSCALL with rax = -number, arguments in rdi, rsi, rdx, r10, r8,
 * r9, result in rax (and a second one in rdx where said).  rcx, r11 and the
 * arguments' registers are lost: they come back with values of the caller's own,
 * or with progress that the kernel notes there for a trap that begins again
 * after a wait; never with values of the kernel's.
 */
#ifndef MACH_TRAPS_H
#define MACH_TRAPS_H

#define TRAP_null 1             /* () -> 0 */
#define TRAP_mach_msg 2         /* see below */
#define TRAP_mach_reply_port 3  /* () -> a new receive right's name, or 0 */
#define TRAP_mach_port_allocate 4   /* (right, name *) */
#define TRAP_mach_port_deallocate 5 /* (name) */
#define TRAP_mach_port_mod_refs 6   /* (name, right, delta) */
#define TRAP_mach_port_insert_right 7 /* (name, right's name, disposition) */
#define TRAP_mach_port_get_refs 8   /* (name, right, urefs *) */
#define TRAP_mach_port_move_member 9 /* (member, after) */
#define TRAP_vm_allocate 10     /* (address *, size, flags) */
#define TRAP_vm_deallocate 11   /* (address, size) */
#define TRAP_vm_protect 12      /* (address, size, set_maximum, prot) */
#define TRAP_futex_wait 13      /* (u32 *, expected, deadline, flags) */
#define TRAP_futex_wake 14      /* (u32 *, count, flags) -> rdx: woken */
#define TRAP_futex_requeue 15   /* (u32 *, wake | requeue << 32, u32 *to,
                                    expected, flags) -> rdx: woken+moved;
                                    compares unless FUTEX_NO_COMPARE */
#define TRAP_thread_switch 16   /* (thread name or 0, option, ms) -> rdx, but
                                    for _WAIT: there were others to run.  The
                                    thread named runs next if it is ready */
#define TRAP_thread_upcall_state 17 /* (struct upcall_state *) */
#define TRAP_thread_set_self_state 18 /* (const x86_thread_state64_t *):
                                    all registers; returns only on error */
#define TRAP_thread_set_base 19 /* (0: FS, 1: GS; value) */
#define TRAP_clock_sleep 20     /* (deadline, flags) */
#define TRAP_clock_uptime 21    /* () -> rax KERN_SUCCESS, rdx nanoseconds */
#define TRAP_mach_print 22      /* (text, length <= 1024): kernel log */
#define TRAP_thread_exit 23     /* (stack address, size or 0, reply port or 0,
                                    u32 *to clear and futex-wake or 0):
                                    releases them and ends this thread */
#define TRAP_thread_kick 24     /* (thread name) */
#define TRAP_mach_port_destroy 25 /* (name) */
#define TRAP_mach_port_type 26  /* (name, type *) */
#define TRAP_mach_port_insert_member 27  /* (member, set) */
#define TRAP_mach_port_extract_member 28 /* (member, set) */
#define TRAP_mach_port_request_notification 29 /* (name, variant, sync,
                                    notify: a receive right or 0 to cancel,
                                    name * of the replaced request's
                                    send-once right) */
/* 30 to 37: see <mach/sync.h> */
#define TRAP_sync_call 30
#define TRAP_sync_reply_wait 31
#define TRAP_sync_send 32
#define TRAP_sync_receive 33
#define TRAP_sync_save_reply 34
#define TRAP_sync_notify 35
#define TRAP_sync_buffer 36
#define TRAP_sync_unmap 37
#define TRAP_count 38

/*
 * mach_msg: rdi = message, rsi = options, rdx = send_size | rcv_size << 32,
 * r10 = rcv_name | notify << 32, r8 = time-out in ms, r9 = second buffer for the
 * receive with MACH_RCV_OVERWRITE.
 *
 * deadlines: absolute nanoseconds of uptime; ~0 is never.
 * futex words are matched by object and offset, so they work between tasks
 * that share the memory.  expected is compared under the kernel lock.
 * FUTEX_WAIT returns KERN_VALUE_CHANGED, KERN_OPERATION_TIMED_OUT,
 * KERN_INTERRUPTED (flag FUTEX_INTERRUPTIBLE) or KERN_SUCCESS when woken.
 */
#define FUTEX_INTERRUPTIBLE 1
#define FUTEX_NO_COMPARE 2
#define FUTEX_PRIVATE 4 /* hint: never shared between tasks */
/* Bits 32..63 of the flags are the wait/wake bit set; 0 stands for all. */
#define DEADLINE_NEVER (~0ull)
#define CLOCK_SLEEP_INTERRUPTIBLE 1

#define SWITCH_OPTION_NONE 0
#define SWITCH_OPTION_DEPRESS 1 /* yield at lowest priority until it runs
                                    again, for at most ms (0: no limit) */
#define SWITCH_OPTION_WAIT 2    /* block for ms */

#endif
