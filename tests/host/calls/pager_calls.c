/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of memory_object_control.defs: what a pager says of an object that
 * the task has mapped, a page of which another of its threads waits for.
 */
#include <calls/call_names.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <memory_object_control/memory_object_control.h>
#include <mach/notify.h>
#include "calls.h"

#define PAGE 0x1000u
#define SIZE (4u * PAGE)
#define RETURN_ALL 2

static mach_port_name_t object, control;
static vm_address_t at, data;

static void
make_mapped(void)
{
    at = data = 0;
    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &object));
    CHECK_OK(mach_port_insert_right(SELF, object, object,
                                    MACH_MSG_TYPE_MAKE_SEND));
    CHECK_OK(mach_vm_allocate(SELF, &data, SIZE, VM_FLAGS_ANYWHERE));
    CHECK_OK(touch(data, true));
    CHECK_OK(touch(data + PAGE, true));
    CHECK_OK(mach_vm_map(SELF, &at, SIZE, 0, VM_FLAGS_ANYWHERE, object, 0,
                         FALSE, VM_PROT_READ | VM_PROT_WRITE, VM_PROT_ALL,
                         VM_INHERIT_SHARE));
    control = carried_right(object);
}

static void
make_ready(void)
{
    make_mapped();
    CHECK_OK(memory_object_ready(control, FALSE,
                                 MEMORY_OBJECT_COPY_NONE));
}

static void
make_waiting(void)
{
    make_ready();
    wait_for_page(at);
}

static void
make_supplied(void)
{
    make_waiting();
    CHECK_OK(memory_object_data_supply(control, 0, data, PAGE, 0, FALSE));
    CHECK_OK(touch(at, true));
}

static kern_return_t
ready(void)
{
    return memory_object_ready(control, TRUE, MEMORY_OBJECT_COPY_DELAY);
}

/* The call takes the pages away: it is made once. */
static kern_return_t
supply(void)
{
    vm_address_t from = data;

    if (data == 0) {
        return KERN_SUCCESS;
    }
    data = 0;
    return memory_object_data_supply(control, 0, from, 2 * PAGE, 0, TRUE);
}

static kern_return_t
unavailable(void)
{
    return memory_object_data_unavailable(control, 0, PAGE);
}

static kern_return_t
error(void)
{
    return memory_object_data_error(control, 0, PAGE, 5);
}

static kern_return_t
give_back(void)
{
    return memory_object_lock_request(control, 0, SIZE,
                                      RETURN_ALL, TRUE,
                                      VM_PROT_NONE, TRUE);
}

static kern_return_t
attributes(void)
{
    return memory_object_change_attributes(control, FALSE,
                                           MEMORY_OBJECT_COPY_NONE);
}

static kern_return_t
destroy(void)
{
    return memory_object_destroy(control, 0);
}

static kern_return_t
map_object(void)
{
    vm_address_t a = 0;

    return mach_vm_map(SELF, &a, SIZE, 0, VM_FLAGS_ANYWHERE, object, 0, FALSE,
                       VM_PROT_READ, VM_PROT_ALL, VM_INHERIT_SHARE);
}

static void
make_object(void)
{
    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &object));
    CHECK_OK(mach_port_insert_right(SELF, object, object,
                                    MACH_MSG_TYPE_MAKE_SEND));
}

const struct call_case pager_cases[] = {
    {"mach_vm_map: of a pager", make_object, map_object, true},
    {"memory_object_ready", make_mapped, ready, false},
    {"memory_object_data_supply", make_waiting, supply, false},
    {"memory_object_data_unavailable", make_waiting, unavailable, false},
    {"memory_object_data_error", make_waiting, error, false},
    {"memory_object_lock_request", make_supplied, give_back, false},
    {"memory_object_change_attributes", make_ready, attributes, false},
    {"memory_object_destroy", make_waiting, destroy, false},
    {.name = NULL},
};
