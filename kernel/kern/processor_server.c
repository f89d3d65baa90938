/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor.defs, served in the kernel: one processor, one set.
 *
 * Three ports that last as long as the system: the set's name, its control port
 * (IKOT_PROCESSOR_SET) and the processor's.
 */
#include <base/panic.h>
#include <ipc/ipc.h>
#include <kern/host.h>
#include <kern/mig_kernel.h>
#include <kern/priority.h>
#include <kern/processor_server.h>
#include <kern/task.h>
#include <mach/host_info.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <machine/clock.h>
#include <machine/cpu.h>

static struct ipc_port *set_port, *name_port, *cpu_port; /* I */

static struct ipc_port *
make_port(enum ipc_kobject_kind kind)
{
    struct ipc_port *port = ipc_kobject_port(kind, &the_host, &ledger_root);

    if (port == NULL) {
        panic("no memory for the processors' ports");
    }
    return port;
}

void
processor_ports_setup(void)
{
    set_port = make_port(IKOT_PROCESSOR_SET);
    name_port = make_port(IKOT_PROCESSOR_SET_NAME);
    cpu_port = make_port(IKOT_PROCESSOR);
}

static bool
is_set(struct ipc_port *port)
{
    return ipc_kobject_get(port, IKOT_PROCESSOR_SET) != NULL;
}

static bool
is_set_or_name(struct ipc_port *port)
{
    return is_set(port) ||
           ipc_kobject_get(port, IKOT_PROCESSOR_SET_NAME) != NULL;
}

