// SPDX-License-Identifier: GPL-2.0
/*
 * virtio-camera driver: memory that the device writes frames into.
 *
 * Whatever the device knows is held by references to its pages: they are not
 * used for anything else before the device has let go of them or is reset, even
 * if the buffer is long gone.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "virtio_camera.h"

#define VCAM_PIECES_PER_COMMAND	200	/* 3,240 bytes; a device takes 4,096 */

static void vcam_mem_unmap(struct vcam_mem *mem)
{
	u32 i;

	for (i = 0; mem->dma_dev && i < mem->num_pieces; i++)
		dma_unmap_page(mem->dma_dev, le64_to_cpu(mem->pieces[i].addr),
			       le32_to_cpu(mem->pieces[i].length), DMA_FROM_DEVICE);
}

static void vcam_mem_free(struct vcam_mem *mem)
{
	u32 i;

	vcam_mem_unmap(mem);
	for (i = 0; i < mem->num_pages; i++)
		put_page(mem->pages[i]);
	kvfree(mem->pages);
	kvfree(mem->pieces);
	kfree(mem);
}

/* Makes what the device wrote visible, where memory is mapped for it. */
void vcam_mem_sync(struct vcam_mem *mem)
{
	u32 i;

	for (i = 0; mem->dma_dev && i < mem->num_pieces; i++)
		dma_sync_single_for_cpu(mem->dma_dev, le64_to_cpu(mem->pieces[i].addr),
					le32_to_cpu(mem->pieces[i].length), DMA_FROM_DEVICE);
}

/* The page behind a kernel address, if it is ordinary memory. */
static struct page *vcam_page(const void *addr)
{
	struct page *page;

	if (is_vmalloc_addr(addr))
		page = vmalloc_to_page(addr);
	else if (virt_addr_valid(addr))
		page = virt_to_page(addr);
	else
		return NULL;
	/*
	 * An imported buffer may be a device's memory: nobody may write there on our word.
	 * Of pages that are one, as heaps and huge pages have them, the first is counted.
	 */
	if (!page || !pfn_valid(page_to_pfn(page)) || PageReserved(page) ||
	    !get_page_unless_zero(compound_head(page)))
		return NULL;
	return page;
}

static int vcam_mem_add(struct vcam *vc, struct vcam_mem *mem, struct page *page, u32 offset,
			u32 length)
{
	struct virtio_camera_mem_entry *last = &mem->pieces[mem->num_pieces];
	dma_addr_t dma;

	if (mem->dma_dev) {
		dma = dma_map_page(mem->dma_dev, page, offset, length, DMA_FROM_DEVICE);
		if (dma_mapping_error(mem->dma_dev, dma))
			return -ENOMEM;
		last->addr = cpu_to_le64(dma);
	} else {
		last->addr = cpu_to_le64(page_to_phys(page) + offset);
	}
	last->length = cpu_to_le32(length);
	last->plane = 0;
	mem->num_pieces++;
	return 0;
}

/* One piece for pages that follow one another. */
static int vcam_mem_pieces(struct vcam *vc, struct vcam_mem *mem, u32 offset, u32 bytes)
{
	size_t most = SZ_1G;
	u32 i = 0, n, length;
	int ret;

	if (mem->dma_dev)
		most = min_t(size_t, most, dma_max_mapping_size(mem->dma_dev));
	while (bytes) {
		for (n = 1; i + n < mem->num_pages && (n + 1) * PAGE_SIZE <= most &&
		     page_to_pfn(mem->pages[i + n]) == page_to_pfn(mem->pages[i]) + n; n++)
			;
		length = min_t(u32, bytes, n * PAGE_SIZE - offset);
		ret = vcam_mem_add(vc, mem, mem->pages[i], offset, length);
		if (ret)
			return ret;
		bytes -= length;
		offset = 0;
		i += n;
	}
	return 0;
}

static struct vcam_mem *vcam_mem_of(struct vcam *vc, struct vb2_buffer *vb, u32 bytes)
{
	void *addr = vb2_plane_vaddr(vb, 0);
	u32 offset = offset_in_page(addr), pages, i;
	struct vcam_mem *mem;
	int ret = -ENOMEM;

