/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failover_json.h - a failover that was measured, as weft.failover/1
 *
 * weft-ctl(7) has the document. Times are whole microseconds from the fault, so
 * what was before it is negative; each figure says whose it is: the bond's, the
 * meter's, the announcer's, or the experiment's, which caused it. A figure that
 * nobody has is absent.
 */
#ifndef CLI_FAILOVER_FAILOVER_JSON_H
#define CLI_FAILOVER_FAILOVER_JSON_H

#include <jansson.h>

#include "switch/uplink/experiment.h"

/** failover_direction_names - keys of a direction: "out", "in" */
extern const char *const failover_direction_names[METER_DIRECTIONS];

/** failover_document() - without rounds; a new reference, NULL without memory
 */
json_t *failover_document(const char *lab, const char *uplink);

/**
 * failover_round_json() - one entry of "rounds"
 * @number:	from 1
 * @result:	experiment_result_name() of it
 * @round:	what was found
 *
 * Return: a new reference; NULL without memory.
 */
json_t *failover_round_json(unsigned number, const char *result,
			    const struct experiment_round *round);

/**
 * failover_summarize() - set "summary" of a document from its "rounds"
 *
 * Rounds without an outage in a direction count there for nothing; an outage
 * that had not ended counts as long as it was seen to last.
 */
void failover_summarize(json_t *document);

#endif
