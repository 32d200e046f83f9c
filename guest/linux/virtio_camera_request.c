// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: requests. Each queued buffer becomes one, with the
 * controls of its media request or those that were set since the last one.
 */
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "virtio_camera.h"

#define VCAM_REQUEST_TIMEOUT_NS	(5ULL * NSEC_PER_SEC)

static void vcam_request_free(struct vcam_request *req)
{
	kfree(req->out);
	kfree(req->in);
	kfree(req);
}

static struct vcam_request *vcam_request_alloc(struct vcam *vc)
{
	struct vcam_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (!req)
		return NULL;
	INIT_LIST_HEAD(&req->list);
	req->in_room = vc->max_result;
	req->out = kzalloc(vc->max_request, GFP_KERNEL);
	req->in = kzalloc(req->in_room, GFP_KERNEL);
	if (req->out && req->in)
		return req;
	vcam_request_free(req);
	return NULL;
}

/* What a media request asks for. Returns false when it does not fit. */
static bool vcam_add_asked(struct vcam *vc, struct v4l2_ctrl_handler *hdl,
			   struct vcam_packet_writer *w, struct virtio_camera_request *head,
			   unsigned long *asked)
{
	u8 value[VIRTIO_CAMERA_PKT_MAX_VALUE] __aligned(8) = {};
	struct v4l2_ctrl_ref *ref;
	u16 count;

	list_for_each_entry(ref, &hdl->ctrl_refs, node) {
		struct vcam_control *c = ref->ctrl->priv;

		if (!ref->p_req_valid)
			continue;
		if (ref->ctrl == vc->strict && *ref->p_req.p_s32)
			head->flags |= cpu_to_le32(VIRTIO_CAMERA_REQ_STRICT);
		else if (ref->ctrl == vc->target_frame)
			head->target_frame = cpu_to_le64(*ref->p_req.p_s64);
		if (!c || !(c->direction & VIRTIO_CAMERA_DIR_IN))
			continue;
		vcam_to_wire(c, ref->p_req, value, &count);
		if (!vcam_packet_add(w, c->id, c->type, count, value))
			return false;
		__set_bit(c - vc->caps.controls, asked);
	}
	return true;
}

/* What was set outside of requests and is in none yet. What does not fit waits for the next one. */
static void vcam_add_wishes(struct vcam *vc, struct vcam_packet_writer *w,
			    const unsigned long *asked)
{
	unsigned long flags;
	u32 i;

	spin_lock_irqsave(&vc->wish_lock, flags);
	for (i = 0; i < vc->caps.num_controls; i++) {
		struct vcam_control *c = &vc->caps.controls[i];

		if (!c->dirty)
			continue;
		if (test_bit(i, asked) ||
		    vcam_packet_add(w, c->id, c->type, c->wish_count, c->wish))
			c->dirty = false;
	}
	spin_unlock_irqrestore(&vc->wish_lock, flags);
}

