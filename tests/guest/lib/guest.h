/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What guest tests share (see README.md).
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <mach/boot_info.h>
#include <mach/exception.h>
#include <mach/mach.h>
#include <mach/string.h>

extern mach_port_t host_priv;

int main(const struct boot_info *info);

/* Keeps the privileged port. */
void guest_start(const struct boot_info *info);
/* The plan, and the machine's end: code 1 when a check has failed. */
int guest_end(void);
/* One line of TAP; value is shown when it is not good. */
void check(bool good, const char *what, uint64_t value);
#define CHECK_KR(kr, what) check((kr) == KERN_SUCCESS, what, (uint64_t)(kr))

/* A thread of this task that runs fn(arg) on a stack of its own and exits;
 * its port, or MACH_PORT_NULL. */
mach_port_t thread_spawn(void (*fn)(uint64_t), uint64_t arg);
/*
 * A task under a ledger (MACH_PORT_NULL: this task's) whose memory is a
 * copy of this one's; its only thread runs fn(arg) and ends the task.
 * stack: in memory that the child inherits.  thread: its port, or NULL.
 * make: suspended (task_resume() starts it); spawn: running.
 */
mach_port_t task_make(mach_port_t ledger, void (*fn)(uint64_t), uint64_t arg,
                      void *stack, vm_size_t size, mach_port_t *thread);
mach_port_t task_spawn(mach_port_t ledger, void (*fn)(uint64_t), uint64_t arg,
                       void *stack, vm_size_t size, mach_port_t *thread);
/* Terminate the task and drop its port and the thread's. */
void task_end(mach_port_t task, mach_port_t thread);

/* Wait up to two seconds until *word is value. */
bool wait_for(volatile uint32_t *word, uint32_t value);
void pause_ms(unsigned ms);

/* A new port with a send right under the same name; and its end. */
mach_port_t port_make(void);
void port_end(mach_port_t port);

/* Counts of host_census, by these names. */
enum {
    CENSUS_TASKS, CENSUS_THREADS, CENSUS_PORTS, CENSUS_MESSAGES,
    CENSUS_OBJECTS, CENSUS_PAGES, CENSUS_BYTES, CENSUS_SPACES, CENSUS_COUNTS
};
extern const char *const census_names[CENSUS_COUNTS];
/* After a pause that lets the reaper finish. */
void census(uint64_t counts[16]);

/* ---- catch.c ---- */

struct guest_exception {
    int behavior; /* which of the three messages it was */
    mach_port_t thread, task; /* borrowed; null with EXCEPTION_STATE */
    int exception;
    uint64_t code, subcode;
    int flavor; /* the state's; changing it answers with another */
    natural_t *state; /* its words, to be changed in place */
    mach_msg_type_number_t count, room;
};
/* What the test does with it; the handler's answer. */
extern kern_return_t (*guest_exception)(struct guest_exception *e);
/* Serve one message on port; false: none within ms, or none of exc.defs. */
bool guest_catch(mach_port_t port, unsigned ms);
/* A thread that does so for ever. */
mach_port_t guest_catch_thread(mach_port_t port);

#endif
