// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: results. What the device wrote is copied, then judged,
 * then used; nothing is read from shared memory twice.
 */
#include <linux/ktime.h>
#include <linux/string.h>

#include "virtio_camera.h"

/* One after the other, without a frame between them. */
#define VCAM_MOST_FAILURES	64
#define VCAM_MOST_WAITS		1024

/* bytesused of each plane, held against its size; planes lie one after the other. */
static int vcam_check_buffer(const struct vcam_request *req,
			     const struct virtio_camera_buf_result *raw, u32 *payload)
{
	u32 i, start = 0;

	*payload = 0;
	if (raw->stream_id || le32_to_cpu(raw->buffer_id) != req->buffer_id || raw->status)
		return -EPROTO;
	for (i = 0; i < req->num_planes; i++) {
		u32 used = le32_to_cpu(raw->bytesused[i]);

		if (used > req->plane_size[i])
			return -EPROTO;
		if (used)
			*payload = start + used;
		start += req->plane_size[i];
	}
	/* A frame of no bytes is none. */
	return *payload ? 0 : -EPROTO;
}

static int vcam_check_result(struct vcam *vc, const struct vcam_request *req, u32 used,
			     struct vcam_result *r)
{
	const struct virtio_camera_result *raw = (void *)vc->result;
	u32 length, buffers, metadata, late = 0;
	struct vcam_item item;
	int i, count;

	memset(r, 0, sizeof(*r));
	r->status = VIRTIO_CAMERA_INTERNAL;
	if (used < sizeof(*raw))
		return -EPROTO;
	length = le32_to_cpu(raw->resp.length);
	buffers = le32_to_cpu(raw->num_buffers);
	metadata = le32_to_cpu(raw->metadata_bytes);
	if (length < sizeof(*raw) || length > used || le64_to_cpu(raw->resp.tag) != req->id ||
	    le64_to_cpu(raw->request_id) != req->id || buffers > 1)
		return -EPROTO;
	length -= sizeof(*raw);
	if (buffers * sizeof(struct virtio_camera_buf_result) > length ||
	    metadata > length - buffers * sizeof(struct virtio_camera_buf_result))
		return -EPROTO;
	r->bytes = sizeof(*raw) + buffers * sizeof(struct virtio_camera_buf_result) + metadata;
	r->packet = vc->result + r->bytes - metadata;
	count = vcam_packet_check(r->packet, metadata);
	if (count < 0)
		return count;
	if (!metadata)
		r->packet = NULL;
	if (!raw->resp.status) {
		if (!buffers || vcam_check_buffer(req, (const void *)(raw + 1), &r->payload))
			return -EPROTO;
		r->frame = le64_to_cpu(raw->frame_number);
		for (i = 0; i < count; i++) {
			vcam_packet_item(r->packet, i, &item);
			if (item.flags & VIRTIO_CAMERA_ITEM_LATE)
				late = max(late, item.arg);
		}
		r->effect = r->frame + late;
	}
	r->status = min_t(u32, le32_to_cpu(raw->resp.status), S32_MAX);
	r->flags = le32_to_cpu(raw->flags);
	r->exposure_ns = le64_to_cpu(raw->start_of_exposure_ns);
	r->dropped_before = min_t(u32, le32_to_cpu(raw->dropped_before), S32_MAX);
	return 0;
}

static bool vcam_find_item(const struct vcam_result *r, u32 id, struct vcam_item *item)
{
	u32 i, count = r->packet ? le32_to_cpu(((struct virtio_camera_pkt *)r->packet)->count) : 0;

	for (i = 0; i < count; i++) {
		vcam_packet_item(r->packet, i, item);
		if (item->id == id && item->value)
			return true;
	}
	return false;
}

