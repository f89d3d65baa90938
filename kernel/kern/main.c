/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set-up in order, and the first task.
 *
 * The machine has set up itself, the page allocator and kalloc (arch
 * start.c).  From here on a failure is a panic: there is nobody to tell.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <base/printf.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/boot_archive.h>
#include <kern/boot_option.h>
#include <kern/elf_load.h>
#include <kern/host.h>
#include <kern/ipc_trace.h>
#include <kern/task.h>
#include <kern/traps.h>
#include <kern/vm_setup.h>
#include <mach/boot_info.h>
#include <sched/reaper.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_map.h>
#include <vm/vm_user.h>
#include <machine/boot.h>
#include <machine/clock.h>
#include <machine/pmap.h>
#include <machine/trap.h>

#define BOOTSTRAP "boot/bootstrap"

static void
must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS) {
        panic("the first task can't be started: %s: error %d", what, kr);
    }
}

/* The archive becomes the task's memory. */
static void
give_archive(struct task *t, struct boot_info *bi)
{
    uint64_t phys, size, whole;
    struct vm_object *object;

    boot_archive(&phys, &size);
    if (size == 0) {
        panic("no boot archive: give the kernel one as initrd or module");
    }
    whole = (size + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
    memset((char *)phys_to_virt(phys) + size, 0, whole - size);
    must(vm_object_from_physical(phys, whole, t->ta_ledger, &object),
         "archive");
    bi->bi_archive_size = size;
    must(vm_map_enter_object(t->ta_map, &bi->bi_archive, whole,
                             VM_FLAGS_ANYWHERE, object, 0, VM_PROT_DEFAULT,
                             VM_PROT_ALL),
         "mapping the archive");
    vm_object_release(object);
}

static void
give_boot_info(struct task *t, struct thread *th)
{
    struct boot_info *bi = kalloc(sizeof(*bi), NULL);
    vm_address_t at = 0, stack = 0;
    x86_thread_state64_t state;
    struct ipc_port *priv;

    assert(bi != NULL && sizeof(*bi) <= MACH_PAGE_SIZE);
    bi->bi_magic = BOOT_INFO_MAGIC;
    strlcpy(bi->bi_command_line, boot_command_line(),
            sizeof(bi->bi_command_line));
    give_archive(t, bi);
    priv = host_priv_port();
    must(ipc_object_copyout(t->ta_space, priv, MACH_MSG_TYPE_PORT_SEND,
                            &bi->bi_host_priv),
         "host port");
    must(vm_map_allocate(t->ta_map, &at, MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE),
         "boot information");
    must(vm_map_write(t->ta_map, bi, at, sizeof(*bi)), "boot information");
    must(vm_map_allocate(t->ta_map, &stack, BOOT_STACK_SIZE,
                         VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN),
         "stack");
    regs_get_state(&th->th_regs, &state);
    state.rdi = at;
    state.rsp = stack + BOOT_STACK_SIZE - 8; /* as after a call */
    must(regs_set_state(&th->th_regs, &state), "state");
    kfree(bi, sizeof(*bi), NULL);
}

static struct thread *
first_task(void)
{
    uint64_t phys, size, entry;
    const void *image;
    size_t image_size;
    struct task *t;
    struct thread *th;
    x86_thread_state64_t state;

    boot_archive(&phys, &size);
    image = boot_archive_find(phys_to_virt(phys), size, BOOTSTRAP,
                              &image_size);
    if (image == NULL) {
        panic("the boot archive has no %s", BOOTSTRAP);
    }
    must(task_create(NULL, &ledger_root, false, &t), "task");
    strlcpy(t->ta_name, "bootstrap", sizeof(t->ta_name));
    must(elf_load(t->ta_map, image, image_size, &entry), "ELF image");
    must(task_thread_create(t, &th), "thread");
    strlcpy(th->th_name, "main", sizeof(th->th_name));
    regs_get_state(&th->th_regs, &state);
    state.rip = entry;
    must(regs_set_state(&th->th_regs, &state), "entry point");
    give_boot_info(t, th);
    return th;
}

/*
 * What the machine has, the archive's pages included, which come back when
 * they are freed: so that both kinds of charge together can't take the last of it
 * (what is left is for what is not charged: caches, slabs in part unused), and
 * kernel objects not more than half.
 */
static void
limit_root_ledger(void)
{
    uint64_t phys, size, pages;

    boot_archive(&phys, &size);
    pages = phys_free_count() + (size + MACH_PAGE_SIZE - 1) / MACH_PAGE_SIZE;
    ledger_memory_limit = pages - pages / 32;
    ledger_root.le_limit[LEDGER_PAGES] = ledger_memory_limit;
    ledger_root.le_limit[LEDGER_KMEM] = pages / 2 * MACH_PAGE_SIZE;
}

void
kernel_main(void)
{
    struct thread *th;

    kprintf("Polymach: %lu MiB of memory, %lu MiB free\n",
            phys_total_count() / 256, phys_free_count() / 256);
    limit_root_ledger();
    sched_setup();
    host_clock_setup();
    vm_setup();
    ipc_setup();
    vm_objects_setup();
    futex_setup();
    task_setup();
    host_setup();
    if (boot_option("fastpath=off")) {
        traps_forbid_direct();
    }
    ipc_trace_setup();
    reaper_setup();
    th = first_task();
    thread_resume(th);
    machine_start(trap_return(sched_next()));
}
