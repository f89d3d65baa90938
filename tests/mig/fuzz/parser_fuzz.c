/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generator under libFuzzer: the input is what the preprocessor would
 * have printed; every output is made when it is accepted.  The tool's own
 * main() runs once for each input, with three things of the system replaced:
 * the preprocessor gives the input, outputs are dropped instead of written,
 * and exit() comes back here.  Between two runs nothing may be left
 * (mig_reset), which the leak detector checks.
 */
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mig.h"

#define INPUT_NAME "fuzz.defs"

int mig_main(int argc, char **argv);
void mig_out_commit(void);
FILE *mig_fopen(const char *path, const char *mode);
void mig_exit(int status) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *input;
static size_t input_size;
static jmp_buf end;

char *
cpp_read(const struct options *opt)
{
    char *text = mig_alloc(input_size + 1);

    (void)opt;
    if (input_size != 0) {
        memcpy(text, input, input_size);
    }
    return text;
}

void
mig_out_commit(void)
{
}

/* The one file that there is: for the excerpts in diagnostics. */
FILE *
mig_fopen(const char *path, const char *mode)
{
    if (strcmp(path, INPUT_NAME) != 0 || mode[0] != 'r' || input_size == 0) {
        return NULL;
    }
    return fmemopen((void *)(uintptr_t)input, input_size, "r");
}

void
mig_exit(int status)
{
    (void)status;
    longjmp(end, 1);
}

static char *const words[] = {
    "mig", "-header", "x.h", "-user", "x.c", "-sheader", "xs.h", "-server",
    "xs.c", "-direct", "xd.c", "-replies", "xr.c", "-repliesheader", "xr.h",
    "-dheader", "xd.h", "-ir", "x.json", EXTRA_OUTPUTS INPUT_NAME,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *argv[sizeof(words) / sizeof(words[0]) + 2];
    int argc = sizeof(words) / sizeof(words[0]);

    memcpy(argv, words, sizeof(words));
    /* The first byte chooses an option; a comment's or a blank's does not. */
    if (size != 0 && data[0] < 8) {
        static char *const options[8] = {
            "-Werror", "-w", "-fdiagnostics-format=json", "-v", "-w", "-w",
            "-w", "-w",
        };

        argv[argc++] = options[data[0]];
        data++;
        size--;
    }
    input = data;
    input_size = size;
    if (setjmp(end) == 0) {
        mig_main(argc, argv);
    }
    mig_reset();
    return 0;
}
