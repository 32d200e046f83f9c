using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Links;

/// <summary>Something that a reader was told.</summary>
internal abstract record Told
{
    public sealed record Pixels(FrameHeader Header, byte[] Bytes, ControlEntry[] Applied) : Told;

    public sealed record Gap(ulong Sequence, ulong ControlSet, FrameDropReason Reason, int Count) : Told;

    public sealed record SetLost(ControlSetLost Lost) : Told;

    public sealed record NoSource : Told;

    public sealed record Over(string Reason, bool IsOrderly) : Told;
}

/// <summary>A reader that keeps what it was told, and can be made slow.</summary>
internal sealed class RecordingSink : ILinkSink
{
    private readonly object _gate = new();
    private readonly List<Told> _told = [];
    private readonly List<Frame> _held = [];

    /// <summary>Keeps frames leased until <see cref="GiveBack"/>.</summary>
    public bool Holds { get; init; }

    /// <summary>Keeps the link's thread for as long as it is reset.</summary>
    public ManualResetEventSlim MayGoOn { get; } = new(true);

    public IReadOnlyList<Told> All
    {
        get
        {
            lock (_gate) return [.. _told];
        }
    }

    public int Frames => All.Count(static told => told is Told.Pixels);

    /// <summary>Frames told of in one way or the other.</summary>
    public int Accounted => All.Sum(static told => told is Told.Pixels ? 1 : told is Told.Gap gap ? gap.Count : 0);

    public void Received(Frame frame)
    {
        Tell(new Told.Pixels(frame.Header, frame.Pixels.ToArray(), frame.Applied.ToArray()), Holds ? frame : null);
        if (!Holds) frame.Return();
        MayGoOn.Wait(RunningFabric.Patience);
    }

    public void Missed(ulong sequence, ulong controlSet, FrameDropReason reason, int count) =>
        Tell(new Told.Gap(sequence, controlSet, reason, count));

    public void ControlSetLost(ControlSetLost lost) => Tell(new Told.SetLost(lost));

    public void SourceLost() => Tell(new Told.NoSource());

    public void Ended(LinkEnd end) => Tell(new Told.Over(end.Reason, end.IsOrderly));

    public IReadOnlyList<Frame> Held
    {
        get
        {
            lock (_gate) return [.. _held];
        }
    }

    public void GiveBack()
    {
        lock (_gate)
        {
            foreach (var frame in _held) frame.Return();
            _held.Clear();
        }
    }

    public void WaitFor(Func<RecordingSink, bool> isThere)
    {
        lock (_gate)
        {
            while (!isThere(this))
            {
                Assert.True(Monitor.Wait(_gate, RunningFabric.Patience), $"told so far: {string.Join(", ", _told)}");
            }
        }
    }

    private void Tell(Told told, Frame? held = null)
    {
        lock (_gate)
        {
            _told.Add(told);
            if (held is not null) _held.Add(held);
            Monitor.PulseAll(_gate);
        }
    }
}
