using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// What the tests of hostile front-ends share: a back-end with short times, a descriptor to send, and the count of what is open, which must be as
/// before when a test ends.
/// </summary>
[Collection(nameof(OpenDescriptors))]
public abstract class HostileFrontend : IDisposable
{
    private protected const uint NeedReply = 9;

    // The two ends of the connection, the poller and its wake-up, the guest's memory file, and the signal.
    private protected const int Base = 6;

    private protected HostileFrontend()
    {
        // What opens descriptors of its own once for all: the first mapping, socket and wait.
        using (var warm = new Rig()) warm.Negotiate().ShareMemory();
        Open = new OpenDescriptors();
        Signal = EventFd.Create();
        var soon = TimeSpan.FromMilliseconds(100);
        Rig = new Rig(options: new VhostUserOptions { IdleMessageTimeout = soon, ReplyTimeout = soon });
    }

    private protected OpenDescriptors Open { get; }

    private protected EventFd Signal { get; }

    private protected Rig Rig { get; }

    public void Dispose()
    {
        Rig.Dispose();
        Signal.Dispose();
        Open.Expect(0);
        Open.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The connection ends because of the front-end's fault, with this in the reason.</summary>
    private protected void ExpectEnd(string why)
    {
        var end = Rig.End();
        Assert.Equal(VhostUserEndReason.ProtocolError, end.Reason);
        Assert.Contains(why, end.Message, StringComparison.Ordinal);
    }

    /// <summary>What the front-end sent is closed again, at once and not only with the next message.</summary>
    private protected void ExpectNoneKept() => Open.Expect(Base);
}
