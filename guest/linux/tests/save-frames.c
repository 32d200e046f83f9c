// SPDX-License-Identifier: GPL-2.0
/*
 * save-frames FOLDER BYTES: cuts its input into frames of that many bytes, and makes a file of each. A file appears under its
 * name, 0.raw, 1.raw and so on, when it is whole: whoever reads the folder may take it away at once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t bytes = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	char *frame = bytes ? malloc(bytes) : NULL;

	if (!frame || chdir(argv[1])) {
		fprintf(stderr, "save-frames FOLDER BYTES\n");
		return 2;
	}

	for (unsigned long number = 0;; number++) {
		char name[32];
		size_t have = 0;
		ssize_t got = 1;
		int file;

		while (have < bytes && (got = read(0, frame + have, bytes - have)) > 0)
			have += got;
		if (!have)
			return 0;
		if (have < bytes) {
			fprintf(stderr, "save-frames: %zu bytes of frame %lu are missing\n", bytes - have, number);
			return 1;
		}
		file = open("part", O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (file < 0 || write(file, frame, bytes) != (ssize_t)bytes || close(file)) {
			perror("save-frames: part");
			return 1;
		}
		snprintf(name, sizeof(name), "%lu.raw", number);
		if (rename("part", name)) {
			perror(name);
			return 1;
		}
	}
}
