// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acpi.c - the tables that tell a guest what machine it is on: their frame, and
 * how they are found
 */
#include "vmm/acpi_internal.h"

#include <errno.h>
#include <string.h>

/**
 * struct rsdp - root system description pointer (ACPI 6.4, 5.2.5.3)
 * @signature:	"RSD PTR "
 * @checksum:	of the first 20 bytes
 * @oem_id:	who made it
 * @revision:	2: it has all of this
 * @rsdt:	0: there is no table of 32-bit addresses
 * @length:	bytes of it
 * @xsdt:	address of the table of tables
 * @extended_checksum: of all bytes
 * @reserved:	0
 */
struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

#define RSDP_V1_LEN 20

static_assert(sizeof(struct rsdp) == 36, "");

static uint8_t checksum(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *bytes++);
	return (uint8_t)-sum;
}

void acpi_put(struct acpi_image *image, const void *data, size_t len)
{
	if (image->is_full || len > sizeof(image->bytes) - image->len) {
		image->is_full = true;
		return;
	}
	memcpy(image->bytes + image->len, data, len);
	image->len += len;
}

size_t acpi_begin(struct acpi_image *image, const char *signature,
		  uint8_t revision)
{
	struct acpi_header header = {
		.revision = revision,
		.oem_id = {'W', 'E', 'F', 'T', ' ', ' '},
		.oem_table_id = {'W', 'E', 'F', 'T', 'V', 'M', ' ', ' '},
		.oem_revision = 1,
		.creator_id = {'W', 'E', 'F', 'T'},
		.creator_revision = 1,
	};
	size_t start = image->len;

	memcpy(header.signature, signature, sizeof(header.signature));
	acpi_put(image, &header, sizeof(header));
	return start;
}

uint64_t acpi_end(struct acpi_image *image, size_t start)
{
	const uint32_t len = (uint32_t)(image->len - start);
	uint8_t *table = image->bytes + start, sum;

	if (image->is_full)
		return 0;
	memcpy(table + offsetof(struct acpi_header, length), &len, sizeof(len));
	sum = checksum(table, len);
	table[offsetof(struct acpi_header, checksum)] = sum;
	return ACPI_BASE + start;
}

/* The DSDT is found by the FADT, and not listed here (5.2.8). */
static uint64_t add_xsdt(struct acpi_image *image, uint64_t fadt, uint64_t madt)
{
	size_t start = acpi_begin(image, "XSDT", 1);

	acpi_put(image, &fadt, sizeof(fadt));
	acpi_put(image, &madt, sizeof(madt));
	return acpi_end(image, start);
}

static void fill_rsdp(struct rsdp *rsdp, uint64_t xsdt)
{
	*rsdp = (struct rsdp){
		.signature = {'R', 'S', 'D', ' ', 'P', 'T', 'R', ' '},
		.oem_id = {'W', 'E', 'F', 'T', ' ', ' '},
		.revision = 2,
		.length = sizeof(*rsdp),
		.xsdt = xsdt,
	};
	rsdp->checksum = checksum(rsdp, RSDP_V1_LEN);
	rsdp->extended_checksum = checksum(rsdp, sizeof(*rsdp));
}

/*
 * Made in memory of our own and copied at once: whoever else can write to the
 * guest's RAM, what is summed up here is what was put.
 *
 * The RSDP comes first, at the border of 16 bytes where a kernel that was not
 * told of it looks for it (5.2.5.1).
 */
int acpi_write(struct vm_memory *memory, unsigned cpus, uint64_t *rsdp,
	       struct err *err)
{
	struct acpi_image image = {.len = sizeof(struct rsdp)};
	uint64_t fadt = acpi_add_fadt(&image, acpi_add_dsdt(&image));
	uint64_t madt = acpi_add_madt(&image, cpus);
	struct rsdp root;

	fill_rsdp(&root, add_xsdt(&image, fadt, madt));
	if (image.is_full)
		return err_set(err, -E2BIG,
			       "%u CPUs: more than ACPI's tables have room for",
			       cpus);
	memcpy(image.bytes, &root, sizeof(root));
	memcpy(memory->host + ACPI_BASE, image.bytes, image.len);
	*rsdp = ACPI_BASE;
	return 0;
}
