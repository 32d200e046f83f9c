/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * virtio-camera: what the device, the driver and programs say to each other.
 *
 * The first part is the wire format of docs/virtio-camera.md, version 1.0. The
 * second is what the Linux driver adds to V4L2: control ids, a metadata format
 * and private events.
 */
#ifndef _UAPI_LINUX_VIRTIO_CAMERA_H
#define _UAPI_LINUX_VIRTIO_CAMERA_H

#include <linux/types.h>
#include <linux/videodev2.h>

/* ---- 1. Wire format. Everything is little-endian. ---- */

#define VIRTIO_CAMERA_ID			43
#define VIRTIO_CAMERA_VERSION_MAJOR		1

#define VIRTIO_CAMERA_VQ_CONTROL		0
#define VIRTIO_CAMERA_VQ_EVENT			1
#define VIRTIO_CAMERA_VQ_REQUEST		2
#define VIRTIO_CAMERA_VQS			3

#define VIRTIO_CAMERA_S_PER_FRAME		(1U << 0)
#define VIRTIO_CAMERA_S_STREAMING		(1U << 1)
#define VIRTIO_CAMERA_S_SOURCE_PRESENT		(1U << 2)
#define VIRTIO_CAMERA_S_OWNER			(1U << 3)
#define VIRTIO_CAMERA_S_INTERLEAVED		(1U << 4)

struct virtio_camera_config {
	__le32 version;
	__le32 flags;
	__le32 num_streams;
	__le32 max_in_flight;
	__le32 max_request_bytes;
	__le32 max_result_bytes;
	__le32 pipeline_depth;
	__le32 caps_bytes;
	__le64 caps_generation;
	__u8 name[64];
	__u8 camera_uuid[16];
	__u8 sync_group_uuid[16];
};

#define VIRTIO_CAMERA_CMD_GET_CAPABILITIES	0x01
#define VIRTIO_CAMERA_CMD_TRY			0x10
#define VIRTIO_CAMERA_CMD_CONFIGURE		0x11
#define VIRTIO_CAMERA_CMD_RELEASE		0x12
#define VIRTIO_CAMERA_CMD_BUF_ATTACH		0x20
#define VIRTIO_CAMERA_CMD_BUF_DETACH		0x21
#define VIRTIO_CAMERA_CMD_START			0x30
#define VIRTIO_CAMERA_CMD_STOP			0x31
#define VIRTIO_CAMERA_CMD_FLUSH			0x32
#define VIRTIO_CAMERA_CMD_SET_CONTROLS		0x40
#define VIRTIO_CAMERA_CMD_GET_CONTROLS		0x41
#define VIRTIO_CAMERA_CMD_ACQUIRE_OWNER		0x50
#define VIRTIO_CAMERA_CMD_RELEASE_OWNER		0x51
#define VIRTIO_CAMERA_CMD_CLOCK_SAMPLE		0x60
#define VIRTIO_CAMERA_CMD_REQUEST		0x80

#define VIRTIO_CAMERA_OK			0
#define VIRTIO_CAMERA_INVALID			1
#define VIRTIO_CAMERA_UNSUPPORTED		2
#define VIRTIO_CAMERA_BUSY			3
#define VIRTIO_CAMERA_NO_MEMORY			4
#define VIRTIO_CAMERA_STALE			5
#define VIRTIO_CAMERA_NOT_OWNER			6
#define VIRTIO_CAMERA_NO_SOURCE			7
#define VIRTIO_CAMERA_TIMEOUT			8
#define VIRTIO_CAMERA_CANCELLED			9
#define VIRTIO_CAMERA_DENIED			10
#define VIRTIO_CAMERA_INTERNAL			11
#define VIRTIO_CAMERA_TOO_LATE			12
#define VIRTIO_CAMERA_FRAME_LOST		13
#define VIRTIO_CAMERA_NOT_APPLIED		14

#define VIRTIO_CAMERA_HDR_VERSION		1

struct virtio_camera_hdr {
	__le16 type;
	__le16 version;
	__le32 length;
	__le64 tag;
};

struct virtio_camera_resp {
	__le32 status;
	__le32 length;
	__le64 tag;
};

