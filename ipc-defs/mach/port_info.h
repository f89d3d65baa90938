/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the calls that look at ports and spaces tell, and take.
 */
#ifndef MACH_PORT_INFO_H
#define MACH_PORT_INFO_H

#include <mach/port.h>

/*
 * mach_port_get_attributes, mach_port_set_attributes: flavours, and how many
 * integers each has.
 */
#define MACH_PORT_LIMITS_INFO 1     /* both */
#define MACH_PORT_RECEIVE_STATUS 2  /* get */
#define MACH_PORT_DNREQUESTS_SIZE 3 /* get: requests that stand, of others */
#define MACH_PORT_GUARD_INFO 8      /* get: the guard, 0 without */

typedef struct {
    natural_t mpl_qlimit;
} mach_port_limits_t;
typedef struct {
    natural_t mpgi_guard[2]; /* low half first */
} mach_port_guard_info_t;

#define MACH_PORT_LIMITS_INFO_COUNT 1u
#define MACH_PORT_RECEIVE_STATUS_COUNT 10u
#define MACH_PORT_DNREQUESTS_SIZE_COUNT 1u
#define MACH_PORT_GUARD_INFO_COUNT 2u
#define MACH_PORT_INFO_MAX 16u

/* mach_port_kobject: what the kernel made the port for. */
#define MACH_PORT_KIND_NONE 0u /* a task receives from it, or nobody */
#define MACH_PORT_KIND_TASK 1u
#define MACH_PORT_KIND_THREAD 2u
#define MACH_PORT_KIND_HOST 3u
#define MACH_PORT_KIND_HOST_PRIV 4u
#define MACH_PORT_KIND_MEMORY_ENTRY 5u
#define MACH_PORT_KIND_MEMORY_CONTROL 6u
#define MACH_PORT_KIND_LEDGER 7u
#define MACH_PORT_KIND_IRQ 8u
#define MACH_PORT_KIND_IOPORTS 9u
#define MACH_PORT_KIND_PHYSMEM 10u
#define MACH_PORT_KIND_DMA 11u
#define MACH_PORT_KIND_TIMER 12u
#define MACH_PORT_KIND_ENDPOINT 13u /* none: every port is one (sync.h) */
#define MACH_PORT_KIND_PROCESSOR_SET 14u

/* mach_port_space_basic_info */
typedef struct {
    natural_t iisb_genno_mask;  /* bits of a name that are its generation */
    natural_t iisb_table_size;  /* names there is room for */
    natural_t iisb_table_inuse; /* names in use */
    natural_t iisb_limit;       /* names it may have */
} ipc_info_space_basic_t;

/* mach_port_space_info: one for each name. */
typedef struct {
    mach_port_name_t iin_name;
    mach_port_type_t iin_type;
    natural_t iin_urefs;
    natural_t iin_kind;      /* MACH_PORT_KIND_*, 0 for sets and dead names */
    natural_t iin_object[2]; /* number of the port, the same in all spaces */
} ipc_info_name_t;
_Static_assert(sizeof(ipc_info_name_t) == 24, "ABI");

#define TASK_PORT_REGISTER_MAX 3u /* mach_ports_register */

#endif