/* Fills a request in. Returns its bytes, or 0 when its controls do not fit. */
static u32 vcam_fill_request(struct vcam *vc, struct vcam_request *req)
{
	const u32 fixed = sizeof(struct virtio_camera_request) +
			  sizeof(struct virtio_camera_buf_ref);
	DECLARE_BITMAP(asked, VCAM_MAX_CONTROLS) = {};
	struct virtio_camera_request *head = req->out;
	struct virtio_camera_buf_ref *ref = (void *)(head + 1);
	struct media_request *mreq = req->buf->vb.vb2_buf.req_obj.req;
	struct v4l2_ctrl_handler *hdl;
	struct vcam_packet_writer w;
	u64 timeout;
	u32 bytes;

	vcam_packet_begin(&w, ref + 1, vc->max_request - fixed, vc->caps.num_controls);
	hdl = mreq ? v4l2_ctrl_request_hdl_find(mreq, &vc->hdl) : NULL;
	if (hdl) {
		bool fits = vcam_add_asked(vc, hdl, &w, head, asked);

		v4l2_ctrl_request_hdl_put(hdl);
		if (!fits)
			return 0;
	}
	if (vcam_per_frame(vc))
		vcam_add_wishes(vc, &w, asked);
	bytes = vcam_packet_end(&w);

	/* Long exposures make slow frames, and as many wait as can be in flight. */
	timeout = div_u64(2ULL * NSEC_PER_SEC * vc->active.interval.numerator,
			  vc->active.interval.denominator);
	timeout = min_t(u64, timeout, 20ULL * NSEC_PER_SEC) * (vc->max_in_flight + vc->depth + 2);
	timeout = max(timeout, VCAM_REQUEST_TIMEOUT_NS);
	req->deadline = jiffies + nsecs_to_jiffies(timeout) +
			msecs_to_jiffies(VCAM_REQUEST_GRACE_MS);

	head->hdr.type = cpu_to_le16(VIRTIO_CAMERA_CMD_REQUEST);
	head->hdr.version = cpu_to_le16(VIRTIO_CAMERA_HDR_VERSION);
	head->hdr.length = cpu_to_le32(fixed + bytes);
	head->hdr.tag = cpu_to_le64(req->id);
	head->request_id = cpu_to_le64(req->id);
	head->generation = cpu_to_le32(vc->active.generation);
	head->num_buffers = cpu_to_le32(1);
	head->controls_bytes = cpu_to_le32(bytes);
	head->timeout_ns = cpu_to_le64(timeout);
	ref->buffer_id = cpu_to_le32(req->buffer_id);
	return fixed + bytes;
}

static int vcam_send_request(struct vcam *vc, struct vcam_buffer *buf)
{
	struct virtqueue *vq = vc->vqs[VIRTIO_CAMERA_VQ_REQUEST];
	struct scatterlist out, in, *sgs[] = { &out, &in };
	struct vcam_request *req;
	bool notify = false;
	u32 bytes;
	int ret;

	req = vcam_request_alloc(vc);
	if (!req)
		return -ENOMEM;
	req->buf = buf;
	req->id = ++vc->last_request;
	req->buffer_id = buf->mem->id;
	req->num_planes = vc->active.num_planes;
	memcpy(req->plane_size, vc->active.plane_size, sizeof(req->plane_size));
	bytes = vcam_fill_request(vc, req);
	if (!bytes) {
		vcam_request_free(req);
		return -E2BIG;
	}
	sg_init_one(&out, req->out, bytes);
	sg_init_one(&in, req->in, req->in_room);

	spin_lock_irq(&vc->req_lock);
	ret = vcam_dead(vc) ? -EIO : virtqueue_add_sgs(vq, sgs, 1, 1, req, GFP_ATOMIC);
	if (!ret) {
		list_add_tail(&req->list, &vc->in_flight);
		vc->num_in_flight++;
		notify = virtqueue_kick_prepare(vq);
	}
	spin_unlock_irq(&vc->req_lock);
	if (ret)
		vcam_request_free(req);
	else if (notify)
		virtqueue_notify(vq);
	return ret;
}

static bool vcam_may_submit(struct vcam *vc)
{
	return vc->streaming && READ_ONCE(vc->source_present) && !vcam_dead(vc) &&
	       READ_ONCE(vc->num_in_flight) < vc->max_in_flight && !list_empty(&vc->pending);
}

/*
 * Sends what waits and may be sent. Without a source everything waits until it
 * is back. Buffers go back only when submit_lock is free: that takes the
 * handler's lock, under which videobuf2's are taken, under which is submit_lock.
 */
void vcam_submit(struct vcam *vc)
{
	struct vcam_buffer *buf, *next;
	LIST_HEAD(failed);

	mutex_lock(&vc->submit_lock);
	while (vcam_may_submit(vc)) {
		int ret;

		buf = list_first_entry(&vc->pending, struct vcam_buffer, list);
		list_del_init(&buf->list);
		ret = vcam_attached(vc, buf) ? 0 : vcam_attach(vc, buf);
		if (!ret)
			ret = vcam_send_request(vc, buf);
		if (ret) {
			dev_err_ratelimited(vc->dev, "a request could not be sent: %d\n", ret);
			list_add_tail(&buf->list, &failed);
		}
	}
	mutex_unlock(&vc->submit_lock);
	list_for_each_entry_safe(buf, next, &failed, list) {
		list_del_init(&buf->list);
		vcam_give_back(vc, buf, VB2_BUF_STATE_ERROR);
	}
}