struct virtio_camera_get_capabilities {
	__le32 offset;
	__le32 max;
	__le64 reserved;
};

struct virtio_camera_get_capabilities_reply {
	__le64 generation;
	__le32 total;
	__le32 offset;
};

#define VIRTIO_CAMERA_CAP_STREAM		1
#define VIRTIO_CAMERA_CAP_FORMAT		2
#define VIRTIO_CAMERA_CAP_CONTROL		3
#define VIRTIO_CAMERA_CAP_VENDOR		4
#define VIRTIO_CAMERA_CAP_CALIBRATION		5
#define VIRTIO_CAMERA_CAP_CAMERA		6
#define VIRTIO_CAMERA_CAP_TEXT			7

struct virtio_camera_record {
	__le16 type;
	__le16 reserved;
	__le32 length;
};

struct virtio_camera_cap_stream {
	__le32 stream_id;
	__le32 role;
	__le32 min_buffers;
	__le32 max_buffers;
};

#define VIRTIO_CAMERA_FMT_COMPRESSED		(1U << 0)

struct virtio_camera_cap_format {
	__le32 stream_id;
	__le32 fourcc;
	__le32 flags;
	__le32 num_planes;
	__le32 num_sizes;
	__le32 reserved;
};

struct virtio_camera_cap_size {
	__le32 min_width;
	__le32 min_height;
	__le32 max_width;
	__le32 max_height;
	__le32 step_width;
	__le32 step_height;
	__le32 shortest_num;
	__le32 shortest_den;
	__le32 longest_num;
	__le32 longest_den;
	__le32 max_bytes;
	__le32 reserved;
};

#define VIRTIO_CAMERA_TYPE_BOOL			1
#define VIRTIO_CAMERA_TYPE_U8			2
#define VIRTIO_CAMERA_TYPE_I32			3
#define VIRTIO_CAMERA_TYPE_I64			4
#define VIRTIO_CAMERA_TYPE_FIXED		5	/* Q16.16 */
#define VIRTIO_CAMERA_TYPE_RECTANGLE		6	/* 4 x i32 */
#define VIRTIO_CAMERA_TYPE_SIZE			7	/* 2 x u32 */
#define VIRTIO_CAMERA_TYPE_BYTES		8

#define VIRTIO_CAMERA_DIR_IN			(1U << 0)
#define VIRTIO_CAMERA_DIR_OUT			(1U << 1)

#define VIRTIO_CAMERA_SCOPE_FRAME		0
#define VIRTIO_CAMERA_SCOPE_GLOBAL		1
#define VIRTIO_CAMERA_SCOPE_CONFIGURE		2

#define VIRTIO_CAMERA_CTRL_TRIGGER		(1U << 0)

struct virtio_camera_cap_control {
	__le32 id;
	__u8 type;
	__u8 direction;
	__u8 scope;
	__u8 flags;
	__le16 count_min;
	__le16 count_max;
	__le32 delay_frames;
	__le64 min;
	__le64 max;
	__le64 def;
	__le64 step;
	__u8 name[32];
	__u8 unit[16];
	__le32 num_menu;
	__le32 reserved;
};

struct virtio_camera_cap_menu {
	__le64 value;
	__u8 name[32];
};

struct virtio_camera_cap_vendor {
	__le32 namespace_id;
	__le32 reserved;
	__u8 uuid[16];
	__u8 name[48];
};

struct virtio_camera_cap_calibration {
	__le32 bytes;
	__le32 reserved;
};

#define VIRTIO_CAMERA_TIME_HOST_MONOTONIC	1

struct virtio_camera_cap_camera {
	__u8 model[64];
	__le32 pipeline_depth;
	__le32 time_base;
	__le32 max_in_flight;
	__le32 max_buffers;
};

struct virtio_camera_cap_text {
	__le32 kind;
	__le32 id;
	__le32 index;
	__le32 bytes;
};

#define VIRTIO_CAMERA_MAX_PLANES		4

struct virtio_camera_configure {
	__le32 flags;
	__le32 num_streams;
};

struct virtio_camera_configure_reply {
	__le32 generation;
	__le32 num_streams;
};

