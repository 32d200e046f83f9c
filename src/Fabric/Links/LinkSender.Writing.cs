using System.Runtime.InteropServices;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

internal sealed partial class LinkSender
{
    private LinkConfiguration _told;
    private bool _hasTold;

    private void Send(in LinkItem item)
    {
        switch (item.Type)
        {
            case LinkMessage.Frame:
                SendFrame(item.Frame!);
                break;
            case LinkMessage.Missed:
                _meter.CountBytes(_output.Send(LinkMessage.Missed, item.Note));
                break;
            case LinkMessage.ControlSetLost:
                var lost = item.Lost!;
                _meter.CountBytes(
                    _output.Send(LinkMessage.ControlSetLost, new LinkSetLost(lost.Set, lost.Context, lost.Frame, (uint)lost.Reason, 0)));
                break;
            default:
                _meter.CountBytes(_output.Send(item.Type));
                break;
        }
    }

    private void SendFrame(Frame frame)
    {
        var handle = frame.Handle;
        var header = frame.Header;
        var isLent = false;
        var isSent = false;
        try
        {
            Configure(frame, handle, header);
            var isShared = _told.IsShared != 0;
            var slot = isShared ? (uint)handle.Slot : LinkWire.Inline;
            if (isShared)
            {
                _window.Lend(frame, handle);
                isLent = true;
            }
            else
            {
                _window.CountInline();
            }

            // Not when it has been written, which can take as long as the reader likes.
            ShowCredit();
            _meter.CountBytes(_output.Send(LinkMessage.Frame, new LinkFrame(header, (uint)handle.Pool, slot, handle.Generation, 0), frame.Applied));
            if (!isShared)
            {
                _connection.Carrier.Send(frame.Pixels);
                _meter.CountBytes(frame.Pixels.Length);
            }

            isSent = true;
        }
        finally
        {
            if (isSent) _meter.CountSent(_clock.Now);
            else _meter.Dropped.Add((int)FrameDropReason.LinkDown);

            // What is lent is given back when the reader says so, or the link is over.
            if (!isLent) frame.Return();
        }
    }

    private void Configure(Frame frame, in FrameHandle handle, in FrameHeader header)
    {
        var isNewPool = !_hasTold || _told.Pool != (uint)handle.Pool;
        if (!isNewPool && _told.Generation == header.ConfigurationGeneration && _told.FourCC == header.FourCC && _told.Width == header.Width
            && _told.Height == header.Height)
        {
            return;
        }

        var pool = frame.Pool;
        var isShared = _connection.Carrier.PassesDescriptors && pool is { IsSealed: true };
        _told = new LinkConfiguration((uint)handle.Pool, isShared ? 1u : 0, (uint)frame.Capacity, (uint)(pool?.Slots ?? 0),
            (ulong)(pool?.SlotBytes ?? 0), header.ConfigurationGeneration, header.FourCC, header.Width, header.Height);
        _hasTold = true;
        if (isNewPool && _connection.Carrier.PassesDescriptors && !isShared) LogCopied(_connection.Camera, _connection.Reader);
        _meter.CountBytes(isNewPool && isShared
            ? _output.Send(LinkMessage.Configuration, _told, pool!.File.Descriptor)
            : _output.Send(LinkMessage.Configuration, _told));
    }

    private void Take(LinkMessage type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case LinkMessage.Credit when body.Length == LinkCredit.Bytes:
                if (!_window.TryCredit(MemoryMarshal.Read<LinkCredit>(body).Count)) throw new LinkException("the reader gave credit for frames that it was not sent");
                break;
            case LinkMessage.Release when body.Length == LinkRelease.Bytes:
                var release = MemoryMarshal.Read<LinkRelease>(body);
                if (!_window.TryReturn(release)) throw new LinkException($"the reader gave back slot {release.Slot} of pool {release.Pool}, which it does not have");
                break;
            default:
                throw new LinkException($"the reader sent a message of type {(int)type} with {body.Length} bytes, which a home does not take");
        }
    }
}
