// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_proto.c - frames and payloads of the agent protocol
 */
#include "cli/agent/agent_proto.h"

#include <errno.h>

#include "cli/agent/agent_wire.h"
#include "core/util.h"

static int written(const struct agent_writer *w)
{
	return w->full ? -EMSGSIZE : (int)w->len;
}

static struct agent_reader reader(const struct agent_frame *frame)
{
	return (struct agent_reader){.data = frame->data, .len = frame->len};
}

void agent_header_encode(const struct agent_frame *frame, uint8_t *header)
{
	be32_store(header, frame->len);
	be16_store(header + 4, frame->type);
	be16_store(header + 6, frame->channel);
}

int agent_frame_decode(const uint8_t *data, size_t len,
		       struct agent_frame *frame)
{
	if (len < AGENT_HEADER_LEN)
		return 0;
	frame->len = be32_load(data);
	frame->type = be16_load(data + 4);
	frame->channel = be16_load(data + 6);
	frame->data = data + AGENT_HEADER_LEN;
	if (frame->len > AGENT_PAYLOAD_MAX || !frame->type ||
	    frame->type >= AGENT_TYPE_END)
		return -EPROTO;
	if (frame->len > len - AGENT_HEADER_LEN)
		return 0;
	return (int)(AGENT_HEADER_LEN + frame->len);
}

size_t agent_hello_find(const uint8_t *data, size_t len, size_t hello_len)
{
	uint8_t start[AGENT_HEADER_LEN + AGENT_MAGIC_LEN];
	struct agent_frame hello = {
		.type = AGENT_HELLO,
		.len = (uint32_t)hello_len,
	};
	size_t i;

	agent_header_encode(&hello, start);
	memcpy(start + AGENT_HEADER_LEN, AGENT_MAGIC, AGENT_MAGIC_LEN);
	for (i = 0; i < len; i++) {
		if (!memcmp(data + i, start, MIN(len - i, sizeof(start))))
			break;
	}
	return i;
}

int agent_hello_encode(const struct agent_hello *hello, uint8_t *data,
		       size_t size)
{
	struct agent_writer w = {.data = data, .size = size};

	agent_put(&w, AGENT_MAGIC, AGENT_MAGIC_LEN);
	agent_put_u16(&w, hello->version);
	agent_put_u64(&w, hello->session);
	if (hello->has_boot) {
		agent_put(&w, hello->boot_id, sizeof(hello->boot_id));
		agent_put_u64(&w, hello->uptime_ms);
	}
	return written(&w);
}

int agent_hello_decode(const struct agent_frame *frame,
		       struct agent_hello *hello)
{
	struct agent_reader r = reader(frame);
	const uint8_t *magic = agent_get(&r, AGENT_MAGIC_LEN);

	memset(hello, 0, sizeof(*hello));
	if (!magic || memcmp(magic, AGENT_MAGIC, AGENT_MAGIC_LEN))
		return -EPROTO;
	hello->version = agent_get_u16(&r);
	hello->session = agent_get_u64(&r);
	hello->has_boot = frame->len == AGENT_GUEST_HELLO_LEN;
	if (hello->has_boot) {
		agent_get_bytes(&r, hello->boot_id, sizeof(hello->boot_id));
		hello->uptime_ms = agent_get_u64(&r);
	}
	return agent_reader_ok(&r) && hello->version ? 0 : -EPROTO;
}

static void nic_config_encode(struct agent_writer *w,
			      const struct agent_nic_config *nic)
{
	agent_put(w, nic->mac.b, MAC_LEN);
	agent_put_u8(w, (uint8_t)nic->ipv4);
	agent_put_u32(w, nic->address.addr);
	agent_put_u8(w, nic->address.len);
	agent_put_u32(w, nic->gateway);
}

static void nic_config_decode(struct agent_reader *r,
			      struct agent_nic_config *nic)
{
	agent_get_bytes(r, nic->mac.b, MAC_LEN);
	nic->ipv4 = agent_get_u8(r);
	nic->address.addr = agent_get_u32(r);
	nic->address.len = agent_get_u8(r);
	nic->gateway = agent_get_u32(r);
	if (nic->ipv4 >= AGENT_IPV4_COUNT || nic->address.len > 32)
		r->bad = true;
}

int agent_config_encode(const struct agent_config *config, uint8_t *data,
			size_t size)
{
	struct agent_writer w = {.data = data, .size = size};
	unsigned i;

	if (config->nic_count > AGENT_NICS_MAX ||
	    config->dns_count > AGENT_DNS_MAX)
		return -EMSGSIZE;
	agent_put_u32(&w, config->id);
	agent_put_u8(&w, config->router);
	agent_put_str(&w, config->hostname);
	agent_put_str(&w, config->search);
	agent_put_u8(&w, (uint8_t)config->dns_count);
	for (i = 0; i < config->dns_count; i++)
		agent_put_u32(&w, config->dns[i]);
	agent_put_u8(&w, (uint8_t)config->nic_count);
	for (i = 0; i < config->nic_count; i++)
		nic_config_encode(&w, &config->nics[i]);
	agent_put_str(&w, config->hosts ? config->hosts : "");
	return written(&w);
}

int agent_config_decode(const struct agent_frame *frame,
			struct agent_config *config)
{
	struct agent_reader r = reader(frame);
	unsigned i;

	memset(config, 0, sizeof(*config));
	config->id = agent_get_u32(&r);
	config->router = agent_get_u8(&r);
	agent_get_text(&r, config->hostname, sizeof(config->hostname));
	agent_get_text(&r, config->search, sizeof(config->search));
	config->dns_count = agent_get_u8(&r);
	if (config->dns_count > AGENT_DNS_MAX)
		return -EPROTO;
	for (i = 0; i < config->dns_count; i++)
		config->dns[i] = agent_get_u32(&r);
	config->nic_count = agent_get_u8(&r);
	if (config->nic_count > AGENT_NICS_MAX)
		return -EPROTO;
	for (i = 0; i < config->nic_count; i++)
		nic_config_decode(&r, &config->nics[i]);
	config->hosts = agent_get_str(&r);
	return agent_reader_ok(&r) ? 0 : -EPROTO;
}

