/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: Linux's calls on the task's map.  The emulator's own area can't be
 * reached by any of them.
 */
#include <io/io.h>
#include <mach_vm/mach_vm.h>
#include "load.h"
#include "syscall.h"

#define MAP_NORESERVE 0x4000u
#define MMAP_MIN 0x10000ull /* Linux: vm.mmap_min_addr */

static bool
guest_range(uint64_t at, uint64_t size)
{
    return user_range_ok(at, size);
}

/* ---- brk ------------------------------------------------------------------- */

static void
brk_move(struct space *s, uint64_t to)
{
    uint64_t mapped = PAGE_CEIL(to);
    vm_address_t at = s->brk_mapped;

    if (mapped > s->brk_mapped) {
        if (load_too_large(mapped - s->brk_mapped) ||
            vm_allocate(&at, mapped - s->brk_mapped, VM_FLAGS_FIXED) !=
                KERN_SUCCESS) {
            return;
        }
    } else if (mapped < s->brk_mapped) {
        vm_deallocate(mapped, s->brk_mapped - mapped);
    }
    s->brk_mapped = mapped;
    s->brk = to;
}

int64_t
sys_brk(const uint64_t *a)
{
    struct space *s = this_process()->space;
    int64_t result;

    lock_acquire(&s->lock);
    if (a[0] >= s->brk_start && a[0] < s->stack_low) {
        brk_move(s, a[0]);
    }
    result = (int64_t)s->brk;
    lock_release(&s->lock);
    return result;
}

/* ---- mmap ------------------------------------------------------------------ */

struct mapping {
    vm_address_t at;
    uint64_t size;
    vm_prot_t prot;
    uint32_t flags;      /* MAP_* */
    int vm_flags;
    bool shared;
};

static int64_t
map_anonymous(struct mapping *m)
{
    kern_return_t kr = vm_allocate(&m->at, m->size, m->vm_flags);

    if (kr != KERN_SUCCESS) {
        return kr == KERN_INVALID_ARGUMENT ? -EINVAL : -ENOMEM;
    }
    if (m->shared) {
        kr = mach_vm_inherit(mach_task_self(), m->at, m->size,
                             VM_INHERIT_SHARE);
    }
    if (kr == KERN_SUCCESS && m->prot != VM_PROT_DEFAULT) {
        kr = vm_protect(m->at, m->size, FALSE, m->prot);
    }
    if (kr != KERN_SUCCESS) {
        vm_deallocate(m->at, m->size);
        return -ENOMEM;
    }
    return (int64_t)m->at;
}

/* Beyond the file's last page: nothing may be read there. */
static int64_t
map_beyond(struct mapping *m, uint64_t from)
{
    vm_address_t at = m->at + from;

    if (vm_allocate(&at, m->size - from,
                    VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE) != KERN_SUCCESS ||
        vm_protect(at, m->size - from, FALSE, VM_PROT_NONE) !=
            KERN_SUCCESS) {
        vm_deallocate(m->at, m->size);
        return -ENOMEM;
    }
    return (int64_t)m->at;
}

static int64_t
map_entry(struct mapping *m, mach_port_t entry, uint64_t file_size,
          uint64_t offset)
{
    uint64_t there = PAGE_CEIL(file_size);
    uint64_t part = offset >= there ? 0
                    : there - offset < m->size ? there - offset
                                               : m->size;
    vm_prot_t max = m->shared ? m->prot : VM_PROT_ALL;
    kern_return_t kr;

    if (part < m->size) {
        /* The place for all of it first. */
        kr = vm_allocate(&m->at, m->size, m->vm_flags);
        if (kr != KERN_SUCCESS) {
            return -ENOMEM;
        }
        if (part == 0) {
            return map_beyond(m, 0);
        }
        m->vm_flags = VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE;
    }
    kr = mach_vm_map(mach_task_self(), &m->at, part, 0, m->vm_flags, entry,
                     offset, !m->shared, m->prot, max | VM_PROT_READ,
                     m->shared ? VM_INHERIT_SHARE : VM_INHERIT_COPY);
    if (kr != KERN_SUCCESS) {
        return memory_error_of(kr);
    }
    return part < m->size ? map_beyond(m, part) : (int64_t)m->at;
}

