/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of proc share. */
#ifndef TESTS_PROC_H
#define TESTS_PROC_H

#include <proc/proc_S_proc_server.h>
#include <proc_control/proc_S_proc_control_server.h>
#include <exc/proc_S_exc_server.h>

#include "proc/process.h"
#include "fakes.h"
#include "tap.h"

/* Answers given late, by reply port (a small number). */
struct answer {
    bool given;
    kern_return_t code;
    int pid, status;
};
#define REPLIES 64
extern struct answer answers[REPLIES];
extern bool replies_fail;

/* Tell proc of the tasks that have been terminated. */
void fake_deaths(void);
unsigned fake_kicks(void);           /* so far */
bool fake_suspended(mach_port_t task);
extern posix_creds_t fake_session_creds; /* the last that vfs was told */
extern uint32_t fake_file_uid; /* set-user-id of the next program, or ~0 */
extern bool fake_exec_fails;
extern posix_ids_t fake_block_ids;   /* in the last block built */

struct process *first_process(void); /* leader of its session, root */
struct process *fork_of(struct process *p);
/* Its last right outside goes. */
void forget(struct process *p);
void end_all(struct process *first);

void test_life(void);
void test_signals(void);
void test_identity(void);

#endif
