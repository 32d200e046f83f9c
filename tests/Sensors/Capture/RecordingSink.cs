using System.Collections.Concurrent;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Capture;

/// <summary>Keeps what a loop tells, for the test's thread to take.</summary>
internal sealed class RecordingSink : IFrameSink
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<object> _events = [];

    public void Published(Frame frame) => _events.Add(frame);

    public void Lost(ulong sequence, ulong controlSet, FrameLossReason reason) => _events.Add((sequence, controlSet, reason));

    public void Faulty(FrameFault fault, ulong sequence, ulong controlSet) => _events.Add((fault, sequence));

    public void ControlSetLost(in ControlSetLoss loss) => _events.Add(loss);

    public void Ended() => _events.Add("ended");

    public void Failed(Exception error) => _events.Add(error);

    /// <summary>The next event, which must be of this type.</summary>
    public T Take<T>()
    {
        Assert.True(_events.TryTake(out var taken, _bound), $"no event came where {typeof(T).Name} was expected");
        return Assert.IsType<T>(taken, exactMatch: false);
    }

    public void IsEmpty() => Assert.Empty(_events);
}
