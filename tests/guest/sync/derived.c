/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is shown on: a page, ten tasks, four levels below this one.
 *
 *     this -+- 1 -+- 4 --- 7 --- 9
 *           |     `- 5 --- 8
 *           +- 2 --- 6
 *           `- 3               (and 0, which gets what is granted)
 */
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include "test.h"

#define PAGE 4096ul
#define TASKS 10u
#define SELF TASKS

enum { PEEK = 1, POKE, ON, GRANT, UNMAP };

static const uint8_t parent_of[TASKS] = { SELF, SELF, SELF, SELF, 1, 1,
                                          2, 4, 5, 7 };
static mach_port_t ports[TASKS], tasks[TASKS];
static vm_address_t at[TASKS], memory;
static struct sync_buffer *mine;
static uint8_t stack[16384] __attribute__((aligned(16)));

static kern_return_t
show(vm_address_t from, unsigned to, uint64_t how, vm_address_t *there)
{
    struct sync_buffer *b = sync_buffer();
    struct sync_message m = message(how);
    kern_return_t kr;

    b->sb_address = from;
    b->sb_size = PAGE;
    b->sb_prot = VM_PROT_READ | VM_PROT_WRITE;
    kr = sync_call(ports[to], &m);
    *there = m.words[0];
    return kr;
}

static void
serve(uint64_t self)
{
    struct sync_buffer *b = sync_buffer();
    struct sync_message m = message(SYNC_TAKE_MAP);
    kern_return_t kr;

    b->sb_window_size = PAGE;
    kr = sync_receive(ports[self], &m);
    while (kr == KERN_SUCCESS) {
        uint64_t *word = (uint64_t *)(uintptr_t)m.words[0];

        switch (SYNC_LABEL(m.tag)) {
        case PEEK: /* with the page gone it is an exception: the task ends */
            m.words[0] = *word;
            break;
        case POKE:
            *word = m.words[1];
            break;
        case ON:
        case GRANT:
            m.words[1] = (uint64_t)show(
                m.words[0], (unsigned)m.words[1],
                SYNC_LABEL(m.tag) == ON ? SYNC_MAP : SYNC_GRANT,
                &m.words[0]);
            b->sb_window_size = PAGE;
            break;
        case UNMAP:
            m.words[0] = (uint64_t)sync_unmap(m.words[0], PAGE);
            break;
        default:
            m.words[0] = b->sb_address;
            break;
        }
        m.tag = SYNC_TAKE_MAP | 2;
        kr = sync_reply_wait(ports[self], &m);
    }
}

static kern_return_t
ask(unsigned whom, uint32_t what, uint64_t *first, uint64_t second)
{
    struct sync_message m = message(SYNC_TAG(what, 2));
    kern_return_t kr;

    m.words[0] = *first;
    m.words[1] = second;
    kr = sync_call(ports[whom], &m);
    *first = m.words[0];
    return kr;
}

/* Show the page down the tree. */
static bool
spread(void)
{
    for (unsigned i = 1; i < TASKS; i++) {
        if (parent_of[i] == SELF) {
            if (show(memory, i, SYNC_MAP, &at[i]) != KERN_SUCCESS) {
                return false;
            }
        } else {
            at[i] = at[parent_of[i]];
            if (ask(parent_of[i], ON, &at[i], i) != KERN_SUCCESS) {
                return false;
            }
        }
    }
    return true;
}

/* A copy of the word, asked of the kernel: the page may be gone. */
static bool
sees(unsigned i)
{
    mach_port_t task = tasks[i];
    vm_address_t address = at[i];
    vm_size_t size = 0;
    vm_region_basic_info_t info;

    return mach_vm_region(task, &address, &size, &info) == KERN_SUCCESS &&
           address <= at[i] && at[i] < address + size;
}

