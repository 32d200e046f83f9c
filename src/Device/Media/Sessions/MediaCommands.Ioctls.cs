using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>The ioctls.</summary>
internal sealed partial class MediaCommands
{
    private ImmutableArray<ControlEntry> _setting = [];

    private void Dispatch(Span<byte> payload, ReadOnlySpan<byte> behind)
    {
        var session = _session!;
        switch (_code)
        {
            case MediaIoctl.RequestBuffers: RequestBuffers(payload); break;
            case MediaIoctl.QueueBuffer: QueueBuffer(payload, behind); break;
            case MediaIoctl.StreamOn: StreamOn(payload); break;
            case MediaIoctl.StreamOff: StreamOff(payload); break;
            case MediaIoctl.SetExtendedControls:
                Set(_extended.Examine(payload, behind, _chain!, isSet: true, out _setting));
                break;
            case MediaIoctl.SetControl:
                Set(_extended.ExamineOld(payload, out _setting));
                break;
            case MediaIoctl.SetPriority:
                var priority = CameraWire.Read<uint>(payload);
                if (priority is >= 1 and <= 3) session.Priority = priority;
                Answer(priority is >= 1 and <= 3 ? MediaStatus.Ok : MediaStatus.Invalid);
                break;
            case MediaIoctl.GetPriority:
                CameraWire.Write(payload, _sessions.Values.Max(static other => other.Priority));
                Answer(MediaStatus.Ok);
                break;
            default: Answer(Immediate(session, payload, behind)); break;
        }
    }

    // Those that need nobody else.
    private MediaStatus Immediate(OpenSession session, Span<byte> payload, ReadOnlySpan<byte> behind) => _code switch
    {
        MediaIoctl.EnumerateFormats => _formats.EnumerateFormats(payload),
        MediaIoctl.EnumerateFrameSizes => _formats.EnumerateSizes(payload),
        MediaIoctl.EnumerateFrameIntervals => _formats.EnumerateIntervals(payload),
        MediaIoctl.GetFormat => _formats.Get(payload),
        MediaIoctl.SetFormat => _formats.Set(payload, isTry: false, isBusy: _buffers.Owner is not null),
        MediaIoctl.TryFormat => _formats.Set(payload, isTry: true, isBusy: false),
        MediaIoctl.GetParameters => _formats.GetParameters(payload),
        MediaIoctl.SetParameters => _formats.SetParameters(payload, _stream.IsOn),
        MediaIoctl.EnumerateInputs => _formats.EnumerateInputs(payload),
        MediaIoctl.GetInput => FormatDesk.SelectInput(payload, isSet: false),
        MediaIoctl.SetInput => FormatDesk.SelectInput(payload, isSet: true),
        MediaIoctl.CreateBuffers => _buffers.Create(session, payload),
        MediaIoctl.QueryBuffer => _buffers.Query(payload),
        MediaIoctl.PrepareBuffer => _buffers.Take(session, payload, behind, _chain!, isPrepare: true, out _),
        MediaIoctl.QueryExtendedControl => _controls.Query(payload),
        MediaIoctl.QueryControl => _controls.QueryOld(payload),
        MediaIoctl.QueryMenu => _controls.QueryMenu(payload),
        MediaIoctl.GetControl => _extended.GetOld(payload),
        MediaIoctl.GetExtendedControls => _extended.Get(payload, behind, _chain!),
        MediaIoctl.TryExtendedControls => _extended.Examine(payload, behind, _chain!, isSet: false, out _),
        MediaIoctl.SubscribeEvent => _controls.Subscribe(session, payload),
        MediaIoctl.UnsubscribeEvent => _controls.Unsubscribe(session, payload),
        _ => MediaStatus.NoIoctl,
    };

    private void QueueBuffer(Span<byte> payload, ReadOnlySpan<byte> behind)
    {
        var status = _buffers.Take(_session!, payload, behind, _chain!, isPrepare: false, out var buffer);
        var queue = _chain!.Queue;

        // Answered first, so that the driver has the buffer in its list before it can come back.
        Answer(status);
        if (buffer is not null) _stream.Queue(buffer, queue);
    }

