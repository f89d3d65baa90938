/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that a pager supplies, does not have, or can't read.
 */
#include <mach/mig_errors.h>
#include "test.h"

static bool
page_good(uint64_t at, unsigned page)
{
    for (unsigned i = 0; i < PAGE / 8; i++) {
        if (((volatile uint64_t *)at)[i] != pattern(page, i)) {
            return false;
        }
    }
    return true;
}

static void
test_supply(void)
{
    struct pager_object *o = pager_create();
    uint64_t at = pager_map(o, 0, 40, false);
    uint32_t requests;
    bool good = true;

    check(page_good(at, 0), "a page is asked for and supplied", o->requests);
    check(o->inits == 1 && o->page_size == PAGE,
          "memory_object_init came once, before", o->inits);
    requests = o->requests;
    check(page_good(at + 5 * PAGE, 5) && o->requests == requests,
          "its cluster came with it", o->requests);
    for (unsigned p = 0; p < 40; p++) {
        good = good && page_good(at + p * PAGE, p);
    }
    check(good && o->requests == 3 && o->asked == 40,
          "40 pages by 3 requests, none beyond the mapping", o->asked);
    check(wait_for(&o->moved, 40), "the pages have left the pager's task", o->moved);
    vm_deallocate(at, 40 * PAGE);
    check(wait_for(&o->terminates, 1), "terminate after the last unmap",
          o->terminates);
    at = pager_map(o, 7, 1, false);
    check(page_good(at, 7) && o->inits == 2, "mapped again, it starts anew",
          o->inits);
    vm_deallocate(at, PAGE);
    check(wait_for(&o->terminates, 2), "and ends again", o->terminates);
}

static void
test_answers(void)
{
    struct pager_object *o = pager_create();
    uint64_t at, value = 1;
    kern_return_t kr;

    o->answer[1] = ZERO;
    o->answer[2] = ERROR;
    o->answer[3] = LATER;
    at = pager_map(o, 0, 8, false);
    kr = probe_read(at + PAGE, &value);
    check(kr == KERN_SUCCESS && value == 0, "data_unavailable: zeros",
          value);
    kr = probe_read(at + 2 * PAGE, &value);
    check(kr == KERN_MEMORY_ERROR, "data_error: EXC_BAD_ACCESS",
          (uint64_t)kr);
    kr = probe_read(at + 3 * PAGE, &value);
    check(kr == KERN_SUCCESS && value == pattern(3, 0),
          "a page that takes its time", (uint64_t)kr);
    o->answer[2] = SUPPLY;
    kr = probe_read(at + 2 * PAGE, &value);
    check(kr == KERN_SUCCESS && value == pattern(2, 0),
          "after an error it is asked for again", (uint64_t)kr);
    kr = probe_write(at + PAGE, 77);
    check(kr == KERN_SUCCESS && *(volatile uint64_t *)(at + PAGE) == 77,
          "a write to a zero-filled page", (uint64_t)kr);
    vm_deallocate(at, 8 * PAGE);
}

