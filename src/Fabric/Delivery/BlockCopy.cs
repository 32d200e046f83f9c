using CameraFabric.Device.Delivery;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Delivery;

/// <summary>
/// Copies one frame to several guests in one pass over the source: a block is read into the processor's cache once and written to each
/// guest
/// from there. One thread; the cursors are kept from frame to frame, so that nothing is allocated.
/// </summary>
internal sealed class BlockCopy
{
    private Cursor[] _cursors = new Cursor[8];
    private int _count;

    /// <summary>Forgets the targets of the last frame.</summary>
    public void Clear()
    {
        Array.Clear(_cursors, 0, _count);
        _count = 0;
    }

    /// <summary>Adds a target: a request's buffer. The caller is between BeginWrite and EndWrite of it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bytes">The frame's bytes.</param>
    /// <returns>False, and nothing is added, if they do not fit into the buffer.</returns>
    public bool TryAdd(FrameRequest request, int bytes)
    {
        long room = 0;
        for (var i = 0; i < request.TargetCount && room < bytes; i++) room += request.Target(i).Length;
        if (room < bytes) return false;
        if (_count == _cursors.Length) Array.Resize(ref _cursors, _cursors.Length * 2);
        _cursors[_count++] = new Cursor { Request = request };
        return true;
    }

    /// <summary>Copies to all targets, and fences, so that what is published afterwards is seen after the pixels.</summary>
    /// <param name="source">The frame's used bytes.</param>
    public void Run(ReadOnlySpan<byte> source)
    {
        if (_count == 0) return;
        var nonTemporal = FrameCopy.PrefersNonTemporal(source.Length, _count);
        for (var offset = 0; offset < source.Length; offset += FrameCopy.BlockBytes)
        {
            var block = source.Slice(offset, Math.Min(FrameCopy.BlockBytes, source.Length - offset));
            for (var i = 0; i < _count; i++) _cursors[i].Write(block, nonTemporal);
        }

        if (nonTemporal) FrameCopy.Fence();
    }

    // Where one target's next byte goes: which piece of the buffer, and where in it.
    private struct Cursor
    {
        public FrameRequest Request;
        private int _piece;
        private int _offset;

        public void Write(ReadOnlySpan<byte> block, bool nonTemporal)
        {
            while (!block.IsEmpty)
            {
                var target = Request.Target(_piece).Writable[_offset..];
                if (target.IsEmpty)
                {
                    _piece++;
                    _offset = 0;
                    continue;
                }

                var length = Math.Min(block.Length, target.Length);
                FrameCopy.ToOne(block[..length], target[..length], nonTemporal);
                _offset += length;
                block = block[length..];
            }
        }
    }
}
