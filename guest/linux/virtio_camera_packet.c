// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: control packets.
 */
#include <linux/string.h>

#include "virtio_camera.h"

u32 vcam_elem_bytes(u8 type)
{
	switch (type) {
	case VIRTIO_CAMERA_TYPE_BOOL:
	case VIRTIO_CAMERA_TYPE_U8:
	case VIRTIO_CAMERA_TYPE_BYTES:
		return 1;
	case VIRTIO_CAMERA_TYPE_I32:
	case VIRTIO_CAMERA_TYPE_FIXED:
		return 4;
	case VIRTIO_CAMERA_TYPE_I64:
	case VIRTIO_CAMERA_TYPE_SIZE:
		return 8;
	case VIRTIO_CAMERA_TYPE_RECTANGLE:
		return 16;
	default:
		return 0;
	}
}

/*
 * Judges a packet that only we can write any more.
 * Returns the number of items or -EPROTO.
 */
int vcam_packet_check(const void *packet, u32 bytes)
{
	const struct virtio_camera_pkt *head = packet;
	const struct virtio_camera_item *item = packet + sizeof(*head);
	u32 total, count, data, i;

	if (!bytes)
		return 0;
	if (bytes < sizeof(*head))
		return -EPROTO;
	total = le32_to_cpu(head->total_bytes);
	count = le32_to_cpu(head->count);
	data = le32_to_cpu(head->data_offset);
	if (le32_to_cpu(head->version) != VIRTIO_CAMERA_PKT_VERSION || total > bytes ||
	    count > VIRTIO_CAMERA_PKT_MAX_REPORTED || data > total || data & 7 ||
	    data < sizeof(*head) + count * sizeof(*item))
		return -EPROTO;
	for (i = 0; i < count; i++, item++) {
		u32 offset = le32_to_cpu(item->offset);
		u32 size = vcam_elem_bytes(item->type) * le16_to_cpu(item->count);

		if (!size)
			continue;
		if (offset & 7 || offset < data || offset > total || size > total - offset)
			return -EPROTO;
	}
	return count;
}

/* An item of a packet that was judged. */
void vcam_packet_item(const void *packet, u32 index, struct vcam_item *item)
{
	const struct virtio_camera_item *raw =
		packet + sizeof(struct virtio_camera_pkt) + index * sizeof(*raw);

	item->id = le32_to_cpu(raw->id);
	item->type = raw->type;
	item->flags = raw->flags;
	item->count = le16_to_cpu(raw->count);
	item->arg = le32_to_cpu(raw->arg);
	item->bytes = vcam_elem_bytes(item->type) * item->count;
	item->value = item->bytes ? packet + le32_to_cpu(raw->offset) : NULL;
}

/* Items stand before values, so the most items there can be must be known. */
void vcam_packet_begin(struct vcam_packet_writer *w, void *buf, u32 room, u32 items)
{
	u32 fit;

	memset(w, 0, sizeof(*w));
	w->buf = buf;
	w->room = room;
	items = min_t(u32, items, VIRTIO_CAMERA_PKT_MAX_ITEMS);
	fit = room > sizeof(struct virtio_camera_pkt) ?
	      (room - sizeof(struct virtio_camera_pkt)) / sizeof(struct virtio_camera_item) : 0;
	w->max_items = min(items, fit);
	w->data = ALIGN(sizeof(struct virtio_camera_pkt) +
			w->max_items * sizeof(struct virtio_camera_item), 8);
}

bool vcam_packet_add(struct vcam_packet_writer *w, u32 id, u8 type, u16 count, const void *value)
{
	struct virtio_camera_item *item = (void *)w->buf + sizeof(struct virtio_camera_pkt) +
					  w->count * sizeof(*item);
	u32 bytes = vcam_elem_bytes(type) * count;

	if (w->count >= w->max_items || w->data > w->room || ALIGN(bytes, 8) > w->room - w->data)
		return false;
	memset(item, 0, sizeof(*item));
	item->id = cpu_to_le32(id);
	item->type = type;
	item->count = cpu_to_le16(count);
	item->offset = cpu_to_le32(w->data);
	memset(w->buf + w->data, 0, ALIGN(bytes, 8));
	if (bytes)
		memcpy(w->buf + w->data, value, bytes);
	w->data += ALIGN(bytes, 8);
	w->count++;
	return true;
}

/* Returns the bytes of the packet; 0 when it is empty. */
u32 vcam_packet_end(struct vcam_packet_writer *w)
{
	struct virtio_camera_pkt *head = (void *)w->buf;
	u32 first = ALIGN(sizeof(*head) + w->max_items * sizeof(struct virtio_camera_item), 8);
	u32 used = sizeof(*head) + w->count * sizeof(struct virtio_camera_item);

	if (!w->count)
		return 0;
	memset(w->buf + used, 0, first - used);
	head->version = cpu_to_le32(VIRTIO_CAMERA_PKT_VERSION);
	head->total_bytes = cpu_to_le32(w->data);
	head->count = cpu_to_le32(w->count);
	head->data_offset = cpu_to_le32(first);
	return w->data;
}
