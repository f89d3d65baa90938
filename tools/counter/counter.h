/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ways to count; each is told of the code that QEMU translates, and
 * writes what it found when QEMU ends.
 */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdbool.h>
#include <stdio.h>
#include "plugin.h"

/* The kernel's half of the address space. */
#define IS_KERNEL(address) ((int64_t)(address) < 0)

struct mode {
    const char *name;
    void (*translated)(struct qemu_plugin_tb *tb);
    void (*write)(FILE *out);
};
extern const struct mode count_mode, stretch_mode;

/* Memory that the plugin can't do without. */
void *counter_alloc(size_t size);

#endif
