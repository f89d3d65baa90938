/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system layer below newlib: what its files share.
 */
#ifndef LIBMACH_NEWLIB_SYS_H
#define LIBMACH_NEWLIB_SYS_H

#include <stdint.h>

struct boot_info;

/* The port of <bootstrap/bootstrap.h>; null in the first task. */
extern uint32_t bootstrap_port;
/* Of the first task; NULL in all others. */
extern struct boot_info *boot_info;

/* Nanoseconds since 1970. */
int64_t clock_realtime(void);

_Noreturn void __polymach_start(struct boot_info *info);

#endif