/* From kernel calls. */
static void
test_calls(void)
{
    struct pager_object *o = pager_create();
    uint64_t at, here = 0, value;
    pointer_t data = 0;
    mach_msg_type_number_t count = 0;
    kern_return_t kr;

    o->answer[2] = LATER;
    o->answer[20] = ERROR;
    at = pager_map(o, 0, 32, false);
    kr = mach_vm_read(mach_task_self(), at, 4 * PAGE, &data, &count);
    check(kr == KERN_SUCCESS && count == 4 * PAGE, "vm_read", (uint64_t)kr);
    if (kr == KERN_SUCCESS) {
        check(page_good(data, 0) && page_good(data + 2 * PAGE, 2),
              "gives what the pager has", 0);
        vm_deallocate(data, count);
    }
    kr = mach_vm_read(mach_task_self(), at + 20 * PAGE, PAGE, &data, &count);
    if (kr == KERN_SUCCESS) {
        kr = probe_read(data, &value);
        vm_deallocate(data, count);
    }
    check(kr == KERN_MEMORY_ERROR, "an error comes through vm_read",
          (uint64_t)kr);
    vm_allocate(&here, 2 * PAGE, VM_FLAGS_ANYWHERE);
    o->answer[24] = LATER;
    kr = mach_vm_copy(mach_task_self(), at + 24 * PAGE, 2 * PAGE, here);
    check(kr == KERN_SUCCESS && page_good(here, 24), "vm_copy from it",
          (uint64_t)kr);
    o->answer[30] = LATER;
    kr = mach_vm_write(mach_task_self(), at + 30 * PAGE, here, PAGE);
    check(kr == KERN_SUCCESS && page_good(at + 30 * PAGE, 24),
          "vm_write to it", (uint64_t)kr);
    vm_deallocate(here, 2 * PAGE);
    vm_deallocate(at, 32 * PAGE);
}

struct text_message {
    mach_msg_header_t head;
    uint64_t words[16];
};

/* A message whose header and body are on two pages that come one by one. */
static void
test_copyin(void)
{
    struct pager_object *o = pager_create();
    struct text_message *m, in;
    mach_port_t port = MACH_PORT_NULL;
    uint64_t at, where;
    kern_return_t kr;

    mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &port);
    for (unsigned p = 0; p < 4; p++) {
        o->answer[p] = LATER;
    }
    where = PAGE - sizeof(m->head) - 4 * sizeof(uint64_t);
    m = (void *)(o->store + where);
    memset(m, 0, sizeof(*m));
    m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
    m->head.msgh_size = sizeof(*m);
    m->head.msgh_remote_port = port;
    m->head.msgh_id = 4711;
    for (unsigned i = 0; i < 16; i++) {
        m->words[i] = i * 11;
    }
    at = pager_map(o, 0, 4, false);
    kr = mach_msg((mach_msg_header_t *)(at + where), MACH_SEND_MSG,
                  sizeof(*m), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    check(kr == KERN_SUCCESS, "a message is sent from pages not here",
          (uint64_t)kr);
    memset(&in, 0, sizeof(in));
    /* Received into pages 2 and 3, which come one by one, too. */
    where += 2 * PAGE;
    kr = mach_msg((mach_msg_header_t *)(at + where),
                  MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*m) + 64, port,
                  1000, MACH_PORT_NULL);
    check(kr == KERN_SUCCESS, "and received into others", (uint64_t)kr);
    memcpy(&in, (void *)(at + where), sizeof(in));
    check(in.head.msgh_id == 4711 && in.words[0] == 0 && in.words[15] == 165,
          "as it was", (uint64_t)in.head.msgh_id);
    kr = mach_msg((mach_msg_header_t *)(at + where),
                  MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*m) + 64, port,
                  0, MACH_PORT_NULL);
    check(kr == MACH_RCV_TIMED_OUT, "sent once only", (uint64_t)kr);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
    vm_deallocate(at, 4 * PAGE);
}

/* A trap whose argument the pager can't read. */
static void
test_copyin_error(void)
{
    struct pager_object *o = pager_create();
    uint64_t at;
    kern_return_t kr;

    o->answer[0] = ERROR;
    at = pager_map(o, 0, 1, false);
    kr = mach_msg((mach_msg_header_t *)at, MACH_SEND_MSG, 64, 0,
                  MACH_PORT_NULL, 0, MACH_PORT_NULL);
    check(kr == MACH_SEND_INVALID_DATA || kr == MACH_SEND_INVALID_MEMORY,
          "a message that can't be read", (uint64_t)kr);
    vm_deallocate(at, PAGE);
}

void
test_reads(void)
{
    test_supply();
    test_answers();
    test_calls();
    test_copyin();
    test_copyin_error();
}
