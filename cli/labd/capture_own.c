// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_own.c - captures of the lab's own: as its file wants them
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/lab/capture_target.h"
#include "cli/labd/capture_book_internal.h"
#include "cli/labd/capture_file.h"
#include "cli/labd/uplink_settings.h"

static int find_in_uplink(const struct labd *labd,
			  const struct capture_target *target,
			  struct wire_capture_target *wire, struct err *err)
{
	const struct lab_uplink_settings *uplink =
		&labd->lab->uplinks[target->place];
	struct fabric_member_ref ref;
	char name[PORT_NAME_SIZE];

	if (!fabric_uplink_runs(labd->fabric, uplink->number))
		return err_set(err, -ENOENT,
			       "uplink %s does not run: no network goes out by "
			       "it",
			       uplink->name);
	if (target->kind == CAPTURE_TARGET_UPLINK) {
		wire->kind = WIRE_CAPTURE_PORT;
		wire->number = wire_uplink_port(uplink->number);
		return 0;
	}
	if (!fabric_place_member(labd->fabric, uplink, target->member, &ref,
				 name))
		return err_set(err, -ENOENT, "%s is no member yet", name);
	wire->kind = WIRE_CAPTURE_MEMBER;
	wire->number = wire_cable_port(ref.uplink, ref.member);
	return 0;
}

int capture_find_target(const struct labd *labd, const char *name,
			struct wire_capture_target *wire, struct err *err)
{
	struct capture_target target;
	int code = capture_target_find(labd->lab, name, &target, err);

	memset(wire, 0, sizeof(*wire));
	if (code)
		return code;
	if (target.kind == CAPTURE_TARGET_PORT) {
		wire->kind = WIRE_CAPTURE_PORT;
		wire->number = fabric_port(
			labd->lab->nodes[target.place].number, target.nic);
		if (fabric_network(labd->fabric, wire->number) !=
		    FABRIC_NO_NETWORK)
			return 0;
		return err_set(err, -ENOENT,
			       "port %s is in no network: weft attach plugs it "
			       "in",
			       name);
	}
	if (target.kind == CAPTURE_TARGET_UPLINK ||
	    target.kind == CAPTURE_TARGET_MEMBER)
		return find_in_uplink(labd, &target, wire, err);
	wire->number = labd->lab->networks[target.place].number;
	if (target.kind == CAPTURE_TARGET_NETWORK) {
		wire->kind = WIRE_CAPTURE_NETWORK;
	} else if (target.kind == CAPTURE_TARGET_GATEWAY) {
		wire->kind = WIRE_CAPTURE_GATEWAY;
	} else {
		wire->kind = WIRE_CAPTURE_PORT;
		wire->number = wire_host_port(wire->number);
	}
	return 0;
}

/* Is this entry what the lab wants with @wanted? */
static bool is_same(const struct labd *labd, const struct capture_entry *entry,
		    const struct lab_capture *wanted)
{
	struct wire_capture_target target;
	json_t *info = entry->info;

	return !entry->is_stopping && strcmp(entry->file, wanted->file) == 0 &&
	       !capture_find_target(labd, wanted->target, &target, NULL) &&
	       memcmp(&target, &entry->target, sizeof(target)) == 0 &&
	       strcmp(json_string_value(json_object_get(info, "filter")),
		      wanted->filter) == 0 &&
	       json_integer_value(json_object_get(info, "snaplen")) ==
		       wanted->snaplen;
}

static struct capture_entry *find_entry(struct capture_book *book,
					const struct lab_capture *wanted)
{
	unsigned i;

	for (i = 0; i < CAPTURES_MAX; i++) {
		struct capture_entry *entry = &book->entries[i];

		if (entry->is_used && entry->file[0] &&
		    is_same(book->labd, entry, wanted))
			return entry;
	}
	return NULL;
}

static bool is_wanted(struct capture_book *book,
		      const struct capture_entry *entry)
{
	const struct lab *lab = book->labd->lab;
	unsigned i;

	for (i = 0; i < lab->capture_count; i++) {
		if (is_same(book->labd, entry, &lab->captures[i]))
			return true;
	}
	return false;
}

static void begin_own(struct capture_book *book, const struct lab_capture *own,
		      bool resume)
{
	struct capture_wish wish = {
		.targets = {own->target},
		.target_count = 1,
		.filter = own->filter,
		.code = &own->code,
		.snaplen = own->snaplen,
		.file = own->file,
	};
	struct err err = {0};

	wish.fd = capture_file_open(own->file, resume, &err);
	if (wish.fd >= 0) {
		capture_book_begin(book, &wish, NULL, &err);
		close(wish.fd);
	}
	if (err.code)
		log_error(book->labd->log, "capture of %s: %s", own->target,
			  err.msg);
}

/* Who writes to @file still. */
static struct capture_entry *writer_of(struct capture_book *book,
				       const char *file)
{
	unsigned i;

	for (i = 0; i < CAPTURES_MAX; i++) {
		if (book->entries[i].is_used &&
		    strcmp(book->entries[i].file, file) == 0)
			return &book->entries[i];
	}
	return NULL;
}

void capture_own_inherit(struct capture_book *book, const char *file)
{
	const struct lab *lab = book->labd->lab;
	unsigned i;

	for (i = 0; lab && i < lab->capture_count; i++) {
		if (strcmp(lab->captures[i].file, file) == 0)
			begin_own(book, &lab->captures[i], false);
	}
}

void capture_book_settle(struct capture_book *book, bool resume)
{
	const struct lab *lab = book->labd->lab;
	struct capture_entry *writer;
	unsigned i;

	for (i = 0; i < CAPTURES_MAX; i++) {
		struct capture_entry *entry = &book->entries[i];

		if (entry->is_used && entry->file[0] && !is_wanted(book, entry))
			capture_entry_stop(entry);
	}
	for (i = 0; lab && i < lab->capture_count; i++) {
		if (find_entry(book, &lab->captures[i]))
			continue;
		writer = writer_of(book, lab->captures[i].file);
		if (writer)
			writer->has_heir = true;
		else
			begin_own(book, &lab->captures[i], resume);
	}
}
