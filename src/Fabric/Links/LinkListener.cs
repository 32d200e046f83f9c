using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>Takes a node's incoming links: one TCP endpoint and one unix socket for all its cameras. Thread-safe.</summary>
internal sealed class LinkListener : IDisposable
{
    /// <summary>Binds the sockets and starts listening.</summary>
    /// <param name="hostName">The machine's name as the rig has it.</param>
    /// <param name="options">Where to listen, and limits.</param>
    /// <param name="time">Measures the time limit of greetings.</param>
    /// <param name="logger">Where refusals are told.</param>
    /// <exception cref="IOException">An address or path cannot be had; the message says which and why.</exception>
    public LinkListener(string hostName, LinkOptions options, TimeProvider time, ILogger logger)
    {
    }

    /// <summary>Makes an offer for one connection of one reader.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="epoch">The epoch of its placement.</param>
    /// <param name="readerNode">The node that may come.</param>
    /// <param name="connected">Called once, on another thread, with the reader's connection, which is the callee's. Must not block.</param>
    public LinkOffer Expect(string camera, uint epoch, string readerNode, Action<LinkConnection> connected) =>
        throw new NotSupportedException();

    /// <summary>An offer is not valid any more. Nothing happens if it was taken.</summary>
    public void Withdraw(LinkOffer offer)
    {
    }

    /// <summary>Stops listening; connections that were handed on stay.</summary>
    public void Dispose()
    {
    }
}
