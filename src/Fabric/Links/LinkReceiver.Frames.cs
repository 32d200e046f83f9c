using System.Runtime.InteropServices;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

internal sealed partial class LinkReceiver
{
    private static readonly int Reasons = Enum.GetValues<FrameDropReason>().Length;

    // Slots to give back. No more can be lent than the window has, so this is never full.
    private readonly LinkRelease[] _releases = new LinkRelease[LinkWire.MaximumWindow];
    private int _releaseCount;
    private int _lent;
    private int _window;
    private LinkConfiguration _configuration;
    private FrameMirror? _mirror;

    private void Take(LinkMessage type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case LinkMessage.Frame when body.Length >= LinkFrame.Bytes:
                TakeFrame(MemoryMarshal.Read<LinkFrame>(body), body[LinkFrame.Bytes..]);
                break;
            case LinkMessage.Configuration when body.Length == LinkConfiguration.Bytes:
                Configure(MemoryMarshal.Read<LinkConfiguration>(body));
                break;
            case LinkMessage.Missed when body.Length == LinkMissed.Bytes:
                var missed = MemoryMarshal.Read<LinkMissed>(body);
                if (missed.Reason >= Reasons || missed.Count < 1) throw new LinkException($"the home tells of {missed.Count} frames missed for reason {missed.Reason}");
                Miss(missed.Sequence, missed.ControlSet, (FrameDropReason)missed.Reason, missed.Count);
                break;
            case LinkMessage.ControlSetLost when body.Length == LinkSetLost.Bytes:
                var lost = MemoryMarshal.Read<LinkSetLost>(body);
                var reason = (ControlSetFailure)lost.Reason;
                if (!Enum.IsDefined(reason)) throw new LinkException($"the home tells of a control set lost for reason {lost.Reason}");
                _sink.ControlSetLost(new ControlSetLost(lost.Set, lost.Context, reason, lost.Frame));
                break;
            case LinkMessage.SourceLost when body.IsEmpty:
                _sink.SourceLost();
                break;
            default:
                throw new LinkException($"the home sent a message of type {(int)type} with {body.Length} bytes, which a reader does not take");
        }

