/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of kernel/pager.
 */
#include "fakes.h"

#define AT 0x200000ull
#define PAGES 40

static unsigned test_number;

static void
result(const char *name)
{
    struct vm_counts n;

    while (host_reap()) {
        continue;
    }
    vm_counts_get(&n);
    CHECK(n.vc_objects == 0 && n.vc_entries == 0 && n.vc_copies == 0);
    CHECK(n.vc_pages == 0 && host_frames_used() == 0);
    CHECK(host_kalloc_bytes() == 0);
    printf("ok %u - %s\n", ++test_number, name);
}

/* A fresh map of a fresh pager's object, ready. */
static struct ipc_port *
start(bool may_cache, bool copy)
{
    struct ipc_port *port = fake_port();
    struct vm_named_entry *ne;
    struct vm_object *o;
    struct vm_enter req = { .addr = AT, .size = PAGES * PAGE_SIZE,
                            .prot = VM_PROT_DEFAULT,
                            .max_prot = VM_PROT_ALL };

    fake = (struct fake_state){ .now = 1000 };
    OK(vm_map_create(&ledger_root, &fake_map));
    OK(pager_object_lookup(port, &ledger_root, &o));
    CHECK(fake.last == SENT_INIT);
    OK(vm_named_from_object(o, 0, PAGER_OBJECT_SIZE, VM_PROT_ALL,
                            &ledger_root, &ne));
    pager_extent(o, PAGES * PAGE_SIZE);
    OK(vm_named_map(fake_map, &req, ne, 0, copy));
    vm_named_release(ne);
    vm_object_release(o);
    CHECK(vm_fault(fake_map, AT, VM_PROT_READ) == KERN_BLOCKED);
    CHECK(fake.last == SENT_INIT); /* nothing is asked before ready */
    OK(pager_ready(fake.control, may_cache, MEMORY_OBJECT_COPY_DELAY, true));
    return port;
}

static void
finish(struct ipc_port *port)
{
    vm_map_release(fake_map);
    while (host_reap()) {
        continue;
    }
    CHECK(port->ip_srights == 1);
    free(port);
}

static void
supply(uint64_t offset, unsigned pages, unsigned char byte)
{
    struct vm_map_copy *c;
    unsigned char *buf = malloc(pages * PAGE_SIZE);

    CHECK(buf != NULL);
    memset(buf, byte, pages * PAGE_SIZE);
    OK(vm_map_copy_from_kernel(buf, pages * PAGE_SIZE, &ledger_root, &c));
    OK(pager_supply(fake.control, offset, c, pages * PAGE_SIZE, 0, false));
    vm_map_copy_discard(c);
    free(buf);
}

static unsigned char
peek(vm_address_t a)
{
    unsigned char b = 0;

    OK(copyin(a, &b, 1));
    return b;
}

static void
test_supply(void)
{
    struct ipc_port *port = start(false, false);

    CHECK(vm_fault(fake_map, AT + 5 * PAGE_SIZE, VM_PROT_READ) ==
          KERN_BLOCKED);
    CHECK(fake.last == SENT_REQUEST && fake.offset == 5 * PAGE_SIZE);
    CHECK(fake.length == PAGER_CLUSTER * PAGE_SIZE);
    CHECK(vm_fault(fake_map, AT + 6 * PAGE_SIZE, VM_PROT_READ) ==
          KERN_BLOCKED);
    CHECK(fake.count[SENT_REQUEST] == 1); /* asked once */
    supply(5 * PAGE_SIZE, 4, 'a');
    CHECK(peek(AT + 6 * PAGE_SIZE) == 'a');
    OK(pager_unavailable(fake.control, 9 * PAGE_SIZE, PAGE_SIZE));
    CHECK(peek(AT + 9 * PAGE_SIZE) == 0);
    OK(pager_error(fake.control, 10 * PAGE_SIZE, PAGE_SIZE, 5));
    CHECK(vm_fault(fake_map, AT + 10 * PAGE_SIZE, VM_PROT_READ) ==
          KERN_MEMORY_ERROR);
    /* At the end of what is mapped no more is asked for. */
    CHECK(vm_fault(fake_map, AT + (PAGES - 1) * PAGE_SIZE, VM_PROT_READ) ==
          KERN_BLOCKED);
    CHECK(fake.length == PAGE_SIZE);
    CHECK(pager_supply(fake.control, 1, NULL, PAGE_SIZE, 0, false) ==
          KERN_INVALID_ARGUMENT);
    CHECK(pager_unavailable(fake.control, ~0ull << 12, PAGE_SIZE) ==
          KERN_INVALID_ARGUMENT);
    finish(port);
    CHECK(fake.last == SENT_TERMINATE && fake.count[SENT_RETURN] == 0);
    result("request, supply, unavailable, error, terminate");
}

