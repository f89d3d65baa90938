/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of kernel/pager: what is sent is recorded, waits are counted,
 * the clock is set by the test.
 */
#ifndef FAKES_H
#define FAKES_H

#include <stdio.h>
#include <stdlib.h>
#include <ipc/ipc_port.h>
#include <machine/user_copy.h>
#include <pager/pager.h>
#include <sched/thread.h>
#include <vm/vm_map_copy.h>
#include <vm/vm_named.h>
#include "host_memory.h"

#define CHECK(e)                                                          \
    do {                                                                  \
        if (!(e)) {                                                       \
            fflush(stdout);                                               \
            fprintf(stderr, "# %s:%d: %s\n", __FILE__, __LINE__, #e);     \
            abort();                                                      \
        }                                                                 \
    } while (0)
#define OK(e) CHECK((e) == KERN_SUCCESS)

enum sent { SENT_NONE, SENT_INIT, SENT_REQUEST, SENT_UNLOCK, SENT_RETURN,
            SENT_COMPLETED, SENT_TERMINATE };
struct fake_state {
    enum sent last;
    unsigned count[SENT_TERMINATE + 1];
    struct memory_control *control;
    uint64_t offset, length;
    bool dirty, kernel_copy;
    unsigned char first_byte; /* of a data_return */
    unsigned waits, wakes;
    uint64_t now;
    kern_return_t send_result;
};
extern struct fake_state fake;
extern struct vm_map *fake_map;

struct ipc_port *fake_port(void);

#endif