struct virtio_camera_stream_cfg {
	__le32 stream_id;
	__le32 role;
	__le32 fourcc;
	__le32 modifier_lo;
	__le32 modifier_hi;
	__le32 width;
	__le32 height;
	__le32 num_planes;
	__le32 stride[VIRTIO_CAMERA_MAX_PLANES];
	__le32 plane_size[VIRTIO_CAMERA_MAX_PLANES];
	__le32 min_buffers;
	__le32 max_buffers;
	__le32 frame_interval_num;
	__le32 frame_interval_den;
	__le32 colorspace;
	__le32 flags;
};

#define VIRTIO_CAMERA_ATTACH_MORE		(1U << 0)

struct virtio_camera_buf_attach {
	__le32 generation;
	__le32 stream_id;
	__le32 buffer_id;
	__le32 num_entries;
	__le32 flags;
	__le32 first_entry;
};

struct virtio_camera_mem_entry {
	__le64 addr;
	__le32 length;
	__le32 plane;
};

struct virtio_camera_buf_detach {
	__le32 generation;
	__le32 stream_id;
	__le32 buffer_id;
	__le32 reserved;
};

struct virtio_camera_start {
	__le32 generation;
	__le32 flags;
	__le32 controls_bytes;
	__le32 reserved;
};

struct virtio_camera_generation {
	__le32 generation;
	__le32 reserved;
};

struct virtio_camera_controls {
	__le32 flags;
	__le32 controls_bytes;
};

#define VIRTIO_CAMERA_OWNER_FORCE		(1U << 0)

struct virtio_camera_owner {
	__le32 flags;
	__le32 reserved;
};

struct virtio_camera_clock_sample_reply {
	__le64 device_ns;
	__le32 clock_id;
	__le32 reserved;
};

#define VIRTIO_CAMERA_PKT_VERSION		1
#define VIRTIO_CAMERA_PKT_MAX_ITEMS		64	/* of the driver */
#define VIRTIO_CAMERA_PKT_MAX_REPORTED		128	/* of the device */
#define VIRTIO_CAMERA_PKT_MAX_VALUE		64	/* bytes */

struct virtio_camera_pkt {
	__le32 version;
	__le32 total_bytes;
	__le32 count;
	__le32 data_offset;
};

#define VIRTIO_CAMERA_ITEM_APPLIED		(1U << 0)
#define VIRTIO_CAMERA_ITEM_LATE			(1U << 1)
#define VIRTIO_CAMERA_ITEM_CLAMPED		(1U << 2)
#define VIRTIO_CAMERA_ITEM_IGNORED		(1U << 3)

struct virtio_camera_item {
	__le32 id;
	__u8 type;
	__u8 flags;
	__le16 count;
	__le32 offset;
	__le32 arg;
};

#define VIRTIO_CAMERA_REQ_STRICT		(1U << 0)

struct virtio_camera_request {
	struct virtio_camera_hdr hdr;
	__le64 request_id;
	__le32 generation;
	__le32 flags;
	__le32 num_buffers;
	__le32 controls_bytes;
	__le64 target_frame;
	__le64 timeout_ns;
};

struct virtio_camera_buf_ref {
	__le32 stream_id;
	__le32 buffer_id;
	__le32 flags;
	__le32 reserved;
};

#define VIRTIO_CAMERA_R_LATE			(1U << 0)
#define VIRTIO_CAMERA_R_CLAMPED			(1U << 1)
#define VIRTIO_CAMERA_R_IGNORED			(1U << 2)
#define VIRTIO_CAMERA_R_DISCONTINUITY		(1U << 3)
#define VIRTIO_CAMERA_R_CHECKSUM		(1U << 4)
#define VIRTIO_CAMERA_R_CORRUPT			(1U << 5)
#define VIRTIO_CAMERA_R_TRUNCATED		(1U << 6)

struct virtio_camera_result {
	struct virtio_camera_resp resp;
	__le64 request_id;
	__le64 frame_number;
	__le64 start_of_exposure_ns;
	__le64 done_ns;
	__le32 flags;
	__le32 num_buffers;
	__le32 metadata_bytes;
	__le32 dropped_before;
	__le32 checksum;
	__le32 reserved;
};

