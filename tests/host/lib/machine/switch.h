/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer: the window and the direct switch; the test defines them.
 */
#ifndef MACHINE_SWITCH_H
#define MACHINE_SWITCH_H

#include <mach/thread_status.h>
#include <machine/pmap.h>

struct machine_regs;
struct thread;

vm_address_t pmap_window(struct pmap *to, vm_address_t at, size_t size);
void pmap_window_close(void);
void pmap_window_done(void);
void machine_hand_over(struct thread *prev, struct thread *th);

/* As <machine/switch.h> has them, for kernel/sync; tests/host/sync defines
 * them. */
void machine_sync_resume(struct thread *to, const struct thread *from,
                         unsigned n, uint64_t tag, uint64_t badge,
                         uint64_t port);
void machine_sync_save(struct thread *th);

static inline void
machine_copy64(uint64_t *to, const uint64_t *from, size_t n)
{
    while (n-- > 0) {
        *to++ = *from++;
    }
}

bool machine_set_state(struct machine_regs *r,
                       const x86_thread_state64_t *state);

static inline void
machine_resume(struct thread *th)
{
    (void)th;
}

static inline void
machine_sysret(struct thread *th)
{
    (void)th;
}

#endif
