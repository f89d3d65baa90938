/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator's image, ready to be mapped into processes.
 */
#ifndef EXEC_IMAGE_H
#define EXEC_IMAGE_H

#include <mach/emulator.h>
#include <mach/types.h>

struct emulator_image {
    mach_port_t entry;      /* memory entry, read and execute */
    vm_size_t size;         /* bytes, whole pages */
    vm_address_t exec_entry; /* where a new process starts */
    emulator_info_t info;   /* what is registered for the task */
};

/*
 * Loads boot/emulator-posix from the boot archive.  Returns KERN_SUCCESS;
 * KERN_INVALID_NAME: no such member; KERN_INVALID_VALUE: it is no emulator;
 * or the code of the call that failed.
 */
kern_return_t emulator_image_load(struct emulator_image *image);

#endif
