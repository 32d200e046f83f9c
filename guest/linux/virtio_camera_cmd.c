// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: commands, on the control queue.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "virtio_camera.h"

static unsigned int command_timeout_ms = VCAM_CMD_TIMEOUT_MS;
module_param(command_timeout_ms, uint, 0444);
MODULE_PARM_DESC(command_timeout_ms,
		 "how long a command waits for its answer, 100 to 60000 ms (default 5000)");

/* In jiffies. */
unsigned long vcam_cmd_timeout(void)
{
	return msecs_to_jiffies(clamp(command_timeout_ms, (u32)VCAM_CMD_TIMEOUT_MIN_MS,
				      (u32)VCAM_CMD_TIMEOUT_MAX_MS));
}

static void vcam_cmd_release(struct kref *ref)
{
	struct vcam_cmd *cmd = container_of(ref, struct vcam_cmd, ref);

	kfree(cmd->out);
	kfree(cmd->in);
	kfree(cmd);
}

static void vcam_cmd_put(struct vcam_cmd *cmd)
{
	kref_put(&cmd->ref, vcam_cmd_release);
}

static struct vcam_cmd *vcam_cmd_alloc(u32 out_len, u32 in_room)
{
	struct vcam_cmd *cmd = kzalloc(sizeof(*cmd), GFP_KERNEL);

	if (!cmd)
		return NULL;
	kref_init(&cmd->ref);
	INIT_LIST_HEAD(&cmd->list);
	init_completion(&cmd->done);
	/* Apart from one another: they may be mapped for DMA. */
	cmd->out = kzalloc(out_len, GFP_KERNEL);
	cmd->in = kzalloc(in_room, GFP_KERNEL);
	cmd->out_len = out_len;
	cmd->in_room = in_room;
	if (!cmd->out || !cmd->in) {
		vcam_cmd_put(cmd);
		return NULL;
	}
	return cmd;
}

static int vcam_status_error(u32 status)
{
	switch (status) {
	case VIRTIO_CAMERA_OK:
		return 0;
	case VIRTIO_CAMERA_INVALID:
		return -EINVAL;
	case VIRTIO_CAMERA_UNSUPPORTED:
		return -EOPNOTSUPP;
	case VIRTIO_CAMERA_BUSY:
		return -EBUSY;
	case VIRTIO_CAMERA_NO_MEMORY:
		return -ENOMEM;
	case VIRTIO_CAMERA_STALE:
		return -ESTALE;
	case VIRTIO_CAMERA_NOT_OWNER:
		return -EPERM;
	case VIRTIO_CAMERA_NO_SOURCE:
		return -ENOLINK;
	case VIRTIO_CAMERA_TIMEOUT:
		return -ETIMEDOUT;
	case VIRTIO_CAMERA_CANCELLED:
		return -ECANCELED;
	case VIRTIO_CAMERA_DENIED:
		return -EACCES;
	default:
		return -EIO;
	}
}

/* The device gave commands back. Runs in the interrupt. */
void vcam_cmd_vq(struct virtqueue *vq)
{
	struct vcam *vc = vq->vdev->priv;
	struct vcam_cmd *cmd;
	unsigned long flags;
	unsigned int used;

	spin_lock_irqsave(&vc->cmd_lock, flags);
	if (vcam_dead(vc)) {
		spin_unlock_irqrestore(&vc->cmd_lock, flags);
		return;
	}
	do {
		virtqueue_disable_cb(vq);
		while ((cmd = virtqueue_get_buf(vq, &used))) {
			list_del_init(&cmd->list);
			cmd->used = min(used, cmd->in_room);
			cmd->answered = true;
			complete(&cmd->done);
			vcam_cmd_put(cmd);
		}
	} while (!virtqueue_enable_cb(vq));
	spin_unlock_irqrestore(&vc->cmd_lock, flags);
}

static int vcam_cmd_send(struct vcam *vc, struct vcam_cmd *cmd, u16 type)
{
	struct virtqueue *vq = vc->vqs[VIRTIO_CAMERA_VQ_CONTROL];
	struct virtio_camera_hdr *hdr = cmd->out;
	struct scatterlist out, in, *sgs[] = { &out, &in };
	unsigned long flags;
	bool notify = false;
	int ret;

	sg_init_one(&out, cmd->out, cmd->out_len);
	sg_init_one(&in, cmd->in, cmd->in_room);

	spin_lock_irqsave(&vc->cmd_lock, flags);
	if (vcam_dead(vc)) {
		ret = -EIO;
		goto unlock;
	}
	cmd->tag = ++vc->last_tag;
	hdr->type = cpu_to_le16(type);
	hdr->version = cpu_to_le16(VIRTIO_CAMERA_HDR_VERSION);
	hdr->length = cpu_to_le32(cmd->out_len);
	hdr->tag = cpu_to_le64(cmd->tag);
	ret = virtqueue_add_sgs(vq, sgs, 1, 1, cmd, GFP_ATOMIC);
	if (!ret) {
		kref_get(&cmd->ref);
		list_add_tail(&cmd->list, &vc->cmds);
		notify = virtqueue_kick_prepare(vq);
	}
unlock:
	spin_unlock_irqrestore(&vc->cmd_lock, flags);
	if (notify)
		virtqueue_notify(vq);
	return ret;
}

