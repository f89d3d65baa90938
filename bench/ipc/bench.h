/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IPC benchmark: its rows and what they share.
 *
 * A row that needs another task starts it in setup() by peer_start(): a copy
 * of this task's memory that runs one server loop.  Ports are made before;
 * receive rights that the peer needs are given to it by name.
 */
#ifndef BENCH_IPC_H
#define BENCH_IPC_H

#include <stdbool.h>
#include <stdint.h>
#include <mach/mach.h>
#include <mach/string.h>

struct row {
    const char *name;
    unsigned count;           /* operations in one run */
    void (*setup)(void);      /* may be NULL */
    void (*run)(unsigned n);  /* does n operations */
    void (*finish)(void);     /* may be NULL */
};

extern const struct row kernel_rows[], fault_rows[], mach_rows[], sync_rows[],
    sync_stub_rows[], ool_rows[], priority_rows[], sweep_rows[],
    sweep_sync_rows[], wait_rows[], set_rows[];

/* Ends the benchmark with a message: a row can't be measured. */
_Noreturn void fail(const char *what, kern_return_t kr);
#define MUST(call)                        \
    do {                                  \
        kern_return_t must_kr = (call);   \
        if (must_kr != KERN_SUCCESS) {    \
            fail(#call, must_kr);         \
        }                                 \
    } while (0)

/* A port with a send right under the same name. */
mach_port_t port_make(void);
void port_end(mach_port_t port);
/* The body runs in a task of its own, which gets the receive right of each of
 * `count` ports under the names they have here. */
void peer_start(void (*body)(void), const mach_port_t *ports, unsigned count);
void peer_end(void);
mach_port_t peer_task(void);

/* The row mach_rt, for others that measure the same in other ways (mach.c). */
void mach_rt_setup(void);
void mach_rt_run(unsigned n);
void mach_rt_finish(void);

#endif
