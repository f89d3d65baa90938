/* SPDX-License-Identifier: BSD-2-Clause */
/* The run time of the direct binding, see <mach/mig_direct.h>. */
#include <mach/mach.h>
#include <mach/mig_direct.h>

#define MIG_WEAK __attribute__((weak))

/* First in, first out; the lock is held for a few instructions. */
static struct mig_direct_record *queue_first;
static struct mig_direct_record **queue_end = &queue_first;
static uint32_t queue_lock;

static void
lock_queue(void)
{
    while (__atomic_exchange_n(&queue_lock, 1u, __ATOMIC_ACQUIRE) != 0) {
        futex_wait(&queue_lock, 1, clock_uptime() + 1000000,
                   FUTEX_PRIVATE);
    }
}

static void
unlock_queue(void)
{
    __atomic_store_n(&queue_lock, 0u, __ATOMIC_RELEASE);
}

MIG_WEAK void *
mig_direct_allocate(size_t size)
{
    struct mig_direct_record *r =
        (struct mig_direct_record *)mig_user_allocate(size);

    if (r != NULL) {
        r->size = size;
    }
    return r;
}

MIG_WEAK void
mig_direct_free(struct mig_direct_record *record)
{
    mig_user_deallocate(record, record->size);
}

MIG_WEAK void
mig_direct_enqueue(void (*run)(void *record), void *record)
{
    struct mig_direct_record *r = (struct mig_direct_record *)record;

    r->run = run;
    r->next = NULL;
    lock_queue();
    *queue_end = r;
    queue_end = &r->next;
    unlock_queue();
}

MIG_WEAK boolean_t
mig_direct_run(void)
{
    struct mig_direct_record *r;

    lock_queue();
    r = queue_first;
    queue_first = NULL;
    queue_end = &queue_first;
    unlock_queue();
    if (r == NULL) {
        return FALSE;
    }
    while (r != NULL) {
        struct mig_direct_record *next = r->next;

        r->run(r);
        r = next;
    }
    return TRUE;
}

/* A right made by MAKE_SEND_ONCE would need a name that the kernel chooses,
 * which no trap does outside a message: such a result is null, as is one
 * whose right cannot be made. */
void
mig_direct_port(mach_port_t *name, mach_msg_type_name_t disposition)
{
    kern_return_t kr = KERN_SUCCESS;

    if (!MACH_PORT_VALID(*name)) {
        return;
    }
    if (disposition == MACH_MSG_TYPE_MAKE_SEND) {
        kr = mach_port_insert_right_trap(*name, *name, disposition);
    } else if (disposition == MACH_MSG_TYPE_COPY_SEND) {
        kr = mach_port_mod_refs_trap(*name, MACH_PORT_RIGHT_SEND, 1);
    } else if (disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        kr = KERN_NOT_SUPPORTED;
    }
    if (kr != KERN_SUCCESS) {
        *name = MACH_PORT_NULL;
    }
}

uint64_t
mig_direct_range(uint64_t address, uint64_t size)
{
    vm_address_t copy = 0;

    if (size == 0 ||
        vm_allocate(&copy, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return 0;
    }
    mig_copy((void *)(uintptr_t)copy, (const void *)(uintptr_t)address, size);
    return copy;
}