static int64_t
map_file(struct mapping *m, uint64_t number, uint64_t offset)
{
    struct fd fd;
    mach_port_t entry;
    uint64_t size;
    vm_prot_t access = m->prot | VM_PROT_READ;
    int64_t error = fd_get_io(number, &fd);

    if (error < 0) {
        return error;
    }
    if (fd.kind == KIND_DEVICE) {
        posix_stat_t stat;

        /* /dev/zero is as good as anonymous. */
        if (io_stat(fd.port, (void *)&stat) == KERN_SUCCESS &&
            stat.st_rdev == 0x105) {
            return map_anonymous(m);
        }
        return -ENODEV;
    }
    if (fd.kind != KIND_FILE) {
        return fd.kind == KIND_DIR ? -ENODEV : -EACCES;
    }
    if (!m->shared) {
        access = VM_PROT_READ | (m->prot & VM_PROT_EXECUTE);
    }
    error = error_of(io_map(fd.port, access, &entry, &size));
    if (error < 0) {
        return error;
    }
    error = map_entry(m, entry, size, offset);
    mach_port_deallocate_trap(entry);
    return error;
}

/* Where: the hint, an address that must be taken, or below the stack. */
static int64_t
choose_place(struct mapping *m, uint64_t address)
{
    if (m->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (address % PAGE != 0) {
            return -EINVAL;
        }
        if (!guest_range(address, m->size)) {
            return -ENOMEM;
        }
        if (address < MMAP_MIN) {
            return -EPERM;
        }
        m->at = address;
        m->vm_flags = VM_FLAGS_FIXED;
        if (m->flags & MAP_FIXED) {
            m->vm_flags |= VM_FLAGS_OVERWRITE;
        }
        return 0;
    }
    m->at = this_process()->space->stack_low;
    m->vm_flags = VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN;
    return 0;
}

/* A hint is taken when that place is free. */
static int64_t
try_hint(struct mapping *m, uint64_t hint)
{
    struct mapping h = *m;

    hint = PAGE_FLOOR(hint);
    if (hint < MMAP_MIN || !guest_range(hint, m->size) ||
        (m->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) ||
        !(m->flags & MAP_ANONYMOUS)) {
        return -ENOMEM;
    }
    h.at = hint;
    h.vm_flags = VM_FLAGS_FIXED;
    return map_anonymous(&h);
}

int64_t
sys_mmap(const uint64_t *a)
{
    struct mapping m = {
        .size = PAGE_CEIL(a[1]),
        .prot = (vm_prot_t)(a[2] & 7),
        .flags = (uint32_t)a[3],
    };
    uint32_t type = m.flags & MAP_TYPE;
    int64_t result;

    if (a[1] == 0 || a[5] % PAGE != 0 ||
        (type != MAP_SHARED && type != MAP_PRIVATE &&
         type != MAP_SHARED_VALIDATE)) {
        return -EINVAL;
    }
    if (m.size == 0 || m.size > EMULATOR_AREA_BASE) {
        return -ENOMEM;
    }
    if (a[5] > (uint64_t)INT64_MAX - m.size) {
        return -EOVERFLOW;
    }
    m.shared = type != MAP_PRIVATE;
    result = choose_place(&m, a[0]);
    if (result < 0) {
        return result;
    }
    if (!(m.flags & MAP_ANONYMOUS)) {
        result = map_file(&m, a[4], a[5]);
    } else {
        if ((m.prot & VM_PROT_WRITE) && !(m.flags & MAP_NORESERVE) &&
            load_too_large(m.size)) {
            return -ENOMEM;
        }
        result = a[0] != 0 ? try_hint(&m, a[0]) : -ENOMEM;
        if (result < 0) {
            result = map_anonymous(&m);
        }
    }
    if (result == -ENOMEM && (m.flags & MAP_FIXED_NOREPLACE) &&
        !(m.flags & MAP_FIXED)) {
        result = -EEXIST;
    }
    return result;
}

