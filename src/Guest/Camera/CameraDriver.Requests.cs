using System.Diagnostics.CodeAnalysis;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Virtqueues;

namespace CameraFabric.Guest.Camera;

/// <content>Requests: the request queue. Nothing here allocates once the driver is made, unless the device breaks the protocol.</content>
public sealed partial class CameraDriver
{
    private const int MostRequestBytes = 16 * 1024;
    private const int MostResultBytes = 64 * 1024;

    // Request, buffer reference, controls; result, buffer result, metadata.
    private const int SegmentsPerRequest = 6;

    private readonly Lock _requestGate = new();
    private CameraRequest[] _all = [];
    private byte[] _result = [];
    private int _requestBytes;
    private int _resultBytes;
    private ulong _requestMemory;
    private ulong _lastRequest;
    private int _inFlight;

    /// <summary>Requests with the device.</summary>
    public int InFlight
    {
        get
        {
            lock (_requestGate) return _inFlight;
        }
    }

    /// <summary>Takes a request object to fill in; false when all <see cref="MaximumInFlight"/> are in use.</summary>
    public bool TryRent([NotNullWhen(true)] out CameraRequest? request)
    {
        lock (_requestGate)
        {
            foreach (var candidate in _all)
            {
                if (candidate.State != CameraRequestState.Free) continue;
                candidate.State = CameraRequestState.Rented;
                candidate.ClearControls();
                candidate.Strict = candidate.InPlace = false;
                candidate.TargetFrame = 0;
                candidate.TimeoutNanoseconds = 0;
                candidate.Tag = 0;
                request = candidate;
                return true;
            }
        }

        request = null;
        return false;
    }

    /// <summary>Gives a rented request object back.</summary>
    /// <exception cref="InvalidOperationException">It is not the caller's.</exception>
    public void Return(CameraRequest request)
    {
        lock (_requestGate)
        {
            RequireRented(request);
            request.State = CameraRequestState.Free;
        }
    }

    /// <summary>Sends a request. It ends in <see cref="ICameraListener.Completed"/>, perhaps before this returns.</summary>
    /// <exception cref="InvalidOperationException">The request is not the caller's, its buffer is in another request, or there is no such
    /// buffer.</exception>
    /// <exception cref="ArgumentException">Its controls need more bytes than the device takes.</exception>
    /// <exception cref="CameraDriverException">The connection has ended.</exception>
    public void Submit(CameraRequest request)
    {
        bool kick;
        lock (_requestGate)
        {
            ThrowIfGone();
            RequireRented(request);
            var stream = Stream;
            var buffer = request.InPlace ? null : FreeBuffer(request.Buffer);
            if (request.TimeoutNanoseconds < 0)
                throw new ArgumentException($"a time-out of {request.TimeoutNanoseconds} ns; needs 0 or more");

            var address = AddressOf(request);
            var result = address + (ulong)_requestBytes;
            var target = _ram.Write(address, _requestBytes);
            const int Head = RequestHeader.Bytes + BufferReference.Bytes;
            var packet = ControlPackets.Write(target[Head..], request.Asked);
            if (packet < 0)
                throw new ArgumentException($"{request.Asked.Length} controls do not fit into a request of {_requestBytes} bytes");

            var reference = buffer is null ? ReferenceInPlace(request) : new BufferReference(0, (uint)request.Buffer, BufferFlags.None, 0);
            request.ClearResult();
            request.Id = ++_lastRequest;
            request.Submitted = _clock.Now;
            var header = new CommandHeader(CameraCommand.Request, CameraWire.HeaderVersion, (uint)(Head + packet), request.Id);
            var flags = request.Strict ? RequestFlags.Strict : RequestFlags.None;
            CameraWire.Write(target, new RequestHeader(header, request.Id, stream.Generation, flags, 1, (uint)packet, request.TargetFrame,
                (ulong)request.TimeoutNanoseconds));
            CameraWire.Write(target[RequestHeader.Bytes..], reference);

            // A descriptor a part, as drivers with scatter lists do; the device must not take part boundaries for anything.
            ReadOnlySpan<GuestSegment> readable =
            [
                new(address, RequestHeader.Bytes),
                new(address + RequestHeader.Bytes, BufferReference.Bytes),
                new(address + Head, Math.Max(packet, 1)),
            ];
            ReadOnlySpan<GuestSegment> writable =
            [
                new(result, ResultHeader.Bytes),
                new(result + ResultHeader.Bytes, BufferResult.Bytes),
                new(result + ResultHeader.Bytes + BufferResult.Bytes, _resultBytes - ResultHeader.Bytes - BufferResult.Bytes),
            ];
            if (!_requests.TryAdd(packet == 0 ? readable[..2] : readable, writable, request.Slot))
                throw new InvalidOperationException("the request queue is full");   // PrepareRequests makes fewer requests than fit
            request.State = CameraRequestState.InFlight;
            request.Target = buffer;
            request.Stream = stream;
            if (buffer is not null) buffer.InFlight = true;
            _inFlight++;
            kick = _requests.Publish();
        }

        if (kick) Kick(CameraWire.RequestQueue);
    }

