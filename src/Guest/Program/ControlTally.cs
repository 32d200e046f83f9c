using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;

namespace CameraFabric.Guest.Program;

/// <summary>Counts what became of every control that was sent with a request. One thread; allocates nothing while all is well.</summary>
internal sealed class ControlTally(FailureLog failures)
{
    private long _applied;
    private long _late;
    private long _clamped;
    private long _ignored;
    private long _lost;

    /// <summary>Counts the controls of a request that has ended.</summary>
    public void Count(CameraRequest request)
    {
        if (request.Violation is not null || request.Status != CameraStatus.Ok)
        {
            _lost += request.Asked.Length;
            return;
        }

        foreach (ref readonly var asked in request.Asked)
        {
            if (!request.TryGetReported(asked.Id, out var told))
            {
                if ((request.Flags & ResultFlags.Truncated) == 0)
                    failures.Add($"frame {request.Frame}: the result says nothing of control 0x{asked.Id:x}, which was asked for");
                _ignored++;
            }
            else if ((told.Flags & ItemFlags.Ignored) != 0) _ignored++;
            else if ((told.Flags & ItemFlags.Late) != 0 || told.FramesToEffect != 0) _late++;
            else if ((told.Flags & ItemFlags.Clamped) != 0) _clamped++;
            else if ((told.Flags & ItemFlags.Applied) == 0)
            {
                failures.Add($"frame {request.Frame}: not said what became of control 0x{asked.Id:x} (flags {(uint)told.Flags})");
                _ignored++;
            }
            else if (!told.Value.Equals(asked.Value))
            {
                failures.Add($"frame {request.Frame}: control 0x{asked.Id:x} told as applied with {told.Value}; asked was {asked.Value}");
                _applied++;
            }
            else _applied++;
        }
    }

    /// <summary>The counts so far.</summary>
    public GuestControlReport ToReport() =>
        new() { Applied = _applied, Late = _late, Clamped = _clamped, Ignored = _ignored, Lost = _lost };
}