/* The driver's own controls; also what a request reads back that has none of its own. */
static void vcam_report_result(struct vcam *vc, const struct vcam_result *r)
{
	vcam_report_items(vc, r->packet);
	mutex_lock(vc->hdl.lock);
	vc->from_device = true;
	__v4l2_ctrl_s_ctrl(vc->result_status, r->status);
	__v4l2_ctrl_s_ctrl(vc->result_flags, r->flags);
	__v4l2_ctrl_s_ctrl_int64(vc->frame_number, r->frame & S64_MAX);
	__v4l2_ctrl_s_ctrl_int64(vc->effect_frame, r->effect & S64_MAX);
	__v4l2_ctrl_s_ctrl(vc->dropped_before, r->dropped_before);
	vc->from_device = false;
	mutex_unlock(vc->hdl.lock);
}

/*
 * What the request asked for becomes what was applied. The framework fills in
 * the controls that it did not ask for, from the current values.
 */
static void vcam_report_request(struct vcam *vc, struct media_request *mreq,
				const struct vcam_result *r)
{
	struct v4l2_ctrl_handler *hdl = v4l2_ctrl_request_hdl_find(mreq, &vc->hdl);
	struct v4l2_ctrl_ref *ref;
	struct vcam_item item;

	if (!hdl)
		return;
	mutex_lock(vc->hdl.lock);
	list_for_each_entry(ref, &hdl->ctrl_refs, node) {
		struct vcam_control *c = ref->ctrl->priv;

		if (!ref->p_req_valid || !c || ref->ctrl->flags & V4L2_CTRL_FLAG_WRITE_ONLY)
			continue;
		if (!vcam_find_item(r, c->id, &item) || !vcam_from_wire(c, &item, ref->p_req.p))
			memcpy(ref->p_req.p, ref->ctrl->p_cur.p,
			       ref->ctrl->elems * ref->ctrl->elem_size);
	}
	mutex_unlock(vc->hdl.lock);
	v4l2_ctrl_request_hdl_put(hdl);
}

/* The start of exposure on the guest's clock: never in the future, never back. */
static u64 vcam_timestamp(struct vcam *vc, u64 device_ns)
{
	u64 now = ktime_get_ns();
	u64 ts = device_ns - (u64)atomic64_read(&vc->clock_offset);

	if (ts > now)
		ts = now;
	if (ts <= vc->last_timestamp && vc->last_timestamp < now)
		ts = vc->last_timestamp + 1;
	vc->last_timestamp = ts;
	return ts;
}

/* Frames since the stream's first one; a source that begins anew does not lead back. */
static u32 vcam_sequence(struct vcam *vc, const struct vcam_result *r)
{
	if (!vc->first_frame_known) {
		vc->first_frame_known = true;
		vc->first_frame = r->frame;
		vc->last_frame = r->frame;
		vc->sequence = 0;
		return 0;
	}
	if (r->frame <= vc->last_frame)
		vc->first_frame = r->frame - vc->sequence - 1;
	vc->last_frame = r->frame;
	vc->sequence = (u32)(r->frame - vc->first_frame);
	return vc->sequence;
}

/* A frame is not there. Some reasons concern all those that follow as well. */
static void vcam_failed(struct vcam *vc, const struct vcam_result *r)
{
	switch (r->status) {
	case VIRTIO_CAMERA_NO_SOURCE:
		/* What is queued waits for it; it may be back already. */
		WRITE_ONCE(vc->source_present, false);
		queue_work(vc->wq, &vc->config_work);
		return;
	case VIRTIO_CAMERA_STALE:
		break;
	case VIRTIO_CAMERA_CANCELLED:
	case VIRTIO_CAMERA_TIMEOUT:
	case VIRTIO_CAMERA_TOO_LATE:
	case VIRTIO_CAMERA_FRAME_LOST:
	case VIRTIO_CAMERA_NOT_APPLIED:
	case VIRTIO_CAMERA_NOT_OWNER:
		return;
	default:
		if (++vc->failures < VCAM_MOST_FAILURES)
			return;
		break;
	}
	if (READ_ONCE(vc->streaming))
		vcam_fail_queue(vc);
}