    private FrameBuffer FreeBuffer(int number)
    {
        if ((uint)number >= (uint)_buffers.Count)
            throw new InvalidOperationException($"buffer {number}: {_buffers.Count} buffers are attached, numbered from 0");
        return _buffers[number] is { InFlight: false } buffer
            ? buffer
            : throw new InvalidOperationException($"buffer {number} is in another request");
    }

    private void RequireRented(CameraRequest request)
    {
        if (request.Driver != this) throw new InvalidOperationException("the request belongs to another driver");
        if (request.State != CameraRequestState.Rented)
            throw new InvalidOperationException($"request {request.Id} is {request.State}, not the caller's");
    }

    private ulong AddressOf(CameraRequest request) => _requestMemory + (ulong)request.Slot * (ulong)(_requestBytes + _resultBytes);

    /// <summary>Sizes requests by what the device says, within our own limits, and makes as many as may be in flight.</summary>
    private int PrepareRequests()
    {
        const int Head = RequestHeader.Bytes + BufferReference.Bytes;
        const int Tail = ResultHeader.Bytes + BufferResult.Bytes + PacketHeader.Bytes;
        // Multiples of 64, so that no two requests share a cache line and every part is aligned.
        _requestBytes = (int)Math.Clamp(Config.MaximumRequestBytes, Head, MostRequestBytes) + 63 & ~63;
        _resultBytes = (int)Math.Clamp(Config.MaximumResultBytes, Tail, MostResultBytes) + 63 & ~63;
        if (Config.MaximumInFlight == 0)
            throw new CameraDriverException(CameraFailure.Violation,
                "configuration space: max_in_flight is 0; no request could ever be sent");
        var ring = _requests.FreeDescriptors / (_transport.Indirect ? 1 : SegmentsPerRequest);
        var count = (int)Math.Min(Config.MaximumInFlight, (uint)Math.Min(_options.MaximumInFlight, ring));
        _requestMemory = _ram.Allocate((long)count * (_requestBytes + _resultBytes));
        _result = new byte[_resultBytes];
        _all = [.. Enumerable.Range(0, count).Select(slot => new CameraRequest(this, slot))];
        return count;
    }

    private void ReclaimRequests()
    {
        while (true)
        {
            UsedChain used;
            lock (_requestGate)
            {
                if (_failure is not null) return;
                if (!_requests.TryReclaim(out used))
                {
                    if (!_requests.EnableCalls()) return;
                    continue;
                }
            }

            var request = _all[used.Token];
            request.Seen = _clock.Now;
            request.Interruptions = _interruptions;
            request.Violation = ReadResult(request, used.Written);
            lock (_requestGate)
            {
                _inFlight--;
                if (request.Target is { } target) target.InFlight = false;
                request.State = CameraRequestState.Rented;
            }

            _listener.Completed(request);
        }
    }

