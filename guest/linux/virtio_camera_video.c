// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: the video node's ioctls.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <media/v4l2-common.h>
#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>

#include "virtio_camera.h"

/* Formats of several memories have no place on a single-planar node. */
static bool vcam_offered(const struct vcam_format *format)
{
	const struct v4l2_format_info *info = v4l2_format_info(format->fourcc);

	return !info || info->mem_planes == 1;
}

static const struct vcam_format *vcam_format_at(struct vcam *vc, u32 index)
{
	u32 i;

	for (i = 0; i < vc->caps.num_formats; i++)
		if (vcam_offered(&vc->caps.formats[i]) && !index--)
			return &vc->caps.formats[i];
	return NULL;
}

static const struct vcam_format *vcam_format_of(struct vcam *vc, u32 fourcc)
{
	u32 i;

	for (i = 0; i < vc->caps.num_formats; i++)
		if (vc->caps.formats[i].fourcc == fourcc && vcam_offered(&vc->caps.formats[i]))
			return &vc->caps.formats[i];
	return NULL;
}

static int vcam_querycap(struct file *file, void *fh, struct v4l2_capability *cap)
{
	struct vcam *vc = video_drvdata(file);

	strscpy(cap->driver, VCAM_NAME, sizeof(cap->driver));
	strscpy(cap->card, vc->name, sizeof(cap->card));
	snprintf(cap->bus_info, sizeof(cap->bus_info), "platform:%s", dev_name(vc->dev));
	return 0;
}

static int vcam_enum_fmt(struct file *file, void *fh, struct v4l2_fmtdesc *f)
{
	const struct vcam_format *format = vcam_format_at(video_drvdata(file), f->index);

	if (!format)
		return -EINVAL;
	f->pixelformat = format->fourcc;
	if (format->flags & VIRTIO_CAMERA_FMT_COMPRESSED)
		f->flags |= V4L2_FMT_FLAG_COMPRESSED;
	/* For those that the kernel knows it has better words. */
	snprintf(f->description, sizeof(f->description), "%p4cc", &format->fourcc);
	return 0;
}

static void vcam_to_v4l2(struct vcam *vc, const struct vcam_stream *s, struct v4l2_pix_format *pix)
{
	const struct v4l2_format_info *info = v4l2_format_info(s->fourcc);
	const struct vcam_format *format = vcam_format_of(vc, s->fourcc);
	bool compressed = format && format->flags & VIRTIO_CAMERA_FMT_COMPRESSED;

	pix->pixelformat = s->fourcc;
	pix->width = s->width;
	pix->height = s->height;
	pix->field = V4L2_FIELD_NONE;
	pix->bytesperline = compressed ? 0 : s->stride[0];
	pix->sizeimage = s->total;
	pix->colorspace = V4L2_COLORSPACE_SRGB;
	if (info && v4l2_is_format_bayer(info))
		pix->colorspace = V4L2_COLORSPACE_RAW;
	else if (info && v4l2_is_format_yuv(info))
		pix->colorspace = V4L2_COLORSPACE_REC709;
	pix->ycbcr_enc = V4L2_YCBCR_ENC_DEFAULT;
	pix->quantization = V4L2_QUANTIZATION_DEFAULT;
	pix->xfer_func = V4L2_XFER_FUNC_DEFAULT;
}

static int vcam_try(struct vcam *vc, const struct v4l2_pix_format *pix, struct vcam_stream *given)
{
	struct vcam_stream want = {
		.fourcc = pix->pixelformat,
		.width = pix->width,
		.height = pix->height,
		.interval = vc->stream.interval,
	};
	int ret;

	/* A format that is not offered becomes the first that is. */
	if (!vcam_format_of(vc, want.fourcc))
		want.fourcc = vcam_format_at(vc, 0)->fourcc;
	ret = vcam_configure(vc, VIRTIO_CAMERA_CMD_TRY, &want, given);
	return ret == -EINVAL ? -EIO : ret;
}

static int vcam_g_fmt(struct file *file, void *fh, struct v4l2_format *f)
{
	struct vcam *vc = video_drvdata(file);

	vcam_to_v4l2(vc, &vc->stream, &f->fmt.pix);
	return 0;
}

static int vcam_try_fmt(struct file *file, void *fh, struct v4l2_format *f)
{
	struct vcam *vc = video_drvdata(file);
	struct vcam_stream given;
	int ret = vcam_try(vc, &f->fmt.pix, &given);

	if (!ret)
		vcam_to_v4l2(vc, &given, &f->fmt.pix);
	return ret;
}

static int vcam_s_fmt(struct file *file, void *fh, struct v4l2_format *f)
{
	struct vcam *vc = video_drvdata(file);
	struct vcam_stream given;
	int ret;

	if (vb2_is_busy(&vc->video_queue))
		return -EBUSY;
	ret = vcam_try(vc, &f->fmt.pix, &given);
	if (ret)
		return ret;
	vc->stream = given;
	vcam_to_v4l2(vc, &given, &f->fmt.pix);
	return 0;
}

