// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nft.c - one nf_tables table of ours: the socket that owns it, and batches
 *
 * Theory of operation
 *
 * A batch is one sendmsg() with messages between a begin and an end; the kernel
 * carries it out while we are in that call, all of it or nothing, and its
 * answers are in the socket when the call returns. Replacing is deleting the
 * table and making it again within one batch: no packet sees it missing.
 * Counters are lost with it, so who keeps them reads them before and says where
 * they begin.
 *
 * Limits: IPv4 words only. What is already translated goes on as it was, for it
 * is in conntrack's table, not in this one.
 */
#include "cli/host/nft.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/object.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cli/host/nft_internal.h"
#include "core/util.h"

/* NFT_TABLE_F_OWNER, which headers before Linux 5.12 lack */
#define TABLE_F_OWNER 2u
/* Longest message: a rule of NFT_TERMS words. */
#define MESSAGE_SIZE 4096
#define BATCH_SIZE (8 * 1024 * 1024)
#define DUMP_SIZE 32768
#define DUMP_TRIES 16
#define BATCH_FIRST_SEQ 1

/**
 * struct chain - where one of ours is
 * @name:	of the chain
 * @type:	of nf_tables
 * @hook:	of netfilter
 * @priority:	among others at that hook
 */
struct chain {
	const char *name;
	const char *type;
	uint32_t hook;
	int32_t priority;
};

static const struct chain chains[] = {
	[NFT_ON_PREROUTING] = {"prerouting", "nat", NF_INET_PRE_ROUTING,
			       NF_IP_PRI_NAT_DST},
	[NFT_ON_NAT_OUTPUT] = {"nat-output", "nat", NF_INET_LOCAL_OUT,
			       NF_IP_PRI_NAT_DST},
	[NFT_ON_POSTROUTING] = {"postrouting", "nat", NF_INET_POST_ROUTING,
				NF_IP_PRI_NAT_SRC},
	[NFT_ON_INPUT] = {"input", "filter", NF_INET_LOCAL_IN,
			  NF_IP_PRI_FILTER},
	[NFT_ON_FORWARD] = {"forward", "filter", NF_INET_FORWARD,
			    NF_IP_PRI_FILTER},
	[NFT_ON_OUTPUT] = {"output", "filter", NF_INET_LOCAL_OUT,
			   NF_IP_PRI_FILTER},
};
static_assert(ARRAY_SIZE(chains) == NFT_CHAIN_KINDS, "each has a place");

/**
 * struct nft - see nft.h
 * @sock:	the table's owner
 * @table:	its name
 */
struct nft {
	struct mnl_socket *sock;
	char table[NFT_NAME];
};

/**
 * struct batch - one that is being made
 * @nft:	whose
 * @buffer:	BATCH_SIZE bytes
 * @len:	used
 * @seq:	of the message before
 * @rules:	in it
 * @code:	0, or why it can't be made
 */
struct batch {
	struct nft *nft;
	char *buffer;
	size_t len;
	uint32_t seq;
	unsigned rules;
	int code;
};

struct mnl_socket *nft_socket_open(struct err *err)
{
	struct mnl_socket *sock =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int code = errno, size = BATCH_SIZE;

	if (sock && mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID)) {
		code = errno;
		mnl_socket_close(sock);
		sock = NULL;
	}
	if (!sock) {
		err_set(err, code == EPROTONOSUPPORT ? -ENOPKG : -code,
			"cannot speak with the kernel's netfilter: %s",
			strerror(code));
		return NULL;
	}
	(void)setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_SNDBUFFORCE,
			 &size, sizeof(size));
	return sock;
}

static int dump_once(struct mnl_socket *sock, const struct nlmsghdr *request,
		     mnl_cb_t each, void *ctx)
{
	char buffer[DUMP_SIZE];
	ssize_t len;
	int rc = MNL_CB_OK;

	if (mnl_socket_sendto(sock, request, request->nlmsg_len) < 0)
		return -errno;
	while (rc == MNL_CB_OK) {
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
		if (len < 0)
			return -errno;
		rc = mnl_cb_run(buffer, (size_t)len, request->nlmsg_seq,
				mnl_socket_get_portid(sock), each, ctx);
	}
	return rc < 0 ? -errno : 0;
}

/*
 * A list that breaks off leaves its rest in the socket, so each try has one of
 * its own. It breaks off when anybody on this host changes any table.
 */
int nft_dump(const struct nlmsghdr *request, mnl_cb_t each,
	     void (*anew)(void *ctx), void *ctx, struct err *err)
{
	struct mnl_socket *sock;
	int code = -EINTR;
	unsigned tries;

	for (tries = 0; code == -EINTR && tries < DUMP_TRIES; tries++) {
		sock = nft_socket_open(err);
		if (!sock)
			return err->code;
		if (tries)
			anew(ctx);
		code = dump_once(sock, request, each, ctx);
		mnl_socket_close(sock);
	}
	return code ? err_set(err, code, "cannot read what nf_tables has: %s",
			      strerror(-code))
		    : 0;
}

