/* SPDX-License-Identifier: BSD-2-Clause */
/* Random writes, truncations and reads of one file against an array. */
#include "tests.h"

#define SIZE (1u << 21)

static uint8_t model[SIZE], data[40000];

static bool
matches(mach_port_t f, uint64_t size)
{
    for (uint64_t at = 0; at < size;) {
        uint32_t n = read_at(f, (int64_t)at, data, IO_INLINE_MAX);

        if (n == 0 || memcmp(data, model + at, n) != 0) {
            return false;
        }
        at += n;
    }
    return read_at(f, (int64_t)size, data, 10) == 0;
}

void
test_model(void)
{
    mach_port_t f = open_as(root, "/tmp/model", L_O_CREAT | L_O_RDWR, 0644);
    uint64_t size = 0;
    bool good = true;

    srandom(2);
    for (int i = 0; i < 2000 && good; i++) {
        uint32_t scale = 1u << (random() % 22);
        uint32_t at = (uint32_t)random() % scale;
        uint32_t n = (uint32_t)random() % 32768;

        n = n < SIZE - at ? n : SIZE - at;
        if (random() % 5 == 0) {
            good = vfs_S_io_truncate(fake_object(f), at) == KERN_SUCCESS;
            if (at < size) {
                memset(model + at, 0, size - at);
            }
            size = at;
        } else {
            for (uint32_t k = 0; k < n; k++) {
                data[k] = (uint8_t)random();
            }
            memcpy(model + at, data, n);
            good = write_at(f, at, data, n) == n;
            size = n != 0 && at + n > size ? at + n : size;
        }
        if (i % 16 == 0) {
            good = good && matches(f, size);
        }
    }
    OK(good && matches(f, size));
    UNLINK("/tmp/model");
    CLOSE(f);
}
