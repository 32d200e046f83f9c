// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: the guest's role, and the capabilities as they came.
 */
#include <linux/sysfs.h>

#include "virtio_camera.h"

static ssize_t role_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vcam *vc = dev_to_virtio(dev)->priv;
	u32 flags = READ_ONCE(vc->flags);

	return sysfs_emit(buf, "%s\n", flags & VIRTIO_CAMERA_S_INTERLEAVED ? "interleaved" :
				       flags & VIRTIO_CAMERA_S_OWNER ? "owner" : "observer");
}

/* "owner" asks for the camera's controls, "force" takes them, "observer" gives them up. */
static ssize_t role_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	struct vcam *vc = dev_to_virtio(dev)->priv;
	struct virtio_camera_owner body = {};
	u16 type = VIRTIO_CAMERA_CMD_ACQUIRE_OWNER;
	int ret;

	if (sysfs_streq(buf, "force"))
		body.flags = cpu_to_le32(VIRTIO_CAMERA_OWNER_FORCE);
	else if (sysfs_streq(buf, "observer"))
		type = VIRTIO_CAMERA_CMD_RELEASE_OWNER;
	else if (!sysfs_streq(buf, "owner"))
		return -EINVAL;
	ret = vcam_command(vc, type, &body, sizeof(body), NULL, 0, 0, NULL);
	if (ret)
		return ret;
	queue_work(vc->wq, &vc->config_work);
	flush_work(&vc->config_work);
	return count;
}
static DEVICE_ATTR_RW(role);

static struct attribute *vcam_attrs[] = {
	&dev_attr_role.attr,
	NULL
};

static const struct attribute_group vcam_group = {
	.attrs = vcam_attrs,
};

const struct attribute_group *vcam_groups[] = {
	&vcam_group,
	NULL
};

/* For what V4L2 has no words: scopes, delays, calibration. */
void vcam_init_debugfs(struct vcam *vc)
{
	char name[64];

	snprintf(name, sizeof(name), VCAM_NAME "-%s", dev_name(vc->dev));
	vc->debugfs = debugfs_create_dir(name, NULL);
	vc->blob.data = vc->caps.blob;
	vc->blob.size = vc->caps.bytes;
	debugfs_create_blob("capabilities", 0400, vc->debugfs, &vc->blob);
}
