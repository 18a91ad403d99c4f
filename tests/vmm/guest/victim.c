// SPDX-License-Identifier: GPL-2.0-or-later
/* victim.c - a device of any kind: start it, use it, one request that is right
 */
#include "guest/victim.h"
#include "guest/text.h"

#define CONTROL_MS 2000

static const struct kind {
	const char *name;
	enum virtio_id id;
} kinds[] = {
	{"net", VIRTIO_NET},
	{"blk", VIRTIO_BLOCK},
	{"console", VIRTIO_CONSOLE},
	{"rng", VIRTIO_RNG},
};

static struct virtio *set_kind(struct victim *victim, enum virtio_id id)
{
	switch (id) {
	case VIRTIO_NET:
		victim->target = &victim->nic.tx;
		if (cmdline_is(victim->machine, "on", "rx")) {
			victim->target = &victim->nic.rx;
			victim->is_writable = victim->on_rx = true;
		}
		return &victim->nic.v;
	case VIRTIO_BLOCK:
		victim->target = &victim->block.queue;
		return &victim->block.v;
	case VIRTIO_CONSOLE:
		victim->target = &victim->console.queues[1];
		return &victim->console.v;
	case VIRTIO_RNG:
		victim->target = &victim->rng.queue;
		victim->is_writable = true;
		return &victim->rng.v;
	}
	return NULL;
}

static bool is_wanted(const struct machine *m, const char *name)
{
	return !cmdline_has(m, "dev") || cmdline_is(m, "dev", name);
}

static bool find(struct victims *victims, struct machine *m,
		 const struct kind *kind, unsigned n)
{
	struct victim *victim = &victims->all[victims->count];

	if (victims->count == VICTIMS)
		return false;
	victim->machine = m;
	victim->name = kind->name;
	victim->v = set_kind(victim, kind->id);
	if (!virtio_find(victim->v, m, kind->id, n))
		return false;
	victim->scratch = pages(m, 1);
	victims->count++;
	return true;
}

struct victims *victims_find(struct machine *m)
{
	struct victims *victims =
		pages(m, (sizeof(struct victims) + 4095) / 4096);
	unsigned k, n;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (is_wanted(m, kinds[k].name))
			for (n = 0; find(victims, m, &kinds[k], n); n++)
				;
	if (victims->count)
		return victims;
	failed("no virtio device to be tested");
	return NULL;
}

int victims_each(struct victims *victims, int (*call)(struct victim *victim))
{
	unsigned i;
	int result = 0;

	for (i = 0; !result && i < victims->count; i++)
		result = call(&victims->all[i]);
	return result;
}

int victim_each(struct machine *m, int (*call)(struct victim *victim))
{
	struct victims *victims = victims_find(m);

	if (!victims || victims_each(victims, call))
		return -1;
	return (int)victims->count;
}

static int start_nic(struct victim *victim)
{
	if (nic_start(&victim->nic))
		return -1;
	if (!victim->addressed)
		inet_init(&victim->inet, &victim->nic);
	return 0;
}

int victim_start(struct victim *victim)
{
	switch (victim->v->id) {
	case VIRTIO_NET:
		return start_nic(victim);
	case VIRTIO_BLOCK:
		return block_start(&victim->block);
	case VIRTIO_CONSOLE:
		return vcon_start(&victim->console);
	case VIRTIO_RNG:
		return rng_start(&victim->rng);
	}
	return -1;
}

static bool nic_works(struct victim *victim)
{
	struct inet *i = &victim->inet;

	if (!victim->addressed) {
		if (inet_address(i))
			return false;
		victim->addressed = true;
	}
	return !inet_resolve(i, i->gateway);
}

bool victim_works(struct victim *victim)
{
	switch (victim->v->id) {
	case VIRTIO_NET:
		return nic_works(victim);
	case VIRTIO_BLOCK:
		return block_request(&victim->block, BLOCK_IN, 0, SECTOR) ==
		       BLOCK_OK;
	case VIRTIO_CONSOLE:
		return !vcon_control(&victim->console, 0, VCON_PORT_OPEN, 1);
	case VIRTIO_RNG:
		return rng_read(&victim->rng, 16) > 0;
	}
	return false;
}

int victim_recovers(struct victim *victim)
{
	if (victim_start(victim) || !victim_works(victim))
		return failed("%s doesn't recover", victim->name);
	return 0;
}

static unsigned block_chain(struct victim *victim, struct virtq_buffer *chain)
{
	struct block *b = &victim->block;

	*b->header = (struct block_header){BLOCK_IN, 0, 0};
	chain[0] = (struct virtq_buffer){(uint64_t)b->header,
					 sizeof(*b->header), false};
	chain[1] = (struct virtq_buffer){(uint64_t)b->data, SECTOR, true};
	chain[2] = (struct virtq_buffer){(uint64_t)b->status, 1, true};
	return 3;
}

/* A frame to nobody, of a type that is for experiments (RFC 5342). */
static void put_frame(struct victim *victim)
{
	uint8_t *frame = victim->scratch + NET_HEADER_SIZE;
	static const uint8_t nobody[MAC_LEN] = {2, 0, 0, 0, 0, 1};

	memset(victim->scratch, 0, NET_HEADER_SIZE + FRAME_MIN);
	ether_put(&victim->inet, frame, nobody, 0x88b5);
}

unsigned victim_request(struct victim *victim, struct virtq_buffer *chain)
{
	chain[0] = (struct virtq_buffer){(uint64_t)victim->scratch, 16,
					 victim->is_writable};
	if (victim->v->id == VIRTIO_BLOCK)
		return block_chain(victim, chain);
	if (victim->on_rx) {
		chain[0].len = NIC_BUFFER_SIZE;
	} else if (victim->v->id == VIRTIO_NET) {
		put_frame(victim);
		chain[0].len = NET_HEADER_SIZE + FRAME_MIN;
	}
	return 1;
}
