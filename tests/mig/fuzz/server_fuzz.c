/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generated server of runtime/rt.defs under messages of `mig -fuzz`: what
 * the kernel does between sender and receiver is runtime/fake_mach.c's work;
 * what the kernel refuses never arrives.
 */
#include <stdlib.h>
#include <string.h>
#include <mach/mig_fuzz.h>

#include "fake_mach.h"
#include "rt_server.h"
#include "rt_server_state.h"

#define MEMORY 65536u

static uint64_t memory[MEMORY / 8];
static unsigned long delivered, served;

static mach_port_name_t
some_port(struct mig_fuzz *f, const char *type,
          mach_msg_type_name_t *disposition)
{
    (void)type;
    (void)disposition;
    return mig_fuzz_below(f, 4) == 0 ? MACH_PORT_NULL
                                     : 0x100 + mig_fuzz_below(f, 64);
}

static uint64_t
some_memory(struct mig_fuzz *f, uint32_t size, bool *deallocate)
{
    (void)f;
    (void)size;
    *deallocate = false;
    return (uintptr_t)memory;
}

void
mig_fuzz_callbacks(struct mig_fuzz *f)
{
    f->port = some_port;
    f->memory = some_memory;
}

/* Would a kernel take these descriptors?  Memory is ours, or nobody's. */
static bool
descriptors_good(const mach_msg_header_t *m, mach_msg_size_t size)
{
    const uint8_t *at = (const uint8_t *)(m + 1) + 4;
    const uint8_t *end = (const uint8_t *)m + size;
    uint32_t n;

    if ((m->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return true;
    }
    if (size < sizeof(*m) + 4) {
        return false;
    }
    for (memcpy(&n, m + 1, sizeof(n)); n != 0; n--) {
        mach_msg_ool_ports_descriptor_t d = {.type = 3};

        if (end - at >= 16) {
            memcpy(&d, at, sizeof(d));
        } else if (end - at >= 12) {
            memcpy(&d, at, 12);
        }
        if (d.type > MACH_MSG_OOL_PORTS_DESCRIPTOR ||
            (d.type != MACH_MSG_OOL_DESCRIPTOR &&
             (d.disposition < 16 || d.disposition > 21))) {
            return false;
        }
        if (d.type == MACH_MSG_PORT_DESCRIPTOR) {
            at += 12;
            continue;
        }
        if (end - at < 16 || d.deallocate ||
            (d.count != 0 && d.address != (uintptr_t)memory) ||
            d.count > (d.type == MACH_MSG_OOL_DESCRIPTOR ? MEMORY
                                                         : MEMORY / 4)) {
            return false;
        }
        at += 16;
    }
    return true;
}

void
mig_fuzz_deliver(const struct mig_subsystem *server, mach_msg_header_t *m,
                 mach_msg_size_t size)
{
    if (size < sizeof(*m) || size % 4 != 0 || !descriptors_good(m, size)) {
        return;
    }
    fake_server = server;
    fake_payload = (uintptr_t)&the_object;
    m->msgh_bits &= MACH_MSGH_BITS_COMPLEX;
    m->msgh_bits |= MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE);
    m->msgh_size = size;
    m->msgh_remote_port = 0x44;
    m->msgh_local_port = 0x77;
    delivered++;
    served += fake_deliver(m, NULL) == KERN_SUCCESS;
}

#ifdef FUZZ_MAIN
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without libFuzzer: random inputs, a share of them served. */
int
main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 0) : 100000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    struct mig_fuzz f = {.state = seed * 2 + 1};

    for (unsigned long i = 0; i < count; i++) {
        uint64_t input[64];
        size_t size = mig_fuzz_below(&f, sizeof(input) + 1);

        for (size_t k = 0; k < 64; k++) {
            input[k] = mig_fuzz_word(&f);
        }
        LLVMFuzzerTestOneInput((const uint8_t *)input, size);
    }
    printf("%lu inputs, %lu delivered, %lu served\n", count, delivered,
           served);
    return delivered * 2 > count && served * 10 > count ? 0 : 1;
}
#endif