        _meter.CountBytes(LinkHead.Bytes + body.Length);
    }

    private void Configure(in LinkConfiguration told)
    {
        if (!PixelFormats.TryGet(new FourCC(told.FourCC), out var format)) throw new LinkException($"the home's pixel format {new FourCC(told.FourCC)} is not known");
        if (told.FrameBytes < 1 || told.FrameBytes > _options.MaximumFrameBytes)
        {
            throw new LinkException($"the home's frames have room for {told.FrameBytes} bytes; {_options.MaximumFrameBytes} at most are possible");
        }

        FrameLayout layout;
        try
        {
            layout = format.Layout((int)Math.Min(told.Width, int.MaxValue), (int)Math.Min(told.Height, int.MaxValue));
        }
        catch (ArgumentException e)
        {
            throw new LinkException($"the home's frames cannot be: {e.Message}");
        }

        if (!format.IsCompressed && layout.TotalBytes > told.FrameBytes)
        {
            throw new LinkException($"the home's frames ({layout}) need {layout.TotalBytes} bytes; its slots have {told.FrameBytes}");
        }

        // A mirror is there for as long as its pool is the last one that was told of: the next shared one brings a descriptor.
        if (told.IsShared == 0) DropMirror();
        else if (_mirror is null || _configuration.Pool != told.Pool) Mirror(told);
        _configuration = told;
    }

    private void Mirror(in LinkConfiguration told)
    {
        using var descriptor = _carrier!.TakeDescriptor() ?? throw new LinkException("the home shares a pool and brings no descriptor");
        DropMirror();
        using var file = MemoryFile.FromDescriptor(descriptor);
        if (file.Size > _options.MaximumSharedBytes) throw new LinkException($"the home's pool has {file.Size} bytes; {_options.MaximumSharedBytes} at most are possible");
        var pool = told.Pool;
        try
        {
            _mirror = new FrameMirror(file, (int)told.FrameBytes, (int)Math.Min(told.Slots, int.MaxValue),
                (long)Math.Min(told.SlotBytes, long.MaxValue), (slot, generation) => Release(pool, slot, generation));
        }
        catch (ArgumentException e)
        {
            throw new LinkException($"the home's pool cannot be: {e.Message}");
        }
    }

    private void DropMirror()
    {
        _mirror?.Dispose();
        _mirror = null;
    }

    private void TakeFrame(in LinkFrame told, ReadOnlySpan<byte> rest)
    {
        var header = told.Header;
        if (header.Magic != FrameHeader.ExpectedMagic || header.Version != FrameHeader.CurrentVersion)
        {
            throw new LinkException($"a frame's header has version {header.Version}, this node's {FrameHeader.CurrentVersion}");
        }

        if (_configuration.FrameBytes == 0 || told.Pool != _configuration.Pool || header.ConfigurationGeneration != _configuration.Generation
            || header.FourCC != _configuration.FourCC || header.Width != _configuration.Width || header.Height != _configuration.Height)
        {
            throw new LinkException($"frame {header.Sequence} is not as the home said that frames are");
        }

        if (header.BytesUsed > _configuration.FrameBytes || header.AppliedCount > FrameHeader.MaximumApplied
            || rest.Length != (int)header.AppliedCount * ControlEntry.Bytes)
        {
            throw new LinkException($"frame {header.Sequence} has {header.BytesUsed} bytes and {header.AppliedCount} controls in {rest.Length} bytes: at most "
                + $"{_configuration.FrameBytes} bytes and {FrameHeader.MaximumApplied} controls are possible");
        }

        if ((told.Slot == LinkWire.Inline) != (_configuration.IsShared == 0)) throw new LinkException($"frame {header.Sequence} is not where the home said that frames are");
        var applied = MemoryMarshal.Cast<byte, ControlEntry>(rest);
        if (told.Slot == LinkWire.Inline) TakePixels(header, applied);
        else TakeShared(told, header, applied);
    }

    private void TakeShared(in LinkFrame told, in FrameHeader header, ReadOnlySpan<ControlEntry> applied)
    {
        if (Interlocked.Increment(ref _lent) > _window) throw new LinkException($"the home lends more than {_window} frames");
        var frame = _mirror!.TryTake((int)Math.Min(told.Slot, int.MaxValue), told.Generation, header, applied)
            ?? throw new LinkException($"the home lends slot {told.Slot}, which is lent already or not there");
        _meter.CountReceived(_clock.Now);
        _sink.Received(frame);
    }

    private void TakePixels(in FrameHeader header, ReadOnlySpan<ControlEntry> applied)
    {
        var slot = _pools.For((int)_configuration.FrameBytes).TryRent();
        _meter.CountBytes(header.BytesUsed);
        if (slot is null)
        {
            _input.Skip(header.BytesUsed);
            _output.Send(LinkMessage.Credit, new LinkCredit(1));
            Miss(header.Sequence, header.ControlSet, FrameDropReason.NoFreeSlot, 1);
            return;
        }

        Frame frame;
        try
        {
            slot.Header = header;
            applied.CopyTo(slot.Applied);
            _input.ReadExactly(slot.Pixels[..(int)header.BytesUsed]);
            frame = slot.Publish();
        }
        catch
        {
            slot.Abandon();
            throw;
        }

        // First to whoever waits for it.
        _meter.CountReceived(_clock.Now);
        _sink.Received(frame);
        _output.Send(LinkMessage.Credit, new LinkCredit(1));
    }

    private void Miss(ulong sequence, ulong controlSet, FrameDropReason reason, int count)
    {
        _meter.CountMissed(count);
        _sink.Missed(sequence, controlSet, reason, count);
    }

    // On the thread of whoever gave the last lease back, which must not wait for a socket.
    private void Release(uint pool, int slot, uint generation)
    {
        // Before the home can hear of it, and lend again.
        Interlocked.Decrement(ref _lent);
        lock (_releases)
        {
            if (_releaseCount == _releases.Length) return;
            _releases[_releaseCount++] = new LinkRelease(pool, (uint)slot, generation);
        }

        if (_ended.Task.IsCompleted) return;
        try
        {
            _poller?.Wake();
        }
        catch (ObjectDisposedException)
        {
            // The link is just over: its home has taken the slots back.
        }
    }

    private void SendReleases()
    {
        while (true)
        {
            LinkRelease release;
            lock (_releases)
            {
                if (_releaseCount == 0) return;
                release = _releases[--_releaseCount];
            }

            _output.Send(LinkMessage.Release, release);
        }
    }
}
