/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message format and the mach_msg trap: Darwin's shapes and numbers.
 *
 * Header, then for complex messages a descriptor count and packed descriptors,
 * then the body.  Sizes are in bytes and multiples of 4; a receive buffer
 * must have room for the message rounded to 4 and the trailer asked for.
 */
#ifndef MACH_MESSAGE_H
#define MACH_MESSAGE_H

#include <mach/types.h>
#include <mach/port.h>

typedef uint32_t mach_msg_bits_t;
typedef uint32_t mach_msg_size_t;
typedef int32_t mach_msg_id_t;
typedef uint32_t mach_msg_type_number_t;
typedef uint32_t mach_msg_type_name_t;
typedef uint32_t mach_msg_copy_options_t;
typedef uint32_t mach_msg_descriptor_type_t;
typedef uint32_t mach_msg_timeout_t; /* milliseconds */
typedef uint32_t mach_msg_option_t;
typedef kern_return_t mach_msg_return_t;
typedef uint32_t mach_msg_trailer_type_t;
typedef uint32_t mach_msg_trailer_size_t;

#define MACH_MSG_TIMEOUT_NONE 0u

/* Dispositions: what the sender does with its right / what was received. */
#define MACH_MSG_TYPE_MOVE_RECEIVE 16u
#define MACH_MSG_TYPE_MOVE_SEND 17u
#define MACH_MSG_TYPE_MOVE_SEND_ONCE 18u
#define MACH_MSG_TYPE_COPY_SEND 19u
#define MACH_MSG_TYPE_MAKE_SEND 20u
#define MACH_MSG_TYPE_MAKE_SEND_ONCE 21u
#define MACH_MSG_TYPE_PORT_NONE 0u
#define MACH_MSG_TYPE_PORT_RECEIVE MACH_MSG_TYPE_MOVE_RECEIVE
#define MACH_MSG_TYPE_PORT_SEND MACH_MSG_TYPE_MOVE_SEND
#define MACH_MSG_TYPE_PORT_SEND_ONCE MACH_MSG_TYPE_MOVE_SEND_ONCE
#define MACH_MSG_TYPE_POLYMORPHIC ((mach_msg_type_name_t)~0u)

#define MACH_MSGH_BITS_REMOTE_MASK 0x0000001fu
#define MACH_MSGH_BITS_LOCAL_MASK 0x00001f00u
#define MACH_MSGH_BITS_VOUCHER_MASK 0x001f0000u
#define MACH_MSGH_BITS_COMPLEX 0x80000000u
#define MACH_MSGH_BITS(remote, local) ((remote) | ((local) << 8))
#define MACH_MSGH_BITS_REMOTE(b) ((b) & MACH_MSGH_BITS_REMOTE_MASK)
#define MACH_MSGH_BITS_LOCAL(b) (((b) & MACH_MSGH_BITS_LOCAL_MASK) >> 8)

typedef struct {
    mach_msg_bits_t msgh_bits;
    mach_msg_size_t msgh_size;        /* set by the receive */
    mach_port_t msgh_remote_port;     /* sent: destination; got: reply port */
    mach_port_t msgh_local_port;      /* sent: reply port; got: destination */
    mach_port_name_t msgh_voucher_port; /* reserved, 0 */
    mach_msg_id_t msgh_id;
} mach_msg_header_t;
_Static_assert(sizeof(mach_msg_header_t) == 24, "ABI");

typedef struct {
    mach_msg_size_t msgh_descriptor_count;
} mach_msg_body_t;

#define MACH_MSG_PORT_DESCRIPTOR 0u
#define MACH_MSG_OOL_DESCRIPTOR 1u
#define MACH_MSG_OOL_PORTS_DESCRIPTOR 2u

#define MACH_MSG_PHYSICAL_COPY 0u
#define MACH_MSG_VIRTUAL_COPY 1u

#pragma pack(push, 4)
typedef struct {
    mach_port_t name;
    mach_msg_size_t pad1;
    uint32_t pad2 : 16;
    uint32_t disposition : 8;
    uint32_t type : 8;
} mach_msg_port_descriptor_t;

typedef struct {
    uint64_t address;
    uint32_t deallocate : 8;
    uint32_t copy : 8;
    uint32_t pad1 : 8;
    uint32_t type : 8;
    mach_msg_size_t size;
} mach_msg_ool_descriptor_t;

typedef struct {
    uint64_t address; /* of an array of names */
    uint32_t deallocate : 8;
    uint32_t copy : 8;
    uint32_t disposition : 8;
    uint32_t type : 8;
    mach_msg_size_t count;
} mach_msg_ool_ports_descriptor_t;

typedef struct {
    uint32_t pad1;
    mach_msg_size_t pad2;
    uint32_t pad3 : 24;
    uint32_t type : 8;
} mach_msg_type_descriptor_t;
#pragma pack(pop)
_Static_assert(sizeof(mach_msg_port_descriptor_t) == 12, "ABI");
_Static_assert(sizeof(mach_msg_ool_descriptor_t) == 16, "ABI");
_Static_assert(sizeof(mach_msg_ool_ports_descriptor_t) == 16, "ABI");
_Static_assert(sizeof(mach_msg_type_descriptor_t) == 12, "ABI");

/* Trailers, appended to a received message when asked for. */
#define MACH_MSG_TRAILER_FORMAT_0 0u
typedef struct {
    uint32_t val[2]; /* set by the creator of the task (uid, gid) */
} security_token_t;
typedef struct {
    uint32_t val[8];
} audit_token_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
} mach_msg_trailer_t;

