/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of the kernel's command line. */
#ifndef KERN_BOOT_OPTION_H
#define KERN_BOOT_OPTION_H

#include <stdbool.h>

/* Is word one of the command line's words? */
bool boot_option(const char *word);

#endif