struct virtio_camera_buf_result {
	__le32 stream_id;
	__le32 buffer_id;
	__le32 status;
	__le32 flags;
	__le32 bytesused[VIRTIO_CAMERA_MAX_PLANES];
};

#define VIRTIO_CAMERA_EVT_ERROR			4
#define VIRTIO_CAMERA_EVT_FRAME_DROP		5
#define VIRTIO_CAMERA_EVT_CONTROL_CHANGED	6
#define VIRTIO_CAMERA_EVT_SOURCE		7
#define VIRTIO_CAMERA_EVT_OWNER			8
#define VIRTIO_CAMERA_EVT_STREAM		9

#define VIRTIO_CAMERA_SOURCE_LOST		1
#define VIRTIO_CAMERA_SOURCE_BACK		2
#define VIRTIO_CAMERA_SOURCE_CHANGED		3
#define VIRTIO_CAMERA_SOURCE_FAULT		4

#define VIRTIO_CAMERA_EVF_TRUNCATED		(1U << 0)

struct virtio_camera_event {
	__le16 type;
	__le16 flags;
	__le32 length;
	__le64 seq;
	__le64 request_id;
	__le64 frame_number;
	__le64 timestamp_ns;
	__le32 code;
	__le32 stream_id;
	__le32 arg;
	__le32 lost;
};

/* ---- 2. What the Linux driver adds to V4L2. ---- */

/*
 * Controls. The value of a V4L2 control is always the very number that is on
 * the wire: nanoseconds are nanoseconds (INTEGER64), Q16.16 is a signed number
 * of 1/65536 (INTEGER), a rectangle is an array of four numbers (x, y, width,
 * height). Arrays of 32-bit numbers are of type U32 if their least is 0 or more,
 * otherwise of type INTEGER. A control has a standard id where V4L2 has the same control and its
 * unit is the same or left to the driver:
 *
 *   HorizontalFlip 0x100      V4L2_CID_HFLIP
 *   VerticalFlip 0x101        V4L2_CID_VFLIP
 *   AnalogueGain 0x09         V4L2_CID_ANALOGUE_GAIN              1/65536
 *   DigitalGain 0x1c          V4L2_CID_DIGITAL_GAIN               1/65536
 *   Brightness 0x0e           V4L2_CID_BRIGHTNESS                 1/65536
 *   Contrast 0x0f             V4L2_CID_CONTRAST                   1/65536
 *   Saturation 0x16           V4L2_CID_SATURATION                 1/65536
 *   Sharpness 0x18            V4L2_CID_SHARPNESS                  1/65536
 *   Gamma 0x2d                V4L2_CID_GAMMA                      1/65536
 *   Hue 0x35                  V4L2_CID_HUE                        1/65536 degree
 *   AwbEnable 0x11            V4L2_CID_AUTO_WHITE_BALANCE
 *   ColourTemperature 0x15    V4L2_CID_WHITE_BALANCE_TEMPERATURE  kelvin
 *   TestPatternMode 0x10006   V4L2_CID_TEST_PATTERN
 *
 * Every other control has an id made from its own: VIRTIO_CAMERA_CID_CORE(n)
 * for the core set, VIRTIO_CAMERA_CID_DRAFT(n) for 0x10000 | n,
 * VIRTIO_CAMERA_CID_VENDOR(ns, n) for 0x80000000 | ns << 16 | n. What does not
 * fit there (n > 0xfff, ns > 7) is numbered from VIRTIO_CAMERA_CID_OTHER_BASE
 * on in the order of the capabilities, and is found by its name.
 */
#define VIRTIO_CAMERA_CID_BASE			(V4L2_CTRL_CLASS_CAMERA | 0x4000)
#define VIRTIO_CAMERA_CID_CORE(n)		(VIRTIO_CAMERA_CID_BASE + (n))
#define VIRTIO_CAMERA_CID_DRAFT(n)		(VIRTIO_CAMERA_CID_BASE + 0x1000 + (n))
#define VIRTIO_CAMERA_CID_DRIVER_BASE		(VIRTIO_CAMERA_CID_BASE + 0x2000)
#define VIRTIO_CAMERA_CID_OTHER_BASE		(VIRTIO_CAMERA_CID_BASE + 0x3000)
#define VIRTIO_CAMERA_CID_VENDOR(ns, n)	\
	(VIRTIO_CAMERA_CID_BASE + 0x4000 + ((ns) << 12) + (n))

