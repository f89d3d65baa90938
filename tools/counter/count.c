/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often each instruction was executed, by its address.  Each repetition
 * of a string instruction counts, as in QEMU's instruction counter.
 *
 * Output: a line `ADDRESS COUNT` for each address, in no order.
 */
#include "counter.h"

#define BUCKETS 65536u

/* One address.  Whatever is translated again goes on with its counter. */
struct counter {
    struct counter *next;
    uint64_t address;
    uint64_t count; /* added to by translated code */
};

static struct counter *buckets[BUCKETS];

static struct counter *
counter_of(uint64_t address)
{
    struct counter **bucket = &buckets[(address ^ address >> 16) % BUCKETS];
    struct counter *c;

    for (c = *bucket; c != NULL && c->address != address; c = c->next) {
        continue;
    }
    if (c == NULL) {
        c = counter_alloc(sizeof(*c));
        c->address = address;
        c->next = *bucket;
        *bucket = c;
    }
    return c;
}

static void
count_translated(struct qemu_plugin_tb *tb)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        struct counter *c = counter_of(qemu_plugin_insn_vaddr(insn));

        qemu_plugin_register_vcpu_insn_exec_inline(insn, PLUGIN_ADD_U64,
                                                   &c->count, 1);
    }
}

static void
count_write(FILE *out)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const struct counter *c = buckets[i]; c != NULL; c = c->next) {
            if (c->count != 0) {
                fprintf(out, "%llx %llu\n", (unsigned long long)c->address,
                        (unsigned long long)c->count);
            }
        }
    }
}

const struct mode count_mode = { "count", count_translated, count_write };
