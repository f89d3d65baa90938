/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stubs in an emulator: mig_rpc() is the emulator's own function, which
 * reuses the thread's reply port and can be interrupted.
 */
#ifndef MACH_MIG_ENVIRONMENT_H
#define MACH_MIG_ENVIRONMENT_H

#define mig_rpc emulator_mig_rpc
mach_msg_return_t emulator_mig_rpc(mach_msg_header_t *msg,
                                   mach_msg_option_t option,
                                   mach_msg_size_t send_size,
                                   mach_msg_size_t rcv_size,
                                   mach_port_t reply,
                                   mach_msg_timeout_t timeout);

/* The same with -binding sync. */
#define mig_sync_rpc emulator_mig_sync_rpc
mach_msg_return_t emulator_mig_sync_rpc(mach_msg_header_t *msg,
                                        mach_msg_option_t option,
                                        mach_msg_size_t send_size,
                                        mach_msg_size_t rcv_size,
                                        mach_port_t reply,
                                        mach_msg_timeout_t timeout,
                                        unsigned flags);

#endif