int64_t
sys_munmap(const uint64_t *a)
{
    uint64_t size = PAGE_CEIL(a[1]);

    if (a[0] % PAGE != 0 || size == 0 || !guest_range(a[0], size)) {
        return -EINVAL;
    }
    return memory_error_of(vm_deallocate(a[0], size));
}

int64_t
sys_mprotect(const uint64_t *a)
{
    uint64_t size = PAGE_CEIL(a[1]);
    int64_t error;

    if (a[0] % PAGE != 0 || (a[2] & ~(7ull | PROT_GROWSDOWN))) {
        return -EINVAL;
    }
    if (a[1] == 0) {
        return 0;
    }
    if (size == 0 || !guest_range(a[0], size)) {
        return -ENOMEM;
    }
    error = memory_error_of(vm_protect(a[0], size, FALSE,
                                       (vm_prot_t)(a[2] & 7)));
    return error == -EINVAL ? -ENOMEM : error;
}

/* All of the range is mapped: 0, else -ENOMEM. */
static int64_t
all_mapped(uint64_t at, uint64_t size)
{
    uint64_t end = at + size;

    while (at < end) {
        vm_address_t start = at;
        vm_size_t length;
        vm_region_basic_info_t info;

        if (mach_vm_region(mach_task_self(), &start, &length,
                           (void *)&info) != KERN_SUCCESS ||
            start > at) {
            return -ENOMEM;
        }
        at = start + length;
    }
    return 0;
}

static int64_t
range_check(const uint64_t *a, uint64_t *size)
{
    *size = PAGE_CEIL(a[1]);
    if (a[0] % PAGE != 0 || (*size == 0 && a[1] != 0)) {
        return -EINVAL;
    }
    if (!guest_range(a[0], *size)) {
        return -ENOMEM;
    }
    return all_mapped(a[0], *size);
}

int64_t
sys_msync(const uint64_t *a)
{
    uint64_t size;

    if ((a[2] & ~7ull) || (a[2] & 5) == 5) {
        return -EINVAL;
    }
    return range_check(a, &size); /* files are memory */
}

#define MADV_DONTNEED 4
#define MADV_FREE 8

int64_t
sys_madvise(const uint64_t *a)
{
    uint64_t size;
    int64_t error = range_check(a, &size);

    if (error < 0 || size == 0) {
        return error;
    }
    switch ((uint32_t)a[2]) {
    case 0: /* NORMAL, RANDOM, SEQUENTIAL, WILLNEED: only advice */
    case 1:
    case 2:
    case 3:
        return 0;
    case MADV_DONTNEED:
    case MADV_FREE:
        return memory_error_of(mach_vm_discard(mach_task_self(), a[0],
                                               size));
    default:
        return -EINVAL;
    }
}

int64_t
sys_mincore(const uint64_t *a)
{
    uint8_t resident[4096];
    uint64_t size, done = 0;
    int64_t error;

    if (a[0] % PAGE != 0) {
        return -EINVAL;
    }
    error = range_check(a, &size);
    while (error == 0 && done < size) {
        mach_msg_type_number_t count = sizeof(resident);
        uint64_t piece = size - done;

        if (piece > sizeof(resident) * PAGE) {
            piece = sizeof(resident) * PAGE;
        }
        error = memory_error_of(mach_vm_page_query(
            mach_task_self(), a[0] + done, piece, resident, &count));
        if (error == 0) {
            error = copyout(a[2] + done / PAGE, resident, piece / PAGE);
        }
        done += piece;
    }
    return error;
}

