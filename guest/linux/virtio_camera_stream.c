// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: configurations, and the video node's queue.
 *
 * The device is configured when a stream starts and released when it ends, so
 * that it knows no memory while nothing streams.
 */
#include <linux/sched.h>
#include <media/v4l2-common.h>
#include <media/videobuf2-vmalloc.h>

#include "virtio_camera.h"

/* Whether the lines of a picture lie inside its planes: programs count on it. */
static bool vcam_lines_fit(const struct vcam_stream *s)
{
	const struct v4l2_format_info *info = v4l2_format_info(s->fourcc);
	u32 i;

	for (i = 0; info && info->comp_planes == s->num_planes && i < s->num_planes; i++) {
		u32 width = DIV_ROUND_UP(s->width, i ? info->hdiv : 1);
		u32 height = DIV_ROUND_UP(s->height, i ? info->vdiv : 1);

		if (s->stride[i] < width * info->bpp[i] ||
		    (u64)s->stride[i] * height > s->plane_size[i])
			return false;
	}
	return true;
}

/* A configuration of the device's, checked: sizes that cannot be are no answer. */
static int vcam_read_stream(struct vcam *vc, const struct virtio_camera_stream_cfg *raw,
			    struct vcam_stream *s)
{
	u64 total = 0;
	u32 i;

	s->fourcc = le32_to_cpu(raw->fourcc);
	s->width = le32_to_cpu(raw->width);
	s->height = le32_to_cpu(raw->height);
	s->num_planes = le32_to_cpu(raw->num_planes);
	s->min_buffers = le32_to_cpu(raw->min_buffers);
	s->max_buffers = le32_to_cpu(raw->max_buffers);
	s->interval.numerator = le32_to_cpu(raw->frame_interval_num);
	s->interval.denominator = le32_to_cpu(raw->frame_interval_den);
	if (raw->stream_id || !s->fourcc || !s->width || s->width > VCAM_MAX_DIMENSION ||
	    !s->height || s->height > VCAM_MAX_DIMENSION || !s->num_planes ||
	    s->num_planes > VIRTIO_CAMERA_MAX_PLANES || !s->interval.numerator ||
	    !s->interval.denominator)
		return -EPROTO;
	for (i = 0; i < s->num_planes; i++) {
		s->stride[i] = le32_to_cpu(raw->stride[i]);
		s->plane_size[i] = le32_to_cpu(raw->plane_size[i]);
		if (!s->plane_size[i] || s->stride[i] > VCAM_MAX_FRAME)
			return -EPROTO;
		total += s->plane_size[i];
	}
	if (total > VCAM_MAX_FRAME || !vcam_lines_fit(s))
		return -EPROTO;
	s->total = total;
	return 0;
}

/* TRY or CONFIGURE: the nearest that the camera can do. */
int vcam_configure(struct vcam *vc, u16 type, const struct vcam_stream *want,
		   struct vcam_stream *given)
{
	struct {
		struct virtio_camera_configure head;
		struct virtio_camera_stream_cfg cfg;
	} body = {};
	struct {
		struct virtio_camera_configure_reply head;
		struct virtio_camera_stream_cfg cfg;
	} reply;
	int ret;

	body.head.num_streams = cpu_to_le32(1);
	body.cfg.fourcc = cpu_to_le32(want->fourcc);
	body.cfg.width = cpu_to_le32(want->width);
	body.cfg.height = cpu_to_le32(want->height);
	body.cfg.frame_interval_num = cpu_to_le32(want->interval.numerator);
	body.cfg.frame_interval_den = cpu_to_le32(want->interval.denominator);
	ret = vcam_command(vc, type, &body, sizeof(body), &reply, sizeof(reply), sizeof(reply),
			   NULL);
	if (ret)
		return ret;
	memset(given, 0, sizeof(*given));
	ret = le32_to_cpu(reply.head.num_streams) == 1 ? vcam_read_stream(vc, &reply.cfg, given) :
							 -EPROTO;
	given->generation = le32_to_cpu(reply.head.generation);
	if (!ret && type == VIRTIO_CAMERA_CMD_CONFIGURE && !given->generation)
		ret = -EPROTO;
	if (ret == -EPROTO)
		dev_err(vc->dev, "a configuration that makes no sense: %ux%u, %u planes\n",
			given->width, given->height, given->num_planes);
	return ret;
}

