using System.Buffers.Binary;
using System.Collections.Concurrent;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>One message that went over a tapped connection.</summary>
/// <param name="Request">What is asked, or was.</param>
/// <param name="Flags">Of its header.</param>
/// <param name="Payload">Behind its header.</param>
internal sealed record TappedMessage(FrontendRequest Request, uint Flags, byte[] Payload)
{
    public bool IsReply => (Flags & 4) != 0;

    /// <summary>The first 64 bits of the payload.</summary>
    public ulong Word => BinaryPrimitives.ReadUInt64LittleEndian(Payload);
}

/// <summary>
/// Stands between a front-end and a back-end, passes on every byte and descriptor, and keeps the messages: what the two agreed upon.
/// </summary>
internal sealed class VhostUserTap : IDisposable
{
    private const int HeaderBytes = 12;
    private readonly UnixListener _listener;
    private readonly UnixSocket _backend;
    private readonly ConcurrentQueue<TappedMessage> _messages = new();
    private readonly Thread[] _threads;
    private UnixSocket? _frontend;

    /// <summary>Listens for one front-end, and connects it.</summary>
    /// <param name="path">Where it listens.</param>
    /// <param name="backend">The socket of the back-end.</param>
    public VhostUserTap(string path, string backend)
    {
        _listener = UnixListener.Bind(path);
        _backend = UnixSocket.Connect(backend);
        _threads =
        [
            new Thread(PassOn) { IsBackground = true },
            new Thread(() => Relay(_backend, () => _frontend!)) { IsBackground = true },
        ];
        _threads[0].Start();
    }

    public string Path => _listener.Path;

    public IReadOnlyList<TappedMessage> Messages => [.. _messages];

    /// <summary>The values that a message of one word had, asked or answered.</summary>
    public IEnumerable<ulong> Words(FrontendRequest request, bool isReply) =>
        from message in Messages where message.Request == request && message.IsReply == isReply select message.Word;

    public void Dispose()
    {
        _listener.Dispose();
        _frontend?.Shutdown();
        _backend.Shutdown();
        foreach (var thread in _threads)
        {
            if (thread.ThreadState != ThreadState.Unstarted) thread.Join();
        }

        _frontend?.Dispose();
        _backend.Dispose();
    }

    private void PassOn()
    {
        if (_listener.Accept(QemuMachine.Patience) is not { } frontend) return;
        _frontend = frontend;
        _threads[1].Start();
        Relay(frontend, () => _backend);
    }

    private void Relay(UnixSocket from, Func<UnixSocket> to)
    {
        using var descriptors = new DescriptorBag();
        var header = new byte[HeaderBytes];
        try
        {
            while (from.ReceiveExactly(header, descriptors, Timeout.InfiniteTimeSpan))
            {
                var payload = new byte[BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8))];
                from.ReceiveExactly(payload, descriptors, QemuMachine.Patience);
                _messages.Enqueue(new TappedMessage(
                    (FrontendRequest)BinaryPrimitives.ReadUInt32LittleEndian(header),
                    BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)),
                    payload));
                var passed = Enumerable.Range(0, descriptors.Count).Select(_ => descriptors.Take()).ToArray();
                to().Send([.. header, .. payload], passed, QemuMachine.Patience);
                foreach (var descriptor in passed) descriptor.Dispose();
            }
        }
        catch (Exception e) when (e is SocketClosedException or LinuxException)
        {
            // One end is gone; the other is told so below.
        }

        to().Shutdown();
    }
}
