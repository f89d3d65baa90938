/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this test share.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <mach/boot_info.h>
#include <mach/emulator.h>
#include <mach/exception.h>
#include <mach/mach.h>
#include <mach/string.h>

extern mach_port_t host_priv;

void check(bool good, const char *what, uint64_t value);

/* A thread of this task that runs fn(arg) on a stack of its own and exits;
 * its port, or MACH_PORT_NULL. */
mach_port_t thread_spawn(void (*fn)(uint64_t), uint64_t arg);
/* Wait up to a second until *word is value. */
bool wait_for(volatile uint32_t *word, uint32_t value);

/* entry.S: a trap by number, all arguments; the second result in *rdx. */
int64_t raw_trap(uint64_t number, const uint64_t args[6], uint64_t *rdx);

void test_traps(void);
void test_exceptions(void);
void test_redirect(void);
void test_ports(void);
void test_threads(void);
void test_tasks(void);
void test_time(void);

#endif