/* Bit i: task i has the page. */
static uint64_t
seen(void)
{
    uint64_t set = 0;

    for (unsigned i = 0; i < TASKS; i++) {
        set |= at[i] != 0 && sees(i) ? 1ull << i : 0;
    }
    return set;
}

static void
start(unsigned i)
{
    tasks[i] = task_make(MACH_PORT_NULL, serve, i, stack, sizeof(stack),
                         NULL);
    mach_port_insert_right(tasks[i], ports[i], ports[i],
                           MACH_MSG_TYPE_MOVE_RECEIVE);
    for (unsigned j = 0; j < TASKS; j++) {
        if (j != i) {
            mach_port_insert_right(tasks[i], ports[j], ports[j],
                                   MACH_MSG_TYPE_COPY_SEND);
        }
    }
}

static void
test_tree(void)
{
    volatile uint64_t *word = (volatile uint64_t *)memory;
    uint64_t value;

    word[0] = 4711;
    check(spread(), "a page is shown to nine tasks", 0);
    check(seen() == 0x3fe, "all have it", seen());
    value = at[9];
    check(ask(9, PEEK, &value, 0) == KERN_SUCCESS && value == 4711,
          "the last one, too", value);
    value = at[9];
    ask(9, POKE, &value, 815);
    value = at[3];
    check(word[0] == 815 && ask(3, PEEK, &value, 0) == KERN_SUCCESS &&
              value == 815,
          "which may write for all to see", word[0]);
    value = at[4];
    check(ask(4, UNMAP, &value, 0) == KERN_SUCCESS && value == 0 &&
              seen() == 0x17e,
          "one takes back what it has shown: it goes below", seen());
    value = at[1];
    check(ask(1, UNMAP, &value, 0) == KERN_SUCCESS && seen() == 0x4e,
          "one above it: all below that", seen());
    check(spread() && seen() == 0x3fe, "shown again", seen());
    check_kr(sync_unmap(memory, PAGE), "taken back at the root");
    check(seen() == 0, "nobody has it", seen());
    check(word[0] == 815, "but its owner", word[0]);
}

static void
test_ends(void)
{
    uint64_t value;

    check(spread() && seen() == 0x3fe, "shown again", seen());
    value = at[2];
    ask(2, GRANT, &value, 0);
    at[0] = value;
    check(seen() == 0x3fb, "granted on: who granted it has it no more",
          seen());
    value = at[0];
    check(ask(0, PEEK, &value, 0) == KERN_SUCCESS && value == 815,
          "but who got it", value);
    value = at[0];
    check(ask(0, UNMAP, &value, 0) == KERN_SUCCESS && seen() == 0x3bb,
          "with what had been shown on of it", seen());
    task_end(tasks[4], MACH_PORT_NULL);
    tasks[4] = MACH_PORT_NULL;
    pause_ms(50);
    at[4] = 0;
    check(seen() == 0x12b, "one in the middle ends: it goes below", seen());
    sync_unmap(memory, PAGE);
    check(seen() == 0, "the root takes back the granted one, too", seen());
}

void
test_derived(void)
{
    mine = sync_buffer();
    mine->sb_window_size = 0;
    census_begin();
    vm_allocate(&memory, PAGE, VM_FLAGS_ANYWHERE);
    for (unsigned i = 0; i < TASKS; i++) {
        ports[i] = port_make();
    }
    for (unsigned i = 0; i < TASKS; i++) {
        start(i);
    }
    for (unsigned i = 0; i < TASKS; i++) {
        task_resume(tasks[i]);
    }
    memset(at, 0, sizeof(at));
    test_tree();
    test_ends();
    for (unsigned i = 0; i < TASKS; i++) {
        if (tasks[i] != MACH_PORT_NULL) {
            task_end(tasks[i], MACH_PORT_NULL);
        }
        mach_port_deallocate_trap(ports[i]);
    }
    vm_deallocate(memory, PAGE);
    census_end("a tree of ten tasks leaves nothing behind");
}
