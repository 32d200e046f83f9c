using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;

namespace CameraFabric.Guest.Camera;

/// <content>Frames in place: in the camera's own pool, which the device maps for reading (VIRTIO_CAMERA_F_SHM).</content>
public sealed partial class CameraDriver
{
    private PooledFrames? _pool;
    private bool[] _isHeld = [];

    /// <summary>Whether the device and the connection can show frames in place; whether they may is what <see cref="MapPool"/> says.</summary>
    public bool CanMapPool => (_transport.Features & CameraWire.SharedMemoryFeature) != 0 && _transport.SharedMemory is not null;

    /// <summary>
    /// Asks the device to map the pool of the configured stream (SHM_MAP). From then on requests may be <see cref="CameraRequest.InPlace"/>,
    /// until <see cref="Configure"/> or <see cref="Release"/>.
    /// </summary>
    /// <returns>Where the frames are; null if there is no such thing here, or not for this guest, so that buffers are needed.</returns>
    /// <exception cref="CameraDriverException">Timed out, broken, gone, or refused for another reason.</exception>
    public PooledFrames? MapPool()
    {
        if (!CanMapPool) return null;
        lock (_commandOrder)
        {
            var stream = Stream;
            MapPoolReply reply;
            try
            {
                CameraWire.Write(_body, new GenerationCommand(stream.Generation, 0));
                reply = CameraWire.Read<MapPoolReply>(Execute(CameraCommand.MapPool, GenerationCommand.Bytes, MapPoolReply.Bytes));
            }
            catch (CameraDriverException refused) when (refused is
                { Failure: CameraFailure.Refused, Status: CameraStatus.Unsupported or CameraStatus.Denied or CameraStatus.NoMemory or CameraStatus.Timeout })
            {
                return null;
            }

            if (PooledFrames.TryRead(reply, _transport.SharedMemory!.Bytes, stream.FrameBytes) is not { } pool)
                throw Broken(CameraCommand.MapPool, $"a pool that does not fit into its region of {_transport.SharedMemory.Bytes} bytes: {reply}");
            lock (_requestGate)
            {
                _pool = pool;
                _isHeld = new bool[pool.Slots];
            }

            return pool;
        }
    }

    /// <summary>Gives back a frame that a request brought in place, without asking for another (SHM_RETURN).</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public void GiveBack(CameraRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        uint place;
        lock (_requestGate)
        {
            RequireRented(request);
            if (request.Place < 0) return;
            place = (uint)request.Place;
            Forget(request);
        }

        lock (_commandOrder)
        {
            CameraWire.Write(_body, new ReturnSlotCommand(Stream.Generation, place));
            Execute(CameraCommand.ReturnSlot, ReturnSlotCommand.Bytes, 0);
        }
    }

    /// <summary>Reads a frame where it is; the bytes are those of the frame as long as the request has not been submitted again.</summary>
    /// <typeparam name="TState">What the reader needs.</typeparam>
    /// <param name="request">A request that ended with OK and a <see cref="CameraRequest.Place"/>.</param>
    /// <param name="reader">Who reads.</param>
    /// <param name="state">What it needs.</param>
    /// <returns>False if the frame is not there any more, e.g. because the device has gone.</returns>
    public bool TryReadInPlace<TState>(CameraRequest request, SharedMemoryWindow.Reader<TState> reader, TState state)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request is { Place: >= 0, Stream: { } stream } && _pool is { } pool && _transport.SharedMemory is { } window
            && window.TryRead(pool.Offset + (request.Place * pool.SlotBytes) + pool.DataOffset, stream.FrameBytes, reader, state);
    }

    // Under the lock for requests. What a request held goes back with it.
    private BufferReference ReferenceInPlace(CameraRequest request)
    {
        if (_pool is null) throw new InvalidOperationException("no pool is mapped: call MapPool first, after each Configure");
        if (request.Place < 0) return new BufferReference(0, CameraWire.NoSlot, BufferFlags.Shared, 0);
        var place = (uint)request.Place;
        Forget(request);
        return new BufferReference(0, place, BufferFlags.Shared | BufferFlags.Return, 0);
    }

    private void Forget(CameraRequest request)
    {
        if (request.Place >= 0 && request.Place < _isHeld.Length) _isHeld[request.Place] = false;
        request.Place = -1;
    }

    private string? TakePlace(CameraRequest request, in BufferResult buffer)
    {
        if (buffer.StreamId != 0 || (buffer.Flags & BufferFlags.Shared) == 0)
            return $"request {request.Id}: a result for buffer {buffer.BufferId} of stream {buffer.StreamId}; it asked for a frame in place";
        lock (_requestGate)
        {
            if (buffer.BufferId >= (uint)_isHeld.Length)
                return $"request {request.Id}: a frame in slot {buffer.BufferId}; the pool has {_isHeld.Length}";
            if (_isHeld[buffer.BufferId]) return $"request {request.Id}: a frame in slot {buffer.BufferId}, where another is held";
            _isHeld[buffer.BufferId] = true;
            request.Place = (int)buffer.BufferId;
        }

        return null;
    }

    // Whatever was held is the device's again.
    private void ForgetPool()
    {
        _pool = null;
        _isHeld = [];
        foreach (var request in _all) request.Place = -1;
    }
}