static bool vcam_is_range(const struct vcam_format *format)
{
	const struct virtio_camera_cap_size *s = format->sizes;

	return format->num_sizes == 1 &&
	       (s->min_width != s->max_width || s->min_height != s->max_height);
}

static int vcam_enum_framesizes(struct file *file, void *fh, struct v4l2_frmsizeenum *f)
{
	const struct vcam_format *format = vcam_format_of(video_drvdata(file), f->pixel_format);
	const struct virtio_camera_cap_size *s;

	if (!format || f->index >= format->num_sizes)
		return -EINVAL;
	s = &format->sizes[f->index];
	if (!vcam_is_range(format)) {
		/* V4L2 has no list of ranges: of several each is named by its largest. */
		f->type = V4L2_FRMSIZE_TYPE_DISCRETE;
		f->discrete.width = le32_to_cpu(s->max_width);
		f->discrete.height = le32_to_cpu(s->max_height);
		return 0;
	}
	f->stepwise.min_width = le32_to_cpu(s->min_width);
	f->stepwise.max_width = le32_to_cpu(s->max_width);
	f->stepwise.step_width = max(le32_to_cpu(s->step_width), 1U);
	f->stepwise.min_height = le32_to_cpu(s->min_height);
	f->stepwise.max_height = le32_to_cpu(s->max_height);
	f->stepwise.step_height = max(le32_to_cpu(s->step_height), 1U);
	f->type = f->stepwise.step_width == 1 && f->stepwise.step_height == 1 ?
		  V4L2_FRMSIZE_TYPE_CONTINUOUS : V4L2_FRMSIZE_TYPE_STEPWISE;
	return 0;
}

static int vcam_enum_frameintervals(struct file *file, void *fh, struct v4l2_frmivalenum *f)
{
	const struct vcam_format *format = vcam_format_of(video_drvdata(file), f->pixel_format);
	u32 i;

	if (!format || f->index)
		return -EINVAL;
	for (i = 0; i < format->num_sizes; i++) {
		const struct virtio_camera_cap_size *s = &format->sizes[i];
		bool range = vcam_is_range(format);

		if (f->width > le32_to_cpu(s->max_width) ||
		    f->height > le32_to_cpu(s->max_height) ||
		    f->width < le32_to_cpu(range ? s->min_width : s->max_width) ||
		    f->height < le32_to_cpu(range ? s->min_height : s->max_height))
			continue;
		f->stepwise.min.numerator = le32_to_cpu(s->shortest_num);
		f->stepwise.min.denominator = le32_to_cpu(s->shortest_den);
		f->stepwise.max.numerator = le32_to_cpu(s->longest_num);
		f->stepwise.max.denominator = le32_to_cpu(s->longest_den);
		f->stepwise.step.numerator = 1;
		f->stepwise.step.denominator = 1;
		f->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
		if (s->shortest_num == s->longest_num && s->shortest_den == s->longest_den)
			f->type = V4L2_FRMIVAL_TYPE_DISCRETE;
		return 0;
	}
	return -EINVAL;
}

static int vcam_parm(struct vcam *vc, struct v4l2_streamparm *p)
{
	p->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	p->parm.capture.timeperframe = vc->stream.interval;
	return 0;
}

static int vcam_g_parm(struct file *file, void *fh, struct v4l2_streamparm *p)
{
	return p->type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? vcam_parm(video_drvdata(file), p) : -EINVAL;
}

