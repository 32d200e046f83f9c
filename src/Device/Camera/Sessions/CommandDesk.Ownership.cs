using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>ACQUIRE_OWNER, RELEASE_OWNER, and changes of the role that nobody here asked for.</summary>
internal sealed partial class CommandDesk
{
    /// <summary>An answer about the ownership, or, with a ticket that nobody waits for, news of it.</summary>
    public void OwnerChanged(ulong ticket, CameraStatus status, SessionRole role, bool isForced)
    {
        if (_session.IsForgotten(ticket))
        {
            // Whoever asked is gone with the reset: what was acquired for it is given back.
            var isUnwanted = role == SessionRole.Owner && _session.Role == SessionRole.Observer && _pending.Wait != Wait.OwnerAcquired;
            if (status == CameraStatus.Ok && isUnwanted) _session.Host.ReleaseOwner(_session.NextTicket());
            return;
        }

        // Also an answer that comes too late changes the role: that is how things are now.
        var (before, steered) = (_session.Role, _session.Steers);
        if (status == CameraStatus.Ok) _session.Role = role;
        var isAnswer = IsAnswerTo(ticket, Wait.OwnerAcquired) || IsAnswerTo(ticket, Wait.OwnerReleased);

        // Kept first, with the command's answer if there is one: the next life must not know less than the guest was told.
        if (isAnswer) Answer(status);
        else _keeper.Keep();
        if (_session.Role != before) TellRole(steered, isForced);
        if (isAnswer) Work();
    }

    private void AcquireOwner(ReadOnlySpan<byte> body)
    {
        if (!TryRead<OwnerCommand>(body, OwnerCommand.Bytes, out var command)) Answer(CameraStatus.Invalid);
        else if (_session.Role == SessionRole.Owner) Answer(CameraStatus.Ok);
        else if (_session.Role == SessionRole.Interleaved) Answer(CameraStatus.Unsupported);
        else if (!_session.Options.MayAcquire) Answer(CameraStatus.Denied);
        else _session.Host.AcquireOwner(Await(Wait.OwnerAcquired), (command.Flags & AcquireFlags.Force) != 0);
    }

    private void ReleaseOwner(ReadOnlySpan<byte> body)
    {
        if (!TryRead<OwnerCommand>(body, OwnerCommand.Bytes, out _)) Answer(CameraStatus.Invalid);
        else if (_session.Role != SessionRole.Owner) Answer(CameraStatus.NotOwner);
        else _session.Host.ReleaseOwner(Await(Wait.OwnerReleased));
    }

    private void TellRole(bool steered, bool isForced)
    {
        if (steered && !_session.Steers)
        {
            // Their controls will not be used any more, so no frame can answer them.
            _requests.CancelBound(CameraStatus.NotOwner);
            _events.Post(CameraEventType.Owner, (uint)(isForced ? OwnerEvent.Forced : OwnerEvent.Lost));
        }
        else if (!steered)
        {
            _events.Post(CameraEventType.Owner, (uint)OwnerEvent.Gained);
        }

        RoleChanged?.Invoke();
    }

    /// <summary>The configuration space reads differently now.</summary>
    public Action? RoleChanged { get; set; }
}
