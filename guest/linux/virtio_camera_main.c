// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: a camera of the host as V4L2 device with media requests.
 *
 * docs/virtio-camera.md describes the device. Nothing here trusts it: what it
 * writes is copied once, then judged; what it does not answer ends in time.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "virtio_camera.h"

/*
 * The device does not do what it must. Nothing is sent any more, everybody who
 * waits is woken, buffers go back as errors. What the device holds stays in
 * memory until it is reset and its queues are gone. May sleep.
 */
void vcam_break(struct vcam *vc, const char *why)
{
	unsigned long flags;
	bool was;

	spin_lock_irqsave(&vc->state_lock, flags);
	was = vc->broken;
	WRITE_ONCE(vc->broken, true);
	spin_unlock_irqrestore(&vc->state_lock, flags);
	if (was)
		return;
	dev_err(vc->dev, "the device is broken: %s\n", why);
	vcam_cmd_abandon(vc);
	wake_up(&vc->drained);
	schedule_work(&vc->break_work);
}

static void vcam_break_work(struct work_struct *work)
{
	struct vcam *vc = container_of(work, struct vcam, break_work);
	bool streaming;

	if (video_is_registered(&vc->video))
		vb2_queue_error(&vc->video_queue);
	if (video_is_registered(&vc->meta))
		vb2_queue_error(&vc->meta_queue);
	/* Who starts or stops a stream gives back by itself. */
	mutex_lock(&vc->submit_lock);
	streaming = vc->streaming;
	mutex_unlock(&vc->submit_lock);
	if (streaming)
		vcam_give_back_all(vc, VB2_BUF_STATE_ERROR);
	virtio_break_device(vc->vdev);
	virtio_reset_device(vc->vdev);
}

/* What can change in the configuration space. */
void vcam_read_config(struct vcam *vc)
{
	u32 flags;

	virtio_cread_le(vc->vdev, struct virtio_camera_config, flags, &flags);
	WRITE_ONCE(vc->flags, flags);
	WRITE_ONCE(vc->source_present, flags & VIRTIO_CAMERA_S_SOURCE_PRESENT);
}

static void vcam_config_work(struct work_struct *work)
{
	struct vcam *vc = container_of(work, struct vcam, config_work);

	if (vcam_dead(vc))
		return;
	vcam_read_config(vc);
	vcam_grab_controls(vc, READ_ONCE(vc->streaming));
	vcam_submit(vc);
}

static void vcam_config_changed(struct virtio_device *vdev)
{
	struct vcam *vc = vdev->priv;

	if (!vcam_dead(vc))
		queue_work(vc->wq, &vc->config_work);
}

static int vcam_read_device(struct vcam *vc)
{
	u32 version, ring;
	int i;

	virtio_cread_le(vc->vdev, struct virtio_camera_config, version, &version);
	if (version >> 16 != VIRTIO_CAMERA_VERSION_MAJOR) {
		dev_err(vc->dev, "version %u.%u of the protocol is not known\n", version >> 16,
			version & 0xffff);
		return -ENODEV;
	}
	vcam_read_config(vc);
	virtio_cread_le(vc->vdev, struct virtio_camera_config, max_in_flight, &vc->max_in_flight);
	virtio_cread_le(vc->vdev, struct virtio_camera_config, max_request_bytes, &vc->max_request);
	virtio_cread_le(vc->vdev, struct virtio_camera_config, max_result_bytes, &vc->max_result);
	virtio_cread_le(vc->vdev, struct virtio_camera_config, pipeline_depth, &vc->depth);
	virtio_cread_bytes(vc->vdev, offsetof(struct virtio_camera_config, name), vc->name, 64);
	for (i = 0; vc->name[i]; i++)
		if (vc->name[i] < ' ' || vc->name[i] > '~')
			vc->name[i] = '?';
	if (!*vc->name)
		strscpy(vc->name, "virtio-camera", sizeof(vc->name));

	/* A request is two descriptors, or one that points to them. */
	ring = virtqueue_get_vring_size(vc->vqs[VIRTIO_CAMERA_VQ_REQUEST]);
	if (!virtio_has_feature(vc->vdev, VIRTIO_RING_F_INDIRECT_DESC))
		ring /= 2;
	vc->max_in_flight = min3(vc->max_in_flight, ring, 64U);
	if (!vc->max_in_flight || vc->max_request < 512 || vc->max_result < 256) {
		dev_err(vc->dev, "%u requests of %u and %u bytes are too few\n", vc->max_in_flight,
			vc->max_request, vc->max_result);
		return -EPROTO;
	}
	vc->max_request = min(vc->max_request, VCAM_MAX_REQUEST);
	vc->max_result = min(vc->max_result, VCAM_MAX_RESULT);
	vc->depth = min(vc->depth, 64U);
	return 0;
}

/* A media request lives as long as its file, which may be longer than the device. */
static struct media_request *vcam_req_alloc(struct media_device *mdev)
{
	struct vcam *vc = container_of(mdev, struct vcam, mdev);
	struct media_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (req) {
		v4l2_device_get(&vc->v4l2_dev);
		__module_get(THIS_MODULE);
	}
	return req;
}

