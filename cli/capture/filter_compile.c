// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * filter_compile.c - the words of a capture filter become a program
 *
 * The one door to libpcap, in the command only: what looks at frames has never
 * seen it, and judges the program for itself (switch/capture/bpf.h).
 *
 * It is loaded when the first filter is to be compiled. Linked, it would bring
 * eight more libraries into each weft process, the supervisors of a lab's nodes
 * included: 1.3 MB and a millisecond.
 */
#include "cli/capture/filter_compile.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

/* As <pcap/bpf.h> and <linux/filter.h> both lay it out. */
static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter),
	      "one and the same instruction");

#define SNAPLEN 262144

/* Debian's name of version 1, and everybody else's. */
static const char *const library_names[] = {"libpcap.so.0.8", "libpcap.so.1"};

/**
 * struct libpcap - what is needed of it
 * @handle:	of dlopen()
 * @open_dead:	pcap_open_dead()
 * @compile:	pcap_compile()
 * @freecode:	pcap_freecode()
 * @geterr:	pcap_geterr()
 * @close:	pcap_close()
 */
struct libpcap {
	void *handle;
	__typeof__(pcap_open_dead) *open_dead;
	__typeof__(pcap_compile) *compile;
	__typeof__(pcap_freecode) *freecode;
	__typeof__(pcap_geterr) *geterr;
	__typeof__(pcap_close) *close;
};

static int libpcap_load(struct libpcap *pcap, struct err *err)
{
	size_t i;

	for (i = 0; !pcap->handle && i < ARRAY_SIZE(library_names); i++)
		pcap->handle = dlopen(library_names[i], RTLD_NOW | RTLD_LOCAL);
	if (!pcap->handle)
		return err_set(err, -ENOPKG,
			       "filters need libpcap, which is not here: "
			       "install libpcap0.8");
	pcap->open_dead = dlsym(pcap->handle, "pcap_open_dead");
	pcap->compile = dlsym(pcap->handle, "pcap_compile");
	pcap->freecode = dlsym(pcap->handle, "pcap_freecode");
	pcap->geterr = dlsym(pcap->handle, "pcap_geterr");
	pcap->close = dlsym(pcap->handle, "pcap_close");
	if (pcap->open_dead && pcap->compile && pcap->freecode &&
	    pcap->geterr && pcap->close)
		return 0;
	dlclose(pcap->handle);
	return err_set(err, -ENOPKG, "this libpcap compiles no filters");
}

static int take_program(const struct bpf_program *program,
			struct filter_code *code, struct err *err)
{
	const struct sock_filter *insns = (const void *)program->bf_insns;

	if (program->bf_len > BPF_FILTER_MAX)
		return err_set(err, -EINVAL,
			       "the filter is too long: %u instructions, of at "
			       "most %d",
			       program->bf_len, BPF_FILTER_MAX);
	if (!bpf_is_valid(insns, program->bf_len))
		return err_set(err, -EINVAL,
			       "the filter needs a loop, or what else weft "
			       "does not run (is 'protochain' in it?)");
	memcpy(code->code, insns, program->bf_len * sizeof(*insns));
	code->count = program->bf_len;
	return 0;
}

static int compile(const struct libpcap *pcap, const char *words,
		   struct filter_code *code, struct err *err)
{
	struct bpf_program program;
	pcap_t *dead;
	int result;

	assert(pcap->open_dead); /* libpcap_load() has seen to it */
	dead = pcap->open_dead(DLT_EN10MB, SNAPLEN);
	if (!dead)
		return err_set(err, -ENOMEM, "no memory for libpcap");
	if (pcap->compile(dead, &program, words, 1, PCAP_NETMASK_UNKNOWN)) {
		result = err_set(err, -EINVAL, "%s", pcap->geterr(dead));
	} else {
		result = take_program(&program, code, err);
		pcap->freecode(&program);
	}
	pcap->close(dead);
	return result;
}

int filter_compile(const char *words, struct filter_code *code, struct err *err)
{
	struct libpcap pcap = {0};
	int result;

	code->count = 0;
	if (!words[strspn(words, " \t")])
		return 0;
	if (strlen(words) >= FILTER_TEXT_SIZE)
		return err_set(err, -EINVAL,
			       "the filter is longer than %d characters",
			       FILTER_TEXT_SIZE - 1);
	if (libpcap_load(&pcap, err))
		return err->code;
	result = compile(&pcap, words, code, err);
	dlclose(pcap.handle);
	return result;
}
