using CameraFabric.Platform;

namespace CameraFabric.Fabric.Links;

/// <summary>A unix socket: between processes of one machine, for descriptors and small messages.</summary>
internal sealed class UnixCarrier(UnixSocket socket, TimeSpan stall) : LinkCarrier
{
    private readonly DescriptorBag _descriptors = new();
    private readonly FileDescriptor[] _sent = new FileDescriptor[1];

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => socket.Descriptor;

    /// <inheritdoc/>
    public override string Peer { get; } = $"process {socket.PeerProcessId} of this machine";

    /// <inheritdoc/>
    public override bool PassesDescriptors => true;

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer)
    {
        var count = socket.Receive(buffer, _descriptors, stall);

        // A pool's is taken before there can be another, so a second one is nobody's.
        return _descriptors.Count <= 1 ? count : throw new LinkException($"{_descriptors.Count} descriptors came where one at most can");
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> data) => socket.Send(data, [], stall);

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> data, FileDescriptor descriptor)
    {
        _sent[0] = descriptor;
        socket.Send(data, _sent, stall);
    }

    /// <inheritdoc/>
    public override FileDescriptor? TakeDescriptor() => _descriptors.Count > 0 ? _descriptors.Take() : null;

    /// <inheritdoc/>
    public override void Shutdown()
    {
        try
        {
            socket.Shutdown();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public override void StopReceiving()
    {
        try
        {
            socket.ShutdownReceiving();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _descriptors.Dispose();
        socket.Dispose();
    }
}