/* An array of one right, for a reply. */
static kern_return_t
just(struct ipc_port *port, struct ipc_port ***ports, uint32_t *count)
{
    *ports = mig_port_array_alloc(1, current_thread()->th_ledger);
    if (*ports == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    (*ports)[0] = ipc_port_make_send(port);
    *count = 1;
    return KERN_SUCCESS;
}

kern_return_t
serve_processor_set_default(host_ref_t host, struct ipc_port **set)
{
    (void)host;
    *set = ipc_port_make_send(name_port);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_processor_set_priv(host_ref_t host, struct ipc_port *name,
                              struct ipc_port **set)
{
    (void)host;
    if (!is_set_or_name(name)) {
        return KERN_INVALID_ARGUMENT;
    }
    *set = ipc_port_make_send(set_port);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_processor_sets(host_ref_t host, struct ipc_port ***names,
                          mach_msg_type_number_t *count)
{
    (void)host;
    return just(name_port, names, count);
}

kern_return_t
serve_processor_set_info(struct ipc_port *name, int flavor, uint64_t *info,
                         mach_msg_type_number_t *count)
{
    uint64_t average[SCHED_LOADS], factor[SCHED_LOADS];

    if (!is_set_or_name(name) || flavor != PROCESSOR_SET_BASIC_INFO ||
        *count < PROCESSOR_SET_BASIC_INFO_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    sched_load(average, factor);
    info[0] = 1;
    info[1] = task_count;
    info[2] = thread_count;
    info[3] = average[0];
    info[4] = factor[0];
    info[5] = task_max_priority_default;
    *count = PROCESSOR_SET_BASIC_INFO_COUNT;
    return KERN_SUCCESS;
}

/* Lets interrupts in, which change neither list. */
static void
breathe(uint32_t n)
{
    if (n % 256 == 0) {
        machine_interrupt_window();
    }
}

kern_return_t
processor_set_all_tasks(struct ipc_port ***tasks, uint32_t *count)
{
    struct ipc_port **ports;
    struct list *l;
    uint32_t n = 0;

    list_for_each(l, &task_list) {
        n++;
    }
    ports = mig_port_array_alloc(n, current_thread()->th_ledger);
    if (ports == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    n = 0;
    list_for_each(l, &task_list) {
        ports[n++] = ipc_port_make_send(
            list_entry(l, struct task, ta_link)->ta_self);
        breathe(n);
    }
    *tasks = ports;
    *count = n;
    return KERN_SUCCESS;
}

kern_return_t
serve_processor_set_tasks(struct ipc_port *set, struct ipc_port ***tasks,
                          mach_msg_type_number_t *count)
{
    return is_set(set) ? processor_set_all_tasks(tasks, count)
                       : KERN_INVALID_ARGUMENT;
}

/* Those that have a port: no kernel activities, and none that ends. */
static bool
has_port(const struct thread *th)
{
    return th->th_task != NULL && th->th_self != NULL;
}

kern_return_t
serve_processor_set_threads(struct ipc_port *set, struct ipc_port ***threads,
                            mach_msg_type_number_t *count)
{
    struct ipc_port **ports;
    struct list *l;
    uint32_t n = 0;

    if (!is_set(set)) {
        return KERN_INVALID_ARGUMENT;
    }
    list_for_each(l, &thread_list) {
        n += has_port(list_entry(l, struct thread, th_all_link));
    }
    ports = mig_port_array_alloc(n, current_thread()->th_ledger);
    if (ports == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    n = 0;
    list_for_each(l, &thread_list) {
        struct thread *th = list_entry(l, struct thread, th_all_link);

        if (has_port(th)) {
            ports[n++] = ipc_port_make_send(th->th_self);
            breathe(n);
        }
    }
    *threads = ports;
    *count = n;
    return KERN_SUCCESS;
}

kern_return_t
serve_processor_set_max_priority(struct ipc_port *set, int max_priority,
                                 boolean_t change_threads)
{
    struct list *l;

    if (!is_set(set) || max_priority < 0 || max_priority >= TH_PRIORITIES) {
        return KERN_INVALID_ARGUMENT;
    }
    task_max_priority_default = (unsigned)max_priority;
    list_for_each(l, &task_list) {
        priority_limit_task(list_entry(l, struct task, ta_link),
                            (unsigned)max_priority, change_threads != 0);
    }
    return KERN_SUCCESS;
}

kern_return_t
serve_host_processors(host_ref_t host, struct ipc_port ***processors,
                      mach_msg_type_number_t *count)
{
    (void)host;
    return just(cpu_port, processors, count);
}

kern_return_t
serve_processor_info(struct ipc_port *processor, int flavor, uint64_t *info,
                     mach_msg_type_number_t *count)
{
    uint64_t idle = clock_cycles_to_ns(sched_idle_cycles());
    uint64_t up = clock_uptime();

    if (ipc_kobject_get(processor, IKOT_PROCESSOR) == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    if (flavor == PROCESSOR_BASIC_INFO &&
        *count >= PROCESSOR_BASIC_INFO_COUNT) {
        info[0] = CPU_TYPE_X86_64;
        info[1] = 1;
        info[2] = 0;
        info[3] = 1;
        *count = PROCESSOR_BASIC_INFO_COUNT;
        return KERN_SUCCESS;
    }
    if (flavor == PROCESSOR_CPU_LOAD_INFO &&
        *count >= PROCESSOR_CPU_LOAD_INFO_COUNT) {
        info[0] = up > idle ? up - idle : 0;
        info[1] = idle;
        info[2] = machine_space_loads();
        *count = PROCESSOR_CPU_LOAD_INFO_COUNT;
        return KERN_SUCCESS;
    }
    return KERN_INVALID_ARGUMENT;
}

kern_return_t
serve_processor_get_assignment(struct ipc_port *processor,
                               struct ipc_port **set)
{
    if (ipc_kobject_get(processor, IKOT_PROCESSOR) == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    *set = ipc_port_make_send(name_port);
    return KERN_SUCCESS;
}

kern_return_t
serve_processor_start(struct ipc_port *processor)
{
    return ipc_kobject_get(processor, IKOT_PROCESSOR) == NULL
               ? KERN_INVALID_ARGUMENT
               : KERN_FAILURE; /* it runs */
}

kern_return_t
serve_processor_exit(struct ipc_port *processor)
{
    return ipc_kobject_get(processor, IKOT_PROCESSOR) == NULL
               ? KERN_INVALID_ARGUMENT
               : KERN_FAILURE; /* it is the last */
}

kern_return_t
serve_task_get_assignment(task_ref_t task, struct ipc_port **set)
{
    (void)task;
    *set = ipc_port_make_send(name_port);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_get_assignment(thread_ref_t thread, struct ipc_port **set)
{
    (void)thread;
    *set = ipc_port_make_send(name_port);
    return KERN_SUCCESS;
}
