/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps, as C functions, and the small run time that every user program
 * shares.  Kernel calls made by message (task_create, mach_vm_map, ...) have
 * generated headers: <task/task.h>, <mach_vm/mach_vm.h> and so on.
 *
 * A function named after a kernel call plus _trap acts on the calling task
 * and is the fast form of that call.  Nothing here keeps state, so that all of it
 * can be used in an emulator, too.
 */
#ifndef MACH_MACH_H
#define MACH_MACH_H

#include <stdarg.h>
#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/port.h>
#include <mach/thread_status.h>
#include <mach/traps.h>
#include <mach/types.h>
#include <mach/vm.h>

struct upcall_state;

/*
 * Send msg (MACH_SEND_MSG, send_size bytes) and then receive into the same
 * buffer (MACH_RCV_MSG, rcv_size bytes with room for the trailer) from rcv_name.
 * timeout: milliseconds, with MACH_SEND_TIMEOUT / MACH_RCV_TIMEOUT.
 * Ownership: rights of a sent message are consumed as their dispositions say;
 * those of a received one are the caller's.
 */
mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name,
                           mach_msg_timeout_t timeout,
                           mach_port_name_t notify);
/* The same without notify, so that all arguments are in registers; which
 * stubs call. */
mach_msg_return_t mach_msg_rpc(mach_msg_header_t *msg,
                               mach_msg_option_t option,
                               mach_msg_size_t send_size,
                               mach_msg_size_t rcv_size,
                               mach_port_name_t rcv_name,
                               mach_msg_timeout_t timeout);
/* The same with a buffer of its own for the received message. */
mach_msg_return_t mach_msg_overwrite(mach_msg_header_t *msg,
                                     mach_msg_option_t option,
                                     mach_msg_size_t send_size,
                                     mach_msg_size_t rcv_size,
                                     mach_port_name_t rcv_name,
                                     mach_msg_timeout_t timeout,
                                     mach_port_name_t notify,
                                     mach_msg_header_t *rcv_msg);

/*
 * Release every right and every out-of-line range that a message in this
 * task's memory holds: one that was received and not used, or one whose send
 * failed.  What a failed send still names with COPY_SEND or MAKE_* dispositions is not
 * the message's and stays.
 */
void mach_msg_destroy(mach_msg_header_t *msg);

/* A new receive right; MACH_PORT_NULL when the ledger is exhausted. */
mach_port_name_t mach_reply_port(void);
kern_return_t mach_port_allocate_trap(mach_port_right_t right,
                                      mach_port_name_t *name);
kern_return_t mach_port_deallocate_trap(mach_port_name_t name);
kern_return_t mach_port_mod_refs_trap(mach_port_name_t name,
                                      mach_port_right_t right,
                                      mach_port_delta_t delta);
/* The right that `right` and the disposition name, under `name`. */
kern_return_t mach_port_insert_right_trap(mach_port_name_t name,
                                          mach_port_name_t right,
                                          mach_msg_type_name_t disposition);
kern_return_t mach_port_get_refs_trap(mach_port_name_t name,
                                      mach_port_right_t right,
                                      mach_port_urefs_t *urefs);
kern_return_t mach_port_move_member_trap(mach_port_name_t member,
                                         mach_port_name_t after);

kern_return_t mach_port_destroy_trap(mach_port_name_t name);
kern_return_t mach_port_type_trap(mach_port_name_t name,
                                  mach_port_type_t *type);
kern_return_t mach_port_insert_member_trap(mach_port_name_t member,
                                           mach_port_name_t set);
kern_return_t mach_port_extract_member_trap(mach_port_name_t member,
                                            mach_port_name_t set);
/* notify: a receive right that a send-once right is made of, or 0.  *previous
 * is the caller's: the right of the request that was replaced, or 0. */
kern_return_t mach_port_request_notification_trap(
    mach_port_name_t name, int variant, mach_port_mscount_t sync,
    mach_port_name_t notify, mach_port_name_t *previous);

/* Memory of the calling task; flags: VM_FLAGS_*. */
kern_return_t vm_allocate(vm_address_t *address, vm_size_t size, int flags);
kern_return_t vm_deallocate(vm_address_t address, vm_size_t size);
kern_return_t vm_protect(vm_address_t address, vm_size_t size,
                         boolean_t set_maximum, vm_prot_t protection);

/* deadline: nanoseconds of uptime or DEADLINE_NEVER; flags: FUTEX_*. */
kern_return_t futex_wait(uint32_t *word, uint32_t expected, uint64_t deadline,
                         uint64_t flags);
kern_return_t futex_wake(uint32_t *word, uint32_t count, uint64_t flags,
                         uint64_t *woken);
kern_return_t futex_requeue(uint32_t *word, uint32_t wake, uint32_t requeue,
                            uint32_t *to, uint32_t expected, uint64_t flags,
                            uint64_t *moved);

/* Make way for others of the same or a better priority; swtch_pri: for all
 * others.  Whether there were any.  The argument is not used (as in Mach). */
boolean_t swtch(void);
boolean_t swtch_pri(int priority);
kern_return_t thread_switch(mach_port_name_t thread, int option,
                            mach_msg_timeout_t milliseconds);
kern_return_t thread_upcall_state_trap(struct upcall_state *state);
/* Loads all registers; returns only on error. */
kern_return_t thread_set_self_state_trap(const x86_thread_state64_t *state);
/* which: 0 FS, 1 GS. */
kern_return_t thread_set_base_trap(int which, uint64_t value);
kern_return_t thread_kick_trap(mach_port_name_t thread);
/* Release the stack and the reply port, clear and wake the word, and end. */
_Noreturn void thread_exit_trap(vm_address_t stack, vm_size_t size,
                                mach_port_name_t reply, uint32_t *word);

/* Nanoseconds since boot. */
uint64_t clock_uptime(void);
kern_return_t clock_sleep(uint64_t deadline, uint64_t flags);

/* Append to the kernel's log; longer text is sent in pieces. */
void mach_print(const char *text, size_t length);
void mach_puts(const char *text);

/* What a return code of a trap, a kernel call or a stub means. */
const char *mach_error_string(kern_return_t kr);

/*
 * printf for programs without a C library: %s %c %d %i %u %x %X %p %%, the
 * flags - 0, a width, a precision (for s), * for both, and the sizes hh h l ll z.
 */
int mach_vsnprintf(char *buffer, size_t size, const char *format, va_list ap)
    __attribute__((format(printf, 3, 0)));
int mach_snprintf(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* To the kernel's log; at most 1000 bytes. */
void mach_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
