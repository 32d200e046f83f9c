// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: events, from the device and to programs.
 */
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <media/v4l2-event.h>

#include "virtio_camera.h"

static int vcam_post_event(struct vcam *vc, u8 *memory)
{
	struct scatterlist sg;

	sg_init_one(&sg, memory, VCAM_EVENT_BYTES);
	return virtqueue_add_inbuf(vc->vqs[VIRTIO_CAMERA_VQ_EVENT], &sg, 1, memory, GFP_ATOMIC);
}

int vcam_init_events(struct vcam *vc)
{
	vc->event_memory = kcalloc(VCAM_EVENT_BUFFERS, VCAM_EVENT_BYTES, GFP_KERNEL);
	return vc->event_memory ? 0 : -ENOMEM;
}

/* All of them at first. */
void vcam_post_events(struct vcam *vc)
{
	int i;

	spin_lock_irq(&vc->event_lock);
	for (i = 0; i < VCAM_EVENT_BUFFERS; i++)
		if (vcam_post_event(vc, vc->event_memory + i * VCAM_EVENT_BYTES))
			break;
	spin_unlock_irq(&vc->event_lock);
	virtqueue_kick(vc->vqs[VIRTIO_CAMERA_VQ_EVENT]);
}

void vcam_event_vq(struct virtqueue *vq)
{
	struct vcam *vc = vq->vdev->priv;

	if (!vcam_dead(vc))
		queue_work(vc->wq, &vc->event_work);
}

static void vcam_tell(struct vcam *vc, u32 type, const struct virtio_camera_event *e)
{
	struct v4l2_event ev = { .type = type };
	struct virtio_camera_v4l2_event *data = (void *)ev.u.data;

	BUILD_BUG_ON(sizeof(*data) > sizeof(ev.u.data));
	data->code = le32_to_cpu(e->code);
	data->arg = le32_to_cpu(e->arg);
	data->frame_number = le64_to_cpu(e->frame_number);
	data->request_id = le64_to_cpu(e->request_id);
	data->lost = le32_to_cpu(e->lost);
	v4l2_event_queue(&vc->video, &ev);
}

void vcam_frame_sync(struct vcam *vc, u32 sequence)
{
	struct v4l2_event ev = {
		.type = V4L2_EVENT_FRAME_SYNC,
		.u.frame_sync.frame_sequence = sequence,
	};

	v4l2_event_queue(&vc->video, &ev);
}

void vcam_source_change(struct vcam *vc)
{
	static const struct v4l2_event ev = {
		.type = V4L2_EVENT_SOURCE_CHANGE,
		.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
	};

	v4l2_event_queue(&vc->video, &ev);
}

/* A stream that cannot go on: programs are told by EIO until they have stopped it. */
void vcam_fail_queue(struct vcam *vc)
{
	vb2_queue_error(&vc->video_queue);
}

static void vcam_source_event(struct vcam *vc, const struct virtio_camera_event *e)
{
	switch (le32_to_cpu(e->code)) {
	case VIRTIO_CAMERA_SOURCE_LOST:
	case VIRTIO_CAMERA_SOURCE_BACK:
		vcam_read_config(vc);
		vcam_source_change(vc);
		vcam_submit(vc);
		break;
	case VIRTIO_CAMERA_SOURCE_CHANGED:
		if (!vcam_same_caps(vc))
			dev_notice_ratelimited(vc->dev, "the camera is another now: bind the driver anew\n");
		vcam_read_config(vc);
		vcam_source_change(vc);
		if (READ_ONCE(vc->streaming))
			vcam_fail_queue(vc);
		break;
	}
	vcam_tell(vc, VIRTIO_CAMERA_EVENT_SOURCE, e);
}

static void vcam_event(struct vcam *vc, u32 used)
{
	const struct virtio_camera_event *e = (void *)vc->event;
	const void *packet = vc->event + sizeof(*e);
	u32 length;

	/* A device that stops gives its buffers back empty. */
	if (!used)
		return;
	length = used < sizeof(*e) ? 0 : le32_to_cpu(e->length);
	if (length < sizeof(*e) || length > used) {
		dev_err_ratelimited(vc->dev, "an event that makes no sense: %u bytes of %u\n",
				    length, used);
		return;
	}
	switch (le16_to_cpu(e->type)) {
	case VIRTIO_CAMERA_EVT_ERROR:
		vcam_tell(vc, VIRTIO_CAMERA_EVENT_ERROR, e);
		break;
	case VIRTIO_CAMERA_EVT_FRAME_DROP:
		vcam_tell(vc, VIRTIO_CAMERA_EVENT_DROP, e);
		break;
	case VIRTIO_CAMERA_EVT_CONTROL_CHANGED:
		if (vcam_packet_check(packet, length - sizeof(*e)) > 0)
			vcam_report_items(vc, packet);
		if (le16_to_cpu(e->flags) & VIRTIO_CAMERA_EVF_TRUNCATED)
			vcam_get_global_controls(vc);
		break;
	case VIRTIO_CAMERA_EVT_SOURCE:
		vcam_source_event(vc, e);
		break;
	case VIRTIO_CAMERA_EVT_OWNER:
		queue_work(vc->wq, &vc->config_work);
		vcam_tell(vc, VIRTIO_CAMERA_EVENT_OWNER, e);
		break;
	case VIRTIO_CAMERA_EVT_STREAM:
		vcam_tell(vc, VIRTIO_CAMERA_EVENT_STREAM, e);
		break;
	}
	/* What was told meanwhile is lost: read again what it may have been about. */
	if (e->lost)
		queue_work(vc->wq, &vc->config_work);
}

void vcam_event_work(struct work_struct *work)
{
	struct vcam *vc = container_of(work, struct vcam, event_work);
	struct virtqueue *vq = vc->vqs[VIRTIO_CAMERA_VQ_EVENT];
	unsigned int used, left = VCAM_EVENT_BUFFERS;
	u8 *memory;

	for (;;) {
		/* A flood leaves results their turn. */
		if (!left--) {
			queue_work(vc->wq, &vc->event_work);
			break;
		}
		spin_lock_irq(&vc->event_lock);
		do {
			memory = NULL;
			if (vcam_dead(vc))
				break;
			virtqueue_disable_cb(vq);
			memory = virtqueue_get_buf(vq, &used);
		} while (!memory && !virtqueue_enable_cb(vq));
		if (memory) {
			used = min_t(u32, used, VCAM_EVENT_BYTES);
			memcpy(vc->event, memory, used);
			vcam_post_event(vc, memory);
		}
		spin_unlock_irq(&vc->event_lock);
		if (!memory)
			break;
		vcam_event(vc, used);
	}
	if (!vcam_dead(vc))
		virtqueue_kick(vq);
}

int vcam_subscribe_event(struct v4l2_fh *fh, const struct v4l2_event_subscription *sub)
{
	switch (sub->type) {
	case V4L2_EVENT_SOURCE_CHANGE:
		return v4l2_src_change_event_subscribe(fh, sub);
	case V4L2_EVENT_FRAME_SYNC:
	case VIRTIO_CAMERA_EVENT_SOURCE:
	case VIRTIO_CAMERA_EVENT_DROP:
	case VIRTIO_CAMERA_EVENT_OWNER:
	case VIRTIO_CAMERA_EVENT_STREAM:
	case VIRTIO_CAMERA_EVENT_ERROR:
		return v4l2_event_subscribe(fh, sub, 16, NULL);
	default:
		return v4l2_ctrl_subscribe_event(fh, sub);
	}
}
