/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes: the kernel's, 64 at a time.
 */
#include <errno.h>
#include <string.h>
#include <mach/mach.h>
#include <host/host.h>

int getentropy(void *to, size_t size);

int
getentropy(void *to, size_t size)
{
    unsigned char *at = to;

    if (size > 256) {
        errno = EIO;
        return -1;
    }
    while (size > 0) {
        unsigned char seed[64];
        mach_msg_type_number_t count = sizeof(seed);

        if (host_random(mach_host_self(), (void *)seed, &count) !=
                KERN_SUCCESS ||
            count == 0) {
            errno = EIO;
            return -1;
        }
        count = count < size ? count : (mach_msg_type_number_t)size;
        memcpy(at, seed, count);
        at += count;
        size -= count;
    }
    return 0;
}
