/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The longest stretches of instructions that no interrupt can come between.
 *
 * This kernel runs with interrupts off.  So a stretch is the kernel's
 * instructions from an entry (or a window `sti`) to the next `sti`, `iret`,
 * `sysret` or instruction of a user.  QEMU ends a block of translated code
 * behind each of the three.  What is before the first `sysret` or `iret` boots
 * the machine and does not count.
 *
 * A stretch that is longer than SHORT is kept if it is the longest of those
 * that spent most of their instructions in the same block: the longest of
 * each cause.  A program may divide its run in sections by executing MARK, a
 * long form of nop.  Output:
 *
 *     section NUMBER                   0 before the first mark
 *     stretch INSTRUCTIONS HOW-OFTEN   for each that was kept in the section
 *     ADDRESS INSTRUCTIONS             a line for each block
 */
#include <stdlib.h>
#include <string.h>
#include "counter.h"

#define BUCKETS 65536u
#define SHORT 2000u
#define KEPT 64u

/* A run of instructions that QEMU translated at once. */
struct block {
    struct block *next;
    uint64_t address;
    uint32_t insns;
    bool user, last; /* last: interrupts may come behind it */
    bool leaves;     /* by sysret or iret */
    uint64_t in;     /* the stretch that `times` counts in */
    uint64_t times;
};

struct part {
    uint64_t address, insns;
};

struct kept {
    uint64_t most; /* the block with most of its instructions */
    uint64_t length, times;
    struct part *parts;
    size_t count;
};

static struct block *buckets[BUCKETS];
static struct block **run; /* blocks of this stretch, each once */
static size_t run_count, run_room;
static uint64_t stretch = 1, length;
static bool booted;

/* What is between two marks. */
struct section {
    struct section *next;
    unsigned kept_count;
    struct kept kept[KEPT];
};
static struct section first, *now = &first;

/* nopl MARK(%rax) */
static const uint8_t mark[] = { 0x0f, 0x1f, 0x80, 'm', 'a', 'r', 'k' };

static struct kept *
kept_for(uint64_t most, uint64_t this_length)
{
    struct kept *least = &now->kept[0];

    for (unsigned i = 0; i < now->kept_count; i++) {
        if (now->kept[i].most == most) {
            return &now->kept[i];
        }
        if (now->kept[i].length < least->length) {
            least = &now->kept[i];
        }
    }
    if (now->kept_count < KEPT) {
        return &now->kept[now->kept_count++];
    }
    return least->length < this_length ? least : NULL;
}

static const struct block *
largest_block(void)
{
    const struct block *most = run[0];

    for (size_t i = 1; i < run_count; i++) {
        if (run[i]->times * run[i]->insns > most->times * most->insns) {
            most = run[i];
        }
    }
    return most;
}

static void
keep(void)
{
    uint64_t most = largest_block()->address;
    struct kept *k = kept_for(most, length);

    if (k == NULL) {
        return;
    }
    if (k->most != most) {
        k->length = k->times = 0;
        k->most = most;
    }
    k->times++;
    if (k->length >= length) {
        return;
    }
    free(k->parts);
    k->parts = counter_alloc(run_count * sizeof(*k->parts));
    for (size_t i = 0; i < run_count; i++) {
        k->parts[i].address = run[i]->address;
        k->parts[i].insns = run[i]->times * run[i]->insns;
    }
    k->count = run_count;
    k->length = length;
}

static void
stretch_end(void)
{
    if (length > SHORT && booted) {
        keep();
    }
    length = 0;
    run_count = 0;
    stretch++;
}

static void
block_executed(unsigned cpu, void *data)
{
    struct block *b = data;

    (void)cpu;
    if (b->user) {
        if (length != 0) {
            stretch_end();
        }
        return;
    }
    if (b->in != stretch) {
        b->in = stretch;
        b->times = 0;
        if (run_count == run_room) {
            run_room = run_room * 2 + 1024;
            run = realloc(run, run_room * sizeof(*run));
            if (run == NULL) {
                abort();
            }
        }
        run[run_count++] = b;
    }
    b->times++;
    length += b->insns;
    if (b->last) {
        stretch_end();
        booted = booted || b->leaves;
    }
}

#define STI 0xfb
#define IRET 0xcf
#define SYSRET 0x07 /* behind 0x0f */

/* Which of those three it is, or 0.  Two may have an operand size. */
static uint8_t
opener(const struct qemu_plugin_insn *insn)
{
    const uint8_t *byte = qemu_plugin_insn_data(insn);
    size_t n = qemu_plugin_insn_size(insn);

    if (n > 1 && byte[0] == 0x48) {
        byte++;
        n--;
    }
    if (n == 1 && (byte[0] == STI || byte[0] == IRET)) {
        return byte[0];
    }
    return n == 2 && byte[0] == 0x0f && byte[1] == SYSRET ? SYSRET : 0;
}

static struct block *
block_of(uint64_t address, uint32_t insns)
{
    struct block **bucket = &buckets[(address ^ address >> 16) % BUCKETS];
    struct block *b = *bucket;

    while (b != NULL && (b->address != address || b->insns != insns)) {
        b = b->next;
    }
    if (b == NULL) {
        b = counter_alloc(sizeof(*b));
        b->address = address;
        b->insns = insns;
        b->next = *bucket;
        *bucket = b;
    }
    return b;
}

static void
marked(unsigned cpu, void *data)
{
    (void)cpu;
    (void)data;
    now->next = counter_alloc(sizeof(*now));
    now = now->next;
}

static void
find_marks(struct qemu_plugin_tb *tb, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        if (qemu_plugin_insn_size(insn) == sizeof(mark) &&
            memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark)) == 0) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, marked,
                                                   PLUGIN_NO_REGISTERS, NULL);
        }
    }
}

static void
stretch_translated(struct qemu_plugin_tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);
    struct block *b = block_of(
        qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)), (uint32_t)n);
    uint8_t opens;

    b->user = !IS_KERNEL(b->address);
    if (b->user) {
        find_marks(tb, n);
    }
    opens = opener(qemu_plugin_tb_get_insn(tb, n - 1));
    b->last = opens != 0;
    b->leaves = opens != 0 && opens != STI;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, block_executed,
                                         PLUGIN_NO_REGISTERS, b);
}

static void
section_write(FILE *out, const struct section *section)
{
    for (unsigned i = 0; i < section->kept_count; i++) {
        const struct kept *k = &section->kept[i];

        fprintf(out, "stretch %llu %llu\n", (unsigned long long)k->length,
                (unsigned long long)k->times);
        for (size_t j = 0; j < k->count; j++) {
            fprintf(out, "%llx %llu\n",
                    (unsigned long long)k->parts[j].address,
                    (unsigned long long)k->parts[j].insns);
        }
    }
}

static void
stretch_write(FILE *out)
{
    unsigned number = 0;

    for (const struct section *s = &first; s != NULL; s = s->next) {
        fprintf(out, "section %u\n", number++);
        section_write(out, s);
    }
}

const struct mode stretch_mode = { "stretch", stretch_translated,
                                   stretch_write };
