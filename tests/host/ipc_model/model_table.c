/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: how each call may end.  A run must see each of these pairs, and
 * no other.
 */
#include "model.h"

#define CODES_MAX 24
#define NAMED KERN_INVALID_TASK, KERN_INVALID_NAME
#define SEND_CODES                                                       \
    MACH_SEND_MSG_TOO_SMALL, MACH_SEND_TOO_LARGE,                        \
    MACH_SEND_INVALID_HEADER, MACH_SEND_INVALID_DATA,                    \
    MACH_SEND_INVALID_DEST, MACH_SEND_INVALID_REPLY,                     \
    MACH_SEND_INVALID_RIGHT, MACH_SEND_INVALID_TYPE,                     \
    MACH_SEND_INVALID_MEMORY, MACH_SEND_INVALID_NOTIFY,                  \
    MACH_SEND_TIMED_OUT, MACH_SEND_INTERRUPTED, MACH_SEND_NO_BUFFER
#define RECEIVE_CODES                                                    \
    MACH_RCV_INVALID_NAME, MACH_RCV_INVALID_DATA, MACH_RCV_TOO_LARGE,    \
    MACH_RCV_TIMED_OUT, MACH_RCV_INTERRUPTED, MACH_RCV_PORT_DIED,        \
    MACH_RCV_PORT_CHANGED, MACH_RCV_BODY_ERROR, MACH_RCV_INVALID_TRAILER

/* Besides KERN_SUCCESS. */
static const struct {
    const char *name;
    kern_return_t codes[CODES_MAX];
} table[CALL_COUNT] = {
    [CALL_ALLOCATE] = {"allocate", {KERN_INVALID_TASK, KERN_INVALID_VALUE,
                                    KERN_RESOURCE_SHORTAGE}},
    [CALL_ALLOCATE_NAME] = {"allocate_name",
                            {KERN_INVALID_TASK, KERN_INVALID_VALUE,
                             KERN_NAME_EXISTS, KERN_NO_SPACE,
                             KERN_RESOURCE_SHORTAGE}},
    [CALL_ALLOCATE_TRAP] = {"allocate (trap)",
                            {KERN_INVALID_VALUE, KERN_INVALID_ADDRESS,
                             KERN_PROTECTION_FAILURE,
                             KERN_RESOURCE_SHORTAGE}},
    [CALL_REPLY_PORT] = {"reply_port (trap)", {KERN_RESOURCE_SHORTAGE}},
    [CALL_DEALLOCATE] = {"deallocate", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_MOD_REFS] = {"mod_refs", {NAMED, KERN_INVALID_VALUE,
                                    KERN_INVALID_RIGHT,
                                    KERN_UREFS_OVERFLOW}},
    [CALL_DESTROY] = {"destroy", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_GET_REFS] = {"get_refs", {NAMED, KERN_INVALID_VALUE}},
    [CALL_GET_REFS_TRAP] = {"get_refs (trap)",
                            {KERN_INVALID_NAME, KERN_INVALID_VALUE,
                             KERN_INVALID_ADDRESS}},
    [CALL_TYPE] = {"type", {NAMED}},
    [CALL_NAMES] = {"names", {KERN_INVALID_TASK, KERN_RESOURCE_SHORTAGE}},
    [CALL_INSERT_TRAP] = {"insert_right (trap)",
                          {KERN_INVALID_NAME, KERN_INVALID_VALUE,
                           KERN_INVALID_RIGHT, KERN_INVALID_CAPABILITY,
                           KERN_NAME_EXISTS, KERN_RIGHT_EXISTS,
                           KERN_UREFS_OVERFLOW, KERN_NO_SPACE,
                           KERN_RESOURCE_SHORTAGE}},
    [CALL_INSERT] = {"insert_right",
                     {KERN_INVALID_TASK, KERN_INVALID_VALUE,
                      KERN_INVALID_CAPABILITY, KERN_NAME_EXISTS,
                      KERN_RIGHT_EXISTS, KERN_UREFS_OVERFLOW, KERN_NO_SPACE,
                      KERN_RESOURCE_SHORTAGE}},
    [CALL_INSERT_ANY] = {"insert_right_any",
                         {KERN_INVALID_TASK, KERN_INVALID_CAPABILITY,
                          KERN_RESOURCE_SHORTAGE}},
    [CALL_EXTRACT] = {"extract_right", {NAMED, KERN_INVALID_VALUE,
                                        KERN_INVALID_RIGHT}},
    [CALL_MOVE_MEMBER] = {"move_member", {NAMED, KERN_INVALID_RIGHT,
                                          KERN_NOT_IN_SET,
                                          KERN_RESOURCE_SHORTAGE}},
    [CALL_INSERT_MEMBER] = {"insert_member", {NAMED, KERN_INVALID_RIGHT,
                                              KERN_ALREADY_IN_SET,
                                              KERN_RESOURCE_SHORTAGE}},
    [CALL_EXTRACT_MEMBER] = {"extract_member", {NAMED, KERN_INVALID_RIGHT,
                                                KERN_NOT_IN_SET}},
    [CALL_RECEIVE_STATUS] = {"get_receive_status",
                             {NAMED, KERN_INVALID_RIGHT}},
    [CALL_SET_STATUS] = {"get_set_status", {NAMED, KERN_INVALID_RIGHT,
                                            KERN_RESOURCE_SHORTAGE}},
    [CALL_SET_QLIMIT] = {"set_qlimit", {NAMED, KERN_INVALID_RIGHT,
                                        KERN_INVALID_VALUE}},
    [CALL_SET_MSCOUNT] = {"set_mscount", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_SET_SEQNO] = {"set_seqno", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_SET_PAYLOAD] = {"set_protected_payload",
                          {NAMED, KERN_INVALID_RIGHT}},
    [CALL_GET_PAYLOAD] = {"get_protected_payload",
                          {NAMED, KERN_INVALID_RIGHT}},
    [CALL_CLEAR_PAYLOAD] = {"clear_protected_payload",
                            {NAMED, KERN_INVALID_RIGHT}},
    [CALL_GUARD] = {"guard", {NAMED, KERN_INVALID_RIGHT,
                              KERN_INVALID_ARGUMENT}},
    [CALL_UNGUARD] = {"unguard", {NAMED, KERN_INVALID_RIGHT,
                                  KERN_INVALID_ARGUMENT}},
    [CALL_SWAP_GUARD] = {"swap_guard", {NAMED, KERN_INVALID_RIGHT,
                                        KERN_INVALID_ARGUMENT}},
    [CALL_GET_SRIGHTS] = {"get_srights", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_DNREQUEST_INFO] = {"dnrequest_info", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_GET_ATTRIBUTES] = {"get_attributes",
                             {NAMED, KERN_INVALID_RIGHT,
                              KERN_INVALID_ARGUMENT}},
    [CALL_SET_ATTRIBUTES] = {"set_attributes",
                             {NAMED, KERN_INVALID_RIGHT,
                              KERN_INVALID_ARGUMENT, KERN_FAILURE,
                              KERN_INVALID_VALUE}},
    [CALL_REQUEST] = {"request_notification",
                      {NAMED, KERN_INVALID_VALUE, KERN_INVALID_RIGHT,
                       KERN_INVALID_ARGUMENT, KERN_INVALID_CAPABILITY,
                       KERN_RESOURCE_SHORTAGE}},
    [CALL_COPY_SPACE] = {"copy_space", {KERN_INVALID_TASK,
                                        KERN_RESOURCE_SHORTAGE}},
    [CALL_SET_LIMITS] = {"set_space_limits",
                         {KERN_INVALID_TASK, KERN_NO_ACCESS,
                          KERN_INVALID_CAPABILITY, KERN_RESOURCE_SHORTAGE}},
    [CALL_SPACE_INFO] = {"space_info", {KERN_INVALID_TASK,
                                        KERN_RESOURCE_SHORTAGE}},
    [CALL_SPACE_BASIC_INFO] = {"space_basic_info", {KERN_INVALID_TASK}},
    [CALL_KOBJECT] = {"kobject", {NAMED, KERN_INVALID_RIGHT}},
    [CALL_REGISTER] = {"ports_register", {KERN_INVALID_ARGUMENT}},
    [CALL_PORTS_LOOKUP] = {"ports_lookup", {KERN_RESOURCE_SHORTAGE}},
    [CALL_KERNEL_SEND] = {"a message of the kernel's",
                          {KERN_INVALID_CAPABILITY, KERN_RESOURCE_SHORTAGE}},
    [CALL_KERNEL_PREALLOC] = {"a message that the kernel keeps",
                              {KERN_INVALID_CAPABILITY}},
    [CALL_SEND] = {"mach_msg (send)", {KERN_INVALID_ARGUMENT, SEND_CODES}},
    [CALL_RECEIVE] = {"mach_msg (receive)",
                      {KERN_INVALID_ARGUMENT, RECEIVE_CODES}},
    [CALL_SEND_RECEIVE] = {"mach_msg (send, receive)",
                           {KERN_INVALID_ARGUMENT, SEND_CODES,
                            RECEIVE_CODES}},
};

