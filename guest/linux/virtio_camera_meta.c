// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: the metadata node. It has whole results, as the device
 * wrote them, while a program streams from the video node.
 */
#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>
#include <media/videobuf2-vmalloc.h>

#include "virtio_camera.h"

static int vcam_meta_setup(struct vb2_queue *q, unsigned int *buffers, unsigned int *planes,
			   unsigned int sizes[], struct device *alloc_devs[])
{
	struct vcam *vc = vb2_get_drv_priv(q);

	if (*planes)
		return *planes != 1 || sizes[0] < vc->max_result ? -EINVAL : 0;
	*planes = 1;
	sizes[0] = vc->max_result;
	return 0;
}

static int vcam_meta_prepare(struct vb2_buffer *vb)
{
	struct vcam *vc = vb2_get_drv_priv(vb->vb2_queue);

	return vb2_plane_size(vb, 0) < vc->max_result ? -EINVAL : 0;
}

static void vcam_meta_queue_buf(struct vb2_buffer *vb)
{
	struct vcam *vc = vb2_get_drv_priv(vb->vb2_queue);
	struct vcam_meta_buffer *buf = container_of(vb, struct vcam_meta_buffer, vb.vb2_buf);
	unsigned long flags;

	spin_lock_irqsave(&vc->meta_list_lock, flags);
	list_add_tail(&buf->list, &vc->meta_buffers);
	spin_unlock_irqrestore(&vc->meta_list_lock, flags);
}

static struct vcam_meta_buffer *vcam_meta_next(struct vcam *vc)
{
	struct vcam_meta_buffer *buf;
	unsigned long flags;

	spin_lock_irqsave(&vc->meta_list_lock, flags);
	buf = list_first_entry_or_null(&vc->meta_buffers, struct vcam_meta_buffer, list);
	if (buf)
		list_del(&buf->list);
	spin_unlock_irqrestore(&vc->meta_list_lock, flags);
	return buf;
}

static int vcam_meta_start(struct vb2_queue *q, unsigned int count)
{
	struct vcam *vc = vb2_get_drv_priv(q);
	struct vcam_meta_buffer *buf;

	if (!vcam_dead(vc)) {
		WRITE_ONCE(vc->meta_streaming, true);
		return 0;
	}
	while ((buf = vcam_meta_next(vc)))
		vb2_buffer_done(&buf->vb.vb2_buf, VB2_BUF_STATE_QUEUED);
	return -EIO;
}

static void vcam_meta_stop(struct vb2_queue *q)
{
	struct vcam *vc = vb2_get_drv_priv(q);
	struct vcam_meta_buffer *buf;

	/* The one that takes a result now holds this lock until it is done. */
	mutex_lock(&vc->meta_result_lock);
	WRITE_ONCE(vc->meta_streaming, false);
	mutex_unlock(&vc->meta_result_lock);
	while ((buf = vcam_meta_next(vc)))
		vb2_buffer_done(&buf->vb.vb2_buf, VB2_BUF_STATE_ERROR);
}

/* A result that was judged. Without a buffer it is left out; sequence numbers show the gap. */
void vcam_meta_result(struct vcam *vc, const void *result, u32 bytes, u32 sequence, u64 ts)
{
	struct vcam_meta_buffer *buf;

	mutex_lock(&vc->meta_result_lock);
	buf = vc->meta_streaming ? vcam_meta_next(vc) : NULL;
	if (buf) {
		memcpy(vb2_plane_vaddr(&buf->vb.vb2_buf, 0), result, bytes);
		vb2_set_plane_payload(&buf->vb.vb2_buf, 0, bytes);
		buf->vb.sequence = sequence;
		buf->vb.vb2_buf.timestamp = ts;
		vb2_buffer_done(&buf->vb.vb2_buf, VB2_BUF_STATE_DONE);
	}
	mutex_unlock(&vc->meta_result_lock);
}

static const struct vb2_ops vcam_meta_ops = {
	.queue_setup		= vcam_meta_setup,
	.buf_prepare		= vcam_meta_prepare,
	.buf_queue		= vcam_meta_queue_buf,
	.start_streaming	= vcam_meta_start,
	.stop_streaming		= vcam_meta_stop,
	VCAM_WAIT_OPS
};

