// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * aml.c - an encoder for ACPI Machine Language (ACPI 6.4, 20)
 *
 * Theory of operation
 *
 * The length of a thing stands in front of it, in one byte or two. One byte is
 * left free where it begins; when it ends and needs two, what is behind moves.
 * Things end from the inside, so no place that is remembered ever moves.
 *
 * Limits: AML_MAX_DEPTH, AML_MAX_LEN, and 255 bytes of a resource template.
 * Whoever goes beyond, or beyond the buffer, finds is_full set.
 */
#include "vmm/aml.h"

#include <string.h>

/* Opcodes (20.3) */
#define OP_ZERO 0x00
#define OP_ONE 0x01
#define OP_NAME 0x08
#define OP_BYTE 0x0a
#define OP_WORD 0x0b
#define OP_DWORD 0x0c
#define OP_QWORD 0x0e
#define OP_SCOPE 0x10
#define OP_BUFFER 0x11
#define OP_PACKAGE 0x12
#define OP_EXTENDED 0x5b
#define OP_DEVICE 0x82 /* behind OP_EXTENDED */

#define SEGMENT 4 /* characters of a name */

/* Resource descriptors (6.4.2 and 6.4.3) */
#define RESOURCE_IRQ 0x22
#define RESOURCE_PORTS 0x47
#define RESOURCE_END 0x79
#define RESOURCE_DWORD 0x87
#define RESOURCE_WORD 0x88
#define DECODE_16 1
#define SPACE_MEMORY 0
#define SPACE_PORTS 1
#define SPACE_BUSES 2
#define WINDOW_FIXED 0x0c /* both ends; positively decoded, handed on */
#define MEMORY_WRITABLE 1
#define PORTS_ALL 3 /* ISA's and others */

/* Bytes that the size of a buffer takes: OP_BYTE and one */
#define BUFFER_SIZE_LEN 2

void aml_init(struct aml *aml, void *data, size_t size)
{
	*aml = (struct aml){.data = data, .size = size};
}

static void put(struct aml *aml, const void *data, size_t len)
{
	if (aml->is_full || len > aml->size - aml->len) {
		aml->is_full = true;
		return;
	}
	memcpy(aml->data + aml->len, data, len);
	aml->len += len;
}

/* Numbers are little-endian, as this CPU's. */
static void put8(struct aml *aml, uint8_t value)
{
	put(aml, &value, sizeof(value));
}

static void put16(struct aml *aml, uint16_t value)
{
	put(aml, &value, sizeof(value));
}

static void put32(struct aml *aml, uint32_t value)
{
	put(aml, &value, sizeof(value));
}

static void put_name(struct aml *aml, const char *name)
{
	put(aml, name, SEGMENT);
}

static void begin(struct aml *aml)
{
	if (aml->depth == AML_MAX_DEPTH) {
		aml->is_full = true;
		return;
	}
	aml->begun[aml->depth++] = aml->len;
	put8(aml, 0);
}

/* PkgLength (20.2.4): it counts itself */
size_t aml_end(struct aml *aml)
{
	size_t at, len;

	if (aml->is_full || !aml->depth)
		return 0;
	at = aml->begun[--aml->depth];
	len = aml->len - at;
	if (len < 0x40) {
		aml->data[at] = (uint8_t)len;
		return len;
	}
	put8(aml, 0);
	if (aml->is_full || ++len > AML_MAX_LEN) {
		aml->is_full = true;
		return 0;
	}
	memmove(aml->data + at + 2, aml->data + at + 1, len - 2);
	aml->data[at] = (uint8_t)(0x40 | (len & 15));
	aml->data[at + 1] = (uint8_t)(len >> 4);
	return len;
}

void aml_scope(struct aml *aml, const char *name)
{
	put8(aml, OP_SCOPE);
	begin(aml);
	put_name(aml, name);
}

void aml_device(struct aml *aml, const char *name)
{
	put8(aml, OP_EXTENDED);
	put8(aml, OP_DEVICE);
	begin(aml);
	put_name(aml, name);
}