/* Every received message has at least the empty trailer (8 bytes); the element
 * asked for says how much of this follows. */
typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender; /* {0,0} for user tasks by default; a message
                                     from the kernel has KERNEL_TOKEN */
    audit_token_t msgh_audit;
    uint32_t msgh_pad;
    uint64_t msgh_context;        /* the port's protected payload */
} mach_msg_context_trailer_t;
_Static_assert(sizeof(mach_msg_context_trailer_t) == 64, "ABI");
typedef mach_msg_context_trailer_t mach_msg_max_trailer_t;
#define MAX_TRAILER_SIZE ((mach_msg_size_t)sizeof(mach_msg_max_trailer_t))

/* The kernel's sender token: no task can have it. */
#define KERNEL_SECURITY_TOKEN_VAL0 0xffffffffu
#define KERNEL_SECURITY_TOKEN_VAL1 0xffffffffu

#define MACH_MSG_SIZE_MAX 0x11000u /* 64 KiB of body, descriptors, headers */
#define MACH_MSG_DESCRIPTORS_MAX 256u
#define MACH_MSG_OOL_PORTS_MAX 4096u

#define MACH_MSG_OPTION_NONE 0x00000000u
#define MACH_SEND_MSG 0x00000001u
#define MACH_RCV_MSG 0x00000002u
#define MACH_RCV_LARGE 0x00000004u     /* too large: stays queued, size told */
#define MACH_RCV_LARGE_IDENTITY 0x00000008u /* and whose it is, by name */
#define MACH_SEND_TIMEOUT 0x00000010u
#define MACH_SEND_INTERRUPT 0x00000040u /* a kick ends the wait for room */
#define MACH_SEND_NOTIFY 0x00000080u   /* timed out: send-possible to notify,
                                          a receive right of the caller */
#define MACH_RCV_TIMEOUT 0x00000100u
#define MACH_RCV_INTERRUPT 0x00000400u  /* a kick ends the wait */
#define MACH_RCV_OVERWRITE 0x00001000u  /* receive into the second buffer */
#define MACH_RCV_TRAILER_NULL 0u
#define MACH_RCV_TRAILER_SEQNO 1u
#define MACH_RCV_TRAILER_SENDER 2u
#define MACH_RCV_TRAILER_AUDIT 3u
#define MACH_RCV_TRAILER_CTX 4u
#define MACH_RCV_TRAILER_ELEMENTS(x) (((x) & 0xfu) << 24)
#define MACH_RCV_TRAILER_TYPE(x) (((x) & 0xfu) << 28)
#define GET_RCV_ELEMENTS(y) (((y) >> 24) & 0xfu)
#define GET_RCV_TRAILER_TYPE(y) (((y) >> 28) & 0xfu)

static inline mach_msg_size_t
mach_msg_trailer_size(mach_msg_option_t option)
{
    switch (GET_RCV_ELEMENTS(option)) {
    case MACH_RCV_TRAILER_NULL:
        return 8;
    case MACH_RCV_TRAILER_SEQNO:
        return 12;
    case MACH_RCV_TRAILER_SENDER:
        return 20;
    case MACH_RCV_TRAILER_AUDIT:
        return 52;
    default:
        return 64;
    }
}
#define round_msg(x) (((mach_msg_size_t)(x) + 3u) & ~3u)

#define MACH_MSG_SUCCESS 0x00000000
#define MACH_SEND_IN_PROGRESS 0x10000001
#define MACH_SEND_INVALID_DATA 0x10000002   /* buffer not readable */
#define MACH_SEND_INVALID_DEST 0x10000003
#define MACH_SEND_TIMED_OUT 0x10000004
#define MACH_SEND_INTERRUPTED 0x10000007
#define MACH_SEND_MSG_TOO_SMALL 0x10000008
#define MACH_SEND_INVALID_REPLY 0x10000009
#define MACH_SEND_INVALID_RIGHT 0x1000000a
#define MACH_SEND_INVALID_NOTIFY 0x1000000b
#define MACH_SEND_INVALID_MEMORY 0x1000000c
#define MACH_SEND_NO_BUFFER 0x1000000d      /* ledger or memory exhausted */
#define MACH_SEND_TOO_LARGE 0x1000000e
#define MACH_SEND_INVALID_TYPE 0x1000000f
#define MACH_SEND_INVALID_HEADER 0x10000010
#define MACH_SEND_INVALID_TRAILER 0x10000011
#define MACH_RCV_IN_PROGRESS 0x10004001
#define MACH_RCV_INVALID_NAME 0x10004002
#define MACH_RCV_TIMED_OUT 0x10004003
#define MACH_RCV_TOO_LARGE 0x10004004
#define MACH_RCV_INTERRUPTED 0x10004005
#define MACH_RCV_PORT_CHANGED 0x10004006
#define MACH_RCV_INVALID_NOTIFY 0x10004007
#define MACH_RCV_INVALID_DATA 0x10004008    /* buffer not writable */
#define MACH_RCV_PORT_DIED 0x10004009
#define MACH_RCV_IN_SET 0x1000400a
#define MACH_RCV_HEADER_ERROR 0x1000400b
#define MACH_RCV_BODY_ERROR 0x1000400c      /* no room for names or memory */
#define MACH_RCV_INVALID_TYPE 0x1000400d
#define MACH_RCV_INVALID_TRAILER 0x1000400f /* no such format or elements */

#endif