/* ---- mremap ---------------------------------------------------------------- */

/* The grown part, right behind the old one, if there is room. */
static int64_t
grow_in_place(uint64_t at, uint64_t old, uint64_t new_size, vm_prot_t prot)
{
    vm_address_t more = at + old;

    if (!guest_range(at, new_size) ||
        vm_allocate(&more, new_size - old, VM_FLAGS_FIXED) != KERN_SUCCESS) {
        return -ENOMEM;
    }
    if (prot != VM_PROT_DEFAULT) {
        vm_protect(more, new_size - old, FALSE, prot);
    }
    return (int64_t)at;
}

static int64_t
move_mapping(uint64_t at, uint64_t old, uint64_t new_size, uint64_t to,
             bool fixed, const vm_region_basic_info_t *info)
{
    vm_address_t place = fixed ? to : this_process()->space->stack_low;
    uint64_t kept = old < new_size ? old : new_size;
    bool shared = info->inheritance == VM_INHERIT_SHARE;

    if (shared && new_size > old) {
        return -ENOMEM; /* the object behind can't grow */
    }
    if (vm_allocate(&place, new_size,
                    fixed ? VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE
                          : VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN) !=
        KERN_SUCCESS) {
        return -ENOMEM;
    }
    if (mach_vm_remap(mach_task_self(), &place, kept, 0,
                      VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE, mach_task_self(),
                      at, !shared, info->inheritance) != KERN_SUCCESS) {
        vm_deallocate(place, new_size);
        return -ENOMEM;
    }
    if (info->protection != VM_PROT_DEFAULT) {
        vm_protect(place, new_size, FALSE, info->protection);
    }
    vm_deallocate(at, old);
    return (int64_t)place;
}

static int64_t
mremap_check(const uint64_t *a, vm_region_basic_info_t *info)
{
    uint64_t flags = a[3], size = PAGE_CEIL(a[2]);
    vm_address_t start = a[0];
    vm_size_t length;

    if (a[0] % PAGE != 0 || (flags & ~3ull) || size == 0 || a[1] == 0 ||
        (flags & 3) == MREMAP_FIXED) {
        return -EINVAL;
    }
    if ((flags & MREMAP_FIXED) &&
        (a[4] % PAGE != 0 || a[4] < MMAP_MIN || !guest_range(a[4], size) ||
         (a[4] < a[0] + PAGE_CEIL(a[1]) && a[0] < a[4] + size))) {
        return -EINVAL;
    }
    if (!guest_range(a[0], PAGE_CEIL(a[1])) ||
        all_mapped(a[0], PAGE_CEIL(a[1])) < 0) {
        return -EFAULT;
    }
    if (mach_vm_region(mach_task_self(), &start, &length, (void *)info) !=
        KERN_SUCCESS) {
        return -EFAULT;
    }
    return 0;
}

int64_t
sys_mremap(const uint64_t *a)
{
    uint64_t old = PAGE_CEIL(a[1]), size = PAGE_CEIL(a[2]);
    vm_region_basic_info_t info;
    int64_t result = mremap_check(a, &info);

    if (result < 0) {
        return result;
    }
    if (!(a[3] & MREMAP_FIXED)) {
        if (size == old) {
            return (int64_t)a[0];
        }
        if (size < old) {
            vm_deallocate(a[0] + size, old - size);
            return (int64_t)a[0];
        }
        if (load_too_large(size - old)) {
            return -ENOMEM;
        }
        if (info.inheritance != VM_INHERIT_SHARE) {
            result = grow_in_place(a[0], old, size, info.protection);
            if (result >= 0) {
                return result;
            }
        }
        if (!(a[3] & MREMAP_MAYMOVE)) {
            return -ENOMEM;
        }
    }
    return move_mapping(a[0], old, size, a[4], (a[3] & MREMAP_FIXED) != 0,
                        &info);
}
