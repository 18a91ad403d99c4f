// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_lock.c - the one lock of a machine, and calls to its I/O thread
 *
 * Theory of operation
 *
 * machine.h says who holds the lock when. A plain mutex lets the thread that
 * has just given it back take it again before the one that waits is awake, so a
 * busy I/O thread would starve the CPUs, and a guest that does nothing but port
 * I/O would starve its own devices. So there is a second mutex in front: who
 * has that waits for the lock and gets it next, before the thread that has just
 * given it back. This is so for one that waits. If there are more, those behind
 * it and the one that comes back compete for the second mutex, in no order.
 *
 * A vCPU thread that needs the I/O thread puts its call into a list and waits
 * with the lock given back. The I/O thread never waits for a vCPU thread while
 * that could be waiting for it: see vm_life.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vmm/vm_internal.h"

/**
 * struct vm_io - a call that a vCPU thread waits for, on its stack
 * @link:	in the machine's list
 * @call:	what to do
 * @arg:	its argument
 * @is_done:	the I/O thread did it, or never will
 */
struct vm_io {
	struct list link;
	void (*call)(void *arg);
	void *arg;
	bool is_done;
};

void vm_lock(struct vm *vm)
{
	pthread_mutex_lock(&vm->turn);
	pthread_mutex_lock(&vm->lock);
	pthread_mutex_unlock(&vm->turn);
}

void vm_unlock(struct vm *vm)
{
	pthread_mutex_unlock(&vm->lock);
}

static void rest_before(struct loop_rest *rest)
{
	vm_unlock(container_of(rest, struct vm, rest));
}

static void rest_after(struct loop_rest *rest)
{
	vm_lock(container_of(rest, struct vm, rest));
}

int vm_lock_init(struct vm *vm, struct err *err)
{
	int code;

	vm->io_thread = pthread_self();
	list_init(&vm->io_calls);
	vm->wake = (struct watch){.ready = vm_woken, .name = "vm"};
	vm->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->wake.fd < 0)
		return err_set(err, -errno, "cannot make an eventfd: %s",
			       strerror(errno));
	code = watch_add(vm->settings.loop, &vm->wake, EPOLLIN);
	if (code) {
		close(vm->wake.fd);
		return err_set(err, code, "cannot watch an eventfd: %s",
			       strerror(-code));
	}
	pthread_mutex_init(&vm->lock, NULL);
	pthread_mutex_init(&vm->turn, NULL);
	pthread_cond_init(&vm->io_done, NULL);
	pthread_cond_init(&vm->go, NULL);
	pthread_cond_init(&vm->all_parked, NULL);
	vm->rest = (struct loop_rest){rest_before, rest_after};
	loop_set_rest(vm->settings.loop, &vm->rest);
	vm_lock(vm);
	return 0;
}

void vm_lock_fini(struct vm *vm)
{
	loop_set_rest(vm->settings.loop, NULL);
	vm_unlock(vm);
	watch_remove(&vm->wake);
	close(vm->wake.fd);
	pthread_cond_destroy(&vm->all_parked);
	pthread_cond_destroy(&vm->go);
	pthread_cond_destroy(&vm->io_done);
	pthread_mutex_destroy(&vm->turn);
	pthread_mutex_destroy(&vm->lock);
}

void vm_wake(struct vm *vm)
{
	const uint64_t one = 1;

	/* It can only fail by being full, and then the I/O thread wakes. */
	if (write(vm->wake.fd, &one, sizeof(one)) < 0)
		return;
}

void vm_io(struct vm *vm, void (*call)(void *arg), void *arg)
{
	struct vm_io io = {.call = call, .arg = arg};

	if (pthread_equal(pthread_self(), vm->io_thread)) {
		call(arg);
		return;
	}
	if (vm->is_ending)
		return;
	list_append(&vm->io_calls, &io.link);
	vm_wake(vm);
	while (!io.is_done)
		pthread_cond_wait(&vm->io_done, &vm->lock);
}

static void finish(struct vm *vm, struct vm_io *io)
{
	io->is_done = true;
	pthread_cond_broadcast(&vm->io_done);
}

void vm_io_run(struct vm *vm)
{
	struct list *link;

	while ((link = list_pop(&vm->io_calls))) {
		struct vm_io *io = container_of(link, struct vm_io, link);

		io->call(io->arg);
		finish(vm, io);
	}
}

void vm_io_cancel(struct vm *vm)
{
	struct list *link;

	while ((link = list_pop(&vm->io_calls)))
		finish(vm, container_of(link, struct vm_io, link));
}
