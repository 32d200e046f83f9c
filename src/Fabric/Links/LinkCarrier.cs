using System.Net.Sockets;
using System.Security.Authentication;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// A connected stream, blocking: one thread receives and sends, any thread may end it with <see cref="Shutdown"/>. Nothing here allocates for
/// a frame but what TLS itself needs.
/// </summary>
internal abstract class LinkCarrier : IDisposable
{
    /// <summary>To wait for what comes. Owned by the carrier.</summary>
    public abstract FileDescriptor Descriptor { get; }

    /// <summary>Whom it leads to, for people.</summary>
    public abstract string Peer { get; }

    /// <summary>Whether descriptors can be passed over it.</summary>
    public virtual bool PassesDescriptors => false;

    /// <summary>Receives what is there, or waits for it, but no longer than the stall limit.</summary>
    /// <param name="buffer">Not empty.</param>
    /// <returns>How many bytes; 0 at the end of the stream.</returns>
    /// <exception cref="IOException">Broken, or nothing came in time.</exception>
    public abstract int Receive(Span<byte> buffer);

    /// <summary>Sends all of it.</summary>
    /// <exception cref="IOException">Broken, or the peer took nothing for longer than the stall limit.</exception>
    public abstract void Send(ReadOnlySpan<byte> data);

    /// <summary>Sends all of it, with a descriptor that stays the caller's.</summary>
    public virtual void Send(ReadOnlySpan<byte> data, FileDescriptor descriptor) =>
        throw new NotSupportedException("descriptors travel over unix sockets alone");

    /// <summary>The descriptor that has come and was not taken yet, which is then the caller's; or null.</summary>
    public virtual FileDescriptor? TakeDescriptor() => null;

    /// <summary>Ends the connection: whoever waits in it wakes with a failure. Any thread, also after it is disposed.</summary>
    public abstract void Shutdown();

    /// <summary>Receives nothing more: whoever waits for something wakes with the end of the stream. Can still send. Any thread.</summary>
    public abstract void StopReceiving();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Whether an exception means that the connection failed, and nothing else.</summary>
    public static bool IsFailure(Exception e) =>
        e is IOException or SocketException or AuthenticationException or TimeoutException or ObjectDisposedException;
}
