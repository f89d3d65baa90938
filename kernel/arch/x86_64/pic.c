/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines by the two 8259 controllers, which every PC and every way
 * of booting one has.
 */
#include <stdbool.h>
#include <stddef.h>
#include <base/assert.h>
#include <machine/cpu.h>
#include <machine/clock.h>
#include <machine/irq.h>
#include "entry.h"
#include "x86.h"

#define PIC1 0x20
#define PIC2 0xa0
#define CASCADE 2u
#define EOI 0x20
#define READ_ISR 0x0b

static struct {
    irq_handler_t fn;
    void *arg;
} handlers[IRQ_LINES];
static uint16_t masks = 0xffff & ~(1u << CASCADE);

static void
write_masks(void)
{
    outb(PIC1 + 1, (uint8_t)masks);
    outb(PIC2 + 1, (uint8_t)(masks >> 8));
}

void
irq_setup(void)
{
    outb(PIC1, 0x11);
    outb(PIC2, 0x11);
    outb(PIC1 + 1, VECTOR_IRQ0);
    outb(PIC2 + 1, VECTOR_IRQ0 + 8);
    outb(PIC1 + 1, 1u << CASCADE);
    outb(PIC2 + 1, CASCADE);
    outb(PIC1 + 1, 1);
    outb(PIC2 + 1, 1);
    write_masks();
}

kern_return_t
irq_register(unsigned irq, irq_handler_t fn, void *arg)
{
    if (irq >= IRQ_LINES) {
        return KERN_INVALID_ARGUMENT;
    }
    if (irq == CASCADE || handlers[irq].fn != NULL) {
        return KERN_RIGHT_EXISTS;
    }
    handlers[irq].fn = fn;
    handlers[irq].arg = arg;
    return KERN_SUCCESS;
}

void
irq_unregister(unsigned irq)
{
    assert(irq < IRQ_LINES);
    irq_mask(irq);
    handlers[irq].fn = NULL;
}

void
irq_mask(unsigned irq)
{
    assert(irq < IRQ_LINES && irq != CASCADE);
    masks |= (uint16_t)(1u << irq);
    write_masks();
}

void
irq_unmask(unsigned irq)
{
    assert(irq < IRQ_LINES && irq != CASCADE);
    masks &= (uint16_t)~(1u << irq);
    write_masks();
}

/* Lines 7 and 15 also stand for "it went away again". */
static bool
spurious(unsigned irq)
{
    uint16_t port = irq < 8 ? PIC1 : PIC2;

    if ((irq & 7) != 7) {
        return false;
    }
    outb(port, READ_ISR);
    if (inb(port) & 0x80) {
        return false;
    }
    if (irq == 15) {
        outb(PIC1, EOI); /* the first controller did see its cascade */
    }
    return true;
}

void
irq_dispatch(unsigned irq)
{
    assert(irq < IRQ_LINES);
    if (spurious(irq)) {
        return;
    }
    masks |= (uint16_t)(1u << irq);
    if (irq < 8) {
        outb(PIC1 + 1, (uint8_t)masks);
    } else {
        outb(PIC2 + 1, (uint8_t)(masks >> 8));
        outb(PIC2, EOI);
    }
    outb(PIC1, EOI);
    machine_random_stir(clock_cycles());
    if (handlers[irq].fn != NULL) {
        handlers[irq].fn(handlers[irq].arg, irq);
    }
}
