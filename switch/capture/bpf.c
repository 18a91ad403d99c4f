// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bpf.c - classic BPF: capture filters, checked and run by us
 */
#include "switch/capture/bpf.h"

#include "core/bytes.h"
#include "core/util.h"

/**
 * struct bpf_state - registers of a run
 * @a:		accumulator
 * @x:		index register
 * @memory:	scratch words
 */
struct bpf_state {
	uint32_t a;
	uint32_t x;
	uint32_t memory[BPF_MEMWORDS];
};

static bool is_valid_load(const struct sock_filter *insn)
{
	bool is_ldx = BPF_CLASS(insn->code) == BPF_LDX;
	unsigned size = BPF_SIZE(insn->code), mode = BPF_MODE(insn->code);

	switch (mode) {
	case BPF_IMM:
	case BPF_LEN:
		return size == BPF_W;
	case BPF_MEM:
		return size == BPF_W && insn->k < BPF_MEMWORDS;
	case BPF_ABS:
	case BPF_IND:
		return !is_ldx &&
		       (size == BPF_W || size == BPF_H || size == BPF_B);
	case BPF_MSH:
		return is_ldx && size == BPF_B;
	default:
		return false;
	}
}

static bool is_valid_alu(const struct sock_filter *insn)
{
	bool is_constant = BPF_SRC(insn->code) == BPF_K;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_OR:
	case BPF_AND:
	case BPF_XOR:
		return true;
	case BPF_LSH:
	case BPF_RSH:
		return !is_constant || insn->k < 32;
	case BPF_DIV:
	case BPF_MOD:
		return !is_constant || insn->k != 0;
	case BPF_NEG:
		return is_constant;
	default:
		return false;
	}
}

/* @left: instructions behind this one */
static bool is_valid_jump(const struct sock_filter *insn, unsigned left)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return BPF_SRC(insn->code) == BPF_K && insn->k < left;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return insn->jt < left && insn->jf < left;
	default:
		return false;
	}
}

static bool is_valid_insn(const struct sock_filter *insn, unsigned left)
{
	/* Eight bits of it mean something; none of the others may be set. */
	if (insn->code > 0xff)
		return false;
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		return is_valid_load(insn);
	case BPF_ST:
	case BPF_STX:
		return insn->code == BPF_CLASS(insn->code) &&
		       insn->k < BPF_MEMWORDS;
	case BPF_ALU:
		return is_valid_alu(insn);
	case BPF_JMP:
		return is_valid_jump(insn, left);
	case BPF_RET:
		return insn->code == (BPF_RET | BPF_K) ||
		       insn->code == (BPF_RET | BPF_A);
	default:
		return insn->code == (BPF_MISC | BPF_TAX) ||
		       insn->code == (BPF_MISC | BPF_TXA);
	}
}

bool bpf_is_valid(const struct sock_filter *program, unsigned count)
{
	unsigned i;

	if (!count || count > BPF_FILTER_MAX)
		return false;
	for (i = 0; i < count; i++) {
		if (!is_valid_insn(&program[i], count - 1 - i))
			return false;
	}
	return BPF_CLASS(program[count - 1].code) == BPF_RET;
}

/** enum bpf_end - how an instruction went */
enum bpf_end {
	BPF_GOES_ON,
	BPF_ENDS,  /* with 0 */
	BPF_LACKS, /* what it reads is not at hand */
};

static enum bpf_end load_frame(const struct bpf_frame *frame, uint64_t at,
			       unsigned size, uint32_t *value)
{
	unsigned bytes = size == BPF_W ? 4 : size == BPF_H ? 2 : 1;

	if (at + bytes > frame->len)
		return BPF_ENDS;
	if (at + bytes > frame->have)
		return BPF_LACKS;
	if (size == BPF_W)
		*value = be32_load(frame->data + at);
	else if (size == BPF_H)
		*value = be16_load(frame->data + at);
	else
		*value = frame->data[at];
	return BPF_GOES_ON;
}