/* Ends a buffer and its media request. Neither under the handler's lock nor submit_lock. */
void vcam_give_back(struct vcam *vc, struct vcam_buffer *buf, enum vb2_buffer_state state)
{
	struct vb2_buffer *vb = &buf->vb.vb2_buf;

	if (state == VB2_BUF_STATE_ERROR && buf->vb.sequence != vc->sequence)
		buf->vb.sequence = vc->sequence;
	if (vb->req_obj.req && state != VB2_BUF_STATE_QUEUED)
		v4l2_ctrl_request_complete(vb->req_obj.req, &vc->hdl);
	vb2_buffer_done(vb, state);
}

/* Everything that we have, also what the device has not given back. */
void vcam_give_back_all(struct vcam *vc, enum vb2_buffer_state state)
{
	struct vcam_buffer *buf, *next;
	struct vcam_request *req;
	LIST_HEAD(all);

	mutex_lock(&vc->submit_lock);
	spin_lock_irq(&vc->req_lock);
	list_for_each_entry(req, &vc->in_flight, list) {
		if (req->buf)
			list_add_tail(&req->buf->list, &all);
		req->buf = NULL;
	}
	spin_unlock_irq(&vc->req_lock);
	list_splice_tail_init(&vc->pending, &all);
	mutex_unlock(&vc->submit_lock);
	list_for_each_entry_safe(buf, next, &all, list) {
		list_del_init(&buf->list);
		vcam_give_back(vc, buf, state);
	}
}

/* The device can write no more. */
void vcam_free_requests(struct vcam *vc)
{
	struct vcam_request *req, *next;

	list_for_each_entry_safe(req, next, &vc->in_flight, list) {
		list_del(&req->list);
		vcam_request_free(req);
	}
	vc->num_in_flight = 0;
}

void vcam_req_vq(struct virtqueue *vq)
{
	struct vcam *vc = vq->vdev->priv;

	if (!vcam_dead(vc))
		queue_work(vc->wq, &vc->req_work);
}

static struct vcam_request *vcam_next_done(struct vcam *vc, u32 *used)
{
	struct virtqueue *vq = vc->vqs[VIRTIO_CAMERA_VQ_REQUEST];
	struct vcam_request *req;
	unsigned int len;

	spin_lock_irq(&vc->req_lock);
	do {
		req = NULL;
		if (vcam_dead(vc))
			break;
		virtqueue_disable_cb(vq);
		req = virtqueue_get_buf(vq, &len);
	} while (!req && !virtqueue_enable_cb(vq));
	if (req) {
		list_del_init(&req->list);
		vc->num_in_flight--;
		*used = min(len, req->in_room);
	}
	spin_unlock_irq(&vc->req_lock);
	return req;
}

void vcam_req_work(struct work_struct *work)
{
	struct vcam *vc = container_of(work, struct vcam, req_work);
	struct vcam_request *req;
	u32 used;

	while ((req = vcam_next_done(vc, &used))) {
		vcam_complete_request(vc, req, used);
		vcam_request_free(req);
		vcam_submit(vc);
		wake_up(&vc->drained);
	}
}

/* A device that keeps a request beyond all bounds is broken. Also looks at the clock again. */
void vcam_watch_work(struct work_struct *work)
{
	struct vcam *vc = container_of(to_delayed_work(work), struct vcam, watch_work);
	struct vcam_request *req;
	bool late = false;

	spin_lock_irq(&vc->req_lock);
	req = list_first_entry_or_null(&vc->in_flight, struct vcam_request, list);
	if (req)
		late = time_after(jiffies, req->deadline);
	spin_unlock_irq(&vc->req_lock);
	if (late)
		vcam_break(vc, "a request was not answered");
	else if (!vcam_dead(vc) && ++vc->watches % 16 == 0)
		vcam_sample_clock(vc);
	if (!vcam_dead(vc))
		schedule_delayed_work(&vc->watch_work, HZ);
}