/* Those that a camera usually has. */
#define VIRTIO_CAMERA_CID_EXPOSURE_TIME		VIRTIO_CAMERA_CID_CORE(0x07)	/* INTEGER64, ns */
#define VIRTIO_CAMERA_CID_SCALER_CROP		VIRTIO_CAMERA_CID_CORE(0x1b)	/* U32[4], pixels */
#define VIRTIO_CAMERA_CID_FRAME_DURATION	VIRTIO_CAMERA_CID_CORE(0x1d)	/* INTEGER64, ns */
#define VIRTIO_CAMERA_CID_SENSOR_TIMESTAMP	VIRTIO_CAMERA_CID_CORE(0x20)	/* INTEGER64, host's ns */

/*
 * The result of a request, read-only. With a request's fd they are that
 * request's, without they are those of the newest result.
 *
 *   RESULT_STATUS   INTEGER    VIRTIO_CAMERA_OK and so on
 *   RESULT_FLAGS    BITMASK    VIRTIO_CAMERA_R_*
 *   FRAME_NUMBER    INTEGER64  the source's number; 0 without a frame
 *   EFFECT_FRAME    INTEGER64  the first frame that shows all controls of the
 *                              request, as far as the device knows: the frame
 *                              itself when none is late; 0 without a frame
 *   DROPPED_BEFORE  INTEGER    frames since the last one that was delivered
 */
#define VIRTIO_CAMERA_CID_RESULT_STATUS		(VIRTIO_CAMERA_CID_DRIVER_BASE + 0)
#define VIRTIO_CAMERA_CID_RESULT_FLAGS		(VIRTIO_CAMERA_CID_DRIVER_BASE + 1)
#define VIRTIO_CAMERA_CID_FRAME_NUMBER		(VIRTIO_CAMERA_CID_DRIVER_BASE + 2)
#define VIRTIO_CAMERA_CID_EFFECT_FRAME		(VIRTIO_CAMERA_CID_DRIVER_BASE + 3)
#define VIRTIO_CAMERA_CID_DROPPED_BEFORE	(VIRTIO_CAMERA_CID_DRIVER_BASE + 4)

/*
 * What a request asks for besides controls. They act in requests only.
 *
 *   TARGET_FRAME    INTEGER64  the frame to be exposed so; 0: as soon as possible
 *   STRICT          BOOLEAN    exactly as asked, or no frame
 */
#define VIRTIO_CAMERA_CID_TARGET_FRAME		(VIRTIO_CAMERA_CID_DRIVER_BASE + 5)
#define VIRTIO_CAMERA_CID_STRICT		(VIRTIO_CAMERA_CID_DRIVER_BASE + 6)

/*
 * The metadata node's format: struct virtio_camera_result, its buffer results
 * and its control packet, byte for byte as the device wrote them, and checked.
 * Sequence and time stamp are those of the frame's buffer.
 */
#define V4L2_META_FMT_VIRTIO_CAMERA		v4l2_fourcc('V', 'C', 'M', 'R')

/*
 * Private events; u.data holds struct virtio_camera_v4l2_event. Codes and
 * arguments are those of the device's events.
 */
#define VIRTIO_CAMERA_EVENT_SOURCE		(V4L2_EVENT_PRIVATE_START + 0x5600)
#define VIRTIO_CAMERA_EVENT_DROP		(V4L2_EVENT_PRIVATE_START + 0x5601)
#define VIRTIO_CAMERA_EVENT_OWNER		(V4L2_EVENT_PRIVATE_START + 0x5602)
#define VIRTIO_CAMERA_EVENT_STREAM		(V4L2_EVENT_PRIVATE_START + 0x5603)
#define VIRTIO_CAMERA_EVENT_ERROR		(V4L2_EVENT_PRIVATE_START + 0x5604)

struct virtio_camera_v4l2_event {
	__u32 code;
	__u32 arg;
	__u64 frame_number;	/* 0: none */
	__u64 request_id;	/* 0: none */
	__u32 lost;		/* device events joined or dropped before this one */
	__u32 reserved;
};

#endif
