// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: controls.
 *
 * The current value of a control is the one that the newest completed frame was
 * made with, or the one set since. What a program sets outside of a request goes
 * to the device with the next request (scope frame) or at once (the others).
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "virtio_camera.h"

static const struct { u32 id, cid; } vcam_standard[] = {
	{ 0x00009, V4L2_CID_ANALOGUE_GAIN },
	{ 0x0000e, V4L2_CID_BRIGHTNESS },
	{ 0x0000f, V4L2_CID_CONTRAST },
	{ 0x00011, V4L2_CID_AUTO_WHITE_BALANCE },
	{ 0x00015, V4L2_CID_WHITE_BALANCE_TEMPERATURE },
	{ 0x00016, V4L2_CID_SATURATION },
	{ 0x00018, V4L2_CID_SHARPNESS },
	{ 0x0001c, V4L2_CID_DIGITAL_GAIN },
	{ 0x0002d, V4L2_CID_GAMMA },
	{ 0x00035, V4L2_CID_HUE },
	{ 0x00100, V4L2_CID_HFLIP },
	{ 0x00101, V4L2_CID_VFLIP },
	{ 0x10006, V4L2_CID_TEST_PATTERN },
};

struct vcam_control *vcam_find_control(struct vcam *vc, u32 id)
{
	u32 i;

	for (i = 0; i < vc->caps.num_controls; i++)
		if (vc->caps.controls[i].id == id)
			return &vc->caps.controls[i];
	return NULL;
}

static bool vcam_is_array(const struct vcam_control *c)
{
	return c->count_max > 1 || c->type == VIRTIO_CAMERA_TYPE_RECTANGLE ||
	       c->type == VIRTIO_CAMERA_TYPE_SIZE || c->type == VIRTIO_CAMERA_TYPE_BYTES;
}

/* From V4L2's value to the wire's. Elements of 0 at the end are left off, down to the fewest. */
int vcam_to_wire(struct vcam_control *c, union v4l2_ctrl_ptr p, u8 *value, u16 *count)
{
	u32 i, bytes = vcam_elem_bytes(c->type);

	*count = c->count_max;
	switch (c->type) {
	case VIRTIO_CAMERA_TYPE_BOOL:
	case VIRTIO_CAMERA_TYPE_U8:
		if (vcam_is_array(c) && c->type == VIRTIO_CAMERA_TYPE_U8)
			memcpy(value, p.p_u8, c->count_max);
		else
			for (i = 0; i < c->count_max; i++)
				value[i] = p.p_s32[i];
		break;
	case VIRTIO_CAMERA_TYPE_BYTES:
		memcpy(value, p.p_u8, c->count_max);
		break;
	case VIRTIO_CAMERA_TYPE_I64:
		for (i = 0; i < c->count_max; i++)
			((__le64 *)value)[i] = cpu_to_le64(p.p_s64[i]);
		break;
	default:
		for (i = 0; i < c->count_max * bytes / 4; i++)
			((__le32 *)value)[i] = cpu_to_le32(p.p_s32[i]);
		break;
	}
	while (*count > c->count_min && !memchr_inv(value + (*count - 1) * bytes, 0, bytes))
		(*count)--;
	return *count * bytes;
}

/* From the wire's value to V4L2's, which p has room for. */
bool vcam_from_wire(struct vcam_control *c, const struct vcam_item *item, void *p)
{
	u32 i, n;

	if (!item->value || item->type != c->type || item->count > c->count_max)
		return false;
	memset(p, 0, c->ctrl->elems * c->ctrl->elem_size);
	switch (c->type) {
	case VIRTIO_CAMERA_TYPE_BOOL:
	case VIRTIO_CAMERA_TYPE_U8:
		if (!vcam_is_array(c) || c->type == VIRTIO_CAMERA_TYPE_BOOL) {
			for (i = 0; i < item->count; i++)
				((s32 *)p)[i] = c->type == VIRTIO_CAMERA_TYPE_BOOL ?
						!!((u8 *)item->value)[i] : ((u8 *)item->value)[i];
			break;
		}
		fallthrough;
	case VIRTIO_CAMERA_TYPE_BYTES:
		memcpy(p, item->value, item->count);
		break;
	case VIRTIO_CAMERA_TYPE_I64:
		for (i = 0; i < item->count; i++)
			((s64 *)p)[i] = le64_to_cpu(((__le64 *)item->value)[i]);
		break;
	default:
		n = item->bytes / 4;
		for (i = 0; i < n; i++)
			((s32 *)p)[i] = le32_to_cpu(((__le32 *)item->value)[i]);
		break;
	}
	return true;
}

