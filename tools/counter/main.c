/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin of QEMU that counts instructions of the guest.
 *
 *     qemu-system-x86_64 -plugin counter.so,mode=count|stretch,out=FILE ...
 *
 * Meant for one processor: nothing is locked.
 */
#include <stdlib.h>
#include <string.h>
#include "counter.h"

int qemu_plugin_version = PLUGIN_INTERFACE;

static const struct mode *const modes[] = { &count_mode, &stretch_mode };
static const struct mode *mode;
static const char *path;

void *
counter_alloc(size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL) {
        fputs("counter: no memory\n", stderr);
        abort();
    }
    return memory;
}

static void
translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    (void)id;
    mode->translated(tb);
}

static void
write_file(void)
{
    FILE *out = fopen(path, "w");

    if (out == NULL) {
        perror(path);
        return;
    }
    mode->write(out);
    /* Whoever reads it knows by this line that it is whole. */
    fputs("end\n", out);
    if (fclose(out) != 0) {
        perror(path);
    }
}

/* The value of NAME=VALUE, or NULL. */
static const char *
value_of(const char *argument, const char *name)
{
    size_t n = strlen(name);

    return strncmp(argument, name, n) == 0 && argument[n] == '='
               ? argument + n + 1
               : NULL;
}

int
qemu_plugin_install(plugin_id id, const plugin_info *info, int argc,
                    char **argv)
{
    const char *value;

    (void)info;
    for (int i = 0; i < argc; i++) {
        value = value_of(argv[i], "mode");
        for (size_t m = 0; value != NULL && m < 2; m++) {
            if (strcmp(modes[m]->name, value) == 0) {
                mode = modes[m];
            }
        }
        value = value_of(argv[i], "out");
        if (value != NULL) {
            path = strdup(value);
        }
    }
    if (mode == NULL || path == NULL) {
        fputs("counter: needs mode=count|stretch and out=FILE\n", stderr);
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return atexit(write_file);
}
