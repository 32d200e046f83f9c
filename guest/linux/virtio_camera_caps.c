// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: what the camera can do.
 *
 * The capabilities are the device's word. Every length and count in them is
 * held against the record that it is in; what is wrong is not used.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "virtio_camera.h"

#define VCAM_CAPS_CHUNK		4096U
#define VCAM_CAPS_ATTEMPTS	4

struct vcam_record {
	u16 type;
	const void *body;
	u32 bytes;
};

/* The next record at *offset; false at the end or where the blob makes no sense. */
static bool vcam_next_record(const struct vcam_caps *caps, u32 *offset, struct vcam_record *rec)
{
	const struct virtio_camera_record *head = caps->blob + *offset;
	u32 length;

	if (caps->bytes - *offset < sizeof(*head))
		return false;
	length = le32_to_cpu(head->length);
	if (length < sizeof(*head) || length & 7 || length > caps->bytes - *offset)
		return false;
	rec->type = le16_to_cpu(head->type);
	rec->body = head + 1;
	rec->bytes = length - sizeof(*head);
	*offset += length;
	return true;
}

/* Text of a device: printable ASCII, a blank for everything else, no blanks at its ends. */
static void vcam_copy_text(char *to, u32 room, const u8 *from, u32 bytes)
{
	u32 i;

	bytes = min(bytes, room - 1);
	for (i = 0; i < bytes && from[i]; i++)
		to[i] = from[i] > ' ' && from[i] < 0x7f ? from[i] : ' ';
	to[i] = 0;
	strim(to);
	if (*to == ' ')
		memmove(to, skip_spaces(to), strlen(skip_spaces(to)) + 1);
}