/* Copies the answer out of what the device can write, then judges the copy. */
static int vcam_cmd_answer(struct vcam *vc, struct vcam_cmd *cmd, u16 type,
			   void *reply, u32 reply_min, u32 reply_room, u32 *reply_len)
{
	struct virtio_camera_resp resp;
	u32 length;
	int ret;

	if (cmd->used < sizeof(resp)) {
		dev_err(vc->dev, "command 0x%x: an answer of %u bytes\n", type, cmd->used);
		return -EPROTO;
	}
	memcpy(&resp, cmd->in, sizeof(resp));
	length = le32_to_cpu(resp.length);
	if (le64_to_cpu(resp.tag) != cmd->tag || length < sizeof(resp) || length > cmd->used) {
		dev_err(vc->dev, "command 0x%x: an answer that is not to it, or of a wrong length %u\n",
			type, length);
		return -EPROTO;
	}
	ret = vcam_status_error(le32_to_cpu(resp.status));
	if (ret) {
		dev_dbg(vc->dev, "command 0x%x: status %u\n", type, le32_to_cpu(resp.status));
		return ret;
	}
	length -= sizeof(resp);
	if (length < reply_min) {
		dev_err(vc->dev, "command 0x%x: %u bytes of reply, at least %u are needed\n",
			type, length, reply_min);
		return -EPROTO;
	}
	length = min(length, reply_room);
	if (reply)
		memcpy(reply, cmd->in + sizeof(resp), length);
	if (reply_len)
		*reply_len = length;
	return 0;
}

/*
 * Sends a command and waits for its answer. A device that does not answer is
 * broken: nobody can tell any more what it will do. May sleep.
 */
int vcam_command(struct vcam *vc, u16 type, const void *body, u32 body_len,
		 void *reply, u32 reply_min, u32 reply_room, u32 *reply_len)
{
	struct vcam_cmd *cmd;
	int ret;

	cmd = vcam_cmd_alloc(sizeof(struct virtio_camera_hdr) + body_len,
			     sizeof(struct virtio_camera_resp) + reply_room);
	if (!cmd)
		return -ENOMEM;
	if (body_len)
		memcpy(cmd->out + sizeof(struct virtio_camera_hdr), body, body_len);

	ret = vcam_cmd_send(vc, cmd, type);
	if (ret)
		goto put;
	wait_for_completion_timeout(&cmd->done, vcam_cmd_timeout());
	spin_lock_irq(&vc->cmd_lock);
	ret = cmd->answered ? 0 : -EIO;
	spin_unlock_irq(&vc->cmd_lock);
	if (!ret)
		ret = vcam_cmd_answer(vc, cmd, type, reply, reply_min, reply_room, reply_len);
	else if (!vcam_dead(vc))
		vcam_break(vc, "a command was not answered");
put:
	vcam_cmd_put(cmd);
	return ret;
}

int vcam_command_generation(struct vcam *vc, u16 type, u32 generation)
{
	struct virtio_camera_generation body = { .generation = cpu_to_le32(generation) };

	return vcam_command(vc, type, &body, sizeof(body), NULL, 0, 0, NULL);
}

/* Wakes those who wait; the commands stay with the device. */
void vcam_cmd_abandon(struct vcam *vc)
{
	struct vcam_cmd *cmd;
	unsigned long flags;

	spin_lock_irqsave(&vc->cmd_lock, flags);
	list_for_each_entry(cmd, &vc->cmds, list)
		complete(&cmd->done);
	spin_unlock_irqrestore(&vc->cmd_lock, flags);
}

/* The device can write no more. */
void vcam_cmd_free_all(struct vcam *vc)
{
	struct vcam_cmd *cmd, *next;

	list_for_each_entry_safe(cmd, next, &vc->cmds, list) {
		list_del_init(&cmd->list);
		complete(&cmd->done);
		vcam_cmd_put(cmd);
	}
}

/* The host's clock against ours: the shortest of some samples is the best. */
int vcam_sample_clock(struct vcam *vc)
{
	u64 best = U64_MAX;
	s64 offset = 0;
	int i, ret;

	for (i = 0; i < 5; i++) {
		struct virtio_camera_clock_sample_reply reply;
		u64 before = ktime_get_ns(), after;

		ret = vcam_command(vc, VIRTIO_CAMERA_CMD_CLOCK_SAMPLE, NULL, 0,
				   &reply, sizeof(reply), sizeof(reply), NULL);
		if (ret)
			return ret;
		after = ktime_get_ns();
		if (after - before >= best)
			continue;
		best = after - before;
		offset = (s64)(le64_to_cpu(reply.device_ns) - (before + best / 2));
	}
	atomic64_set(&vc->clock_offset, offset);
	return 0;
}
