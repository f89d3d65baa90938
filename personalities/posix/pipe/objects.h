/* SPDX-License-Identifier: BSD-2-Clause */
/* The objects that stand behind pipe's ports, as generated code sees them. */
#ifndef PIPE_OBJECTS_H
#define PIPE_OBJECTS_H

#include <server/object.h>

struct pipe_service;
struct pipe_fifo;
struct pipe_end;
typedef struct pipe_service *pipe_service_ref_t;
typedef struct pipe_fifo *pipe_fifo_ref_t;
typedef struct pipe_end *pipe_end_ref_t;

pipe_service_ref_t pipe_service_from_port(mach_port_t name);
pipe_service_ref_t pipe_service_from_payload(uint64_t payload);
pipe_fifo_ref_t pipe_fifo_from_port(mach_port_t name);
pipe_fifo_ref_t pipe_fifo_from_payload(uint64_t payload);
pipe_end_ref_t pipe_end_from_port(mach_port_t name);
pipe_end_ref_t pipe_end_from_payload(uint64_t payload);

#endif
