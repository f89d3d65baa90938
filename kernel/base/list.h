/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Circular doubly linked lists with a sentinel, links inside the elements.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <base/compiler.h>

struct list {
    struct list *next, *prev;
};

#define list_entry(l, type, member) \
    ((type *)(void *)((char *)(l) - offsetof(type, member)))

SHARED void
list_init(struct list *l)
{
    l->next = l;
    l->prev = l;
}

static inline bool
list_empty(const struct list *l)
{
    return l->next == l;
}

SHARED void
list_insert_between(struct list *e, struct list *prev, struct list *next)
{
    e->next = next;
    e->prev = prev;
    prev->next = e;
    next->prev = e;
}

SHARED void
list_push_back(struct list *head, struct list *e)
{
    list_insert_between(e, head->prev, head);
}

SHARED void
list_push_front(struct list *head, struct list *e)
{
    list_insert_between(e, head, head->next);
}

/* The element is a list of its own afterwards, so removing twice is harmless. */
SHARED void
list_remove(struct list *e)
{
    e->prev->next = e->next;
    e->next->prev = e->prev;
    e->next = e;
    e->prev = e;
}

/* The same for one that is put on a list again before it is removed. */
static inline void
list_take(struct list *e)
{
    struct list *prev = e->prev, *next = e->next;

    prev->next = next;
    next->prev = prev;
}

static inline struct list *
list_first(const struct list *head)
{
    return list_empty(head) ? NULL : head->next;
}

static inline struct list *
list_last(const struct list *head)
{
    return list_empty(head) ? NULL : head->prev;
}

static inline struct list *
list_pop_front(struct list *head)
{
    struct list *e = list_first(head);

    if (e != NULL) {
        list_remove(e);
    }
    return e;
}

#define list_for_each(e, head) \
    for ((e) = (head)->next; (e) != (head); (e) = (e)->next)
#define list_for_each_safe(e, n, head) \
    for ((e) = (head)->next, (n) = (e)->next; (e) != (head); \
         (e) = (n), (n) = (e)->next)

#endif