static void vcam_req_free(struct media_request *req)
{
	struct vcam *vc = container_of(req->mdev, struct vcam, mdev);

	kfree(req);
	v4l2_device_put(&vc->v4l2_dev);
	module_put(THIS_MODULE);
}

static const struct media_device_ops vcam_media_ops = {
	.req_alloc	= vcam_req_alloc,
	.req_free	= vcam_req_free,
	.req_validate	= vb2_request_validate,
	.req_queue	= vb2_request_queue,
};

static int vcam_init_media(struct vcam *vc)
{
	int ret;

	vc->sensor.name = "sensor";
	vc->sensor.function = MEDIA_ENT_F_CAM_SENSOR;
	vc->sensor_pads[0].flags = MEDIA_PAD_FL_SOURCE;
	vc->sensor_pads[1].flags = MEDIA_PAD_FL_SOURCE;
	ret = media_entity_pads_init(&vc->sensor, 2, vc->sensor_pads);
	if (ret)
		return ret;
	ret = media_device_register_entity(&vc->mdev, &vc->sensor);
	if (ret)
		return ret;
	ret = media_create_pad_link(&vc->sensor, 0, &vc->video.entity, 0,
				    MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE);
	if (ret)
		return ret;
	ret = media_create_pad_link(&vc->sensor, 1, &vc->meta.entity, 0,
				    MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE);
	return ret ?: media_device_register(&vc->mdev);
}

/* The last file is closed. */
static void vcam_release(struct v4l2_device *v4l2_dev)
{
	struct vcam *vc = container_of(v4l2_dev, struct vcam, v4l2_dev);

	v4l2_ctrl_handler_free(&vc->hdl);
	v4l2_device_unregister(&vc->v4l2_dev);
	media_device_cleanup(&vc->mdev);
	vcam_free_caps(&vc->caps);
	mutex_destroy(&vc->lock);
	mutex_destroy(&vc->meta_lock);
	mutex_destroy(&vc->meta_result_lock);
	mutex_destroy(&vc->submit_lock);
	put_device(vc->dev);
	kfree(vc);
}

static int vcam_init(struct vcam *vc, struct virtio_device *vdev)
{
	vc->vdev = vdev;
	vc->dev = get_device(&vdev->dev);
	vdev->priv = vc;
	mutex_init(&vc->lock);
	mutex_init(&vc->meta_lock);
	mutex_init(&vc->meta_result_lock);
	mutex_init(&vc->submit_lock);
	spin_lock_init(&vc->meta_list_lock);
	spin_lock_init(&vc->cmd_lock);
	spin_lock_init(&vc->event_lock);
	spin_lock_init(&vc->req_lock);
	spin_lock_init(&vc->wish_lock);
	spin_lock_init(&vc->state_lock);
	INIT_LIST_HEAD(&vc->meta_buffers);
	INIT_LIST_HEAD(&vc->cmds);
	INIT_LIST_HEAD(&vc->pending);
	INIT_LIST_HEAD(&vc->in_flight);
	INIT_LIST_HEAD(&vc->mems);
	init_waitqueue_head(&vc->drained);
	INIT_WORK(&vc->req_work, vcam_req_work);
	INIT_WORK(&vc->event_work, vcam_event_work);
	INIT_WORK(&vc->config_work, vcam_config_work);
	INIT_WORK(&vc->break_work, vcam_break_work);
	INIT_DELAYED_WORK(&vc->watch_work, vcam_watch_work);

	vc->mdev.dev = vc->dev;
	strscpy(vc->mdev.model, "virtio-camera", sizeof(vc->mdev.model));
	snprintf(vc->mdev.bus_info, sizeof(vc->mdev.bus_info), "platform:%s", dev_name(vc->dev));
	media_device_init(&vc->mdev);
	v4l2_ctrl_handler_init(&vc->hdl, 0);
	strscpy(vc->v4l2_dev.name, dev_name(vc->dev), sizeof(vc->v4l2_dev.name));
	vc->v4l2_dev.mdev = &vc->mdev;
	vc->v4l2_dev.release = vcam_release;
	return v4l2_device_register(vc->dev, &vc->v4l2_dev);
}

/* From here on the device writes nothing any more. */
static void vcam_stop_device(struct vcam *vc)
{
	int i;

	spin_lock_irq(&vc->cmd_lock);
	WRITE_ONCE(vc->gone, true);
	spin_unlock_irq(&vc->cmd_lock);
	vcam_cmd_abandon(vc);
	wake_up(&vc->drained);
	virtio_reset_device(vc->vdev);
	cancel_delayed_work_sync(&vc->watch_work);
	/* What is queued from now on finds the device gone and touches no queue. */
	flush_workqueue(vc->wq);
	/* Last, since the others can find the device broken. */
	cancel_work_sync(&vc->break_work);
	for (i = 0; i < VIRTIO_CAMERA_VQS; i++)
		while (virtqueue_detach_unused_buf(vc->vqs[i]))
			;
	/* Some transports stop the device only here. */
	vc->vdev->config->del_vqs(vc->vdev);
	destroy_workqueue(vc->wq);
	vcam_cmd_free_all(vc);
	vcam_free_requests(vc);
	mutex_lock(&vc->submit_lock);
	vcam_forget_mems(vc);
	mutex_unlock(&vc->submit_lock);
	kfree(vc->event_memory);
	kfree(vc->result);
}