static int vcam_queue_setup(struct vb2_queue *q, unsigned int *buffers, unsigned int *planes,
			    unsigned int sizes[], struct device *alloc_devs[])
{
	struct vcam *vc = vb2_get_drv_priv(q);

	if (*planes)
		return *planes != 1 || sizes[0] < vc->stream.total ? -EINVAL : 0;
	*planes = 1;
	sizes[0] = vc->stream.total;
	*buffers = clamp(*buffers, clamp(vc->stream.min_buffers, 1U, 8U),
			 clamp(vc->stream.max_buffers, 1U, (u32)VB2_MAX_FRAME));
	return 0;
}

static int vcam_buf_init(struct vb2_buffer *vb)
{
	struct vcam_buffer *buf = to_vcam_buffer(vb);

	INIT_LIST_HEAD(&buf->list);
	buf->generation = 0;
	return 0;
}

static int vcam_buf_out_validate(struct vb2_buffer *vb)
{
	to_vb2_v4l2_buffer(vb)->field = V4L2_FIELD_NONE;
	return 0;
}

static int vcam_buf_prepare(struct vb2_buffer *vb)
{
	struct vcam *vc = vb2_get_drv_priv(vb->vb2_queue);

	if (vcam_dead(vc))
		return -EIO;
	if (vb2_plane_size(vb, 0) < vc->stream.total)
		return -EINVAL;
	return 0;
}

static void vcam_buf_cleanup(struct vb2_buffer *vb)
{
	struct vcam *vc = vb2_get_drv_priv(vb->vb2_queue);
	struct vcam_buffer *buf = to_vcam_buffer(vb);

	mutex_lock(&vc->submit_lock);
	if (vcam_attached(vc, buf) && !vcam_dead(vc))
		vcam_detach(vc, buf->mem);
	buf->generation = 0;
	mutex_unlock(&vc->submit_lock);
}

static void vcam_buf_queue(struct vb2_buffer *vb)
{
	struct vcam *vc = vb2_get_drv_priv(vb->vb2_queue);
	struct vcam_buffer *buf = to_vcam_buffer(vb);
	bool dead;

	mutex_lock(&vc->submit_lock);
	/* One that broke since the buffer was prepared: nobody would look for it any more. */
	dead = vc->streaming && vcam_dead(vc);
	if (!dead)
		list_add_tail(&buf->list, &vc->pending);
	mutex_unlock(&vc->submit_lock);
	if (dead)
		vcam_give_back(vc, buf, VB2_BUF_STATE_ERROR);
	else
		vcam_submit(vc);
}

static void vcam_buf_request_complete(struct vb2_buffer *vb)
{
	struct vcam *vc = vb2_get_drv_priv(vb->vb2_queue);

	v4l2_ctrl_request_complete(vb->req_obj.req, &vc->hdl);
}

static bool vcam_same(const struct vcam_stream *a, const struct vcam_stream *b)
{
	return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
	       a->total == b->total && a->num_planes == b->num_planes &&
	       !memcmp(a->stride, b->stride, sizeof(a->stride)) &&
	       !memcmp(a->plane_size, b->plane_size, sizeof(a->plane_size));
}

/* Gives the configuration up and, when the device agrees, the memory. Under submit_lock. */
static void vcam_release_stream(struct vcam *vc)
{
	if (!vcam_command(vc, VIRTIO_CAMERA_CMD_RELEASE, NULL, 0, NULL, 0, 0, NULL))
		vcam_forget_mems(vc);
	memset(&vc->active, 0, sizeof(vc->active));
}

static int vcam_start(struct vcam *vc)
{
	struct virtio_camera_start body = {};
	struct vcam_buffer *buf;
	struct vcam_stream given;
	int ret;

	ret = vcam_configure(vc, VIRTIO_CAMERA_CMD_CONFIGURE, &vc->stream, &given);
	if (ret)
		return ret;
	/* CONFIGURE has detached whatever was attached. */
	vcam_forget_mems(vc);
	vc->active = given;
	if (!vcam_same(&given, &vc->stream)) {
		/* The owner has made it another since S_FMT. */
		vcam_source_change(vc);
		ret = -EPIPE;
		goto release;
	}
	list_for_each_entry(buf, &vc->pending, list) {
		ret = vcam_attach(vc, buf);
		if (ret)
			goto release;
	}
	ret = vcam_sample_clock(vc);
	if (ret)
		goto release;
	body.generation = cpu_to_le32(given.generation);
	ret = vcam_command(vc, VIRTIO_CAMERA_CMD_START, &body, sizeof(body), NULL, 0, 0, NULL);
	if (ret)
		goto release;
	return 0;
release:
	vcam_release_stream(vc);
	return ret;
}