static int vcam_read_blob(struct vcam *vc, struct vcam_caps *caps)
{
	const u32 room = sizeof(struct virtio_camera_get_capabilities_reply) + VCAM_CAPS_CHUNK;
	struct virtio_camera_get_capabilities_reply *reply;
	struct virtio_camera_get_capabilities body = { .max = cpu_to_le32(VCAM_CAPS_CHUNK) };
	u32 offset = 0, got;
	int ret;

	reply = kmalloc(room, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	do {
		body.offset = cpu_to_le32(offset);
		ret = vcam_command(vc, VIRTIO_CAMERA_CMD_GET_CAPABILITIES, &body, sizeof(body),
				   reply, sizeof(*reply), room, &got);
		if (ret)
			break;
		got -= sizeof(*reply);
		if (!caps->blob) {
			caps->bytes = le32_to_cpu(reply->total);
			caps->generation = le64_to_cpu(reply->generation);
			ret = -EPROTO;
			if (!caps->bytes || caps->bytes > VCAM_MAX_CAPS)
				break;
			ret = -ENOMEM;
			caps->blob = kvzalloc(caps->bytes, GFP_KERNEL);
			if (!caps->blob)
				break;
		}
		ret = -EAGAIN;
		if (le64_to_cpu(reply->generation) != caps->generation ||
		    le32_to_cpu(reply->total) != caps->bytes)
			break;
		ret = -EPROTO;
		/* Whole pieces, or there would be no end of them. */
		if (le32_to_cpu(reply->offset) != offset ||
		    got != min(VCAM_CAPS_CHUNK, caps->bytes - offset))
			break;
		memcpy(caps->blob + offset, reply + 1, got);
		offset += got;
		ret = 0;
	} while (offset < caps->bytes);
	kfree(reply);
	return ret;
}

static void vcam_read_format(struct vcam *vc, struct vcam_caps *caps,
			     const struct vcam_record *rec)
{
	const struct virtio_camera_cap_format *raw = rec->body;
	struct vcam_format *format = &caps->formats[caps->num_formats];
	u32 i;

	if (rec->bytes < sizeof(*raw) || le32_to_cpu(raw->stream_id))
		return;
	format->fourcc = le32_to_cpu(raw->fourcc);
	format->flags = le32_to_cpu(raw->flags);
	format->num_sizes = le32_to_cpu(raw->num_sizes);
	format->sizes = (void *)(raw + 1);
	if (!format->fourcc || !format->num_sizes || format->num_sizes > VCAM_MAX_SIZES ||
	    format->num_sizes > (rec->bytes - sizeof(*raw)) / sizeof(*format->sizes)) {
		dev_warn_ratelimited(vc->dev, "format %u of the capabilities makes no sense\n",
			 caps->num_formats);
		return;
	}
	for (i = 0; i < format->num_sizes; i++) {
		u32 width = le32_to_cpu(format->sizes[i].max_width);
		u32 height = le32_to_cpu(format->sizes[i].max_height);

		if (!le32_to_cpu(format->sizes[i].min_width) ||
		    !le32_to_cpu(format->sizes[i].min_height) ||
		    le32_to_cpu(format->sizes[i].min_width) > width ||
		    le32_to_cpu(format->sizes[i].min_height) > height ||
		    !le32_to_cpu(format->sizes[i].shortest_num) ||
		    !le32_to_cpu(format->sizes[i].longest_num) ||
		    max(width, height) > VCAM_MAX_DIMENSION ||
		    !le32_to_cpu(format->sizes[i].shortest_den) ||
		    !le32_to_cpu(format->sizes[i].longest_den)) {
			dev_warn_ratelimited(vc->dev, "size %u of format %p4cc makes no sense\n", i,
				 &format->fourcc);
			return;
		}
		caps->max_width = max(caps->max_width, width);
		caps->max_height = max(caps->max_height, height);
	}
	caps->num_formats++;
}

static void vcam_read_menu(struct vcam_control *c, const struct virtio_camera_cap_menu *raw)
{
	u32 i;

	c->menu = kcalloc(c->num_menu, sizeof(*c->menu), GFP_KERNEL);
	if (!c->menu) {
		c->num_menu = 0;
		return;
	}
	for (i = 0; i < c->num_menu; i++) {
		c->menu[i].value = le64_to_cpu(raw[i].value);
		vcam_copy_text(c->menu[i].name, sizeof(c->menu[i].name), raw[i].name,
			       sizeof(raw[i].name));
	}
}

static void vcam_read_control(struct vcam *vc, struct vcam_caps *caps,
			      const struct vcam_record *rec)
{
	const struct virtio_camera_cap_control *raw = rec->body;
	struct vcam_control *c = &caps->controls[caps->num_controls];
	char name[33], unit[17];
	u32 i;

	if (rec->bytes < sizeof(*raw))
		return;
	c->id = le32_to_cpu(raw->id);
	c->type = raw->type;
	c->direction = raw->direction;
	c->scope = raw->scope;
	c->flags = raw->flags;
	c->count_min = le16_to_cpu(raw->count_min);
	c->count_max = le16_to_cpu(raw->count_max);
	c->delay = le32_to_cpu(raw->delay_frames);
	c->min = le64_to_cpu(raw->min);
	c->max = le64_to_cpu(raw->max);
	c->def = le64_to_cpu(raw->def);
	c->step = le64_to_cpu(raw->step);
	c->num_menu = le32_to_cpu(raw->num_menu);
	vcam_copy_text(name, sizeof(name), raw->name, sizeof(raw->name));
	vcam_copy_text(unit, sizeof(unit), raw->unit, sizeof(raw->unit));
	for (i = 0; i < caps->num_controls; i++)
		if (caps->controls[i].id == c->id)
			goto wrong;
	if (!*name || !vcam_elem_bytes(c->type) || !c->count_max || c->count_min > c->count_max ||
	    vcam_elem_bytes(c->type) * c->count_max > VIRTIO_CAMERA_PKT_MAX_VALUE ||
	    !(c->direction & (VIRTIO_CAMERA_DIR_IN | VIRTIO_CAMERA_DIR_OUT)) ||
	    c->scope > VIRTIO_CAMERA_SCOPE_CONFIGURE || c->min > c->max || c->step < 0 ||
	    c->num_menu > (rec->bytes - sizeof(*raw)) / sizeof(struct virtio_camera_cap_menu))
		goto wrong;
	/* V4L2 has no place for units but the name. */
	if (*unit && strlen(name) + strlen(unit) + 3 < 32)
		snprintf(c->name, sizeof(c->name), "%s (%s)", name, unit);
	else
		strscpy(c->name, name, 32);
	if (c->num_menu)
		vcam_read_menu(c, (const void *)(raw + 1));
	caps->num_controls++;
	return;

wrong:
	dev_warn_ratelimited(vc->dev, "control 0x%x of the capabilities makes no sense\n", c->id);
	memset(c, 0, sizeof(*c));
}

static int vcam_parse_caps(struct vcam *vc, struct vcam_caps *caps)
{
	u32 formats = 0, controls = 0, offset = 0;
	struct vcam_record rec;

	while (vcam_next_record(caps, &offset, &rec)) {
		formats += rec.type == VIRTIO_CAMERA_CAP_FORMAT;
		controls += rec.type == VIRTIO_CAMERA_CAP_CONTROL;
	}
	if (offset != caps->bytes) {
		dev_err(vc->dev, "the capabilities make no sense from byte %u on\n", offset);
		return -EPROTO;
	}
	formats = min(formats, VCAM_MAX_FORMATS);
	controls = min(controls, VCAM_MAX_CONTROLS);
	caps->formats = kcalloc(formats, sizeof(*caps->formats), GFP_KERNEL);
	caps->controls = kcalloc(controls, sizeof(*caps->controls), GFP_KERNEL);
	if (!caps->formats || !caps->controls)
		return -ENOMEM;

	offset = 0;
	while (vcam_next_record(caps, &offset, &rec)) {
		const struct virtio_camera_cap_camera *camera = rec.body;

		if (rec.type == VIRTIO_CAMERA_CAP_FORMAT && caps->num_formats < formats) {
			vcam_read_format(vc, caps, &rec);
		} else if (rec.type == VIRTIO_CAMERA_CAP_CONTROL && caps->num_controls < controls) {
			vcam_read_control(vc, caps, &rec);
		} else if (rec.type == VIRTIO_CAMERA_CAP_CAMERA && rec.bytes >= sizeof(*camera)) {
			vcam_copy_text(caps->model, sizeof(caps->model), camera->model,
				       sizeof(camera->model));
			caps->max_buffers = le32_to_cpu(camera->max_buffers);
		}
	}
	if (!caps->num_formats) {
		dev_err(vc->dev, "the camera has no formats\n");
		return -EPROTO;
	}
	return 0;
}

int vcam_read_caps(struct vcam *vc, struct vcam_caps *caps)
{
	int i, ret;

	for (i = 0; i < VCAM_CAPS_ATTEMPTS; i++) {
		memset(caps, 0, sizeof(*caps));
		ret = vcam_read_blob(vc, caps);
		if (!ret)
			ret = vcam_parse_caps(vc, caps);
		if (!ret)
			return 0;
		vcam_free_caps(caps);
		/* The camera became another one while its capabilities were read. */
		if (ret != -EAGAIN)
			break;
	}
	return ret;
}

/* Whether the camera still is what it was when the driver was bound. */
bool vcam_same_caps(struct vcam *vc)
{
	struct vcam_caps now = {};
	bool same;

	same = !vcam_read_blob(vc, &now) && now.bytes == vc->caps.bytes &&
	       !memcmp(now.blob, vc->caps.blob, now.bytes);
	kvfree(now.blob);
	return same;
}

void vcam_free_caps(struct vcam_caps *caps)
{
	u32 i;

	for (i = 0; i < caps->num_controls; i++) {
		kfree(caps->controls[i].menu);
		kfree(caps->controls[i].qmenu);
	}
	kfree(caps->controls);
	kfree(caps->formats);
	kvfree(caps->blob);
	memset(caps, 0, sizeof(*caps));
}
