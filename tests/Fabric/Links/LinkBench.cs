using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Tests.Links;

/// <summary>Both ends of a link in one process, over real sockets.</summary>
internal sealed class LinkBench : IDisposable
{
    /// <summary>Of links that no busy machine breaks. Who waits for a time limit sets it himself.</summary>
    public static readonly LinkOptions Patient = new() { HelloTimeout = RunningFabric.Patience, StallTimeout = RunningFabric.Patience };

    private const string Host = "soc1";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly List<LinkReceiver> _receivers = [];
    private readonly List<LinkSender> _senders = [];

    public LinkBench(LinkOptions? options = null, LinkOptions? readerOptions = null, TimeProvider? time = null)
    {
        Logger = Loggers.CreateLogger("links");
        Options = (options ?? Patient) with { UnixPath = Path.Combine(_folder.FullName, "links.sock") };
        ReaderOptions = readerOptions ?? options ?? Patient;
        Listener = new LinkListener(Host, Options, time ?? TimeProvider.System, Logger);
    }

    public RecordingLoggers Loggers { get; } = new();

    public ILogger Logger { get; }

    public LinkOptions Options { get; }

    public LinkOptions ReaderOptions { get; }

    public LinkListener Listener { get; }

    public LinkMeter Sent { get; } = new();

    public LinkMeter Got { get; } = new();

    public FrameClock Clock { get; init; } = FrameClock.System;

    /// <summary>Where frames over TCP are put.</summary>
    public PoolShelf Shelf { get; init; } = new("reader", 8, false);

    /// <summary>Connects a sink. Both ends run when this returns.</summary>
    public (LinkSender Sender, LinkReceiver Receiver) Connect(bool overUnix, ILinkSink sink)
    {
        var (offer, connected) = Expect();
        var receiver = Receive(offer, overUnix, sink);
        var sender = Await(connected);
        _senders.Add(sender);
        return (sender, receiver);
    }

    /// <summary>An offer, and the sender that runs when it is taken.</summary>
    public (LinkOffer Offer, Task<LinkSender> Connected) Expect()
    {
        var connected = new TaskCompletionSource<LinkSender>(TaskCreationOptions.RunContinuationsAsynchronously);
        var offer = Listener.Expect("front", LinkFrames.Epoch, "reader", connection =>
        {
            var sender = new LinkSender(connection, Options, Sent, Clock, Logger);
            sender.Start();
            connected.SetResult(sender);
        });
        return (offer, connected.Task);
    }

    /// <summary>What has to come; without it the log is told.</summary>
    public T Await<T>(Task<T> task)
    {
        Assert.True(task.Wait(RunningFabric.Patience), Loggers.ToString());
        return task.Result;
    }

    /// <summary>Connects a sink to whatever offers.</summary>
    public LinkReceiver Receive(LinkOffer offer, bool overUnix, ILinkSink sink, string camera = "front", string node = "reader")
    {
        var receiver = new LinkReceiver(offer, camera, node, overUnix ? Host : "soc2", Shelf, sink, ReaderOptions, Got, Clock,
            TimeProvider.System, Logger);
        receiver.Start();
        _receivers.Add(receiver);
        return receiver;
    }

    /// <summary>A socket to the listener on which nothing is said yet.</summary>
    public UnixSocket Visit() => UnixSocket.Connect(Options.UnixPath);

    public static string Ended(Task<LinkEnd> end) => EndOf(end).Reason;

    public static LinkEnd EndOf(Task<LinkEnd> end)
    {
        Assert.True(end.Wait(RunningFabric.Patience), "the link does not end");
        return end.Result;
    }

    /// <summary>Waits until every slot of a pool is free.</summary>
    public static void WaitUntilFree(FramePool pool) =>
        Assert.True(SpinWait.SpinUntil(() => pool.Free == pool.Slots, RunningFabric.Patience), $"{pool.Free} of {pool.Slots} slots are free");

    public void Dispose()
    {
        foreach (var receiver in _receivers) receiver.Stop();
        foreach (var receiver in _receivers) Ended(receiver.Ended);
        foreach (var sender in _senders) Ended(sender.Ended);
        Listener.Dispose();
        Shelf.Retire();
        _folder.Delete(recursive: true);
    }
}
