/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.h - intrusive doubly linked list
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include <stdbool.h>

#include "core/util.h"

/**
 * struct list - a list head, or a link embedded in a member
 * @next:	first member, or the head itself when empty
 * @prev:	last member, or the head itself when empty
 *
 * A link that is in no list points to itself, so list_remove() may be called
 * twice.
 */
struct list {
	struct list *next;
	struct list *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_is_empty(const struct list *l)
{
	return l->next == l;
}

/** list_append() - add @item as the last member of @head */
static inline void list_append(struct list *head, struct list *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

/** list_remove() - take @item out of whatever list it is in */
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

/** list_pop() - take the first member out; NULL when the list is empty */
static inline struct list *list_pop(struct list *head)
{
	struct list *item = head->next;

	if (item == head)
		return NULL;
	list_remove(item);
	return item;
}

/** list_for_each() - walk a list; the body must not remove @it */
#define list_for_each(it, head) \
	for (struct list *it = (head)->next; it != (head); it = it->next)

/** list_for_each_safe() - walk a list; the body may remove @it, nothing else */
#define list_for_each_safe(it, head)                                \
	for (struct list *it = (head)->next, *it##_next = it->next; \
	     it != (head); it = it##_next, it##_next = it->next)

#endif
