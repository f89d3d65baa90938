/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The objects of the test's pagers, as memory_object.defs wants them.
 */
#ifndef PAGER_PAGER_OBJECT_H
#define PAGER_PAGER_OBJECT_H

#include <stdint.h>
#include <mach/port.h>

typedef struct pager_object *pager_object_t;

pager_object_t convert_payload_to_pager(uint64_t payload);
pager_object_t convert_port_to_pager(mach_port_t port);

#endif
