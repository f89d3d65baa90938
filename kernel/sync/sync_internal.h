/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of sync share.
 *
 * A message is never in the kernel: it is in the registers and the buffer of
 * a thread that waits, or of the current one, until it is in the other's.  So
 * everything here acts on two threads, one of which is current.
 *
 * States of a thread, by the queue it is on and th_sync:
 *   calling     on a port's ip_callers: IPC_WAIT_CALL; th_continuation tells a
 *               call from a send.  Nothing has happened yet
 *   owed        sy_holder or sy_reply: its call was received; waits on no queue
 *               (sync_owed_continue), or is about to look why it was woken
 *   listening   on an object's io_listeners: IPC_WAIT_LISTEN
 *   holder      sy_client: a callee, whatever else it does
 * A waiting thread may have been given other registers meanwhile, and its
 * space other rights: what it said is checked when it is used.
 */
#ifndef SYNC_SYNC_INTERNAL_H
#define SYNC_SYNC_INTERNAL_H

#include <sched/thread.h>
#include <sync/sync.h>

struct ipc_object;
struct ipc_port;

#define SYNC_LABEL_MASK (~0ull << 32)
#define SYNC_CONTENT (SYNC_COUNT | SYNC_RIGHT | SYNC_MAP | SYNC_GRANT)

/* ---- sync_transfer.c ---- */
/* Is th's tag possible for what it is?  KERN_INVALID_ARGUMENT. */
kern_return_t sync_check_tag(const struct thread *th);
/*
 * All that from sends goes to `to`, which gets a tag of this kind; neither is
 * woken.  On failure nothing has happened, and it is the sender who is told,
 * whoever's fault it is.
 */
kern_return_t sync_transfer(struct thread *from, struct thread *to,
                            uint64_t kind);
/* If the right that from sends is a copy of a send right that the task of `to`
 * has already: it has one more, and is told (its buffer). */
bool sync_known_right(struct thread *from, struct thread *to);
/* How long, and what ends the wait of the current thread. */
uint64_t sync_deadline(const struct thread *th);
unsigned sync_wait_flags(const struct thread *th);

/* ---- sync_reply.c ---- */
/* client, which waits or is current, is owed an answer by holder. */
static inline void
sync_owe(struct thread *client, struct thread *holder)
{
    client->th_sync.sy_holder = holder;
    holder->th_sync.sy_client = client;
}
/* Nobody owes client anything any more. */
void sync_settle(struct thread *client);
/* Its answer will not come. */
void sync_drop_client(struct thread *holder);
/* The current thread answers sy_client. */
kern_return_t sync_answer(struct thread *th);
/* client has got its answer. */
void sync_answered(struct thread *client);
/* The current thread, owed, waits. */
kern_return_t sync_await(struct thread *th);
kern_return_t sync_owed_continue(struct thread *th, kern_return_t result);
/* What a naked right that sync_save_reply() made is for; NULL: none of it. */
struct thread *sync_saved_client(const struct ipc_port *port);

/* ---- sync_send.c ---- */
kern_return_t sync_call_continue(struct thread *th, kern_return_t result);
/* The call of th, the current thread, to port has been transferred to listener,
 * which may have been woken by something else meanwhile. */
kern_return_t sync_called(struct thread *th, struct thread *listener,
                          const struct ipc_port *port);

/* ---- sync_memory.c ---- */
void sync_buffer_release(struct thread *th);

/* ---- sync_receive.c ---- */
/* A listener is off its queue: it will run, with what it got. */
void sync_listener_done(struct thread *th);
kern_return_t sync_listen_continue(struct thread *th, kern_return_t result);

#endif
