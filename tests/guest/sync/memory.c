/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory in messages: shown to another task, granted, refused; what a task
 * may do with memory that it has been shown.
 */
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include "test.h"

#define PAGE 4096ul
#define PAGES 4ul

/* Of the other task, at addresses it has told. */
static mach_port_t port, task;
static vm_address_t memory; /* here */
static struct sync_buffer *mine;
static uint8_t stack[32768] __attribute__((aligned(16)));

/* What the peer does when it is called, by the label. */
enum { PEEK = 1, POKE, DROP, WINDOW, SHARE, FORK };

/* Is it in the memory that a child of the peer gets? */
static uint64_t
peer_fork(vm_address_t at)
{
    mach_port_t child = MACH_PORT_NULL;
    mach_msg_type_number_t n = 0;
    pointer_t data = 0;
    kern_return_t kr = task_create(mach_task_self(), MACH_PORT_NULL, TRUE,
                                   &child);

    if (kr == KERN_SUCCESS) {
        kr = mach_vm_read(child, at, PAGE, &data, &n);
        task_end(child, MACH_PORT_NULL);
    }
    return (uint64_t)kr;
}

/* Can the peer name it, or map it once more? */
static uint64_t
peer_share(vm_address_t at)
{
    mach_port_t entry = MACH_PORT_NULL;
    vm_size_t size = PAGE;
    vm_address_t to = 0;
    kern_return_t kr = mach_make_memory_entry(
        mach_task_self(), &size, at, VM_PROT_READ, MACH_PORT_NULL, &entry);

    if (kr == KERN_PROTECTION_FAILURE) {
        kr = mach_vm_remap(mach_task_self(), &to, PAGE, 0, VM_FLAGS_ANYWHERE,
                           mach_task_self(), at, FALSE, VM_INHERIT_NONE);
    }
    return (uint64_t)kr;
}

/* A read or write that may fail. */
static kern_return_t
try_access(vm_address_t at, bool write, uint64_t *value)
{
    mach_msg_type_number_t n = 0;
    pointer_t data = 0;
    kern_return_t kr;

    if (write) {
        return mach_vm_write(mach_task_self(), at,
                             (pointer_t)(uintptr_t)value, sizeof(*value));
    }
    kr = mach_vm_read(mach_task_self(), at, sizeof(*value), &data, &n);
    if (kr == KERN_SUCCESS) {
        memcpy(value, (const void *)(uintptr_t)data, sizeof(*value));
        vm_deallocate(data, n);
    }
    return kr;
}

static void
peer(uint64_t arg)
{
    struct sync_buffer *b = sync_buffer();
    struct sync_message m = message(SYNC_TAKE_MAP);
    kern_return_t kr;

    (void)arg;
    b->sb_window_size = PAGES * PAGE;
    kr = sync_receive(port, &m);
    while (kr == KERN_SUCCESS) {
        vm_address_t at = m.words[0];
        uint64_t value = m.words[1];

        switch (SYNC_LABEL(m.tag)) {
        case PEEK:
            m.words[0] = (uint64_t)try_access(at, false, &value);
            m.words[1] = value;
            break;
        case POKE:
            m.words[0] = (uint64_t)try_access(at, true, &value);
            break;
        case DROP:
            m.words[0] = (uint64_t)vm_deallocate(at, PAGE);
            break;
        case WINDOW:
            b->sb_window = at;
            b->sb_window_size = value;
            break;
        case SHARE:
            m.words[0] = peer_share(at);
            break;
        case FORK:
            m.words[0] = peer_fork(at);
            break;
        default:
            m.words[0] = b->sb_address;
            m.words[1] = b->sb_size;
            m.words[2] = (uint64_t)b->sb_prot;
            break;
        }
        m.tag = SYNC_TAKE_MAP | 3;
        kr = sync_reply_wait(port, &m);
    }
}

/* Ask the peer; its word 0, and word 1 in *value. */
static kern_return_t
ask(uint32_t what, vm_address_t at, uint64_t *value)
{
    struct sync_message m = message(SYNC_TAG(what, 2));
    kern_return_t kr;

    m.words[0] = at;
    m.words[1] = *value;
    kr = sync_call(port, &m);
    *value = m.words[1];
    return kr != KERN_SUCCESS ? kr : (kern_return_t)m.words[0];
}

static uint64_t
peek(vm_address_t at)
{
    uint64_t value = 0;

    return ask(PEEK, at, &value) == KERN_SUCCESS ? value : ~0ull;
}

/* Send the range; where it is there. */
static kern_return_t
send(vm_address_t from, vm_size_t size, vm_prot_t prot, uint64_t how,
     vm_address_t *at)
{
    struct sync_message m = message(how);
    kern_return_t kr;

    mine->sb_address = from;
    mine->sb_size = size;
    mine->sb_prot = prot;
    kr = sync_call(port, &m);
    if (kr == KERN_SUCCESS) {
        *at = m.words[0];
    }
    return kr;
}

