using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Delivery;

/// <summary>
/// One guest's session with one camera, whichever face the guest uses: what its device and the camera tell it. A state machine without
/// threads: one thread at a time calls it, but for what says otherwise; no call blocks, and time passes only by <see cref="OnTick"/>.
/// </summary>
public interface IGuestSession
{
    /// <summary>Where it is in its life.</summary>
    SessionState State { get; }

    /// <summary>What the guest may do now.</summary>
    SessionRole Role { get; }

    /// <summary>What it has done. Any thread.</summary>
    SessionCounters Counters { get; }

    /// <summary>Requests held. Any thread.</summary>
    int InFlight { get; }

    /// <summary>
    /// When <see cref="OnTick"/> is wanted next, in nanoseconds of the frame clock; 0 for soon, <see cref="long.MaxValue"/> if nothing waits.
    /// </summary>
    long NextTick { get; }

    /// <summary>Whether commands wait for nothing but their turn, so that <see cref="Resume"/> is wanted.</summary>
    bool HasCommands { get; }

    /// <summary>What an earlier life of the device left is being put in force: the guest has been told of no configuration yet.</summary>
    bool IsRestoring { get; }

    /// <summary>The configuration space as it reads now, as much of it as there is room for. Any thread.</summary>
    void ReadConfig(Span<byte> config);

    /// <summary>A chain of any of its queues.</summary>
    void OnChain(DescriptorChain chain);

    /// <summary>The front-end keeps bytes for it; see <see cref="IVhostUserDevice.SavedStateAttached"/>.</summary>
    void OnSavedState(SavedState state, bool isFresh);

    /// <summary>The delivery side has ended a request and let go of it: it may be used again.</summary>
    void OnRequestCompleted(FrameRequest request);

    /// <summary>Goes on with the commands that wait, some of them at most; see <see cref="HasCommands"/>.</summary>
    void Resume();

    /// <summary>Time has passed: gives up what waited too long. At <see cref="NextTick"/>.</summary>
    void OnTick();

    /// <summary>A queue is about to stop while the device lives on (a guest that pauses): its chains go back.</summary>
    void OnQueueStopping(int queue);

    /// <summary>
    /// Device reset or disconnect: every chain goes back, everything asked of the camera is undone, and the session is as in the beginning.
    /// </summary>
    void Stop();

    /// <summary>Answers <see cref="ICameraSessionHost.Configure"/>.</summary>
    void OnConfigured(ulong ticket, CameraStatus status, StreamConfiguration? given);

    /// <summary>Answers <see cref="ICameraSessionHost.Start"/>.</summary>
    void OnStarted(ulong ticket, CameraStatus status);

    /// <summary>Answers <see cref="ICameraSessionHost.Stop"/>.</summary>
    void OnStopped(ulong ticket, CameraStatus status = CameraStatus.Ok);

    /// <summary>Answers <see cref="ICameraSessionHost.SetGlobalControls"/>.</summary>
    void OnControlsSet(ulong ticket, CameraStatus status);

    /// <summary>
    /// Answers <see cref="ICameraSessionHost.AcquireOwner"/> and <see cref="ICameraSessionHost.ReleaseOwner"/>; with ticket 0 it is news.
    /// </summary>
    void OnOwner(ulong ticket, CameraStatus status, SessionRole role, bool isForced = false);

    /// <summary>Answers <see cref="ICameraSessionHost.MapPool"/>; of no concern to a face that never asks.</summary>
    void OnPoolMapped(ulong ticket, CameraStatus status, SharedPool? pool)
    {
    }

    /// <summary>
    /// Whether frames have come from another pool than the one that the guest has mapped, so that it must begin anew; true once.
    /// </summary>
    bool HasOutdatedPool => false;

    /// <summary>What the camera does now, whoever configured it; null for nothing.</summary>
    void OnCameraConfiguration(StreamConfiguration? current);

    /// <summary>The camera's source was lost, is back, or is another.</summary>
    void OnSource(SourceEvent what, ulong frame = 0, CameraProfile? profile = null, SourceFault fault = SourceFault.None);

    /// <summary>Something is wrong with the source, which goes on all the same.</summary>
    void OnSourceFault(SourceFault fault, ulong frame);

    /// <summary>Controls changed that this guest did not change.</summary>
    void OnControlsChanged(ulong frame, ReadOnlySpan<ControlEntry> changed);

    /// <summary>Frames of the camera that this guest did not get.</summary>
    void OnFramesDropped(int count, DropReason reason, ulong lastFrame);

    /// <summary>The camera should give frames and gives none.</summary>
    void OnStreamTimeout(ulong lastFrame);
}
