/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this test share.
 */
#ifndef TEST_H
#define TEST_H

#include <mach/emulator.h>
#include "guest.h"

/* entry.S: a trap by number, all arguments; the second result in *rdx. */
int64_t raw_trap(uint64_t number, const uint64_t args[6], uint64_t *rdx);

void test_traps(void);
void test_exceptions(void);
void test_exception_paths(void);
void test_redirect(void);
void test_wake_order(void);
void test_ports(void);
void test_names(void);
void test_handlers(void);
void test_info(void);
void test_clocks(void);
void test_control(void);
void test_threads(void);
void test_tasks(void);
void test_memory_sent(void);
void test_time(void);

#endif
