using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>Something to be sent.</summary>
/// <param name="Recipient">To whom; null for the system itself.</param>
/// <param name="Message">A message, a system message or a <see cref="FrameKind"/> that stands for itself.</param>
/// <param name="Sender">By whom; null for nobody.</param>
internal readonly record struct Outbound(RemoteActorRef? Recipient, object Message, IActorRef? Sender);

/// <summary>
/// The way to one other system. What is to be sent waits in one queue, in the order in which it was told; a task of this
/// association's own connects when there is something, writes the messages as bytes and sends them. When the connection breaks, what
/// waits becomes dead letters, and so does what is told during the time in which no new one is tried.
/// </summary>
internal sealed class Association
{
    private readonly RemoteTransport _transport;
    private readonly Address _address;
    private readonly ILoggingAdapter _log;
    private readonly Channel<Outbound> _queue = Channel.CreateUnbounded<Outbound>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TimeProvider _clock = TimeProvider.System;
    private long? _gateClosed;
    private volatile int _quarantined;
    private volatile int _uid;
    private volatile CancellationTokenSource _connection = new();

    public Association(RemoteTransport transport, Address address)
    {
        _transport = transport;
        _address = address;
        _log = transport.Log;
        Ended = Task.Run(Run);
    }

    /// <summary>When everything that could be sent has been.</summary>
    public Task Ended { get; }

    /// <summary>Sends something later.</summary>
    public void Enqueue(in Outbound item)
    {
        if (!_queue.Writer.TryWrite(item)) DeadLetter(item);
    }

    /// <summary>Takes no more, and ends when what waits has been sent.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Never sends again to the system of this number, whatever it is that is met at its address later.</summary>
    /// <param name="uid">The number; null for whoever answered last.</param>
    public void Quarantine(int? uid)
    {
        var number = uid ?? _uid;
        if (number == 0 || _quarantined == number) return;
        _quarantined = number;
        _log.Info("The system {0} with the number {1} is quarantined: it must be started anew before this one talks to it.",
            _address, number);
        if (_uid == number) _connection.Cancel();
    }

    private async Task Run()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            if (_gateClosed is { } since && _clock.GetElapsedTime(since) < _transport.Settings.RetryGate)
            {
                Drain();
                continue;
            }
            _connection = CancellationTokenSource.CreateLinkedTokenSource(_transport.End);
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await using var stream = await Connect(socket, _connection.Token);
                _gateClosed = null;
                await Send(stream, _connection.Token);
            }
            catch (Exception e)
            {
                _gateClosed = _clock.GetTimestamp();
                if (!_transport.End.IsCancellationRequested)
                    _log.Warning("The association with {0} has failed; it is tried again after {1}. Reason: {2}", _address,
                        _transport.Settings.RetryGate, e.Message);
            }
            Drain();
        }
    }

    private async Task<Stream> Connect(Socket socket, CancellationToken end)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(end);
        bounded.CancelAfter(_transport.Settings.ConnectionTimeout);
        await socket.ConnectAsync(_address.Host, _address.Port!.Value, bounded.Token);
        Stream stream = new NetworkStream(socket);
        if (_transport.Settings.Ssl is { } ssl) stream = await ssl.Connect(stream, _address.Host, _log, bounded.Token);

        await stream.WriteAsync(Frame.Make(FrameKind.Hello, writer =>
        {
            writer.Write(Frame.Version);
            writer.Write(_transport.DefaultAddress.ToString());
            writer.Write(_transport.Uid);
            writer.Write(_address.ToString());
        }), bounded.Token);
        var answer = await Frame.Read(stream, Frame.HelloBound, bounded.Token) ?? throw new IOException("it hung up without an answer");
        using var reader = Frame.Open(answer);
        if ((FrameKind)answer[0] != FrameKind.Welcome)
        {
            var refusal = (Refusal)reader.ReadByte();
            if (refusal == Refusal.Quarantined)
                _transport.Publish(new ThisActorSystemQuarantinedEvent(_transport.DefaultAddress, _address));
            throw new IOException($"it refused: {refusal}");
        }
        var uid = reader.ReadInt32();
        if (uid == _quarantined) throw new IOException("it is quarantined");
        _uid = uid;
        _transport.Connected(_address, uid);
        return stream;
    }

    private async Task Send(Stream stream, CancellationToken end)
    {
        // The other side says nothing more on this connection: what comes of a read is only that it has ended.
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(end);
        var watched = stream.ReadAsync(new byte[1], broken.Token).AsTask().ContinueWith(_ => broken.Cancel(), TaskScheduler.Default);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(broken.Token))
            {
                while (_queue.Reader.TryRead(out var item))
                {
                    if (_transport.Encode(item) is { } frame) await stream.WriteAsync(frame, broken.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new IOException("it has hung up, or is quarantined");
        }
        finally
        {
            await broken.CancelAsync();
            await watched;
        }
    }

    private void Drain()
    {
        while (_queue.Reader.TryRead(out var item)) DeadLetter(item);
    }

    private void DeadLetter(in Outbound item)
    {
        if (item.Recipient is not null && item.Message is not Dispatch.SysMsg.ISystemMessage) _transport.DeadLetter(item);
    }
}
