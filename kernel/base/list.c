/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists, for the files compiled for size.
 */
#include <base/list.h>

extern void list_init(struct list *l);
extern void list_insert_between(struct list *e, struct list *prev,
                                struct list *next);
extern void list_push_back(struct list *head, struct list *e);
extern void list_push_front(struct list *head, struct list *e);
extern void list_remove(struct list *e);