/*
 * A frame that was lost is a gap in the sequence for those who did not ask for
 * that very frame: their buffer waits for the next one.
 */
static bool vcam_wait_again(struct vcam *vc, struct vcam_buffer *buf, u32 status)
{
	bool again;

	switch (status) {
	case VIRTIO_CAMERA_CANCELLED:
		if (++vc->failures >= VCAM_MOST_FAILURES)
			return false;
		break;
	case VIRTIO_CAMERA_FRAME_LOST:
	case VIRTIO_CAMERA_TIMEOUT:
	case VIRTIO_CAMERA_NO_SOURCE:
	case VIRTIO_CAMERA_NOT_OWNER:
		if (++vc->waits < VCAM_MOST_WAITS)
			break;
		/* Nor does one that has nothing else to say keep us busy for ever. */
		if (READ_ONCE(vc->streaming))
			vcam_fail_queue(vc);
		return false;
	default:
		return false;
	}
	if (buf->vb.vb2_buf.req_obj.req)
		return false;
	mutex_lock(&vc->submit_lock);
	again = vc->streaming && !vcam_dead(vc);
	if (again)
		list_add(&buf->list, &vc->pending);
	mutex_unlock(&vc->submit_lock);
	if (again)
		vcam_wish_again(vc);
	return again;
}

void vcam_complete_request(struct vcam *vc, struct vcam_request *req, u32 used)
{
	struct vcam_buffer *buf;
	struct vcam_result r;
	struct media_request *mreq;
	bool good;

	memcpy(vc->result, req->in, used);
	if (vcam_check_result(vc, req, used, &r)) {
		dev_err_ratelimited(vc->dev, "request %llu: a result that makes no sense\n",
				    req->id);
		/* Nothing of it is used, also not what was read before it turned out wrong. */
		memset(&r, 0, sizeof(r));
		r.status = VIRTIO_CAMERA_INTERNAL;
	}
	spin_lock_irq(&vc->req_lock);
	buf = req->buf;
	req->buf = NULL;
	spin_unlock_irq(&vc->req_lock);
	if (!buf)
		return;

	good = r.status == VIRTIO_CAMERA_OK;
	if (good) {
		vc->failures = 0;
		vc->waits = 0;
		vcam_mem_sync(buf->mem);
		buf->vb.sequence = vcam_sequence(vc, &r);
		buf->vb.vb2_buf.timestamp = vcam_timestamp(vc, r.exposure_ns);
		if (r.flags & VIRTIO_CAMERA_R_DISCONTINUITY)
			vcam_wish_again(vc);
	} else {
		dev_dbg(vc->dev, "request %llu: status %u\n", req->id, r.status);
		buf->vb.sequence = vc->sequence;
		buf->vb.vb2_buf.timestamp = ktime_get_ns();
		vcam_failed(vc, &r);
		if (vcam_wait_again(vc, buf, r.status))
			return;
	}
	buf->vb.field = V4L2_FIELD_NONE;
	vb2_set_plane_payload(&buf->vb.vb2_buf, 0, r.payload);
	mreq = buf->vb.vb2_buf.req_obj.req;
	/* The end of a stream says nothing about its newest frame. */
	if (mreq || r.status != VIRTIO_CAMERA_CANCELLED)
		vcam_report_result(vc, &r);
	if (mreq)
		vcam_report_request(vc, mreq, &r);
	if (r.bytes)
		vcam_meta_result(vc, vc->result, r.bytes, buf->vb.sequence,
				 buf->vb.vb2_buf.timestamp);
	if (good)
		vcam_frame_sync(vc, buf->vb.sequence);
	vcam_give_back(vc, buf, good && !(r.flags & VIRTIO_CAMERA_R_CORRUPT) ?
		       VB2_BUF_STATE_DONE : VB2_BUF_STATE_ERROR);
}