/* Whether the framework would have taken this value; arrays are nothing to it but numbers. */
static bool vcam_in_range(struct vcam_control *c, const struct vcam_item *item)
{
	u8 value[VIRTIO_CAMERA_PKT_MAX_VALUE * 4] __aligned(8);
	struct v4l2_ctrl *ctrl = c->ctrl;
	s64 now;

	if (!vcam_from_wire(c, item, value))
		return false;
	if (ctrl->is_ptr)
		return true;
	now = ctrl->type == V4L2_CTRL_TYPE_INTEGER64 ? *(s64 *)value : *(s32 *)value;
	if (now < ctrl->minimum || now > ctrl->maximum)
		return false;
	return ctrl->type != V4L2_CTRL_TYPE_MENU || *ctrl->qmenu[now];
}

/* SET_CONTROLS of one control, and what became of it. */
static int vcam_set_control(struct vcam *vc, struct vcam_control *c, const u8 *value, u16 count)
{
	struct {
		struct virtio_camera_controls head;
		u8 packet[sizeof(struct virtio_camera_pkt) + sizeof(struct virtio_camera_item) +
			  VIRTIO_CAMERA_PKT_MAX_VALUE + 8];
	} *body;
	struct vcam_packet_writer w;
	struct vcam_item item;
	u8 *reply;
	u32 bytes, got;
	int ret;

	body = kzalloc(sizeof(*body), GFP_KERNEL);
	reply = kmalloc(sizeof(body->packet), GFP_KERNEL);
	ret = -ENOMEM;
	if (!body || !reply)
		goto out;
	vcam_packet_begin(&w, body->packet, sizeof(body->packet), 1);
	vcam_packet_add(&w, c->id, c->type, count, value);
	bytes = vcam_packet_end(&w);
	body->head.controls_bytes = cpu_to_le32(bytes);
	ret = vcam_command(vc, VIRTIO_CAMERA_CMD_SET_CONTROLS, body, sizeof(body->head) + bytes,
			   reply, 0, sizeof(body->packet), &got);
	if (ret)
		goto out;
	ret = vcam_packet_check(reply, got);
	if (ret < 0)
		goto out;
	ret = ret == 1 ? 0 : -EPROTO;
	if (ret)
		goto out;
	vcam_packet_item(reply, 0, &item);
	if (item.flags & VIRTIO_CAMERA_ITEM_IGNORED)
		ret = -EBUSY;
	else if (item.id == c->id && vcam_in_range(c, &item))
		vcam_from_wire(c, &item, c->ctrl->p_new.p);
out:
	kfree(reply);
	kfree(body);
	return ret;
}

static int vcam_s_ctrl(struct v4l2_ctrl *ctrl)
{
	struct vcam *vc = container_of(ctrl->handler, struct vcam, hdl);
	struct vcam_control *c = ctrl->priv;
	u8 value[VIRTIO_CAMERA_PKT_MAX_VALUE] __aligned(8) = {};
	unsigned long flags;
	u16 count;

	if (vc->from_device || !c)
		return 0;
	if (!vcam_steers(vc))
		return -EACCES;
	vcam_to_wire(c, ctrl->p_new, value, &count);
	if (c->scope != VIRTIO_CAMERA_SCOPE_FRAME)
		return vcam_set_control(vc, c, value, count);
	spin_lock_irqsave(&vc->wish_lock, flags);
	memcpy(c->wish, value, sizeof(value));
	c->wish_count = count;
	c->wished = !(c->flags & VIRTIO_CAMERA_CTRL_TRIGGER);
	c->dirty = true;
	spin_unlock_irqrestore(&vc->wish_lock, flags);
	return 0;
}

static const struct v4l2_ctrl_ops vcam_ctrl_ops = {
	.s_ctrl = vcam_s_ctrl,
};