    /// <summary>Copies the result out of guest memory, checks it and fills in the request.</summary>
    /// <returns>What is wrong with it; null when it is right.</returns>
    private string? ReadResult(CameraRequest request, int written)
    {
        if (written < ResultHeader.Bytes)
            return $"request {request.Id}: a result of {written} bytes; its header alone has {ResultHeader.Bytes}";
        var bytes = _result.AsSpan(0, written);
        _ram.Read(AddressOf(request) + (ulong)_requestBytes, written).CopyTo(bytes);
        var result = CameraWire.Read<ResultHeader>(bytes);
        if (result.Header.Length < ResultHeader.Bytes || result.Header.Length > (uint)written)
            return $"request {request.Id}: a result that claims {result.Header.Length} bytes, with {written} bytes written";
        bytes = bytes[..(int)result.Header.Length];
        if (result.Header.Tag != request.Id || result.RequestId != request.Id)
            return $"request {request.Id}: a result with tag {result.Header.Tag} for request {result.RequestId}";
        if (ResultHeader.Bytes + result.BufferCount * (long)BufferResult.Bytes + result.MetadataBytes > bytes.Length)
        {
            return $"request {request.Id}: {result.BufferCount} buffer results and {result.MetadataBytes} bytes of metadata "
                + $"in a result of {bytes.Length} bytes";
        }

        if (!Enum.IsDefined(result.Header.Status)) return $"request {request.Id}: status {(uint)result.Header.Status} is not known";

        request.Status = result.Header.Status;
        request.Frame = result.FrameNumber;
        request.StartOfExposure = (long)result.StartOfExposure;
        request.Done = (long)result.Done;
        request.Flags = result.Flags;
        request.DroppedBefore = result.DroppedBefore;
        request.Checksum = result.Checksum;
        if (result.Header.Status == CameraStatus.Ok)
        {
            if (result.BufferCount != 1) return $"request {request.Id}: {result.BufferCount} buffer results for 1 buffer";
            if (CheckBuffer(request, CameraWire.Read<BufferResult>(bytes[ResultHeader.Bytes..])) is { } wrong) return wrong;
        }

        var metadata = bytes.Slice(ResultHeader.Bytes + (int)result.BufferCount * BufferResult.Bytes, (int)result.MetadataBytes);
        if (!ControlPackets.TryRead(metadata, request.ReportedTable, out var count, out var error))
            return $"request {request.Id}: metadata: {error}";
        request.SetReportedCount(count);
        return null;
    }

    private string? CheckBuffer(CameraRequest request, in BufferResult buffer)
    {
        if (!request.InPlace && (buffer.StreamId != 0 || buffer.BufferId != (uint)request.Buffer))
        {
            return $"request {request.Id}: a result for buffer {buffer.BufferId} of stream {buffer.StreamId}; "
                + $"it offered buffer {request.Buffer} of stream 0";
        }

        if (buffer.Status != CameraStatus.Ok) return $"request {request.Id}: status OK, but its buffer says {buffer.Status}";
        if (request.Stream is not { } stream) return $"request {request.Id}: a frame without a configuration";
        var total = 0L;
        for (var plane = 0; plane < CameraWire.MaximumPlanes; plane++)
        {
            var room = plane < stream.PlaneBytes.Length ? stream.PlaneBytes[plane] : 0;
            if (buffer.BytesUsed[plane] > (uint)room)
                return $"request {request.Id}: {buffer.BytesUsed[plane]} bytes used in plane {plane}, which has {room}";
            total += buffer.BytesUsed[plane];
        }

        request.PlaneBytesUsed = buffer.BytesUsed;
        request.BytesUsed = (int)total;
        return request.InPlace ? TakePlace(request, buffer) : null;
    }
}
