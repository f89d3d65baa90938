# SPDX-License-Identifier: BSD-2-Clause
"""Which class of work an instruction of the kernel does.

An instruction belongs to a chain of functions, the innermost inlined one
first.  The first function that FUNCTIONS names decides; when none is named,
the first file that FILES names.  So a small helper (a list, a byte order)
counts where it is used, and a new function by the folder it is in.
"""

import re

CLASSES = ("user", "entry and exit", "checks", "names", "rights", "copy",
           "message object", "allocation", "queue and state", "switch",
           "memory", "kernel call", "other")

# (functions, class): regular expressions for whole names, the first that fits.
FUNCTIONS = tuple((re.compile(names + r"$"), kind) for names, kind in (
    (r"(syscall|isr|trap|user)_(entry|exit|return|common|stub\w*)|"
     r"trap_syscall|trap_exception|trap_interrupt|regs_\w+|swapgs\w*|"
     r"syscall_\w+|machine_sync_\w+|resume\w*",
     "entry and exit"),
    (r"put_\w+|user_copy\w*|copyin\w*|copyout\w*|copy_message\w*|pmap_window\w*|"
     r"memcpy|memmove|memset|rep_\w+|copy_(words|body|header)\w*", "copy"),
    (r"(check|find|read|may|probe|decode)_\w+|\w+_valid|first_receiver|"
     r"sched_may_hand_over|mach_msg_trailer_size|mach_msg_fast\w*|"
     r"ipc_kmsg_decode\w*|sync_fast", "checks"),
    (r"ipc_entry_\w+|ipc_space_\w+|ipc_hash_\w+|free_list_\w+|within_limit|"
     r"entry_(with|begin|add)\w*", "names"),
    (r"rights_(in|out)\w*|use_reply_right|move_carried_right|ipc_right_\w+|ipc_sonce_\w+|newest|oldest|"
     r"ipc_port_(make|copy|release|reference|drop)\w*|ipc_notify_\w+",
     "rights"),
    (r"sched_hand_over|machine_switch|pmap_activate|sched_next|pick|load|"
     r"settle_handoff|sched_handoff|write_cr3", "switch"),
    (r"sender_waits|receiver_runs|(caller|server)_waits|change_places|wait_\w+|thread_wait\w*|ipc_mqueue_\w+|"
     r"sched_\w+|thread_\w+|futex_\w+|queue_\w+|timer_\w+",
     "queue and state"),
    (r"take_rights|drop_request", "rights"),
    (r"mach_msg_(serve|reply)_\w+|ipc_upcall_routine", "kernel call"),
    (r"ipc_kmsg_\w+|get_request", "message object"),
    (r"kalloc\w*|kfree\w*|ledger_\w+|phys_(alloc|free)", "allocation"),
))

# Helpers that say nothing themselves.
TRANSPARENT = re.compile(r"base/(list|tree|bitmap|hash|string)\.h$|"
                         r"x86\.h$|machine/\w+\.h$|libgcc")

FILES = tuple((re.compile(path), kind) for path, kind in (
    (r"arch/x86_64/(entry\.S|trap\.c)", "entry and exit"),
    (r"arch/x86_64/(user_copy|string)\.S", "copy"),
    (r"arch/x86_64/(pmap|paging)\.c|kernel/vm/|kernel/pager/", "memory"),
    (r"base/(kalloc|ledger|page_alloc)", "allocation"),
    (r"arch/x86_64/|kernel/sched/", "switch"),
    (r"kern/trap\w*\.c", "entry and exit"),
    (r"kernel/ipc/ipc_kmsg", "message object"),
    (r"kernel/(ipc|sync)/", "checks"),
    (r"kernel/kern/futex", "queue and state"),
    (r"kernel/kern/|gen/", "kernel call"),
))


def is_kernel(address):
    """Whether an address is in the kernel's half."""
    return address >> 63 == 1


def of(address, chain):
    """The class of an instruction; chain: (function, file), innermost
    first."""
    if not is_kernel(address):
        return "user"
    for function, _ in chain:
        for names, kind in FUNCTIONS:
            if names.match(function):
                return kind
    for _, path in chain:
        if TRANSPARENT.search(path):
            continue
        for pattern, kind in FILES:
            if pattern.search(path):
                return kind
    return "other"


def shown(chain):
    """A chain as text: the first function that is no mere helper, and what
    it was inlined into."""
    named = [function for function, path in chain
             if not TRANSPARENT.search(path)] or [chain[0][0]]
    outer = chain[-1][0]
    return named[0] if named[0] == outer else "%s in %s" % (named[0], outer)