static void addr_encode(struct agent_writer *w, const struct agent_addr *addr)
{
	agent_put_u8(w, addr->is_ipv6);
	agent_put_u8(w, addr->len);
	agent_put(w, addr->addr, sizeof(addr->addr));
}

static void addr_decode(struct agent_reader *r, struct agent_addr *addr)
{
	addr->is_ipv6 = agent_get_u8(r);
	addr->len = agent_get_u8(r);
	agent_get_bytes(r, addr->addr, sizeof(addr->addr));
	if (addr->len > (addr->is_ipv6 ? 128 : 32))
		r->bad = true;
}

static void nic_status_encode(struct agent_writer *w,
			      const struct agent_nic_status *nic)
{
	unsigned i;

	agent_put(w, nic->mac.b, MAC_LEN);
	agent_put_str(w, nic->ifname);
	agent_put_u8(w, nic->up);
	agent_put_u8(w, nic->carrier);
	agent_put_u8(w, (uint8_t)nic->addr_count);
	for (i = 0; i < nic->addr_count; i++)
		addr_encode(w, &nic->addrs[i]);
}

static void nic_status_decode(struct agent_reader *r,
			      struct agent_nic_status *nic)
{
	unsigned i;

	agent_get_bytes(r, nic->mac.b, MAC_LEN);
	agent_get_text(r, nic->ifname, sizeof(nic->ifname));
	nic->up = agent_get_u8(r);
	nic->carrier = agent_get_u8(r);
	nic->addr_count = agent_get_u8(r);
	if (nic->addr_count > AGENT_ADDRS_MAX) {
		nic->addr_count = 0;
		r->bad = true;
	}
	for (i = 0; i < nic->addr_count; i++)
		addr_decode(r, &nic->addrs[i]);
}

int agent_status_encode(const struct agent_status *status, uint8_t *data,
			size_t size)
{
	struct agent_writer w = {.data = data, .size = size};
	unsigned i;

	agent_put_u32(&w, status->config_id);
	agent_put_u8(&w, status->ready);
	agent_put_str(&w, status->reason);
	agent_put_u8(&w, (uint8_t)status->nic_count);
	for (i = 0; i < status->nic_count; i++)
		nic_status_encode(&w, &status->nics[i]);
	return written(&w);
}

int agent_status_decode(const struct agent_frame *frame,
			struct agent_status *status)
{
	struct agent_reader r = reader(frame);
	unsigned i;

	memset(status, 0, sizeof(*status));
	status->config_id = agent_get_u32(&r);
	status->ready = agent_get_u8(&r);
	agent_get_text(&r, status->reason, sizeof(status->reason));
	status->nic_count = agent_get_u8(&r);
	if (status->nic_count > AGENT_NICS_MAX) {
		status->nic_count = 0;
		return -EPROTO;
	}
	for (i = 0; i < status->nic_count; i++)
		nic_status_decode(&r, &status->nics[i]);
	return agent_reader_ok(&r) ? 0 : -EPROTO;
}

static void strings_decode(struct agent_reader *r, const char **to,
			   unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		to[i] = agent_get_str(r);
	to[count] = NULL;
}

int agent_command_encode(const struct agent_command *command, uint8_t *data,
			 size_t size)
{
	struct agent_writer w = {.data = data, .size = size};
	unsigned i;

	if (!command->argc || command->argc > AGENT_ARGS_MAX ||
	    command->envc > AGENT_ARGS_MAX)
		return -EMSGSIZE;
	agent_put_u8(&w, command->tty);
	agent_put_u16(&w, command->rows);
	agent_put_u16(&w, command->cols);
	agent_put_u16(&w, (uint16_t)command->argc);
	agent_put_u16(&w, (uint16_t)command->envc);
	for (i = 0; i < command->argc; i++)
		agent_put_str(&w, command->argv[i]);
	for (i = 0; i < command->envc; i++)
		agent_put_str(&w, command->env[i]);
	return written(&w);
}

int agent_command_decode(const struct agent_frame *frame,
			 struct agent_command *command)
{
	struct agent_reader r = reader(frame);

	memset(command, 0, sizeof(*command));
	command->tty = agent_get_u8(&r);
	command->rows = agent_get_u16(&r);
	command->cols = agent_get_u16(&r);
	command->argc = agent_get_u16(&r);
	command->envc = agent_get_u16(&r);
	if (!command->argc || command->argc > AGENT_ARGS_MAX ||
	    command->envc > AGENT_ARGS_MAX)
		return -EPROTO;
	strings_decode(&r, command->argv, command->argc);
	strings_decode(&r, command->env, command->envc);
	return agent_reader_ok(&r) ? 0 : -EPROTO;
}

int agent_exit_encode(const struct agent_exit *end, uint8_t *data, size_t size)
{
	struct agent_writer w = {.data = data, .size = size};

	agent_put_u8(&w, (uint8_t)end->kind);
	agent_put_u32(&w, end->code);
	return written(&w);
}

int agent_exit_decode(const struct agent_frame *frame, struct agent_exit *end)
{
	struct agent_reader r = reader(frame);

	end->kind = agent_get_u8(&r);
	end->code = agent_get_u32(&r);
	return agent_reader_ok(&r) && end->kind < AGENT_EXIT_KIND_COUNT &&
			       end->code < 256
		       ? 0
		       : -EPROTO;
}