/* A new stream begins without what requests of an old one have set. */
void vcam_wish_again(struct vcam *vc)
{
	unsigned long flags;
	u32 i;

	spin_lock_irqsave(&vc->wish_lock, flags);
	for (i = 0; i < vc->caps.num_controls; i++)
		if (vc->caps.controls[i].wished)
			vc->caps.controls[i].dirty = true;
	spin_unlock_irqrestore(&vc->wish_lock, flags);
}

/* The handler's lock is held, from_device is set. */
static void vcam_report_item(struct vcam_control *c, const struct vcam_item *item)
{
	u8 value[VIRTIO_CAMERA_PKT_MAX_VALUE * 4] __aligned(8);
	struct v4l2_ctrl *ctrl = c->ctrl;
	unsigned long grabbed;

	if (!ctrl || ctrl->flags & V4L2_CTRL_FLAG_WRITE_ONLY || !vcam_from_wire(c, item, value) ||
	    !memcmp(ctrl->p_cur.p, value, ctrl->elems * ctrl->elem_size))
		return;
	/* It is grabbed for programs, not for the device. */
	grabbed = ctrl->flags & V4L2_CTRL_FLAG_GRABBED;
	ctrl->flags &= ~V4L2_CTRL_FLAG_GRABBED;
	if (ctrl->type == V4L2_CTRL_TYPE_INTEGER64 && !ctrl->is_ptr)
		__v4l2_ctrl_s_ctrl_int64(ctrl, *(s64 *)value);
	else if (ctrl->is_ptr)
		__v4l2_ctrl_s_ctrl_compound(ctrl, ctrl->type, value);
	else
		__v4l2_ctrl_s_ctrl(ctrl, *(s32 *)value);
	ctrl->flags |= grabbed;
}

/* What the device says of controls becomes what they are. The packet was judged. */
void vcam_report_items(struct vcam *vc, const void *packet)
{
	u32 i, count = packet ? le32_to_cpu(((struct virtio_camera_pkt *)packet)->count) : 0;
	struct vcam_control *c;
	struct vcam_item item;

	mutex_lock(vc->hdl.lock);
	vc->from_device = true;
	for (i = 0; i < count; i++) {
		vcam_packet_item(packet, i, &item);
		c = vcam_find_control(vc, item.id);
		if (c)
			vcam_report_item(c, &item);
	}
	vc->from_device = false;
	mutex_unlock(vc->hdl.lock);
}

/* What controls of global and configure scope are now. */
void vcam_get_global_controls(struct vcam *vc)
{
	struct virtio_camera_controls body = {};
	u8 *reply = kmalloc(VCAM_MAX_REPLY, GFP_KERNEL);
	u32 got;

	if (!reply)
		return;
	if (!vcam_command(vc, VIRTIO_CAMERA_CMD_GET_CONTROLS, &body, sizeof(body), reply, 0,
			  VCAM_MAX_REPLY, &got) && vcam_packet_check(reply, got) > 0)
		vcam_report_items(vc, reply);
	kfree(reply);
}

/*
 * An observer may read controls only. What can be set only while nothing
 * streams is grabbed meanwhile.
 */
void vcam_grab_controls(struct vcam *vc, bool streaming)
{
	unsigned long flags;
	u32 i;

	for (i = 0; i < vc->caps.num_controls; i++) {
		struct vcam_control *c = &vc->caps.controls[i];

		if (!c->ctrl || !(c->direction & VIRTIO_CAMERA_DIR_IN))
			continue;
		if (c->scope == VIRTIO_CAMERA_SCOPE_CONFIGURE)
			v4l2_ctrl_grab(c->ctrl, streaming);
		mutex_lock(vc->hdl.lock);
		flags = c->ctrl_flags;
		if (!vcam_steers(vc) && !(flags & V4L2_CTRL_FLAG_WRITE_ONLY)) {
			flags &= ~V4L2_CTRL_FLAG_EXECUTE_ON_WRITE;
			flags |= V4L2_CTRL_FLAG_READ_ONLY;
		}
		c->ctrl->flags = flags | (c->ctrl->flags & V4L2_CTRL_FLAG_GRABBED);
		mutex_unlock(vc->hdl.lock);
	}
}

