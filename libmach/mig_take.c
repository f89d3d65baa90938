/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking rights and ranges out of a call, see <mach/mig_take.h>.
 *
 * In the message binding the request itself is the record: what is taken is
 * erased from its descriptors, and what is left is destroyed.  In the direct
 * binding the stub lists what it passes.  A routine that takes what was not
 * passed to it has a bug, and gets nothing (null).
 */
#include <mach/mach.h>
#include <mach/mig_server.h>
#include <mach/mig_direct.h>
#include <mach/mig_take.h>

static struct mig_call *single_slot;

__attribute__((weak)) struct mig_call **
mig_call_slot(void)
{
    return &single_slot;
}

/* The descriptor after d; every one has its type in the last byte of its
 * third word. */
static void *
next_descriptor(void *d)
{
    mach_msg_type_descriptor_t *type = (mach_msg_type_descriptor_t *)d;

    return (char *)d + (type->type == MACH_MSG_PORT_DESCRIPTOR
                            ? sizeof(mach_msg_port_descriptor_t)
                            : sizeof(mach_msg_ool_descriptor_t));
}

static unsigned
descriptor_count(const mach_msg_header_t *head)
{
    const mach_msg_body_t *body = (const mach_msg_body_t *)(head + 1);

    return (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
               ? 0
               : body->msgh_descriptor_count;
}

static void *
first_descriptor(mach_msg_header_t *head)
{
    return (char *)(head + 1) + sizeof(mach_msg_body_t);
}

static boolean_t
erase_from_array(const mach_msg_ool_ports_descriptor_t *d, mach_port_t name)
{
    mach_port_t *names = (mach_port_t *)(uintptr_t)d->address;

    for (mach_msg_size_t i = 0; i < d->count; i++) {
        if (names[i] == name) {
            names[i] = MACH_PORT_NULL;
            return TRUE;
        }
    }
    return FALSE;
}

static mach_port_t
take_port_from_message(mach_msg_header_t *head, mach_port_t name)
{
    void *at = first_descriptor(head);

    for (unsigned i = descriptor_count(head); i != 0; i--) {
        mach_msg_port_descriptor_t *d = (mach_msg_port_descriptor_t *)at;

        if (d->type == MACH_MSG_PORT_DESCRIPTOR && d->name == name) {
            d->name = MACH_PORT_NULL;
            return name;
        }
        if (d->type == MACH_MSG_OOL_PORTS_DESCRIPTOR &&
            erase_from_array((mach_msg_ool_ports_descriptor_t *)at, name)) {
            return name;
        }
        at = next_descriptor(at);
    }
    return MACH_PORT_NULL;
}

static void *
take_range_from_message(mach_msg_header_t *head, uint64_t address,
                        unsigned kind)
{
    void *at = first_descriptor(head);

    for (unsigned i = descriptor_count(head); i != 0; i--) {
        mach_msg_ool_descriptor_t *d = (mach_msg_ool_descriptor_t *)at;

        if (d->type == kind && d->address == address) {
            d->address = 0;
            d->size = 0;
            return (void *)(uintptr_t)address;
        }
        at = next_descriptor(at);
    }
    return NULL;
}

static struct mig_loan *
find_loan(struct mig_call *call, uint64_t value, unsigned kind)
{
    for (unsigned i = 0; i < call->loan_count; i++) {
        if (call->loans[i].kind == kind && call->loans[i].value == value) {
            return &call->loans[i];
        }
    }
    return NULL;
}

/* One more right like the one the caller keeps. */
static kern_return_t
add_right(mach_port_t name, mach_msg_type_name_t disposition)
{
    return disposition == MACH_MSG_TYPE_MAKE_SEND
               ? mach_port_insert_right_trap(name, name, disposition)
               : mach_port_mod_refs_trap(name, MACH_PORT_RIGHT_SEND, 1);
}

/* The right in an array that is lent: moved out of it, or one more made. */
static mach_port_t
take_port_from_array(const struct mig_loan *loan, mach_port_t name)
{
    mach_port_t *names = (mach_port_t *)(uintptr_t)loan->value;

    for (uint64_t i = 0; i < loan->size && names != NULL; i++) {
        if (names[i] != name) {
            continue;
        }
        if (mig_gives(loan->disposition)) {
            names[i] = MACH_PORT_NULL;
            return name;
        }
        return add_right(name, loan->disposition) == KERN_SUCCESS
                   ? name
                   : MACH_PORT_NULL;
    }
    return MACH_PORT_NULL;
}

static mach_port_t
take_port_from_loans(struct mig_call *call, mach_port_t name)
{
    struct mig_loan *loan = find_loan(call, name, MACH_MSG_PORT_DESCRIPTOR);

    if (loan == NULL) {
        for (unsigned i = 0; i < call->loan_count; i++) {
            if (call->loans[i].kind == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
                mach_port_t got = take_port_from_array(&call->loans[i], name);

                if (got != MACH_PORT_NULL) {
                    return got;
                }
            }
        }
        return MACH_PORT_NULL;
    }
    if (loan->given) {
        loan->value = 0;
        return name;
    }
    return add_right(name, loan->disposition) == KERN_SUCCESS
               ? name
               : MACH_PORT_NULL;
}

static void *
copy_range(const void *from, size_t size)
{
    vm_address_t copy = 0;

    if (vm_allocate(&copy, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return NULL;
    }
    mig_copy((void *)(uintptr_t)copy, from, size);
    return (void *)(uintptr_t)copy;
}

/* All rights of an array, and the array: whichever of both the caller keeps
 * is made anew. */
static void *
take_rights_from_loan(struct mig_loan *loan)
{
    mach_port_t *names = (mach_port_t *)(uintptr_t)loan->value;
    void *array = names;

    if (!loan->given) {
        array = copy_range(names, loan->size * sizeof(*names));
        if (array == NULL) {
            return NULL;
        }
    }
    if (!mig_gives(loan->disposition)) {
        for (uint64_t i = 0; i < loan->size; i++) {
            if (MACH_PORT_VALID(names[i])) {
                add_right(names[i], loan->disposition);
            }
        }
    }
    if (loan->given || mig_gives(loan->disposition)) {
        loan->value = 0; /* nothing is left for the call's end to drop */
    }
    return array;
}

static void *
take_range_from_loans(struct mig_call *call, uint64_t address, unsigned kind)
{
    struct mig_loan *loan = find_loan(call, address, kind);

    if (loan == NULL) {
        return NULL;
    }
    if (kind == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        return take_rights_from_loan(loan);
    }
    if (loan->given) {
        loan->value = 0;
        return (void *)(uintptr_t)address;
    }
    return copy_range((const void *)(uintptr_t)address, loan->size);
}

mach_port_t
mig_take_port(mach_port_t name)
{
    struct mig_call *call = *mig_call_slot();

    if (call == NULL || !MACH_PORT_VALID(name)) {
        return name;
    }
    return call->message != NULL ? take_port_from_message(call->message, name)
                                 : take_port_from_loans(call, name);
}

static void *
take_range(const void *address, unsigned kind)
{
    struct mig_call *call = *mig_call_slot();
    uint64_t value = (uint64_t)(uintptr_t)address;

    if (call == NULL || value == 0) {
        return NULL;
    }
    return call->message != NULL
               ? take_range_from_message(call->message, value, kind)
               : take_range_from_loans(call, value, kind);
}

void *
mig_take_ool(const void *address)
{
    return take_range(address, MACH_MSG_OOL_DESCRIPTOR);
}

mach_port_t *
mig_take_ports(const mach_port_t *address)
{
    return (mach_port_t *)take_range(address, MACH_MSG_OOL_PORTS_DESCRIPTOR);
}

void
mig_call_begin(struct mig_call *call, mach_msg_header_t *message)
{
    struct mig_call **slot = mig_call_slot();

    call->outer = *slot;
    call->message = message;
    call->loans = NULL;
    call->loan_count = 0;
    *slot = call;
}

void
mig_call_begin_direct(struct mig_call *call, struct mig_loan *loans,
                      unsigned count)
{
    mig_call_begin(call, NULL);
    call->loans = loans;
    call->loan_count = count;
}

static void
drop_right(mach_port_t name, mach_msg_type_name_t disposition)
{
    if (!MACH_PORT_VALID(name)) {
        return;
    }
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
        mach_port_mod_refs_trap(name, MACH_PORT_RIGHT_RECEIVE, -1);
    } else {
        mach_port_deallocate_trap(name);
    }
}

static void
drop_loan(const struct mig_loan *loan)
{
    const mach_port_t *names = (const mach_port_t *)(uintptr_t)loan->value;

    if (loan->value == 0) {
        return;
    }
    if (loan->kind == MACH_MSG_PORT_DESCRIPTOR) {
        if (loan->given) {
            drop_right((mach_port_t)loan->value, loan->disposition);
        }
        return;
    }
    if (loan->kind == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        for (uint64_t i = 0;
             i < loan->size && mig_gives(loan->disposition); i++) {
            drop_right(names[i], loan->disposition);
        }
    }
    if (loan->given && loan->size != 0) {
        vm_deallocate(loan->value,
                      loan->kind == MACH_MSG_OOL_PORTS_DESCRIPTOR
                          ? loan->size * sizeof(*names)
                          : loan->size);
    }
}

void
mig_drop_loans(const struct mig_loan *loans, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        drop_loan(&loans[i]);
    }
}

kern_return_t
mig_keep_loan(struct mig_loan *loan)
{
    struct mig_call call = {NULL, NULL, loan, 1};
    void *kept;

    if (loan->given || loan->value == 0) {
        return KERN_SUCCESS;
    }
    if (loan->kind == MACH_MSG_PORT_DESCRIPTOR) {
        mach_port_t name = (mach_port_t)loan->value;

        if (MACH_PORT_VALID(name) &&
            take_port_from_loans(&call, name) == MACH_PORT_NULL) {
            return KERN_INVALID_RIGHT;
        }
    } else if (loan->size != 0) {
        kept = take_range_from_loans(&call, loan->value, loan->kind);
        if (kept == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
        loan->value = (uint64_t)(uintptr_t)kept;
    }
    loan->disposition = mig_received_as(loan->disposition);
    loan->given = 1;
    return KERN_SUCCESS;
}

void
mig_call_end(struct mig_call *call)
{
    *mig_call_slot() = call->outer;
    if (call->message != NULL) {
        mig_destroy_contents(call->message);
    }
    mig_drop_loans(call->loans, call->loan_count);
}
