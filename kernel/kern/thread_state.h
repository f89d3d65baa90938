/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register state by flavour (mach/thread_status.h), of a thread that is not
 * running now or of the caller itself.
 */
#ifndef KERN_THREAD_STATE_H
#define KERN_THREAD_STATE_H

#include <mach/message.h>
#include <base/codes.h>

struct thread;

/* count: words there is room for, then words written. */
kern_return_t thread_state_get(struct thread *th, int flavor,
                               natural_t *state,
                               mach_msg_type_number_t *count);
kern_return_t thread_state_set(struct thread *th, int flavor,
                               const natural_t *state,
                               mach_msg_type_number_t count);

#endif