static void
test_return(void)
{
    struct ipc_port *port = start(false, false);
    unsigned char b = 'w';

    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    supply(0, 16, 'a');
    b = 'w';
    OK(copyout(&b, AT + PAGE_SIZE, 1));
    OK(pager_lock_request(fake.control, 0, PAGES * PAGE_SIZE, 1, false, -1,
                          true));
    CHECK(fake.count[SENT_RETURN] == 1 && fake.count[SENT_COMPLETED] == 1);
    CHECK(fake.dirty && fake.kernel_copy && fake.first_byte == 'w');
    OK(pager_lock_request(fake.control, 0, PAGES * PAGE_SIZE, 1, false, -1,
                          false));
    CHECK(fake.count[SENT_RETURN] == 1); /* clean now */
    OK(copyout(&b, AT + 2 * PAGE_SIZE, 1)); /* a write dirties it again */
    OK(pager_lock_request(fake.control, 0, PAGES * PAGE_SIZE, 1, true, -1,
                          false));
    CHECK(fake.count[SENT_RETURN] == 2 && !fake.kernel_copy);
    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED); /* flushed: asked again */
    supply(0, 16, 'n');
    CHECK(peek(AT) == 'n');
    /* Locked against writing: data_unlock, then it goes on. */
    OK(pager_lock_request(fake.control, 0, PAGE_SIZE, 0, false,
                          VM_PROT_WRITE, false));
    CHECK(peek(AT) == 'n');
    CHECK(copyout(&b, AT, 1) == KERN_BLOCKED && fake.last == SENT_UNLOCK);
    OK(pager_lock_request(fake.control, 0, PAGE_SIZE, 0, false, 0, false));
    OK(copyout(&b, AT, 1));
    finish(port); /* the dirty page goes back before the end */
    CHECK(fake.count[SENT_RETURN] == 3 && fake.last == SENT_TERMINATE);
    result("data_return, flush, locks");
}

static void
test_failure(void)
{
    struct ipc_port *port = start(false, false);
    unsigned char b;

    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    fake.now += PAGER_DEADLINE / 2;
    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    host_current->th_wait_result = KERN_ABORTED;
    CHECK(copyin(AT, &b, 1) == KERN_ABORTED);
    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    fake.now += PAGER_DEADLINE;
    CHECK(copyin(AT, &b, 1) == KERN_MEMORY_FAILURE);
    CHECK(copyin(AT + 30 * PAGE_SIZE, &b, 1) == KERN_MEMORY_FAILURE);
    finish(port);
    result("a silent pager: deadline, abort");
    port = start(false, true);
    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    supply(0, 16, 'p');
    OK(copyout("w", AT, 1)); /* private */
    port->ip_state = IPS_DEAD;
    CHECK(peek(AT) == 'w' && peek(AT + PAGE_SIZE) == 'p');
    CHECK(copyin(AT + 20 * PAGE_SIZE, &b, 1) == KERN_MEMORY_FAILURE);
    finish(port);
    CHECK(fake.count[SENT_RETURN] == 0);
    result("a dead pager: what is here stays, the rest fails");
    port = start(false, false);
    fake.send_result = KERN_RESOURCE_SHORTAGE;
    CHECK(copyin(AT, &b, 1) == KERN_RESOURCE_SHORTAGE);
    fake.send_result = KERN_SUCCESS;
    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    finish(port);
    result("no memory for a request is an error, and can be retried");
}

static void
test_cache(void)
{
    struct ipc_port *port = start(true, false);
    struct vm_object *o;
    unsigned char b;

    CHECK(copyin(AT, &b, 1) == KERN_BLOCKED);
    supply(0, 16, 'c');
    vm_map_release(fake_map);
    while (host_reap()) {
        continue;
    }
    CHECK(fake.count[SENT_TERMINATE] == 0 && vm_stats.vs_pages == 16);
    OK(pager_object_lookup(port, &ledger_root, &o));
    CHECK(fake.count[SENT_INIT] == 1 && vm_object_present(o, 0));
    vm_object_release(o);
    CHECK(vm_object_reclaim_step()); /* memory is short: it goes */
    CHECK(fake.count[SENT_TERMINATE] == 1);
    while (host_reap()) {
        continue;
    }
    free(port);
    result("cached when the pager allows it, until memory is short");
}

int
main(void)
{
    vm_setup();
    pager_setup();
    test_supply();
    test_return();
    test_failure();
    test_cache();
    printf("1..%u\n", test_number);
    return 0;
}
