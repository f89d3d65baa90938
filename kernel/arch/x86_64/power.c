/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways to leave: QEMU's debug-exit device, the power-off ports of the usual
 * virtual chip sets, reset by the keyboard controller; and random bytes.
 */
#include <base/string.h>
#include <machine/cpu.h>
#include "x86.h"

#define DEBUG_EXIT 0xf4

static void __attribute__((noreturn))
halt(void)
{
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

void
machine_poweroff(int code)
{
    outb(DEBUG_EXIT, (uint8_t)code);
    outw(0x604, 0x2000);  /* QEMU, ACPI PM1a */
    outw(0xb004, 0x2000); /* older QEMU, Bochs */
    outw(0x4004, 0x3400); /* VirtualBox */
    halt();
}

void
machine_reset(void)
{
    for (unsigned i = 0; i < 100000 && (inb(0x64) & 2); i++) {
        continue;
    }
    outb(0x64, 0xfe);
    outb(0xcf9, 0x06);
    halt();
}

/*
 * A 256-bit pool, stirred by interrupt times and the processor's generator,
 * read through the same mixing function (xorshift-multiply): unpredictable as
 * far as what went in was; RDRAND or RDSEED carries it where it exists.
 */
static uint64_t pool[4] = { 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9,
                            0x94d049bb133111eb, 0x2545f4914f6cdd1d };

static void
mix(uint64_t v)
{
    pool[0] += v + 0x9e3779b97f4a7c15;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t x = pool[i] ^ pool[(i + 1) & 3] >> 29;

        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        pool[(i + 1) & 3] ^= x ^ x >> 31;
        pool[i] = x << 17 | x >> 47;
    }
}

void
machine_random_stir(uint64_t value)
{
    pool[value & 3] ^= value * 0x2545f4914f6cdd1d;
}

static bool
hardware_random(uint64_t *out)
{
    static int have = -1; /* -1: not asked yet */
    unsigned char ok = 0;

    if (have < 0) {
        have = (cpuid(1, 0).c & (1u << 30)) != 0;
    }
    for (unsigned i = 0; have && !ok && i < 10; i++) {
        __asm__ volatile("rdrand %0; setc %1" : "=r"(*out), "=qm"(ok));
    }
    return ok;
}

void
machine_random(void *buf, size_t size)
{
    unsigned char *p = buf;

    while (size != 0) {
        uint64_t v = 0;
        size_t n = size < 8 ? size : 8;

        if (hardware_random(&v)) {
            mix(v);
        }
        mix(rdtsc());
        v ^= pool[2] ^ (pool[0] << 32 | pool[3] >> 32);
        memcpy(p, &v, n);
        p += n;
        size -= n;
    }
}
