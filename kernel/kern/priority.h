/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maxima of priorities (priority_server.c).  What is above a new maximum is
 * lowered to it.
 */
#ifndef KERN_PRIORITY_H
#define KERN_PRIORITY_H

#include <stdbool.h>

struct task;
struct thread;

void priority_limit_thread(struct thread *th, unsigned max);
/* threads: those that there are, too. */
void priority_limit_task(struct task *t, unsigned max, bool threads);

#endif
