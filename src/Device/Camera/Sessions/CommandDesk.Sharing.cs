using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>SHM_MAP, SHM_RETURN.</summary>
internal sealed partial class CommandDesk
{
    private SharedPool? _pool;

    /// <summary>The camera's pool is mapped, or will not be.</summary>
    public void PoolMapped(ulong ticket, CameraStatus status, SharedPool? pool)
    {
        if (!IsAnswerTo(ticket, Wait.PoolMapped))
        {
            // Too late: the driver was told otherwise, or has another configuration by now.
            if (pool is not null) _session.Host.UnmapPool();
            return;
        }

        if (status != CameraStatus.Ok || pool is null)
        {
            Answer(status == CameraStatus.Ok ? CameraStatus.Internal : status);
        }
        else
        {
            _pool = pool;
            _session.Leases.Open(pool.Id, pool.Slots);
            AnswerPool(pool);
        }

        Work();
    }

    private void MapPool(ReadOnlySpan<byte> body)
    {
        if (!TryRead<GenerationCommand>(body, GenerationCommand.Bytes, out var command) || Room < MapPoolReply.Bytes) Answer(CameraStatus.Invalid);
        else if (IsStale(command.Generation)) Answer(CameraStatus.Stale);
        else if (_session.Leases.Maximum == 0) Answer(CameraStatus.Denied);
        else if (_pool is not null) AnswerPool(_pool);
        else _session.Host.MapPool(Await(Wait.PoolMapped), _session.Layout!.TotalBytes);
    }

    private void AnswerPool(SharedPool pool)
    {
        CameraWire.Write(Reply(MapPoolReply.Bytes), new MapPoolReply(
            (ulong)pool.Offset, (ulong)pool.Bytes, (ulong)pool.SlotBytes, (uint)pool.Slots, (uint)pool.DataOffset,
            (uint)_session.Leases.Maximum, 0));
        Answer(CameraStatus.Ok, MapPoolReply.Bytes);
    }

    private void ReturnSlot(ReadOnlySpan<byte> body)
    {
        if (!TryRead<ReturnSlotCommand>(body, ReturnSlotCommand.Bytes, out var command)) Answer(CameraStatus.Invalid);
        else if (IsStale(command.Generation)) Answer(CameraStatus.Stale);
        else Answer(_session.Leases.TryReturn(command.Slot) ? CameraStatus.Ok : CameraStatus.Invalid);
    }

    // The frames first: what the driver still holds is no longer its own, whenever the mapping goes.
    private void DropPool()
    {
        _session.Leases.Close();
        if (_pool is null) return;
        _pool = null;
        _session.Host.UnmapPool();
    }
}