static enum bpf_end do_load(struct bpf_state *state,
			    const struct sock_filter *insn,
			    const struct bpf_frame *frame)
{
	bool is_ldx = BPF_CLASS(insn->code) == BPF_LDX;
	uint32_t *to = is_ldx ? &state->x : &state->a;
	unsigned size = BPF_SIZE(insn->code);
	enum bpf_end end = BPF_GOES_ON;
	uint32_t value = 0;

	switch (BPF_MODE(insn->code)) {
	case BPF_IMM:
		value = insn->k;
		break;
	case BPF_LEN:
		value = frame->len;
		break;
	case BPF_MEM:
		value = state->memory[insn->k];
		break;
	case BPF_ABS:
		end = load_frame(frame, insn->k, size, &value);
		break;
	case BPF_IND:
		end = load_frame(frame, (uint64_t)insn->k + state->x, size,
				 &value);
		break;
	default: /* BPF_MSH: length of an IPv4 header */
		end = load_frame(frame, insn->k, BPF_B, &value);
		value = (value & 15) * 4;
	}
	if (end == BPF_GOES_ON)
		*to = value;
	return end;
}

static enum bpf_end do_alu(struct bpf_state *state,
			   const struct sock_filter *insn)
{
	uint32_t by = BPF_SRC(insn->code) == BPF_X ? state->x : insn->k;
	unsigned op = BPF_OP(insn->code);
	uint32_t a = state->a;

	if (op == BPF_ADD)
		a += by;
	else if (op == BPF_SUB)
		a -= by;
	else if (op == BPF_MUL)
		a *= by;
	else if (op == BPF_OR)
		a |= by;
	else if (op == BPF_AND)
		a &= by;
	else if (op == BPF_XOR)
		a ^= by;
	else if (op == BPF_LSH)
		a = by < 32 ? a << by : 0;
	else if (op == BPF_RSH)
		a = by < 32 ? a >> by : 0;
	else if (op == BPF_NEG)
		a = -a;
	else if (!by)
		return BPF_ENDS;
	else
		a = op == BPF_DIV ? a / by : a % by;
	state->a = a;
	return BPF_GOES_ON;
}

/* How many instructions to skip. */
static uint32_t do_jump(const struct bpf_state *state,
			const struct sock_filter *insn)
{
	uint32_t with = BPF_SRC(insn->code) == BPF_X ? state->x : insn->k;
	bool is_true;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k;
	case BPF_JEQ:
		is_true = state->a == with;
		break;
	case BPF_JGT:
		is_true = state->a > with;
		break;
	case BPF_JGE:
		is_true = state->a >= with;
		break;
	default:
		is_true = state->a & with;
	}
	return is_true ? insn->jt : insn->jf;
}

/* BPF_MISC, BPF_ST and BPF_STX */
static void do_move(struct bpf_state *state, const struct sock_filter *insn)
{
	if (BPF_CLASS(insn->code) == BPF_ST)
		state->memory[insn->k] = state->a;
	else if (BPF_CLASS(insn->code) == BPF_STX)
		state->memory[insn->k] = state->x;
	else if (BPF_MISCOP(insn->code) == BPF_TAX)
		state->x = state->a;
	else
		state->a = state->x;
}

int64_t bpf_run(const struct sock_filter *program,
		const struct bpf_frame *frame)
{
	struct bpf_state state = {0};
	const struct sock_filter *insn;

	for (insn = program;; insn++) {
		enum bpf_end end = BPF_GOES_ON;
		unsigned class = BPF_CLASS(insn->code);

		if (class == BPF_RET)
			return BPF_RVAL(insn->code) == BPF_A ? state.a
							     : insn->k;
		if (class == BPF_LD || class == BPF_LDX)
			end = do_load(&state, insn, frame);
		else if (class == BPF_ALU)
			end = do_alu(&state, insn);
		else if (class == BPF_JMP)
			insn += do_jump(&state, insn);
		else
			do_move(&state, insn);
		if (end == BPF_ENDS)
			return 0;
		if (end == BPF_LACKS)
			return BPF_NEED_MORE;
	}
}
