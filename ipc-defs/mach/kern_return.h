/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Return codes of kernel calls (Darwin's numbers).  Message calls return the
 * codes of <mach/message.h>, generated stubs those of <mach/mig_errors.h>.
 */
#ifndef MACH_KERN_RETURN_H
#define MACH_KERN_RETURN_H

#include <mach/types.h>

#define KERN_SUCCESS 0
#define KERN_INVALID_ADDRESS 1       /* address not in the map */
#define KERN_PROTECTION_FAILURE 2    /* mapped, but not for this access */
#define KERN_NO_SPACE 3              /* no room at that address, or at all */
#define KERN_INVALID_ARGUMENT 4
#define KERN_FAILURE 5
#define KERN_RESOURCE_SHORTAGE 6     /* the ledger (or memory) is exhausted */
#define KERN_NOT_RECEIVER 7
#define KERN_NO_ACCESS 8
#define KERN_MEMORY_FAILURE 9        /* the pager died or refused */
#define KERN_MEMORY_ERROR 10         /* the pager answered with an error */
#define KERN_ALREADY_IN_SET 11       /* the port is a member already */
#define KERN_NOT_IN_SET 12
#define KERN_NAME_EXISTS 13
#define KERN_ABORTED 14
#define KERN_INVALID_NAME 15
#define KERN_INVALID_TASK 16
#define KERN_INVALID_RIGHT 17        /* the name does not denote such a right */
#define KERN_INVALID_VALUE 18
#define KERN_UREFS_OVERFLOW 19
#define KERN_INVALID_CAPABILITY 20
#define KERN_RIGHT_EXISTS 21
#define KERN_INVALID_HOST 22
#define KERN_MEMORY_PRESENT 23       /* a page supplied is there already */
#define KERN_NOT_DEPRESSED 28
#define KERN_TERMINATED 37
#define KERN_NOT_SUPPORTED 46
#define KERN_OPERATION_TIMED_OUT 49
#define KERN_INTERRUPTED 60          /* a wait ended by thread_kick (ours) */
#define KERN_VALUE_CHANGED 61        /* futex word was not as expected (ours) */

#endif