static void
test_shown(void)
{
    volatile uint64_t *here = (volatile uint64_t *)memory;
    uint64_t value = 78;
    vm_address_t at = 0;

    here[0] = 77;
    check_kr(send(memory, 2 * PAGE, VM_PROT_READ | VM_PROT_WRITE, SYNC_MAP,
                  &at),
             "two pages are shown");
    check(peek(at) == 77, "the other sees what was there", peek(at));
    here[1] = 99;
    check(peek(at + 8) == 99, "and what is written later", peek(at + 8));
    check(ask(POKE, at, &value) == KERN_SUCCESS && here[0] == 78,
          "and writes, too", here[0]);
    value = 79;
    check(ask(POKE, at + PAGE, &value) == KERN_SUCCESS &&
              here[PAGE / 8] == 79,
          "on a page that nobody had touched", here[PAGE / 8]);
    check(ask(SHARE, at, &value) == KERN_PROTECTION_FAILURE,
          "it can't be shared on but by a message", 0);
    check(ask(FORK, at, &value) == KERN_INVALID_ADDRESS,
          "and isn't inherited", 0);
    check_kr(sync_unmap(memory, PAGE), "taking back one page");
    check(peek(at) == ~0ull && peek(at + PAGE) == ~0ull,
          "takes back what the message showed", 0);
    check(here[0] == 78, "and leaves it here", here[0]);
    check_kr(sync_unmap(memory, PAGE), "nothing to take back");
}

static void
test_read_only(void)
{
    uint64_t value = 1;
    vm_address_t at = 0, to = 0;

    check_kr(send(memory, PAGE, VM_PROT_READ, SYNC_MAP, &at), "read only");
    check(peek(at) == 78, "can be read", 0);
    check(ask(POKE, at, &value) == KERN_PROTECTION_FAILURE, "and no more",
          0);
    /* Dropped there: its address is free for others. */
    check(ask(DROP, at, &value) == KERN_SUCCESS && peek(at) == ~0ull,
          "it can be dropped", 0);
    check_kr(sync_unmap(memory, PAGES * PAGE), "and taken back all the same");
    vm_protect(memory, PAGE, FALSE, VM_PROT_READ);
    check(send(memory, PAGE, VM_PROT_READ | VM_PROT_WRITE, SYNC_MAP, &to) ==
              KERN_PROTECTION_FAILURE,
          "nobody shows more than he may do himself", 0);
    vm_protect(memory, PAGE, FALSE, VM_PROT_READ | VM_PROT_WRITE);
}

static void
test_ends(void)
{
    vm_address_t at = 0, more = 0;
    uint64_t value = 0;

    vm_allocate(&more, PAGE, VM_FLAGS_ANYWHERE);
    *(volatile uint64_t *)more = 5;
    check_kr(send(more, PAGE, VM_PROT_READ, SYNC_MAP, &at), "a page");
    check(peek(at) == 5, "is seen", 0);
    vm_deallocate(more, PAGE);
    check(peek(at) == ~0ull, "until its owner gives it up", 0);
    value = PAGE;
    ask(WINDOW, 0x60000000, &value);
    check_kr(send(memory, PAGE, VM_PROT_READ, SYNC_MAP, &at),
             "into a window");
    check(at == 0x60000000, "at its address", at);
    check(send(memory, PAGE, VM_PROT_READ, SYNC_MAP, &more) == KERN_NO_SPACE,
          "which is taken now", 0);
    check(send(memory, 2 * PAGE, VM_PROT_READ, SYNC_MAP, &more) ==
              KERN_NO_ACCESS,
          "and has its size", 0);
    sync_unmap(memory, PAGE);
    value = PAGES * PAGE;
    ask(WINDOW, 0, &value);
}

static void
test_refused(void)
{
    static const struct {
        vm_size_t offset, size;
        vm_prot_t prot;
        kern_return_t kr;
        const char *what;
    } bad[] = {
        { 0, 0, VM_PROT_READ, KERN_INVALID_ARGUMENT, "no bytes" },
        { 1, PAGE, VM_PROT_READ, KERN_INVALID_ARGUMENT, "not a page" },
        { 0, 100, VM_PROT_READ, KERN_INVALID_ARGUMENT, "no whole pages" },
        { 0, PAGE, 64, KERN_INVALID_ARGUMENT, "no such access" },
        { 0, ~0xfffull, VM_PROT_READ, KERN_NO_ACCESS, "all there is" },
        { 0x10000000, PAGE, VM_PROT_READ, KERN_INVALID_ADDRESS,
          "nothing there" },
    };
    vm_address_t at;

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check(send(memory + bad[i].offset, bad[i].size, bad[i].prot,
                   SYNC_MAP, &at) == bad[i].kr,
              bad[i].what, i);
    }
}

static void
test_grant(void)
{
    vm_address_t more = 0, at = 0;
    uint64_t value = 0;

    vm_allocate(&more, PAGE, VM_FLAGS_ANYWHERE);
    *(volatile uint64_t *)more = 1234;
    check_kr(send(more, PAGE, VM_PROT_READ | VM_PROT_WRITE, SYNC_GRANT, &at),
             "a page is granted");
    check(peek(at) == 1234, "and is there", 0);
    check(try_access(more, false, &value) == KERN_INVALID_ADDRESS,
          "but not here", 0);
    check_kr(sync_unmap(more, PAGE), "it can't be taken back");
    check(peek(at) == 1234, "for it is the other's", 0);
    ask(DROP, at, &value);
}

void
test_memory(void)
{
    mine = sync_buffer();
    census_begin();
    vm_allocate(&memory, PAGES * PAGE, VM_FLAGS_ANYWHERE);
    port = port_make();
    task = task_make(MACH_PORT_NULL, peer, 0, stack, sizeof(stack), NULL);
    mach_port_insert_right(task, port, port, MACH_MSG_TYPE_MOVE_RECEIVE);
    task_resume(task);
    test_shown();
    test_read_only();
    test_ends();
    test_refused();
    test_grant();
    task_end(task, MACH_PORT_NULL);
    mach_port_deallocate_trap(port);
    vm_deallocate(memory, PAGES * PAGE);
    census_end("memory leaves nothing behind");
}
