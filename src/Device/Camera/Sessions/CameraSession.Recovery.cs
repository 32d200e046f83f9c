using CameraFabric.Device.VhostUser;

namespace CameraFabric.Device.Camera.Sessions;

/// <content>Over a crash of this process, and over a connection that breaks and comes back (docs/recovery.md).</content>
public sealed partial class CameraSession
{
    /// <summary>Bytes that the front-end is asked to keep for a session.</summary>
    public const int SavedStateBytes = 65536;

    /// <summary>
    /// Whether what an earlier life of the device left is being put in force. Commands and new requests wait until then, bounded by
    /// <see cref="CameraSessionOptions.RestoreTimeout"/>.
    /// </summary>
    public bool IsRestoring => _session.IsRestoring;

    /// <summary>
    /// The front-end keeps bytes for this session: what the guest says is kept there from now on, and what an earlier life of the device
    /// left there is put in force as soon as the first chain comes. Before the first chain.
    /// </summary>
    /// <param name="memory">The bytes.</param>
    /// <param name="isFresh">Nobody has left anything.</param>
    public void OnSavedState(SavedState memory, bool isFresh)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (State == SessionState.Broken) return;
        _keeper.Attach(memory);
        if (isFresh || State != SessionState.Idle) _keeper.Keep();
        else _recovery.Arm();
    }

    private void GoOn()
    {
        _requests.Line.ForgetDelivered();
        _requests.Line.Interrupt();
        BreakIf(_requests.TakeEarly());
        if (State == SessionState.Broken) return;
        _commands.Resume();
        _keeper.Keep();
        AnnounceConfig();
    }
}
