/* SPDX-License-Identifier: GPL-2.0 */
/* The driver's own header; linux/virtio_camera.h has the wire format. */
#ifndef _VIRTIO_CAMERA_DRV_H
#define _VIRTIO_CAMERA_DRV_H

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_camera.h>
#include <linux/virtio_config.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <media/media-device.h>
#include <media/media-request.h>
#include <media/v4l2-ctrls.h>
#include <media/v4l2-device.h>
#include <media/videobuf2-v4l2.h>

#include "virtio_camera_compat.h"

#define VCAM_NAME		"virtio_camera"

/* Limits of what is taken from a device. */
#define VCAM_MAX_CAPS		((u32)SZ_1M)	/* bytes of capabilities */
#define VCAM_MAX_FORMATS	256U
#define VCAM_MAX_SIZES		1024U		/* of one format */
#define VCAM_MAX_CONTROLS	256U
#define VCAM_MAX_RESULT		((u32)SZ_64K)	/* bytes of a result */
#define VCAM_MAX_REQUEST	((u32)SZ_16K)	/* bytes of a request */
#define VCAM_MAX_FRAME		((u32)SZ_1G)	/* bytes of a frame */
#define VCAM_MAX_DIMENSION	32768U		/* pixels */
#define VCAM_MAX_REPLY		((u32)SZ_32K)	/* bytes of an answer */

#define VCAM_EVENT_BUFFERS	16
#define VCAM_EVENT_BYTES	1024
/* Limits of command_timeout_ms; the device promises 1 s from a command's turn. */
#define VCAM_CMD_TIMEOUT_MS	5000
#define VCAM_CMD_TIMEOUT_MIN_MS	100
#define VCAM_CMD_TIMEOUT_MAX_MS	60000
#define VCAM_REQUEST_GRACE_MS	5000		/* beyond what a request itself allows */

/* One command. The device may answer it long after nobody waits any more. */
struct vcam_cmd {
	struct kref ref;
	struct list_head list;		/* vcam.cmds, while the device has it */
	struct completion done;
	void *out;
	void *in;
	u32 out_len;
	u32 in_room;
	u32 used;			/* bytes that the device says it wrote */
	bool answered;
	u64 tag;
};

struct vcam_format {
	u32 fourcc;
	u32 flags;
	u32 num_sizes;
	struct virtio_camera_cap_size *sizes;	/* into the blob */
};

struct vcam_menu_item {
	s64 value;
	char name[33];
};

/* One control of the camera and its V4L2 control. */
struct vcam_control {
	u32 id;
	u8 type;
	u8 direction;
	u8 scope;
	u8 flags;
	u16 count_min;
	u16 count_max;
	u32 delay;
	s64 min, max, def, step;
	char name[52];
	u32 num_menu;
	struct vcam_menu_item *menu;
	const char **qmenu;

	struct v4l2_ctrl *ctrl;
	unsigned long ctrl_flags;	/* of one who may set it */
	/* Under vcam.wish_lock: what a program set outside of requests. */
	bool wished;
	bool dirty;			/* not yet in a request */
	u8 wish[VIRTIO_CAMERA_PKT_MAX_VALUE];
	u16 wish_count;
};

struct vcam_caps {
	void *blob;
	u32 bytes;
	u64 generation;
	u32 num_formats;
	struct vcam_format *formats;
	u32 num_controls;
	struct vcam_control *controls;
	char model[65];
	u32 max_buffers;
	u32 max_width, max_height;
};

/* A stream's configuration in the processor's order, checked. */
struct vcam_stream {
	u32 generation;
	u32 fourcc;
	u32 width, height;
	u32 num_planes;
	u32 stride[VIRTIO_CAMERA_MAX_PLANES];
	u32 plane_size[VIRTIO_CAMERA_MAX_PLANES];
	u32 total;			/* bytes of a frame */
	u32 min_buffers, max_buffers;
	struct v4l2_fract interval;
};

/* Memory that the device knows. It holds its pages until the device has let go. */
struct vcam_mem {
	struct list_head list;		/* vcam.mems */
	u32 id;
	u32 generation;
	u32 num_pages;
	u32 num_pieces;
	struct page **pages;
	struct virtio_camera_mem_entry *pieces;
	struct device *dma_dev;		/* NULL: addresses are physical */
};

struct vcam_buffer {
	struct vb2_v4l2_buffer vb;	/* must be first */
	struct list_head list;		/* vcam.pending */
	struct vcam_mem *mem;		/* there while generation is the one in force */
	u32 generation;
};

struct vcam_meta_buffer {
	struct vb2_v4l2_buffer vb;	/* must be first */
	struct list_head list;
};

