/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel from a user's side (see README.md).
 */
#include "test.h"

int
main(const struct boot_info *info)
{
    guest_start(info);
    test_time();
    test_memory_sent(); /* early: both tasks use one name for the port */
    test_traps();
    test_exceptions();
    test_redirect();
    test_threads();
    test_wake_order();
    test_ports();
    test_names();
    test_handlers();
    test_exception_paths();
    test_info();
    test_clocks();
    test_control();
    test_tasks();
    return guest_end();
}
