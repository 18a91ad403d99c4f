// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mem_port.c - a port in memory: tests put frames in and look at what came out
 */
#include "unit/mem_port.h"

#include "core/util.h"

static unsigned mem_send(struct port *port, struct frame **frames, unsigned n)
{
	struct mem_port *mem = container_of(port, struct mem_port, port);
	unsigned i, taken = MIN(n, mem->room);

	taken = MIN(taken, MEM_PORT_FRAMES - mem->sent);
	for (i = 0; i < taken; i++, mem->sent++) {
		mem->len[mem->sent] = frames[i]->len;
		frame_copy(frames[i], 0, mem->data[mem->sent], MEM_PORT_BYTES);
	}
	if (mem->room != UINT32_MAX)
		mem->room -= taken;
	return taken;
}

static void mem_resume(struct port *port)
{
	container_of(port, struct mem_port, port)->resumed++;
}

static void mem_status(struct port *port, struct port_status *status)
{
	(void)port;
	(void)status;
}

static void mem_close(struct port *port)
{
	(void)port;
}

static const struct port_ops mem_ops = {
	.send = mem_send,
	.resume = mem_resume,
	.status = mem_status,
	.close = mem_close,
};

void mem_port_init(struct mem_port *mem, const char *name)
{
	memset(mem, 0, sizeof(*mem));
	port_init(&mem->port, &mem_ops, name);
	mem->room = UINT32_MAX;
	mem->port.carrier = true;
}

static void mac_of(uint8_t *mac, uint8_t last)
{
	static const uint8_t head[5] = {0x02};

	memcpy(mac, head, sizeof(head));
	mac[5] = last;
	if (last == 0xff)
		memset(mac, 0xff, MAC_LEN);
}

unsigned mem_port_input(struct mem_port *mem, uint8_t dst, uint8_t src,
			uint32_t len, unsigned n)
{
	static struct frame frames[FRAME_BATCH];
	static uint8_t data[FRAME_MAX_LEN];
	struct iovec tails[FRAME_BATCH];
	struct frame *batch[FRAME_BATCH];
	unsigned taken;
	uint32_t i;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)i;
	mac_of(data, dst);
	mac_of(data + MAC_LEN, src);
	be16_store(data + 12, 0x88b5);
	for (i = 0; i < n; i++) {
		frame_set_data(&frames[i], data, len, &tails[i]);
		batch[i] = &frames[i];
	}
	taken = port_input(&mem->port, batch, n);
	mem->verdict = frames[n - 1].verdict;
	return taken;
}