    private void RequestBuffers(Span<byte> payload)
    {
        // Judged first: what cannot be done must not cost the buffers that are there. With 0 it is a STREAMOFF as well. Freed buffers
        // may be the guest's own pages, and the driver forgets what it knows of them: nothing may be on its way any more.
        var asked = CameraWire.Read<V4l2RequestBuffers>(payload);
        var status = _buffers.Judge(_session!, asked);
        if (status != MediaStatus.Ok) Answer(status);
        else if (_stream.IsOn && asked.Count > 0) Answer(MediaStatus.Busy);
        else if (_buffers.Owner == _session) Drain(Wait.Requesting);
        else Answer(_buffers.Request(_session!, payload));
    }

    private void StreamOn(ReadOnlySpan<byte> payload)
    {
        if (CameraWire.Read<V4l2BufferType>(payload) != V4l2BufferType.VideoCapture) Answer(MediaStatus.Invalid);
        else if (_buffers.IsTaken(_session!)) Answer(MediaStatus.Busy);
        else if (_buffers.Buffers.Count == 0) Answer(MediaStatus.Invalid);
        else if (_buffers.IsHalfStopped) Answer(MediaStatus.Busy);
        else if (_stream.IsOn) Answer(MediaStatus.Ok);
        else if (!_context.SourcePresent) Answer(MediaStatus.NoDevice);
        else _context.Host.Configure(Await(Wait.Configuring), _formats.Current);
    }

    private void StreamOff(ReadOnlySpan<byte> payload)
    {
        if (CameraWire.Read<V4l2BufferType>(payload) != V4l2BufferType.VideoCapture) Answer(MediaStatus.Invalid);
        else if (_buffers.IsTaken(_session!)) Answer(MediaStatus.Busy);
        else Drain(Wait.Stopping);
    }

    private void Set(MediaStatus status)
    {
        if (status != MediaStatus.Ok) Answer(status);
        else if (_setting.IsEmpty) Answer(MediaStatus.Ok);
        else if (!_context.SourcePresent) Answer(MediaStatus.NoDevice);
        else _context.Host.SetGlobalControls(Await(Wait.Setting), _setting);
    }

    private void Mmap(ReadOnlySpan<byte> input)
    {
        var command = CameraWire.Read<MediaMmapCommand>(input);
        if (input.Length < MediaMmapCommand.Bytes || !_sessions.TryGetValue(command.SessionId, out _session)
            || _buffers.FindMapped(command.Offset) is not { Area: { } area } buffer)
        {
            Answer(MediaStatus.Invalid);
            return;
        }

        if (!TryReserve(MediaMmapResponse.Bytes)) return;
        switch (area.State)
        {
            case AreaState.Visible:
                Mapped(buffer);
                break;
            case AreaState.Hidden when _context.Host.CanShareMemory:
                area.State = AreaState.Mapping;
                var ticket = Await(Wait.Mapping);
                _pending = _pending with { Buffer = buffer };
                area.Ticket = ticket;
                _context.Host.Map(ticket, area.File, area.Offset, area.Bytes);
                break;
            default:
                Answer(MediaStatus.NoMemory);
                break;
        }
    }

    private void Mapped(MediaBuffer buffer)
    {
        var area = buffer.Area!;
        area.AddMapping(buffer.AreaIndex);
        Span<byte> answer = stackalloc byte[MediaMmapResponse.Bytes];
        CameraWire.Write(answer, new MediaMmapResponse(
            new MediaResponseHeader(MediaStatus.Ok), (ulong)area.AddressOf(buffer.AreaIndex), (ulong)buffer.Length));
        Return(_chain!.Write(0, answer));
    }

    private void Munmap(ReadOnlySpan<byte> input)
    {
        var isKnown = input.Length >= MediaMunmapCommand.Bytes && _buffers.TryUnmap(CameraWire.Read<MediaMunmapCommand>(input).Address);
        Answer(isKnown ? MediaStatus.Ok : MediaStatus.Invalid);
    }
}
