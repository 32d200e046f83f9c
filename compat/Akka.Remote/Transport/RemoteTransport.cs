using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>Connects this system with others over TCP: one connection in each direction.</summary>
internal sealed class RemoteTransport
{
    private readonly ConcurrentDictionary<Address, Association> _associations = new();
    private readonly ConcurrentDictionary<(Address, int), bool> _quarantined = new();
    private readonly ConcurrentDictionary<InboundConnection, bool> _inbound = new();
    private readonly CancellationTokenSource _end = new();
    private readonly RemoteActorRefProvider _provider;
    private readonly ExtendedActorSystem _system;
    private readonly TcpListener _listener;

    /// <summary>Starts to listen.</summary>
    public RemoteTransport(RemoteActorRefProvider provider, ExtendedActorSystem system, RemoteSettings settings)
    {
        _provider = provider;
        _system = system;
        Settings = settings;
        Uid = AddressUidExtension.Uid(system);
        Log = Logging.GetLogger(system, "remoting");
        _listener = new TcpListener(Resolve(settings.Hostname), settings.Port);
        // The port of a process that has just ended can be taken again, as the genuine transport does.
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        var bound = ((IPEndPoint)_listener.LocalEndpoint).Port;
        DefaultAddress = new Address(settings.Protocol, system.Name, settings.PublicHostname,
            settings.PublicPort == 0 ? bound : settings.PublicPort);
    }

    /// <summary>What is configured.</summary>
    public RemoteSettings Settings { get; }

    /// <summary>Where others reach this system.</summary>
    public Address DefaultAddress { get; }

    /// <summary>The number of this system.</summary>
    public int Uid { get; }

    /// <summary>The log of remoting.</summary>
    public ILoggingAdapter Log { get; }

    /// <summary>When all connections are to end.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Takes connections from now on.</summary>
    public void Start()
    {
        Log.Warning("Remoting runs on a stand-in for Akka.Remote: for building and testing, never for production.");
        Log.Info("Remoting listens at {0}", DefaultAddress);
        _ = Accept();
    }

    /// <summary>Sends a message or a system message.</summary>
    public void Send(RemoteActorRef recipient, object message, IActorRef? sender) =>
        To(recipient.Path.Address).Enqueue(new Outbound(recipient, message, sender));

    /// <summary>Sends a heartbeat, or the answer to one.</summary>
    public void Send(Address address, FrameKind kind) => To(address).Enqueue(new Outbound(null, kind, null));

    /// <summary>Never talks to a system again.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="uid">Its number; null for whoever is there.</param>
    public void Quarantine(Address address, int? uid)
    {
        if (_associations.TryGetValue(address, out var association)) association.Quarantine(uid);
        foreach (var (connection, _) in _inbound)
        {
            if (!connection.Origin.Equals(address) || (uid ?? connection.OriginUid) != connection.OriginUid) continue;
            _quarantined[(address, connection.OriginUid)] = true;
            connection.Close();
        }
        if (uid is { } number) _quarantined[(address, number)] = true;
    }

    /// <summary>Whether a system is never to be talked to again.</summary>
    public bool IsQuarantined(Address address, int uid) => _quarantined.ContainsKey((address, uid));

    /// <summary>Notes that a system answers.</summary>
    public void Connected(Address address, int uid) =>
        _provider.RemoteWatcher.Tell(new RemoteWatcher.Connected(address, uid), ActorRefs.NoSender);

    /// <summary>Tells those who subscribed to it.</summary>
    public void Publish(object lifecycleEvent) => _system.EventStream.Publish(lifecycleEvent);

    /// <summary>Notes that something could not be sent.</summary>
    public void DeadLetter(in Outbound item) =>
        _system.DeadLetters.Tell(new DeadLetter(item.Message, item.Sender ?? _system.DeadLetters, item.Recipient!), item.Sender);

    /// <summary>Writes what is to be sent as a frame; null when it cannot be, which is logged.</summary>
    public byte[]? Encode(Outbound item)
    {
        try
        {
            return item.Message switch
            {
                FrameKind kind => Frame.Make(kind, static _ => { }),
                Watch watch => Encode(FrameKind.Watch, watch.Watchee, watch.Watcher),
                Unwatch unwatch => Encode(FrameKind.Unwatch, unwatch.Watchee, unwatch.Watcher),
                DeathWatchNotification ended => Encode(FrameKind.Ended, item.Recipient!, ended.Actor),
                ISystemMessage => null,
                ActorSelectionMessage selected => EncodeMessage(FrameKind.Selected, item, selected.Message, selected),
                _ => EncodeMessage(FrameKind.Message, item, item.Message, null),
            };
        }
        catch (Exception e)
        {
            Log.Error(e, "A {0} to {1} is dropped: it cannot be written.", item.Message.GetType(), item.Recipient);
            return null;
        }
    }

    /// <summary>Sends what waits, then ends.</summary>
    public async Task Shutdown()
    {
        _listener.Stop();
        foreach (var association in _associations.Values) association.Complete();
        await Task.WhenAny(Task.WhenAll(_associations.Values.Select(a => a.Ended)), Task.Delay(Settings.FlushWait));
        await _end.CancelAsync();
        foreach (var connection in _inbound.Keys) connection.Close();
    }

    private Association To(Address address) =>
        _associations.GetOrAdd(address, static (key, transport) => new Association(transport, key), this);

    private string PathOf(IActorRef actor) => actor.Path.ToSerializationFormatWithAddress(DefaultAddress);

    private byte[] Encode(FrameKind kind, IActorRef one, IActorRef other) => Frame.Make(kind, writer =>
    {
        writer.Write(PathOf(one));
        writer.Write(PathOf(other));
    });

    private byte[]? EncodeMessage(FrameKind kind, Outbound item, object message, ActorSelectionMessage? selected)
    {
        var (id, manifest, bytes) = Akka.Serialization.Serialization.WithTransport(_system, () =>
        {
            var serializer = _system.Serialization.FindSerializerFor(message);
            return (serializer.Identifier, Akka.Serialization.Serialization.ManifestFor(serializer, message), serializer.ToBinary(message));
        });
        if (bytes.Length > Settings.MaximumFrame)
        {
            Log.Error("A {0} to {1} is dropped: {2} bytes are more than maximum-frame-size, {3} bytes.", message.GetType(), item.Recipient,
                bytes.Length, Settings.MaximumFrame);
            return null;
        }
        return Frame.Make(kind, writer =>
        {
            writer.Write(PathOf(item.Recipient!));
            writer.Write(item.Sender is null || item.Sender.IsNobody() ? "" : PathOf(item.Sender));
            if (selected is not null)
            {
                Frame.Write(writer, selected.Elements);
                writer.Write(selected.WildCardFanOut);
            }
            writer.Write(id);
            writer.Write(manifest);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        });
    }

    private async Task Accept()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
            {
                return;
            }
            var connection = new InboundConnection(this, _provider, _system, socket);
            _inbound[connection] = true;
            _ = connection.Run().ContinueWith(_ => _inbound.TryRemove(connection, out var _), TaskScheduler.Default);
        }
    }

    private static IPAddress Resolve(string host) => IPAddress.TryParse(host, out var address)
        ? address
        : Dns.GetHostAddresses(host, AddressFamily.InterNetwork) is [var first, ..] ? first
        : throw new Configuration.ConfigurationException($"akka.remote.dot-netty.tcp.hostname: '{host}' has no address");
}