static int vcam_probe_camera(struct vcam *vc)
{
	int ret;

	ret = vcam_read_caps(vc, &vc->caps);
	if (ret) {
		dev_err(vc->dev, "the capabilities cannot be read: %d\n", ret);
		return ret;
	}
	if (vcam_per_frame(vc))
		vc->mdev.ops = &vcam_media_ops;
	v4l2_ctrl_handler_free(&vc->hdl);
	ret = vcam_init_controls(vc);
	if (ret)
		return ret;
	vcam_get_global_controls(vc);
	vcam_grab_controls(vc, false);
	ret = vcam_init_video(vc);
	if (!ret)
		ret = vcam_init_meta(vc);
	if (!ret)
		ret = vcam_init_media(vc);
	if (!ret)
		vcam_init_debugfs(vc);
	return ret;
}

/* Those who wait for a frame learn that none will come, then the stream ends. */
static void vcam_unregister_node(struct video_device *video)
{
	struct vb2_queue *q = video->queue;
	int i, waiting = 1;

	if (!video_is_registered(video))
		return;
	vb2_queue_error(q);
	for (i = 0; i < 50 && waiting; i++) {
		mutex_lock(q->lock);
		waiting = q->waiting_in_dqbuf;
		mutex_unlock(q->lock);
		if (waiting)
			msleep(20);
	}
	vb2_video_unregister_device(video);
}

static void vcam_unregister(struct vcam *vc)
{
	debugfs_remove(vc->debugfs);
	media_device_unregister(&vc->mdev);
	vcam_unregister_node(&vc->video);
	vcam_unregister_node(&vc->meta);
	v4l2_device_disconnect(&vc->v4l2_dev);
}

static int vcam_probe(struct virtio_device *vdev)
{
	static const char * const names[] = { "control", "event", "request" };
	vq_callback_t *callbacks[] = { vcam_cmd_vq, vcam_event_vq, vcam_req_vq };
	struct vcam *vc;
	int ret;

	if (!virtio_has_feature(vdev, VIRTIO_F_VERSION_1)) {
		dev_err(&vdev->dev, "legacy devices are not supported\n");
		return -ENODEV;
	}
	vc = kzalloc(sizeof(*vc), GFP_KERNEL);
	if (!vc)
		return -ENOMEM;
	ret = vcam_init(vc, vdev);
	if (ret)
		goto put;
	ret = -ENOMEM;
	vc->wq = alloc_ordered_workqueue("virtio_camera/%s", WQ_HIGHPRI, dev_name(&vdev->dev));
	if (!vc->wq)
		goto put;
	ret = vcam_find_three_vqs(vdev, vc->vqs, names, callbacks);
	if (ret) {
		destroy_workqueue(vc->wq);
		goto put;
	}
	ret = vcam_read_device(vc);
	if (!ret)
		ret = vcam_init_events(vc);
	if (ret)
		goto stop;
	ret = -ENOMEM;
	vc->result = kzalloc(vc->max_result, GFP_KERNEL);
	if (!vc->result)
		goto stop;
	virtio_device_ready(vdev);
	ret = vcam_probe_camera(vc);
	if (ret)
		goto unregister;
	/* Not before there are nodes and controls that events are about; the device keeps them. */
	vcam_post_events(vc);
	dev_info(&vdev->dev, "%s: %s, %u formats, %u controls, %s\n",
		 video_device_node_name(&vc->video), vc->name, vc->caps.num_formats,
		 vc->caps.num_controls, vcam_per_frame(vc) ? "per-frame control" : "classical");
	return 0;

unregister:
	vcam_unregister(vc);
stop:
	vcam_stop_device(vc);
put:
	v4l2_device_put(&vc->v4l2_dev);
	return ret;
}

static void vcam_remove(struct virtio_device *vdev)
{
	struct vcam *vc = vdev->priv;

	vcam_unregister(vc);
	vcam_stop_device(vc);
	v4l2_device_put(&vc->v4l2_dev);
}

/* Front-ends that cannot be told this id can be told another one, for tests. */
#ifndef VCAM_DEVICE_ID
#define VCAM_DEVICE_ID	VIRTIO_CAMERA_ID
#endif

static const struct virtio_device_id vcam_ids[] = {
	{ VCAM_DEVICE_ID, VIRTIO_DEV_ANY_ID },
	{ }
};
MODULE_DEVICE_TABLE(virtio, vcam_ids);

static struct virtio_driver vcam_driver = {
	.driver.name		= VCAM_NAME,
	.driver.owner		= THIS_MODULE,
	.driver.dev_groups	= vcam_groups,
	.id_table		= vcam_ids,
	.probe			= vcam_probe,
	.remove			= vcam_remove,
	.config_changed		= vcam_config_changed,
};
module_virtio_driver(vcam_driver);

MODULE_DESCRIPTION("virtio-camera driver");
MODULE_LICENSE("GPL");