static uint64_t seen[CALL_COUNT][CODES_MAX + 1]; /* [0]: success */
uint64_t m_calls, m_successes, m_waits;

static unsigned
place(enum m_what what, kern_return_t code)
{
    unsigned i;

    if (code == KERN_SUCCESS) {
        return 0;
    }
    for (i = 0; i < CODES_MAX; i++) {
        if (table[what].codes[i] == code) {
            return i + 1;
        }
    }
    printf("# %s may not end with 0x%x\n", table[what].name,
           (unsigned)code);
    CHECK(!"an outcome that is not in the table");
    return 0;
}

void
m_result(enum m_what what, kern_return_t got, kern_return_t want)
{
    if (got != want) {
        printf("# %s\n", table[what].name);
        CHECK_EQ(got, want);
    }
    seen[what][place(what, got)]++;
    m_calls++;
    m_successes += got == KERN_SUCCESS;
}

/* complete: every pair must have been seen. */
void
m_table_report(bool complete)
{
    unsigned i, j, missing = 0, pairs = 0;

    for (i = 0; i < CALL_COUNT; i++) {
        for (j = 0; j <= CODES_MAX; j++) {
            if (j > 0 && table[i].codes[j - 1] == 0) {
                break;
            }
            pairs++;
            if (seen[i][j] == 0) {
                missing++;
                printf("# never seen: %s, 0x%x\n", table[i].name,
                       j == 0 ? 0 : (unsigned)table[i].codes[j - 1]);
            }
        }
    }
    printf("# %u pairs of call and code, %u not seen\n", pairs, missing);
    CHECK(!complete || missing == 0);
}
