/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set-up of the kernel objects that stand for memory and devices.
 */
#ifndef KERN_VM_SETUP_H
#define KERN_VM_SETUP_H

/* At boot, after vm_setup() and ipc_setup(). */
void vm_objects_setup(void);

#endif
