/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stubs call in a server that listens (server_listens(), with bindings/listen.c):
 * included before all else in the program's files (-include).
 */
#ifndef SERVER_MIG_RPC_H
#define SERVER_MIG_RPC_H

#include <mach/message.h>

/* A message; a late answer is a synchronous one if its right is a call's. */
#define mig_rpc server_rpc
mach_msg_return_t server_rpc(mach_msg_header_t *msg, mach_msg_option_t option,
                             mach_msg_size_t send_size,
                             mach_msg_size_t rcv_size, mach_port_t reply,
                             mach_msg_timeout_t timeout);
/* A call of -binding sync: by message until the server listens. */
#define mig_sync_rpc server_sync_rpc

#endif