/* A request with the device. */
struct vcam_request {
	struct list_head list;		/* vcam.in_flight */
	struct vcam_buffer *buf;	/* NULL once the buffer was given back without the device */
	u64 id;
	unsigned long deadline;		/* jiffies */
	void *out;
	void *in;
	u32 in_room;
	u32 buffer_id;
	u32 num_planes;
	u32 plane_size[VIRTIO_CAMERA_MAX_PLANES];
};

/* A result in the processor's order, checked, and its packet. */
struct vcam_result {
	u32 status;
	u32 flags;
	u64 frame;
	u64 exposure_ns;
	u32 dropped_before;
	u32 payload;
	u64 effect;
	const void *packet;
	u32 packet_bytes;
	u32 bytes;			/* of everything */
};

struct vcam {
	struct virtio_device *vdev;
	struct device *dev;
	struct virtqueue *vqs[VIRTIO_CAMERA_VQS];
	struct v4l2_device v4l2_dev;
	struct media_device mdev;
	struct v4l2_ctrl_handler hdl;
	struct vcam_caps caps;

	struct media_entity sensor;
	struct media_pad sensor_pads[2];
	struct video_device video;
	struct media_pad video_pad;
	struct vb2_queue video_queue;
	struct mutex lock;		/* of the video node and its queue */
	struct video_device meta;
	struct media_pad meta_pad;
	struct vb2_queue meta_queue;
	struct mutex meta_lock;		/* of the metadata node and its queue */
	spinlock_t meta_list_lock;	/* meta_buffers */
	struct list_head meta_buffers;
	struct mutex meta_result_lock;	/* meta_streaming, and the result on its way */
	bool meta_streaming;

	/* Configuration space, as last read. */
	u32 flags;
	u32 max_in_flight;
	u32 max_request;
	u32 max_result;
	u32 depth;
	char name[65];
	struct dentry *debugfs;
	struct debugfs_blob_wrapper blob;

	/* Commands. */
	spinlock_t cmd_lock;		/* control queue, cmds, last_tag */
	struct list_head cmds;
	u64 last_tag;

	/* Events. */
	spinlock_t event_lock;		/* event queue */
	u8 *event_memory;
	u8 event[VCAM_EVENT_BYTES];	/* the copy at hand */

	/* Requests. */
	struct mutex submit_lock;	/* order of requests; pending; attached memory */
	struct list_head pending;
	spinlock_t req_lock;		/* request queue, in_flight */
	struct list_head in_flight;
	u32 num_in_flight;
	u64 last_request;
	wait_queue_head_t drained;
	u8 *result;			/* the copy at hand */
	struct list_head mems;		/* under submit_lock */
	u32 last_buffer_id;

	struct vcam_stream stream;	/* what S_FMT and S_PARM chose; under lock */
	struct vcam_stream active;	/* what the device has; under submit_lock */
	bool streaming;			/* under submit_lock */
	bool source_present;
	bool first_frame_known;
	u64 first_frame;
	u64 last_frame;
	u32 sequence;
	u64 last_timestamp;
	u32 failures;			/* one after the other */
	u32 waits;			/* the same, of buffers that waited for another frame */
	atomic64_t clock_offset;	/* device's clock less the guest's, ns */

	/* Controls. */
	spinlock_t wish_lock;		/* what programs set outside of requests */
	bool from_device;		/* what s_ctrl is told comes from it; handler's lock */
	struct v4l2_ctrl *result_status;
	struct v4l2_ctrl *result_flags;
	struct v4l2_ctrl *frame_number;
	struct v4l2_ctrl *effect_frame;
	struct v4l2_ctrl *dropped_before;
	struct v4l2_ctrl *target_frame;
	struct v4l2_ctrl *strict;

	struct workqueue_struct *wq;	/* ordered: results, events, changes */
	struct work_struct req_work;
	struct work_struct event_work;
	struct work_struct config_work;
	struct work_struct break_work;
	struct delayed_work watch_work;
	u32 watches;

	spinlock_t state_lock;		/* broken */
	bool broken;			/* nothing is sent to it any more */
	bool gone;			/* the virtio device is being removed */
};

#define to_vcam_buffer(vbuf)	container_of(vbuf, struct vcam_buffer, vb.vb2_buf)

static inline bool vcam_dead(struct vcam *vc)
{
	return READ_ONCE(vc->broken) || READ_ONCE(vc->gone);
}

static inline bool vcam_per_frame(struct vcam *vc)
{
	return READ_ONCE(vc->flags) & VIRTIO_CAMERA_S_PER_FRAME;
}

static inline bool vcam_steers(struct vcam *vc)
{
	return READ_ONCE(vc->flags) & (VIRTIO_CAMERA_S_OWNER | VIRTIO_CAMERA_S_INTERLEAVED);
}

/* The caller holds submit_lock. */
static inline bool vcam_attached(struct vcam *vc, struct vcam_buffer *buf)
{
	return vc->active.generation && buf->generation == vc->active.generation;
}

