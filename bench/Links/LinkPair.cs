using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Links;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Bench.Links;

/// <summary>Both ends of a link, in this process and over a real socket.</summary>
internal sealed class LinkPair : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly PoolShelf _pools = new("reader", 6, false);
    private readonly LinkListener _listener;
    private readonly LinkReceiver _receiver;

    public LinkPair(bool overUnix, ILinkSink sink)
    {
        var options = new LinkOptions { UnixPath = Path.Combine(_folder.FullName, "links.sock") };
        _listener = new LinkListener("here", options, TimeProvider.System, NullLogger.Instance);
        var connected = new TaskCompletionSource<LinkSender>();
        var offer = _listener.Expect("bench", 1, "reader", connection =>
        {
            var sender = new LinkSender(connection, options, new LinkMeter(), FrameClock.System, NullLogger.Instance);
            sender.Start();
            connected.SetResult(sender);
        });
        _receiver = new LinkReceiver(offer, "bench", "reader", overUnix ? "here" : "there", _pools, sink, options, new LinkMeter(), FrameClock.System,
            TimeProvider.System, NullLogger.Instance);
        _receiver.Start();
        Sender = connected.Task.GetAwaiter().GetResult();
    }

    public LinkSender Sender { get; }

    public void Dispose()
    {
        Sender.Stop("measured");
        _receiver.Ended.GetAwaiter().GetResult();
        Sender.Ended.GetAwaiter().GetResult();
        _listener.Dispose();
        _pools.Retire();
        _folder.Delete(recursive: true);
    }
}