static int vcam_start_streaming(struct vb2_queue *q, unsigned int count)
{
	struct vcam *vc = vb2_get_drv_priv(q);
	int ret;

	if (vcam_dead(vc)) {
		vcam_give_back_all(vc, VB2_BUF_STATE_QUEUED);
		return -EIO;
	}
	vcam_read_config(vc);
	vc->first_frame_known = false;
	vc->sequence = 0;
	vc->failures = 0;
	vc->waits = 0;
	vcam_wish_again(vc);
	mutex_lock(&vc->submit_lock);
	ret = vcam_start(vc);
	vc->streaming = !ret;
	mutex_unlock(&vc->submit_lock);
	if (ret) {
		vcam_give_back_all(vc, VB2_BUF_STATE_QUEUED);
		return ret;
	}
	vcam_grab_controls(vc, true);
	vcam_submit(vc);
	schedule_delayed_work(&vc->watch_work, HZ);
	return 0;
}

static bool vcam_drained(struct vcam *vc)
{
	bool drained;

	spin_lock_irq(&vc->req_lock);
	drained = !vc->num_in_flight;
	spin_unlock_irq(&vc->req_lock);
	return drained || READ_ONCE(vc->broken);
}

/* Ends whatever the device does: the stream is over even if the device says nothing any more. */
static void vcam_stop_streaming(struct vb2_queue *q)
{
	struct vcam *vc = vb2_get_drv_priv(q);

	mutex_lock(&vc->submit_lock);
	vc->streaming = false;
	mutex_unlock(&vc->submit_lock);
	cancel_delayed_work_sync(&vc->watch_work);

	if (!vcam_dead(vc)) {
		vcam_command_generation(vc, VIRTIO_CAMERA_CMD_STOP, vc->active.generation);
		/* When STOP is answered every request is back, but perhaps not yet seen here. */
		if (!wait_event_timeout(vc->drained, vcam_drained(vc), vcam_cmd_timeout()))
			vcam_break(vc, "requests did not come back after STOP");
	}
	/* Whoever has a buffer in hand gives it back before the stream is over. */
	flush_workqueue(vc->wq);
	flush_work(&vc->break_work);
	mutex_lock(&vc->submit_lock);
	if (!vcam_dead(vc))
		vcam_release_stream(vc);
	mutex_unlock(&vc->submit_lock);
	vcam_give_back_all(vc, VB2_BUF_STATE_ERROR);
	vcam_grab_controls(vc, false);
}

static const struct vb2_ops vcam_queue_ops = {
	.queue_setup		= vcam_queue_setup,
	.buf_init		= vcam_buf_init,
	.buf_out_validate	= vcam_buf_out_validate,
	.buf_prepare		= vcam_buf_prepare,
	.buf_cleanup		= vcam_buf_cleanup,
	.buf_queue		= vcam_buf_queue,
	.buf_request_complete	= vcam_buf_request_complete,
	.start_streaming	= vcam_start_streaming,
	.stop_streaming		= vcam_stop_streaming,
	VCAM_WAIT_OPS
};

int vcam_init_video_queue(struct vcam *vc)
{
	struct vb2_queue *q = &vc->video_queue;

	q->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	q->io_modes = VB2_MMAP | VB2_DMABUF;
	q->drv_priv = vc;
	q->buf_struct_size = sizeof(struct vcam_buffer);
	q->ops = &vcam_queue_ops;
	q->mem_ops = &vb2_vmalloc_memops;
	q->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
	q->lock = &vc->lock;
	q->dev = vc->dev;
	/* Without control of single frames requests would promise what cannot be. */
	q->supports_requests = vcam_per_frame(vc);
	return vb2_queue_init(q);
}
