/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gathering.h - a document that needs answers of weft-switch before it is sent
 */
#ifndef CLI_LABD_GATHERING_H
#define CLI_LABD_GATHERING_H

#include "cli/labd/labd.h"

/**
 * GATHERINGS_MAX - documents in the making at a time
 *
 * One about uplinks may have hundreds of questions open.
 */
#define GATHERINGS_MAX 64

/**
 * struct gathering - one document in the making
 * @labd:	counts it
 * @req:	gets it
 * @document:	complete but for what is still to be answered
 * @open:	questions without answer
 */
struct gathering {
	struct labd *labd;
	struct ctl_request *req;
	json_t *document;
	unsigned open;
};

/**
 * struct question - one of its questions
 * @gathering:	it belongs to
 * @entry:	what the answer is added to; @gathering->document owns it
 */
struct question {
	struct gathering *gathering;
	json_t *entry;
};

/**
 * gathering_open() - a document with an empty array @key
 *
 * It has one question open, the caller's: gathering_close() it in the end.
 *
 * Return: NULL, and @req is answered, when there is no memory or there are
 * GATHERINGS_MAX.
 */
struct gathering *gathering_open(struct labd *labd, struct ctl_request *req,
				 const char *schema, const char *key);

/** gathering_add() - a new entry of the document's array @key, which owns it */
json_t *gathering_add(struct gathering *gathering, const char *key,
		      json_t *entry);

/** question_open() - argument of an answer's function; NULL without memory */
struct question *question_open(struct gathering *gathering, json_t *entry);

/** question_close() - it is answered */
void question_close(struct question *question);

/** gathering_close() - one question less; the last one sends the document */
void gathering_close(struct gathering *gathering);

#endif