static u32 vcam_cid(struct vcam *vc, const struct vcam_control *c, u32 *other)
{
	u32 i, n = c->id & 0xffff;

	for (i = 0; i < ARRAY_SIZE(vcam_standard); i++)
		if (vcam_standard[i].id == c->id)
			return vcam_standard[i].cid;
	if (n < 0x1000) {
		if (c->id >> 16 == 0)
			return VIRTIO_CAMERA_CID_CORE(n);
		if (c->id >> 16 == 1)
			return VIRTIO_CAMERA_CID_DRAFT(n);
		if (c->id & 0x80000000 && (c->id >> 16 & 0x7fff) < 8)
			return VIRTIO_CAMERA_CID_VENDOR(c->id >> 16 & 7, n);
	}
	return VIRTIO_CAMERA_CID_OTHER_BASE + (*other)++;
}

/* A menu if V4L2 can have it: values from 0 to 63, one element. */
static bool vcam_make_menu(struct vcam_control *c, struct v4l2_ctrl_config *cfg)
{
	u64 there = 0;
	u32 i;

	if (!c->num_menu || vcam_is_array(c) || c->type > VIRTIO_CAMERA_TYPE_I32)
		return false;
	for (i = 0; i < c->num_menu; i++) {
		if (c->menu[i].value < 0 || c->menu[i].value > 63 || !*c->menu[i].name)
			return false;
		there |= BIT_ULL(c->menu[i].value);
	}
	if (c->def < 0 || c->def > 63 || !(there & BIT_ULL(c->def)))
		c->def = __ffs64(there);
	c->qmenu = kcalloc(65, sizeof(*c->qmenu), GFP_KERNEL);
	if (!c->qmenu)
		return false;
	for (i = 0; i < 64; i++)
		c->qmenu[i] = "";
	for (i = 0; i < c->num_menu; i++)
		c->qmenu[c->menu[i].value] = c->menu[i].name;
	cfg->type = V4L2_CTRL_TYPE_MENU;
	cfg->qmenu = c->qmenu;
	cfg->min = __ffs64(there);
	cfg->max = fls64(there) - 1;
	cfg->menu_skip_mask = ~there;
	cfg->step = 0;
	cfg->def = c->def;
	return true;
}

static void vcam_range(struct v4l2_ctrl_config *cfg, struct vcam_control *c, s64 low, s64 high)
{
	bool limits = c->min || c->max;

	cfg->min = limits ? clamp(c->min, low, high) : low;
	cfg->max = limits ? clamp(c->max, low, high) : high;
	cfg->def = clamp(c->def, cfg->min, cfg->max);
	/* The framework divides by 32 bits of it. */
	cfg->step = c->step && c->step <= U32_MAX && (u64)c->step <= (u64)cfg->max - cfg->min ?
		    c->step : 1;
}

