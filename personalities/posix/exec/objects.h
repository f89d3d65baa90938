/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object that stands behind exec's port, as the generated code sees it.
 */
#ifndef EXEC_OBJECTS_H
#define EXEC_OBJECTS_H

#include <server/object.h>

struct exec_service;
typedef struct exec_service *exec_service_ref_t;

/* Borrowed; NULL when the message named no such object. */
exec_service_ref_t exec_service_from_port(mach_port_t name);
exec_service_ref_t exec_service_from_payload(uint64_t payload);

#endif