/* Room for one more message; NULL: the batch can't be made. */
static char *batch_place(struct batch *batch)
{
	if (!batch->code && batch->len + MESSAGE_SIZE > BATCH_SIZE)
		batch->code = -ENOSPC;
	return batch->code ? NULL : batch->buffer + batch->len;
}

static struct nlmsghdr *batch_add(struct batch *batch, uint16_t type,
				  uint16_t flags)
{
	char *place = batch_place(batch);
	struct nlmsghdr *message;

	if (!place)
		return NULL;
	message = nftnl_nlmsg_build_hdr(place, type, NFPROTO_INET, flags,
					++batch->seq);
	return message;
}

static void batch_take(struct batch *batch, const struct nlmsghdr *message)
{
	batch->len += NLMSG_ALIGN(message->nlmsg_len);
}

static int batch_open(struct batch *batch, struct nft *nft)
{
	struct nlmsghdr *message;

	*batch = (struct batch){
		.nft = nft,
		.buffer = malloc(BATCH_SIZE),
		.seq = BATCH_FIRST_SEQ,
	};
	if (!batch->buffer)
		return -ENOMEM;
	message = nftnl_batch_begin(batch->buffer, batch->seq);
	batch_take(batch, message);
	return 0;
}

/*
 * Who may not change anything is told so at the batch's begin; at a table, that
 * it is another's.
 */
static int answer_code(const struct nlmsgerr *error)
{
	if (error->error == -EPERM && error->msg.nlmsg_seq > BATCH_FIRST_SEQ)
		return -EEXIST;
	return error->error;
}

/* What the kernel says of the batch that was just sent; 0 or -errno. */
static int batch_answer(struct batch *batch)
{
	int fd = mnl_socket_get_fd(batch->nft->sock), code = 0;
	char buffer[DUMP_SIZE];
	ssize_t len;

	while ((len = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)buffer;
		int left = (int)len;

		for (; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(m);

			if (m->nlmsg_type == NLMSG_ERROR && !code)
				code = answer_code(error);
		}
	}
	if (len < 0 && errno != EAGAIN && !code)
		code = -errno;
	return code;
}

/* Send it, free it; 0 or -errno. */
static int batch_commit(struct batch *batch)
{
	struct nlmsghdr *message;
	int code;

	if (batch_place(batch)) {
		message = nftnl_batch_end(batch->buffer + batch->len,
					  ++batch->seq);
		batch_take(batch, message);
		if (mnl_socket_sendto(batch->nft->sock, batch->buffer,
				      batch->len) < 0)
			batch->code = -errno;
	}
	code = batch->code ? batch->code : batch_answer(batch);
	free(batch->buffer);
	return code;
}

static void add_table(struct batch *batch, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = batch_add(batch, type, flags);
	struct nftnl_table *table = nftnl_table_alloc();

	if (message && table) {
		nftnl_table_set_str(table, NFTNL_TABLE_NAME, batch->nft->table);
		if (type == NFT_MSG_NEWTABLE)
			nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS,
					    TABLE_F_OWNER);
		nftnl_table_nlmsg_build_payload(message, table);
		batch_take(batch, message);
	} else if (!table) {
		batch->code = -ENOMEM;
	}
	if (table)
		nftnl_table_free(table);
}

static void add_chain(struct batch *batch, const struct chain *settings)
{
	struct nlmsghdr *message =
		batch_add(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nftnl_chain *chain = nftnl_chain_alloc();

	if (message && chain) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE,
				    batch->nft->table);
		nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, settings->name);
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, settings->type);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, settings->hook);
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO,
				    settings->priority);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
		nftnl_chain_nlmsg_build_payload(message, chain);
		batch_take(batch, message);
	} else if (!chain) {
		batch->code = -ENOMEM;
	}
	if (chain)
		nftnl_chain_free(chain);
}

static void add_counter(struct batch *batch, const struct nft_counter *counter)
{
	struct nlmsghdr *message =
		batch_add(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE);
	struct nftnl_obj *object = nftnl_obj_alloc();

	if (message && object) {
		nftnl_obj_set_str(object, NFTNL_OBJ_TABLE, batch->nft->table);
		nftnl_obj_set_str(object, NFTNL_OBJ_NAME, counter->name);
		nftnl_obj_set_u32(object, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
		nftnl_obj_set_u64(object, NFTNL_OBJ_CTR_PKTS, counter->packets);
		nftnl_obj_set_u64(object, NFTNL_OBJ_CTR_BYTES, counter->bytes);
		nftnl_obj_nlmsg_build_payload(message, object);
		batch_take(batch, message);
	} else if (!object) {
		batch->code = -ENOMEM;
	}
	if (object)
		nftnl_obj_free(object);
}

static void add_rule(void *ctx, enum nft_chain_kind chain,
		     const struct nft_term *terms)
{
	struct batch *batch = ctx;
	struct nlmsghdr *message =
		batch_add(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (rule && nft_rule_fill(rule, terms)) {
		nftnl_rule_free(rule);
		rule = NULL;
	}
	if (++batch->rules > NFT_MAX_RULES)
		batch->code = -ENOSPC;
	if (message && rule && !batch->code) {
		nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, batch->nft->table);
		nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chains[chain].name);
		nftnl_rule_nlmsg_build_payload(message, rule);
		batch_take(batch, message);
	} else if (!rule) {
		batch->code = -ENOMEM;
	}
	if (rule)
		nftnl_rule_free(rule);
}