static void vcam_new_control(struct vcam *vc, struct vcam_control *c, u32 *other)
{
	struct v4l2_ctrl_config cfg = { .ops = &vcam_ctrl_ops, .name = c->name };

	cfg.id = vcam_cid(vc, c, other);
	if (vcam_is_array(c))
		cfg.dims[0] = c->count_max;
	switch (c->type) {
	case VIRTIO_CAMERA_TYPE_BOOL:
		cfg.type = V4L2_CTRL_TYPE_BOOLEAN;
		cfg.max = 1;
		cfg.step = 1;
		cfg.def = c->def == 1;
		if (c->flags & VIRTIO_CAMERA_CTRL_TRIGGER && !vcam_is_array(c)) {
			cfg.type = V4L2_CTRL_TYPE_BUTTON;
			cfg.max = 0;
			cfg.step = 0;
			cfg.def = 0;
		}
		break;
	case VIRTIO_CAMERA_TYPE_U8:
	case VIRTIO_CAMERA_TYPE_BYTES:
		cfg.type = vcam_is_array(c) ? V4L2_CTRL_TYPE_U8 : V4L2_CTRL_TYPE_INTEGER;
		vcam_range(&cfg, c, 0, U8_MAX);
		break;
	case VIRTIO_CAMERA_TYPE_I64:
		cfg.type = V4L2_CTRL_TYPE_INTEGER64;
		vcam_range(&cfg, c, S64_MIN, S64_MAX);
		break;
	case VIRTIO_CAMERA_TYPE_SIZE:
		cfg.type = V4L2_CTRL_TYPE_U32;
		cfg.dims[0] = 2 * c->count_max;
		vcam_range(&cfg, c, 0, U32_MAX);
		break;
	case VIRTIO_CAMERA_TYPE_RECTANGLE:
		cfg.dims[0] = 4 * c->count_max;
		fallthrough;
	default:
		/* Programs have known arrays of U32 for longer than those of INTEGER. */
		cfg.type = cfg.dims[0] && c->max > c->min && c->min >= 0 ?
			   V4L2_CTRL_TYPE_U32 : V4L2_CTRL_TYPE_INTEGER;
		vcam_range(&cfg, c, S32_MIN, S32_MAX);
		break;
	}
	vcam_make_menu(c, &cfg);
	if (!(c->direction & VIRTIO_CAMERA_DIR_IN))
		cfg.flags |= V4L2_CTRL_FLAG_READ_ONLY;
	else if (c->flags & VIRTIO_CAMERA_CTRL_TRIGGER)
		cfg.flags |= V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE;
	else if (c->scope == VIRTIO_CAMERA_SCOPE_FRAME)
		/* What is current may be older than what was asked for last. */
		cfg.flags |= V4L2_CTRL_FLAG_EXECUTE_ON_WRITE;

	c->ctrl = v4l2_ctrl_new_custom(&vc->hdl, &cfg, c);
	if (!c->ctrl) {
		dev_warn(vc->dev, "control 0x%x (%s) is left out: %d\n", c->id, c->name,
			 vc->hdl.error);
		vc->hdl.error = 0;
		return;
	}
	c->ctrl_flags = c->ctrl->flags;
}

static struct v4l2_ctrl *vcam_new_own(struct vcam *vc, u32 id, const char *name,
				      enum v4l2_ctrl_type type, s64 max, bool writable)
{
	const struct v4l2_ctrl_config cfg = {
		.ops = &vcam_ctrl_ops,
		.id = id,
		.name = name,
		.type = type,
		.max = max,
		.step = type == V4L2_CTRL_TYPE_BITMASK ? 0 : 1,
		.flags = writable ? 0 : V4L2_CTRL_FLAG_READ_ONLY,
	};

	return v4l2_ctrl_new_custom(&vc->hdl, &cfg, NULL);
}

int vcam_init_controls(struct vcam *vc)
{
	u32 i, other = 0;

	v4l2_ctrl_handler_init(&vc->hdl, vc->caps.num_controls + 8);
	for (i = 0; i < vc->caps.num_controls && !vc->hdl.error; i++)
		vcam_new_control(vc, &vc->caps.controls[i], &other);
	vc->result_status = vcam_new_own(vc, VIRTIO_CAMERA_CID_RESULT_STATUS, "Result Status",
					 V4L2_CTRL_TYPE_INTEGER, S32_MAX, false);
	vc->result_flags = vcam_new_own(vc, VIRTIO_CAMERA_CID_RESULT_FLAGS, "Result Flags",
					V4L2_CTRL_TYPE_BITMASK, U32_MAX, false);
	vc->frame_number = vcam_new_own(vc, VIRTIO_CAMERA_CID_FRAME_NUMBER, "Frame Number",
					V4L2_CTRL_TYPE_INTEGER64, S64_MAX, false);
	vc->effect_frame = vcam_new_own(vc, VIRTIO_CAMERA_CID_EFFECT_FRAME, "Frame of Effect",
					V4L2_CTRL_TYPE_INTEGER64, S64_MAX, false);
	vc->dropped_before = vcam_new_own(vc, VIRTIO_CAMERA_CID_DROPPED_BEFORE, "Dropped Before",
					  V4L2_CTRL_TYPE_INTEGER, S32_MAX, false);
	if (vcam_per_frame(vc)) {
		vc->target_frame = vcam_new_own(vc, VIRTIO_CAMERA_CID_TARGET_FRAME, "Target Frame",
						V4L2_CTRL_TYPE_INTEGER64, S64_MAX, true);
		vc->strict = vcam_new_own(vc, VIRTIO_CAMERA_CID_STRICT, "Strict",
					  V4L2_CTRL_TYPE_BOOLEAN, 1, true);
	}
	return vc->hdl.error;
}