	if (!addr || vb2_plane_size(vb, 0) < bytes)
		return ERR_PTR(-EINVAL);
	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&mem->list);
	if (virtio_has_feature(vc->vdev, VIRTIO_F_ACCESS_PLATFORM))
		mem->dma_dev = vc->vdev->dev.parent;
	pages = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);
	mem->pages = kvcalloc(pages, sizeof(*mem->pages), GFP_KERNEL);
	mem->pieces = kvcalloc(pages, sizeof(*mem->pieces), GFP_KERNEL);
	if (!mem->pages || !mem->pieces)
		goto free;
	for (i = 0; i < pages; i++) {
		struct page *page = vcam_page(addr - offset + i * PAGE_SIZE);

		if (!page) {
			dev_err(vc->dev, "buffer %u is not in ordinary memory\n", vb->index);
			ret = -EINVAL;
			goto free;
		}
		mem->pages[mem->num_pages++] = page;
	}
	ret = vcam_mem_pieces(vc, mem, offset, bytes);
	if (ret)
		goto free;
	return mem;
free:
	vcam_mem_free(mem);
	return ERR_PTR(ret);
}

static int vcam_attach_slice(struct vcam *vc, struct vcam_mem *mem, u32 first, u32 count)
{
	struct {
		struct virtio_camera_buf_attach head;
		struct virtio_camera_mem_entry pieces[VCAM_PIECES_PER_COMMAND];
	} *body;
	int ret;

	body = kzalloc(sizeof(*body), GFP_KERNEL);
	if (!body)
		return -ENOMEM;
	body->head.generation = cpu_to_le32(mem->generation);
	body->head.buffer_id = cpu_to_le32(mem->id);
	body->head.num_entries = cpu_to_le32(count);
	body->head.first_entry = cpu_to_le32(first);
	if (first + count < mem->num_pieces)
		body->head.flags = cpu_to_le32(VIRTIO_CAMERA_ATTACH_MORE);
	memcpy(body->pieces, mem->pieces + first, count * sizeof(*body->pieces));
	ret = vcam_command(vc, VIRTIO_CAMERA_CMD_BUF_ATTACH, body,
			   sizeof(body->head) + count * sizeof(*body->pieces), NULL, 0, 0, NULL);
	kfree(body);
	return ret;
}

/* Tells the device a buffer. The caller holds submit_lock and has a configuration. */
int vcam_attach(struct vcam *vc, struct vcam_buffer *buf)
{
	struct vb2_buffer *vb = &buf->vb.vb2_buf;
	struct vcam_mem *mem;
	u32 first, count;
	int ret = 0;

	mem = vcam_mem_of(vc, vb, vc->active.total);
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	mem->id = ++vc->last_buffer_id;
	mem->generation = vc->active.generation;
	list_add_tail(&mem->list, &vc->mems);
	for (first = 0; first < mem->num_pieces && !ret; first += count) {
		count = min_t(u32, mem->num_pieces - first, VCAM_PIECES_PER_COMMAND);
		ret = vcam_attach_slice(vc, mem, first, count);
	}
	if (ret) {
		dev_err(vc->dev, "buffer %u (%u pieces) is not taken: %d\n", vb->index,
			mem->num_pieces, ret);
		/* A device that refused a slice forgets the others; one that is broken may not. */
		if (!vcam_dead(vc)) {
			list_del(&mem->list);
			vcam_mem_free(mem);
		}
		return ret;
	}
	buf->mem = mem;
	buf->generation = mem->generation;
	return 0;
}

/* The caller holds submit_lock. On a failure the pages stay held until RELEASE or the reset. */
void vcam_detach(struct vcam *vc, struct vcam_mem *mem)
{
	struct virtio_camera_buf_detach body = {
		.generation = cpu_to_le32(mem->generation),
		.buffer_id = cpu_to_le32(mem->id),
	};

	if (vcam_command(vc, VIRTIO_CAMERA_CMD_BUF_DETACH, &body, sizeof(body), NULL, 0, 0, NULL))
		return;
	list_del(&mem->list);
	vcam_mem_free(mem);
}

/* The device has given up its configuration, or is reset: no buffer is known any more. */
void vcam_forget_mems(struct vcam *vc)
{
	struct vcam_mem *mem, *next;

	list_for_each_entry_safe(mem, next, &vc->mems, list) {
		list_del(&mem->list);
		vcam_mem_free(mem);
	}
}
