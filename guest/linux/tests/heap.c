// SPDX-License-Identifier: GPL-2.0
/*
 * heap [DEVICE [FRAMES]]: frames into memory of the DMA-BUF heap, whose pages are several as one. Ends with 0 when all have come,
 * with 3 when there is no such heap, with 1 otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BUFFERS 3
#define PATIENCE_MS 20000

static void need(int file, unsigned long request, void *argument, const char *name)
{
	if (!ioctl(file, request, argument))
		return;
	printf("guest: heap: %s: %s\n", name, strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	int video = open(argc > 1 ? argv[1] : "/dev/video0", O_RDWR | O_NONBLOCK);
	unsigned int frames = argc > 2 ? strtoul(argv[2], NULL, 10) : 10, good = 0;
	int heap = open("/dev/dma_heap/system", O_RDWR), type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct v4l2_requestbuffers buffers = { .count = BUFFERS, .type = type, .memory = V4L2_MEMORY_DMABUF };
	struct v4l2_format format = { .type = type };

	if (heap < 0)
		return 3;
	need(video, VIDIOC_G_FMT, &format, "VIDIOC_G_FMT");
	need(video, VIDIOC_REQBUFS, &buffers, "VIDIOC_REQBUFS");
	for (unsigned int i = 0; i < buffers.count; i++) {
		struct dma_heap_allocation_data memory = { .len = format.fmt.pix.sizeimage, .fd_flags = O_RDWR | O_CLOEXEC };
		struct v4l2_buffer buffer = { .type = type, .memory = V4L2_MEMORY_DMABUF, .index = i };

		need(heap, DMA_HEAP_IOCTL_ALLOC, &memory, "DMA_HEAP_IOCTL_ALLOC");
		buffer.m.fd = memory.fd;
		need(video, VIDIOC_QBUF, &buffer, "VIDIOC_QBUF");
	}
	need(video, VIDIOC_STREAMON, &type, "VIDIOC_STREAMON");
	while (good < frames) {
		struct v4l2_buffer buffer = { .type = type, .memory = V4L2_MEMORY_DMABUF };
		struct pollfd ready = { .fd = video, .events = POLLIN };

		if (poll(&ready, 1, PATIENCE_MS) != 1) {
			printf("guest: heap: no frame after %u\n", good);
			return 1;
		}
		need(video, VIDIOC_DQBUF, &buffer, "VIDIOC_DQBUF");
		if (!(buffer.flags & V4L2_BUF_FLAG_ERROR) && buffer.bytesused == format.fmt.pix.sizeimage)
			good++;
		need(video, VIDIOC_QBUF, &buffer, "VIDIOC_QBUF again");
	}
	need(video, VIDIOC_STREAMOFF, &type, "VIDIOC_STREAMOFF");
	return 0;
}
