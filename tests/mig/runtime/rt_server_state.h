/* SPDX-License-Identifier: BSD-2-Clause */
/* What the test tells the routines, and what they tell the test. */
#ifndef RT_SERVER_STATE_H
#define RT_SERVER_STATE_H

#include "rt_types.h"

struct server_state {
    boolean_t take;     /* take the right that comes */
    boolean_t overflow; /* claim more results than there may be */
    kern_return_t code;
    mach_port_t port;
    mach_port_t taken;
    void *range;
    int ports;
    unsigned room;
    int x;
    char name[64];
};

extern struct server_state state;
extern struct object the_object;
extern struct object second_object;

#endif