void aml_name(struct aml *aml, const char *name)
{
	put8(aml, OP_NAME);
	put_name(aml, name);
}

void aml_integer(struct aml *aml, uint64_t value)
{
	if (value <= 1) {
		put8(aml, value ? OP_ONE : OP_ZERO);
	} else if (value <= UINT8_MAX) {
		put8(aml, OP_BYTE);
		put8(aml, (uint8_t)value);
	} else if (value <= UINT16_MAX) {
		put8(aml, OP_WORD);
		put16(aml, (uint16_t)value);
	} else if (value <= UINT32_MAX) {
		put8(aml, OP_DWORD);
		put32(aml, (uint32_t)value);
	} else {
		put8(aml, OP_QWORD);
		put(aml, &value, sizeof(value));
	}
}

static uint32_t hex_digit(char c)
{
	return (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Five bits a letter, four a digit, highest byte first (19.3.4, EISAID) */
void aml_eisa_id(struct aml *aml, const char *id)
{
	uint32_t value = 0;
	unsigned i;

	for (i = 0; i < 3; i++)
		value = value << 5 | (id[i] & 0x1f);
	for (; i < 7; i++)
		value = value << 4 | hex_digit(id[i]);
	put8(aml, OP_DWORD);
	put32(aml, __builtin_bswap32(value));
}

void aml_package(struct aml *aml, uint8_t count)
{
	put8(aml, OP_PACKAGE);
	begin(aml);
	put8(aml, count);
}

void aml_template(struct aml *aml)
{
	put8(aml, OP_BUFFER);
	begin(aml);
	put8(aml, OP_BYTE);
	put8(aml, 0);
}

/* The buffer's size, then the end tag, whose sum of 0 means: not summed. */
void aml_template_end(struct aml *aml)
{
	size_t at, size;

	put8(aml, RESOURCE_END);
	put8(aml, 0);
	if (aml->is_full || !aml->depth)
		return;
	at = aml->begun[aml->depth - 1] + 1;
	size = aml->len - at - BUFFER_SIZE_LEN;
	if (size > UINT8_MAX)
		aml->is_full = true;
	aml->data[at + 1] = (uint8_t)size;
	aml_end(aml);
}

void aml_ports(struct aml *aml, uint16_t base, uint8_t len)
{
	put8(aml, RESOURCE_PORTS);
	put8(aml, DECODE_16);
	put16(aml, base);
	put16(aml, base);
	put8(aml, 1); /* alignment: it can't move anyway */
	put8(aml, len);
}

void aml_irq(struct aml *aml, unsigned irq)
{
	put8(aml, RESOURCE_IRQ);
	put16(aml, (uint16_t)(1u << irq));
}

/* An address space descriptor without translation, of 16-bit numbers */
static void put_window16(struct aml *aml, uint8_t space, uint8_t flags,
			 uint16_t first, uint16_t last)
{
	put8(aml, RESOURCE_WORD);
	put16(aml, 3 + 5 * sizeof(uint16_t));
	put8(aml, space);
	put8(aml, WINDOW_FIXED);
	put8(aml, flags);
	put16(aml, 0); /* granularity */
	put16(aml, first);
	put16(aml, last);
	put16(aml, 0); /* translation */
	put16(aml, (uint16_t)(last - first + 1));
}

void aml_buses(struct aml *aml, uint16_t first, uint16_t last)
{
	put_window16(aml, SPACE_BUSES, 0, first, last);
}

void aml_port_window(struct aml *aml, uint16_t first, uint16_t last)
{
	put_window16(aml, SPACE_PORTS, PORTS_ALL, first, last);
}

void aml_memory_window(struct aml *aml, uint32_t first, uint32_t last)
{
	put8(aml, RESOURCE_DWORD);
	put16(aml, 3 + 5 * sizeof(uint32_t));
	put8(aml, SPACE_MEMORY);
	put8(aml, WINDOW_FIXED);
	put8(aml, MEMORY_WRITABLE);
	put32(aml, 0); /* granularity */
	put32(aml, first);
	put32(aml, last);
	put32(aml, 0); /* translation */
	put32(aml, last - first + 1);
}