static int vcam_meta_querycap(struct file *file, void *fh, struct v4l2_capability *cap)
{
	struct vcam *vc = video_drvdata(file);

	strscpy(cap->driver, VCAM_NAME, sizeof(cap->driver));
	strscpy(cap->card, vc->name, sizeof(cap->card));
	snprintf(cap->bus_info, sizeof(cap->bus_info), "platform:%s", dev_name(vc->dev));
	return 0;
}

static int vcam_meta_enum_fmt(struct file *file, void *fh, struct v4l2_fmtdesc *f)
{
	if (f->index)
		return -EINVAL;
	f->pixelformat = V4L2_META_FMT_VIRTIO_CAMERA;
	strscpy(f->description, "virtio-camera result", sizeof(f->description));
	return 0;
}

static int vcam_meta_fmt(struct file *file, void *fh, struct v4l2_format *f)
{
	struct vcam *vc = video_drvdata(file);

	memset(&f->fmt.meta, 0, sizeof(f->fmt.meta));
	f->fmt.meta.dataformat = V4L2_META_FMT_VIRTIO_CAMERA;
	f->fmt.meta.buffersize = vc->max_result;
	return 0;
}

static const struct v4l2_ioctl_ops vcam_meta_ioctl_ops = {
	.vidioc_querycap		= vcam_meta_querycap,
	.vidioc_enum_fmt_meta_cap	= vcam_meta_enum_fmt,
	.vidioc_g_fmt_meta_cap		= vcam_meta_fmt,
	.vidioc_s_fmt_meta_cap		= vcam_meta_fmt,
	.vidioc_try_fmt_meta_cap	= vcam_meta_fmt,
	.vidioc_enum_input		= vcam_enum_input,
	.vidioc_g_input			= vcam_g_input,
	.vidioc_s_input			= vcam_s_input,
	.vidioc_reqbufs			= vb2_ioctl_reqbufs,
	.vidioc_create_bufs		= vb2_ioctl_create_bufs,
	.vidioc_prepare_buf		= vb2_ioctl_prepare_buf,
	.vidioc_querybuf		= vb2_ioctl_querybuf,
	.vidioc_qbuf			= vb2_ioctl_qbuf,
	.vidioc_dqbuf			= vb2_ioctl_dqbuf,
	.vidioc_expbuf			= vb2_ioctl_expbuf,
	.vidioc_streamon		= vb2_ioctl_streamon,
	.vidioc_streamoff		= vb2_ioctl_streamoff,
};

static const struct v4l2_file_operations vcam_meta_fops = {
	.owner		= THIS_MODULE,
	.open		= v4l2_fh_open,
	.release	= vb2_fop_release,
	.unlocked_ioctl	= video_ioctl2,
	.mmap		= vb2_fop_mmap,
	.poll		= vb2_fop_poll,
};

int vcam_init_meta(struct vcam *vc)
{
	struct video_device *v = &vc->meta;
	struct vb2_queue *q = &vc->meta_queue;
	int ret;

	q->type = V4L2_BUF_TYPE_META_CAPTURE;
	/* The driver itself writes here, so only into memory of its own. */
	q->io_modes = VB2_MMAP;
	q->drv_priv = vc;
	q->buf_struct_size = sizeof(struct vcam_meta_buffer);
	q->ops = &vcam_meta_ops;
	q->mem_ops = &vb2_vmalloc_memops;
	q->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
	q->lock = &vc->meta_lock;
	q->dev = vc->dev;
	ret = vb2_queue_init(q);
	if (ret)
		return ret;
	snprintf(v->name, sizeof(v->name), "%.*s metadata", (int)sizeof(v->name) - 10, vc->name);
	v->fops = &vcam_meta_fops;
	v->ioctl_ops = &vcam_meta_ioctl_ops;
	v->release = video_device_release_empty;
	v->v4l2_dev = &vc->v4l2_dev;
	v->lock = &vc->meta_lock;
	v->queue = q;
	v->device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
	video_set_drvdata(v, vc);
	vc->meta_pad.flags = MEDIA_PAD_FL_SINK;
	ret = media_entity_pads_init(&v->entity, 1, &vc->meta_pad);
	return ret ?: video_register_device(v, VFL_TYPE_VIDEO, -1);
}
