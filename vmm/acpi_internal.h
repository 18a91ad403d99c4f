/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * acpi_internal.h - what the files of acpi.h share
 */
#ifndef VMM_ACPI_INTERNAL_H
#define VMM_ACPI_INTERNAL_H

#include "vmm/acpi.h"
#include "vmm/aml.h"

/** ACPI_IMAGE_SIZE - all tables of the largest machine */
#define ACPI_IMAGE_SIZE 8192

static_assert(ACPI_IMAGE_SIZE <= ACPI_END - ACPI_BASE, "");

/**
 * struct acpi_header - what every table but RSDP and FACS begins with
 * (ACPI 6.4, 5.2.6)
 * @signature:	its name
 * @length:	bytes, this header included
 * @revision:	of the table's layout
 * @checksum:	all bytes sum up to 0
 * @oem_id:	who made it
 * @oem_table_id: likewise
 * @oem_revision: likewise
 * @creator_id:	with what tool
 * @creator_revision: likewise
 */
struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));

static_assert(sizeof(struct acpi_header) == 36, "");

/**
 * struct acpi_image - tables as they will lie at ACPI_BASE
 * @bytes:	the tables
 * @len:	used
 * @is_full:	something did not fit
 */
struct acpi_image {
	uint8_t bytes[ACPI_IMAGE_SIZE];
	size_t len;
	bool is_full;
};

/** acpi_put() - append bytes; no-op when full */
void acpi_put(struct acpi_image *image, const void *data, size_t len);

/**
 * acpi_begin() - append a table's header
 *
 * Return: where it is in the image, for acpi_end().
 */
size_t acpi_begin(struct acpi_image *image, const char *signature,
		  uint8_t revision);

/**
 * acpi_end() - length and checksum of the table that began at @start
 *
 * Return: its address in the guest.
 */
uint64_t acpi_end(struct acpi_image *image, size_t start);

/** acpi_add_fadt() - fixed hardware (ACPI 6.4, 5.2.9), and the FACS (5.2.10) */
uint64_t acpi_add_fadt(struct acpi_image *image, uint64_t dsdt);

/** acpi_add_madt() - interrupt controllers (ACPI 6.4, 5.2.12) */
uint64_t acpi_add_madt(struct acpi_image *image, unsigned cpus);

/** acpi_add_dsdt() - the devices (ACPI 6.4, 5.2.11.1) */
uint64_t acpi_add_dsdt(struct acpi_image *image);

#endif