/* virtio_camera_main.c */
void vcam_break(struct vcam *vc, const char *why);
void vcam_read_config(struct vcam *vc);

/* virtio_camera_cmd.c */
void vcam_cmd_vq(struct virtqueue *vq);
unsigned long vcam_cmd_timeout(void);
int vcam_command(struct vcam *vc, u16 type, const void *body, u32 body_len,
		 void *reply, u32 reply_min, u32 reply_room, u32 *reply_len);
int vcam_command_generation(struct vcam *vc, u16 type, u32 generation);
void vcam_cmd_abandon(struct vcam *vc);
void vcam_cmd_free_all(struct vcam *vc);
int vcam_sample_clock(struct vcam *vc);

/* virtio_camera_caps.c */
int vcam_read_caps(struct vcam *vc, struct vcam_caps *caps);
void vcam_free_caps(struct vcam_caps *caps);
bool vcam_same_caps(struct vcam *vc);

/* virtio_camera_packet.c */
struct vcam_item {
	u32 id;
	u8 type;
	u8 flags;
	u16 count;
	u32 arg;
	const void *value;		/* NULL: none */
	u32 bytes;
};

u32 vcam_elem_bytes(u8 type);
int vcam_packet_check(const void *packet, u32 bytes);
void vcam_packet_item(const void *packet, u32 index, struct vcam_item *item);

struct vcam_packet_writer {
	u8 *buf;
	u32 room;
	u32 max_items;
	u32 count;
	u32 data;
};

void vcam_packet_begin(struct vcam_packet_writer *w, void *buf, u32 room, u32 items);
bool vcam_packet_add(struct vcam_packet_writer *w, u32 id, u8 type, u16 count, const void *value);
u32 vcam_packet_end(struct vcam_packet_writer *w);

/* virtio_camera_controls.c */
int vcam_init_controls(struct vcam *vc);
void vcam_free_controls(struct vcam *vc);
void vcam_grab_controls(struct vcam *vc, bool streaming);
struct vcam_control *vcam_find_control(struct vcam *vc, u32 id);
void vcam_report_items(struct vcam *vc, const void *packet);
int vcam_to_wire(struct vcam_control *c, union v4l2_ctrl_ptr p, u8 *value, u16 *count);
bool vcam_from_wire(struct vcam_control *c, const struct vcam_item *item, void *p);
void vcam_wish_again(struct vcam *vc);
void vcam_get_global_controls(struct vcam *vc);

/* virtio_camera_buffer.c */
int vcam_attach(struct vcam *vc, struct vcam_buffer *buf);
void vcam_detach(struct vcam *vc, struct vcam_mem *mem);
void vcam_forget_mems(struct vcam *vc);
void vcam_mem_sync(struct vcam_mem *mem);

/* virtio_camera_stream.c */
int vcam_configure(struct vcam *vc, u16 type, const struct vcam_stream *want,
		   struct vcam_stream *given);
int vcam_init_video_queue(struct vcam *vc);
void vcam_fail_queue(struct vcam *vc);

/* virtio_camera_request.c */
void vcam_req_vq(struct virtqueue *vq);
void vcam_submit(struct vcam *vc);
void vcam_req_work(struct work_struct *work);
void vcam_give_back(struct vcam *vc, struct vcam_buffer *buf, enum vb2_buffer_state state);
void vcam_give_back_all(struct vcam *vc, enum vb2_buffer_state state);
void vcam_free_requests(struct vcam *vc);
void vcam_watch_work(struct work_struct *work);

/* virtio_camera_result.c */
void vcam_complete_request(struct vcam *vc, struct vcam_request *req, u32 used);

/* virtio_camera_video.c */
int vcam_init_video(struct vcam *vc);
int vcam_enum_input(struct file *file, void *fh, struct v4l2_input *input);
int vcam_g_input(struct file *file, void *fh, unsigned int *i);
int vcam_s_input(struct file *file, void *fh, unsigned int i);

/* virtio_camera_sysfs.c */
extern const struct attribute_group *vcam_groups[];
void vcam_init_debugfs(struct vcam *vc);

/* virtio_camera_meta.c */
int vcam_init_meta(struct vcam *vc);
void vcam_meta_result(struct vcam *vc, const void *result, u32 bytes, u32 sequence, u64 ts);

/* virtio_camera_events.c */
int vcam_init_events(struct vcam *vc);
void vcam_post_events(struct vcam *vc);
void vcam_event_vq(struct virtqueue *vq);
void vcam_event_work(struct work_struct *work);
int vcam_subscribe_event(struct v4l2_fh *fh, const struct v4l2_event_subscription *sub);
void vcam_frame_sync(struct vcam *vc, u32 sequence);
void vcam_source_change(struct vcam *vc);

#endif
