// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay.c - runs a fuzz target over the files of a folder, without libFuzzer
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_SIZE (1 << 20)

static int replay(const char *folder, const char *name, uint8_t *data)
{
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return -1;
	}
	size = fread(data, 1, INPUT_SIZE, file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t *data = malloc(INPUT_SIZE);
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	dir = argc == 2 ? opendir(argv[1]) : NULL;
	if (!dir || !data) {
		perror(argc == 2 ? argv[1] : "which folder?");
		free(data);
		return 2;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (replay(argv[1], entry->d_name, data))
			break;
		count++;
	}
	closedir(dir);
	free(data);
	printf("%d inputs replayed\n", count);
	return count && !entry ? 0 : 1;
}
