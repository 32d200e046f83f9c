// SPDX-License-Identifier: GPL-2.0
/*
 * per-frame [DEVICE [MEDIA [REQUESTS]]]: as many requests of the V4L2 Request API, each with another exposure time than the one
 * before. Says of each completed request what was asked and what the frame was exposed with. Ends with 0 when all are equal, with 3
 * when the camera takes no requests and says so in V4L2's words, with 1 otherwise. A request whose frame the sensor lost (the host
 * was busy) ends with an error and status FRAME_LOST: it is counted apart, and another one queued for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/media.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/virtio_camera.h>

#define IN_FLIGHT 6
#define PATIENCE_MS 20000

static int video, media;

static void fail(const char *format, ...)
{
	va_list words;

	printf("guest: failed ");
	va_start(words, format);
	vprintf(format, words);
	va_end(words);
	printf("\n");
	exit(1);
}

static void need(int file, unsigned long request, void *argument, const char *name)
{
	if (ioctl(file, request, argument))
		fail("%s: %s", name, strerror(errno));
}

/* Two exposures in turn, and neither is the one that the camera begins with. */
static int64_t wanted(unsigned int number)
{
	return number % 2 ? 12000000 : 4000000;
}

static void queue(int request, unsigned int index, unsigned int number)
{
	struct v4l2_ext_control control = { .id = VIRTIO_CAMERA_CID_EXPOSURE_TIME, .value64 = wanted(number) };
	struct v4l2_ext_controls controls = {
		.which = V4L2_CTRL_WHICH_REQUEST_VAL, .request_fd = request, .count = 1, .controls = &control,
	};
	struct v4l2_buffer buffer = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index,
		.flags = V4L2_BUF_FLAG_REQUEST_FD, .request_fd = request,
	};

	need(video, VIDIOC_S_EXT_CTRLS, &controls, "VIDIOC_S_EXT_CTRLS of a request");
	need(video, VIDIOC_QBUF, &buffer, "VIDIOC_QBUF of a request");
	need(request, MEDIA_REQUEST_IOC_QUEUE, NULL, "MEDIA_REQUEST_IOC_QUEUE");
}

/* A camera without per-frame controls takes no requests: ENOTTY from the media device, EBADR or EACCES from the queue. */
static int refuses(void)
{
	struct v4l2_buffer buffer = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .flags = V4L2_BUF_FLAG_REQUEST_FD, .request_fd = media,
	};
	int request;

	if (!ioctl(media, MEDIA_IOC_REQUEST_ALLOC, &request))
		return 0;
	if (errno != ENOTTY)
		fail("MEDIA_IOC_REQUEST_ALLOC: %s, where V4L2 wants ENOTTY", strerror(errno));
	if (!ioctl(video, VIDIOC_QBUF, &buffer) || errno != EBADR)
		fail("VIDIOC_QBUF with a request: %s, where V4L2 wants EBADR", strerror(errno));
	printf("guest: ok requests are refused: MEDIA_IOC_REQUEST_ALLOC with ENOTTY, VIDIOC_QBUF with EBADR\n");
	return 1;
}

int main(int argc, char **argv)
{
	const char *video_path = argc > 1 ? argv[1] : "/dev/video0", *media_path = argc > 2 ? argv[2] : "/dev/media0";
	unsigned int total = argc > 3 ? strtoul(argv[3], NULL, 10) : 300, queued, equal = 0, late = 0, lost = 0;
	struct v4l2_requestbuffers buffers = {
		.count = IN_FLIGHT, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP,
	};
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE, requests[IN_FLIGHT];
	int64_t last = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	video = open(video_path, O_RDWR | O_NONBLOCK);
	media = open(media_path, O_RDWR);
	if (video < 0 || media < 0)
		fail("%s, %s: %s", video_path, media_path, strerror(errno));
	need(video, VIDIOC_REQBUFS, &buffers, "VIDIOC_REQBUFS");
	if (refuses())
		return 3;
	if (!(buffers.capabilities & V4L2_BUF_CAP_SUPPORTS_REQUESTS))
		fail("requests can be had, and VIDIOC_REQBUFS does not tell of them");

	for (queued = 0; queued < buffers.count && queued < IN_FLIGHT; queued++) {
		need(media, MEDIA_IOC_REQUEST_ALLOC, &requests[queued], "MEDIA_IOC_REQUEST_ALLOC");
		queue(requests[queued], queued, queued);
	}
	need(video, VIDIOC_STREAMON, &type, "VIDIOC_STREAMON");

	for (unsigned int number = 0; number < total + lost; number++) {
		int request = requests[number % IN_FLIGHT];
		struct pollfd done = { .fd = request, .events = POLLPRI };
		struct v4l2_ext_control told[] = {
			{ .id = VIRTIO_CAMERA_CID_EXPOSURE_TIME }, { .id = VIRTIO_CAMERA_CID_RESULT_STATUS },
			{ .id = VIRTIO_CAMERA_CID_RESULT_FLAGS }, { .id = VIRTIO_CAMERA_CID_FRAME_NUMBER },
		};
		struct v4l2_ext_controls controls = {
			.which = V4L2_CTRL_WHICH_REQUEST_VAL, .request_fd = request, .count = 4, .controls = told,
		};
		struct v4l2_buffer buffer = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };

		if (poll(&done, 1, PATIENCE_MS) != 1)
			fail("request %u is not complete after %d s", number, PATIENCE_MS / 1000);
		need(video, VIDIOC_DQBUF, &buffer, "VIDIOC_DQBUF");
		need(video, VIDIOC_G_EXT_CTRLS, &controls, "VIDIOC_G_EXT_CTRLS of a completed request");
		printf("request %3u: asked %8" PRId64 " ns, applied %8" PRId64 " ns, frame %" PRId64 ", buffer %u, status %d, flags 0x%x\n",
		       number, wanted(number), (int64_t)told[0].value64, (int64_t)told[3].value64, buffer.sequence, told[1].value, told[2].value);
		if (buffer.index != number % IN_FLIGHT)
			fail("request %u came back with buffer %u", number, buffer.index);
		if (buffer.flags & V4L2_BUF_FLAG_ERROR) {
			if (told[1].value != VIRTIO_CAMERA_FRAME_LOST || ++lost > total)
				fail("request %u ended without a frame: status %d", number, told[1].value);
		} else {
			if (told[3].value64 <= last)
				fail("request %u has frame %" PRId64 ", after %" PRId64, number, (int64_t)told[3].value64, last);
			last = told[3].value64;
			equal += told[0].value64 == wanted(number);
			late += !!(told[2].value & VIRTIO_CAMERA_R_LATE);
		}

		/* Usually the request that has just come back; one that has rested for a while when a frame was lost near the end. */
		if (queued < total + lost) {
			unsigned int slot = queued % IN_FLIGHT;

			need(requests[slot], MEDIA_REQUEST_IOC_REINIT, NULL, "MEDIA_REQUEST_IOC_REINIT");
			queue(requests[slot], slot, queued++);
		}
	}
	need(video, VIDIOC_STREAMOFF, &type, "VIDIOC_STREAMOFF");
	printf("guest: %s per-frame exposure: of %u requests %u have what they asked for; %u late, %u more without a frame\n",
	       equal == total ? "ok" : "FAIL", total, equal, late, lost);
	return equal != total;
}
