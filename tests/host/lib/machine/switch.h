/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer: the window and the direct switch; the test defines them.
 */
#ifndef MACHINE_SWITCH_H
#define MACHINE_SWITCH_H

#include <machine/pmap.h>

struct thread;

vm_address_t pmap_window(struct pmap *to, vm_address_t at, size_t size);
void pmap_window_close(void);
void pmap_window_done(void);
void machine_hand_over(struct thread *prev, struct thread *th);

static inline void
machine_resume(struct thread *th)
{
    (void)th;
}

#endif
