/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts that come while memory goes from one to another, or callers are
 * refused: a message of the kernel's (an alarm) at a port, which wakes one who
 * listens.  Each case on the general paths and with the fast ones.
 */
#include <mach/traps.h>
#include <sched/sched.h>
#include <ipc/ipc_mqueue.h>
#include "sync_test.h"

#define SERVER 0 /* of the same task as port 0 */
#define CLIENT 1
#define OTHER 3  /* a thread of the server's task */

static int interrupted; /* the port that is sent to */

static void
alarm_rings(void)
{
    const mach_msg_header_t m = { .msgh_size = sizeof(m), .msgh_id = 4000 };

    CHECK_EQ(ipc_kernel_send(&m, k_port(interrupted), NULL, NULL, 0,
                             &ledger_root),
             KERN_SUCCESS);
}

/* A trap whose result, if it has one at once, is kr. */
static void
act(int th, unsigned number, int port, uint64_t tag, kern_return_t kr)
{
    struct message m = { .tag = tag, .source = 4096, .size = 4096 };

    k_trap(th, number, s_port[port].name[task_of(th)], &m);
    CHECK_EQ(k_thread[th]->result, kr);
}

static uint64_t
kind(int th)
{
    return k_thread[th]->th.th_regs.sync_tag & SYNC_KIND;
}

/* The message is still there, and th is told of it. */
static void
is_told(int th, int port)
{
    act(th, TRAP_sync_receive, port, SYNC_NOWAIT, KERN_SUCCESS);
    CHECK_EQ(kind(th), SYNC_KIND_MESSAGE);
    k_message_taken(port);
}

static void
begin(bool fast)
{
    host_random_seed(1);
    k_begin(fast);
    for (int th = 0; th < THREADS; th++) {
        k_thread_end(th);
        s_thread[th].buffer = true;
        s_thread[th].window = 1 << 20;
        k_thread_make(th);
    }
    interrupted = 0;
}

static void
end(void)
{
    CHECK(host_interrupt == NULL);
    run_ready();
    for (int th = 0; th < THREADS; th++) {
        k_thread_end(th);
    }
    k_end();
}

/* An alarm at the port of the one who is called. */
static void
called(bool fast, bool call)
{
    begin(fast);
    act(SERVER, TRAP_sync_receive, 0, SYNC_TAKE_MAP, KERN_BLOCKED);
    act(OTHER, TRAP_sync_receive, 0, 0, KERN_BLOCKED);
    host_interrupt = alarm_rings;
    act(CLIENT, call ? TRAP_sync_call : TRAP_sync_send, 0, SYNC_GRANT | 1,
        call ? KERN_BLOCKED : KERN_SUCCESS);
    run_ready();
    CHECK_EQ(k_thread[SERVER]->result, KERN_SUCCESS);
    CHECK_EQ(kind(SERVER), call ? SYNC_KIND_CALL : SYNC_KIND_SEND);
    CHECK_EQ(k_thread[OTHER]->result, KERN_SUCCESS); /* it is told */
    CHECK_EQ(kind(OTHER), SYNC_KIND_MESSAGE);
    if (call) {
        act(SERVER, TRAP_sync_reply_wait, 0, 0, KERN_SUCCESS);
        CHECK_EQ(kind(SERVER), SYNC_KIND_MESSAGE);
        run_ready();
        CHECK_EQ(k_thread[CLIENT]->result, KERN_SUCCESS);
    }
    is_told(SERVER, 0);
    end();
}

/* An alarm at the port that is listened to, while the answer goes. */
static void
answered(bool fast)
{
    begin(fast);
    act(SERVER, TRAP_sync_receive, 0, 0, KERN_BLOCKED);
    act(CLIENT, TRAP_sync_call, 0, SYNC_TAKE_MAP, KERN_BLOCKED);
    run_ready();
    host_interrupt = alarm_rings;
    act(SERVER, TRAP_sync_reply_wait, 0, SYNC_GRANT | 1, KERN_SUCCESS);
    CHECK_EQ(kind(SERVER), SYNC_KIND_MESSAGE);
    run_ready();
    CHECK_EQ(k_thread[CLIENT]->result, KERN_SUCCESS);
    is_told(SERVER, 0);
    end();
}

/* One that nobody has been told of when callers have been refused. */
static void
refused(bool fast)
{
    begin(fast);
    act(CLIENT, TRAP_sync_call, 0, SYNC_RIGHT, KERN_BLOCKED);
    host_interrupt = alarm_rings;
    act(SERVER, TRAP_sync_receive, 0, 0, KERN_SUCCESS);
    CHECK_EQ(kind(SERVER), SYNC_KIND_MESSAGE);
    run_ready();
    CHECK_EQ(k_thread[CLIENT]->result, KERN_NO_ACCESS);
    is_told(SERVER, 0);
    end();
}

static void
better_one(void)
{
    sched_now.sn_best = SCHED_HANDOFF;
}

/* Somebody better becomes ready: he runs first, not who is called. */
static void
better(bool fast, bool comes)
{
    struct sched_now was = sched_now;

    begin(fast);
    act(SERVER, TRAP_sync_receive, 0, SYNC_TAKE_MAP, KERN_BLOCKED);
    host_interrupt = comes ? better_one : NULL;
    act(CLIENT, TRAP_sync_call, 0, SYNC_MAP | 1, KERN_BLOCKED);
    CHECK((host_fast_to != NULL) == (fast && !comes));
    run_ready();
    CHECK_EQ(k_thread[SERVER]->result, KERN_SUCCESS);
    sched_now = was;
    end();
}

void
test_windows(void)
{
    for (int fast = 0; fast < 2; fast++) {
        called(fast != 0, true);
        called(fast != 0, false);
        answered(fast != 0);
        refused(fast != 0);
        better(fast != 0, true);
        better(fast != 0, false);
    }
}