static int vcam_s_parm(struct file *file, void *fh, struct v4l2_streamparm *p)
{
	struct vcam *vc = video_drvdata(file);
	struct vcam_stream want = vc->stream, given;
	int ret;

	if (p->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
		return -EINVAL;
	if (vb2_is_streaming(&vc->video_queue))
		return -EBUSY;
	want.interval = p->parm.capture.timeperframe;
	if (!want.interval.numerator || !want.interval.denominator)
		memset(&want.interval, 0, sizeof(want.interval));
	ret = vcam_configure(vc, VIRTIO_CAMERA_CMD_TRY, &want, &given);
	if (ret)
		return ret;
	/* With buffers the picture's shape stays: an observer's camera may have become another. */
	if (vb2_is_busy(&vc->video_queue))
		vc->stream.interval = given.interval;
	else
		vc->stream = given;
	return vcam_parm(vc, p);
}

int vcam_enum_input(struct file *file, void *fh, struct v4l2_input *input)
{
	struct vcam *vc = video_drvdata(file);

	if (input->index)
		return -EINVAL;
	input->type = V4L2_INPUT_TYPE_CAMERA;
	strscpy(input->name, *vc->caps.model ? vc->caps.model : "Camera", sizeof(input->name));
	if (!READ_ONCE(vc->source_present))
		input->status = V4L2_IN_ST_NO_SIGNAL;
	return 0;
}

int vcam_g_input(struct file *file, void *fh, unsigned int *i)
{
	*i = 0;
	return 0;
}

int vcam_s_input(struct file *file, void *fh, unsigned int i)
{
	return i ? -EINVAL : 0;
}

/* Which part of the pixel array the picture shows. The control ScalerCrop chooses it. */
static int vcam_g_selection(struct file *file, void *fh, struct v4l2_selection *s)
{
	struct vcam *vc = video_drvdata(file);
	struct vcam_control *c = vcam_find_control(vc, 0x1b);
	const s32 *now;

	if (s->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || !c || !c->ctrl || c->count_max != 1 ||
	    c->type != VIRTIO_CAMERA_TYPE_RECTANGLE)
		return -EINVAL;
	s->r.left = 0;
	s->r.top = 0;
	s->r.width = vc->caps.max_width;
	s->r.height = vc->caps.max_height;
	switch (s->target) {
	case V4L2_SEL_TGT_CROP_BOUNDS:
	case V4L2_SEL_TGT_CROP_DEFAULT:
		return 0;
	case V4L2_SEL_TGT_CROP:
		mutex_lock(vc->hdl.lock);
		now = c->ctrl->p_cur.p_s32;
		if (now[0] >= 0 && now[1] >= 0 && now[2] > 0 && now[3] > 0) {
			s->r.left = now[0];
			s->r.top = now[1];
			s->r.width = now[2];
			s->r.height = now[3];
		}
		mutex_unlock(vc->hdl.lock);
		return 0;
	default:
		return -EINVAL;
	}
}

static int vcam_log_status(struct file *file, void *fh)
{
	struct vcam *vc = video_drvdata(file);

	v4l2_info(&vc->v4l2_dev, "%s%s%s%s, %u of %u requests with the device\n",
		  vc->flags & VIRTIO_CAMERA_S_INTERLEAVED ? "interleaved" :
		  vc->flags & VIRTIO_CAMERA_S_OWNER ? "owner" : "observer",
		  vcam_per_frame(vc) ? ", per-frame" : ", classical",
		  vc->source_present ? "" : ", no source", vc->broken ? ", broken" : "",
		  vc->num_in_flight, vc->max_in_flight);
	return v4l2_ctrl_log_status(file, fh);
}

static const struct v4l2_ioctl_ops vcam_ioctl_ops = {
	.vidioc_querycap		= vcam_querycap,
	.vidioc_enum_fmt_vid_cap	= vcam_enum_fmt,
	.vidioc_g_fmt_vid_cap		= vcam_g_fmt,
	.vidioc_try_fmt_vid_cap		= vcam_try_fmt,
	.vidioc_s_fmt_vid_cap		= vcam_s_fmt,
	.vidioc_enum_framesizes		= vcam_enum_framesizes,
	.vidioc_enum_frameintervals	= vcam_enum_frameintervals,
	.vidioc_g_parm			= vcam_g_parm,
	.vidioc_s_parm			= vcam_s_parm,
	.vidioc_enum_input		= vcam_enum_input,
	.vidioc_g_input			= vcam_g_input,
	.vidioc_s_input			= vcam_s_input,
	.vidioc_g_selection		= vcam_g_selection,
	.vidioc_reqbufs			= vb2_ioctl_reqbufs,
	.vidioc_create_bufs		= vb2_ioctl_create_bufs,
	.vidioc_prepare_buf		= vb2_ioctl_prepare_buf,
	.vidioc_querybuf		= vb2_ioctl_querybuf,
	.vidioc_qbuf			= vb2_ioctl_qbuf,
	.vidioc_dqbuf			= vb2_ioctl_dqbuf,
	.vidioc_expbuf			= vb2_ioctl_expbuf,
	.vidioc_streamon		= vb2_ioctl_streamon,
	.vidioc_streamoff		= vb2_ioctl_streamoff,
	.vidioc_log_status		= vcam_log_status,
	.vidioc_subscribe_event		= vcam_subscribe_event,
	.vidioc_unsubscribe_event	= v4l2_event_unsubscribe,
};

static const struct v4l2_file_operations vcam_fops = {
	.owner		= THIS_MODULE,
	.open		= v4l2_fh_open,
	.release	= vb2_fop_release,
	.unlocked_ioctl	= video_ioctl2,
	.mmap		= vb2_fop_mmap,
	.poll		= vb2_fop_poll,
};

int vcam_init_video(struct vcam *vc)
{
	struct v4l2_pix_format pix = {};
	struct video_device *v = &vc->video;
	int ret;

	if (!vcam_format_at(vc, 0)) {
		dev_err(vc->dev, "the camera has no format for a single-planar node\n");
		return -ENODEV;
	}
	ret = vcam_try(vc, &pix, &vc->stream);
	if (ret)
		return ret;
	ret = vcam_init_video_queue(vc);
	if (ret)
		return ret;
	strscpy(v->name, vc->name, sizeof(v->name));
	v->fops = &vcam_fops;
	v->ioctl_ops = &vcam_ioctl_ops;
	v->release = video_device_release_empty;
	v->v4l2_dev = &vc->v4l2_dev;
	v->lock = &vc->lock;
	v->queue = &vc->video_queue;
	v->ctrl_handler = &vc->hdl;
	v->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
	video_set_drvdata(v, vc);
	vc->video_pad.flags = MEDIA_PAD_FL_SINK;
	ret = media_entity_pads_init(&v->entity, 1, &vc->video_pad);
	return ret ?: video_register_device(v, VFL_TYPE_VIDEO, -1);
}
