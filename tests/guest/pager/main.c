/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * External pagers (see README.md).
 */
#include "test.h"

int
main(const struct boot_info *info)
{
    guest_start(info);
    catch_start();
    pager_start();
    test_reads();
    test_writes();
    test_ends();
    return guest_end();
}
