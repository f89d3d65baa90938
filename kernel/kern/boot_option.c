/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of the kernel's command line, which stand between spaces.  What the
 * kernel does not know is for others: bootstrap gets the whole line.
 */
#include <base/string.h>
#include <kern/boot_option.h>
#include <machine/boot.h>

bool
boot_option(const char *word)
{
    const char *line = boot_command_line();
    const size_t length = strlen(word);

    for (const char *at = line; *at != '\0'; at++) {
        if ((at == line || at[-1] == ' ') && strncmp(at, word, length) == 0 &&
            (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}