/* What an error of the kernel means for who reads it. */
static int explain(const struct nft *nft, int code, struct err *err)
{
	if (code == -EPERM || code == -EACCES)
		return err_set(err, -EPERM,
			       "nftables needs CAP_NET_ADMIN: run as root");
	if (code == -EEXIST)
		return err_set(err, code,
			       "there is an nftables table inet %s already, "
			       "and it isn't this lab's: see nft list table "
			       "inet %s",
			       nft->table, nft->table);
	if (code == -EOPNOTSUPP || code == -ENOENT || code == -ENOPROTOOPT ||
	    code == -EINVAL)
		return err_set(err, -ENOPKG,
			       "this kernel lacks what is needed of nf_tables: "
			       "Linux 5.12 with NAT, masquerade, fib and "
			       "reject for inet (%s)",
			       strerror(-code));
	return err_set(err, code, "nftables table %s: %s", nft->table,
		       strerror(-code));
}

static void add_chains(struct batch *batch)
{
	unsigned i;

	for (i = 0; i < NFT_CHAIN_KINDS; i++)
		add_chain(batch, &chains[i]);
}

struct nft *nft_open(const char *table, struct err *err)
{
	struct nft *nft = calloc(1, sizeof(*nft));
	struct batch batch;
	int code;

	if (!nft) {
		err_set(err, -ENOMEM, "no memory for an nftables table");
		return NULL;
	}
	snprintf(nft->table, sizeof(nft->table), "%s", table);
	nft->sock = nft_socket_open(err);
	if (!nft->sock) {
		free(nft);
		return NULL;
	}
	code = batch_open(&batch, nft);
	if (!code) {
		add_table(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
		add_chains(&batch);
		code = batch_commit(&batch);
	}
	if (!code)
		return nft;
	explain(nft, code, err);
	nft_close(nft);
	return NULL;
}

void nft_close(struct nft *nft)
{
	if (!nft)
		return;
	mnl_socket_close(nft->sock);
	free(nft);
}

int nft_replace(struct nft *nft, const struct nft_content *content,
		struct err *err)
{
	struct batch batch;
	size_t i;
	int code = batch_open(&batch, nft);

	if (!code) {
		add_table(&batch, NFT_MSG_DELTABLE, 0);
		add_table(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
		add_chains(&batch);
		for (i = 0; i < content->counter_count; i++)
			add_counter(&batch, &content->counters[i]);
		content->rules(content->ctx, add_rule, &batch);
		code = batch_commit(&batch);
	}
	return code ? explain(nft, code, err) : 0;
}

/**
 * struct reading - counters that are being read
 * @counters:	to be filled
 * @count:	entries
 */
struct reading {
	struct nft_counter *counters;
	size_t count;
};

static void note_counter(const struct reading *reading, struct nftnl_obj *o)
{
	const char *name = nftnl_obj_get_str(o, NFTNL_OBJ_NAME);
	size_t i;

	for (i = 0; name && i < reading->count; i++) {
		struct nft_counter *counter = &reading->counters[i];

		if (strcmp(counter->name, name) != 0)
			continue;
		counter->packets = nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_PKTS);
		counter->bytes = nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_BYTES);
	}
}

/* Each is there again, with what it is at then. */
static void read_anew(void *ctx)
{
	(void)ctx;
}

static int read_object(const struct nlmsghdr *message, void *ctx)
{
	struct nftnl_obj *object = nftnl_obj_alloc();

	if (!object)
		return MNL_CB_ERROR;
	if (nftnl_obj_nlmsg_parse(message, object) == 0)
		note_counter(ctx, object);
	nftnl_obj_free(object);
	return MNL_CB_OK;
}

int nft_read_counters(struct nft *nft, struct nft_counter *counters,
		      size_t count, struct err *err)
{
	struct reading reading = {counters, count};
	struct nftnl_obj *object = nftnl_obj_alloc();
	char buffer[MESSAGE_SIZE];
	struct nlmsghdr *message;

	if (!object)
		return err_set(err, -ENOMEM, "no memory for counters");
	message = nftnl_nlmsg_build_hdr(buffer, NFT_MSG_GETOBJ, NFPROTO_INET,
					NLM_F_DUMP, 1);
	nftnl_obj_set_str(object, NFTNL_OBJ_TABLE, nft->table);
	nftnl_obj_set_u32(object, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	nftnl_obj_nlmsg_build_payload(message, object);
	nftnl_obj_free(object);
	return nft_dump(message, read_object, read_anew, &reading, err);
}
