/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aml.h - an encoder for ACPI Machine Language (ACPI 6.4, 20)
 *
 * As much of the language as describes devices that are always there: scopes,
 * devices, names, integers, packages and resource templates. What has a length
 * is begun and ended; what is between is in it.
 */
#ifndef VMM_AML_H
#define VMM_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** AML_MAX_DEPTH - things begun and not ended yet */
#define AML_MAX_DEPTH 8
/** AML_MAX_LEN - of a thing that is begun and ended: two bytes tell it */
#define AML_MAX_LEN 4095

/**
 * struct aml - code as far as it was written
 * @data:	the caller's
 * @size:	bytes of @data
 * @len:	used
 * @is_full:	something did not fit: it is not written, nor what follows
 * @depth:	valid entries of @begun
 * @begun:	where the length of each will be put
 */
struct aml {
	uint8_t *data;
	size_t size;
	size_t len;
	bool is_full;
	unsigned depth;
	size_t begun[AML_MAX_DEPTH];
};

/** aml_init() - write into @data */
void aml_init(struct aml *aml, void *data, size_t size);

/**
 * aml_end() - the length of what was begun last is known now
 *
 * Return: bytes of it, its length included.
 */
size_t aml_end(struct aml *aml);

/** aml_scope() - begin Scope(@name); names are four characters: "_SB_" */
void aml_scope(struct aml *aml, const char *name);

/** aml_device() - begin Device(@name) */
void aml_device(struct aml *aml, const char *name);

/** aml_name() - Name(@name, ...): what is written next is its value */
void aml_name(struct aml *aml, const char *name);

/** aml_integer() - in as few bytes as it takes */
void aml_integer(struct aml *aml, uint64_t value);

/** aml_eisa_id() - three letters and four hexadecimal digits: "PNP0A03" */
void aml_eisa_id(struct aml *aml, const char *id);

/** aml_package() - begin Package() of @count elements */
void aml_package(struct aml *aml, uint8_t count);

/** aml_template() - begin ResourceTemplate() (ACPI 6.4, 6.4), up to 255 bytes
 */
void aml_template(struct aml *aml);

/** aml_template_end() - instead of aml_end() */
void aml_template_end(struct aml *aml);

/** aml_ports() - IO(): a device answers at @len ports from @base on */
void aml_ports(struct aml *aml, uint16_t base, uint8_t len);

/** aml_irq() - IRQNoFlags(): edge-triggered, @irq is 0 to 15 */
void aml_irq(struct aml *aml, unsigned irq);

/** aml_buses() - WordBusNumber(): numbers that a bridge hands on */
void aml_buses(struct aml *aml, uint16_t first, uint16_t last);

/** aml_port_window() - WordIO(): ports that a bridge hands on */
void aml_port_window(struct aml *aml, uint16_t first, uint16_t last);

/** aml_memory_window() - DWordMemory(): addresses that a bridge hands on */
void aml_memory_window(struct aml *aml, uint32_t first, uint32_t last);

#endif
