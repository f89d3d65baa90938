/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of memory_object.defs, as the generated servers expect them:
 * fields in the order of the arguments, each naturally aligned.
 */
#ifndef PAGER_PAGER_MESSAGE_H
#define PAGER_PAGER_MESSAGE_H

#include <mach/message.h>
#include <mach/mig_errors.h>

#define MEMORY_OBJECT_INIT_ID 2200
#define MEMORY_OBJECT_DATA_REQUEST_ID 2201
#define MEMORY_OBJECT_DATA_UNLOCK_ID 2202
#define MEMORY_OBJECT_DATA_RETURN_ID 2203
#define MEMORY_OBJECT_LOCK_COMPLETED_ID 2204
#define MEMORY_OBJECT_TERMINATE_ID 2205

struct pager_head {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t control;
};

struct pager_message_init {
    struct pager_head head;
    NDR_record_t ndr;
    uint64_t page_size;
};

/* _data_request, _data_unlock; _lock_completed ends before access. */
struct pager_message_range {
    struct pager_head head;
    NDR_record_t ndr;
    uint64_t offset;
    uint64_t length;
    vm_prot_t access;
};
#define PAGER_MESSAGE_RANGE_SIZE 68u
#define PAGER_MESSAGE_COMPLETED_SIZE 64u

struct pager_message_return {
    struct pager_head head;
    mach_msg_ool_descriptor_t data;
    NDR_record_t ndr;
    uint64_t offset;
    mach_msg_type_number_t data_count;
    boolean_t dirty;
    boolean_t kernel_copy;
};
#define PAGER_MESSAGE_RETURN_SIZE 84u

struct pager_message_terminate {
    struct pager_head head;
    NDR_record_t ndr;
};

_Static_assert(sizeof(struct pager_message_init) == 56, "wire");
_Static_assert(offsetof(struct pager_message_range, offset) == 48, "wire");
_Static_assert(offsetof(struct pager_message_range, access) == 64, "wire");
_Static_assert(offsetof(struct pager_message_return, data) == 40, "wire");
_Static_assert(offsetof(struct pager_message_return, offset) == 64, "wire");
_Static_assert(offsetof(struct pager_message_return, kernel_copy) == 80,
               "wire");
_Static_assert(sizeof(struct pager_message_terminate) == 48, "wire");

#endif
