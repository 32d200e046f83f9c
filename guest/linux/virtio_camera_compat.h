/* SPDX-License-Identifier: GPL-2.0 */
/*
 * virtio-camera driver: what differs between kernels from 6.1 on. checkpatch
 * does not like it; inside the kernel it would not be here.
 */
#ifndef _VIRTIO_CAMERA_COMPAT_H
#define _VIRTIO_CAMERA_COMPAT_H

#include <linux/version.h>
#include <linux/virtio_config.h>
#include <media/videobuf2-v4l2.h>

/* Kernels that have no such helpers unlock and lock the queue's mutex by themselves. */
#ifdef VCAM_HAVE_WAIT_OPS
#define VCAM_WAIT_OPS	.wait_prepare = vb2_ops_wait_prepare, .wait_finish = vb2_ops_wait_finish,
#else
#define VCAM_WAIT_OPS
#endif

static inline int vcam_find_three_vqs(struct virtio_device *vdev, struct virtqueue *vqs[],
				      const char * const names[], vq_callback_t *callbacks[])
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	struct virtqueue_info info[3] = {
		{ .name = names[0], .callback = callbacks[0] },
		{ .name = names[1], .callback = callbacks[1] },
		{ .name = names[2], .callback = callbacks[2] },
	};

	return virtio_find_vqs(vdev, 3, vqs, info, NULL);
#else
	return virtio_find_vqs(vdev, 3, vqs, callbacks, names, NULL);
#endif
}

#endif
