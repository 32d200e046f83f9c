using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

/// <summary>A sensor's registers as the contract describes them: written at edge n, in effect from frame n + delay on.</summary>
internal sealed class SensorModel(IReadOnlyList<ControlInfo> controls)
{
    private readonly Dictionary<uint, List<(ulong From, ControlValue Value)>> _written =
        controls.ToDictionary(control => control.Id, _ => new List<(ulong, ControlValue)>());

    public void Write(ulong edge, ReadOnlySpan<ControlEntry> writes)
    {
        var seen = new HashSet<uint>();
        foreach (ref readonly var write in writes)
        {
            var id = write.Id;
            Assert.True(seen.Add(id), "a register is written at most once an edge");
            _written[id].Add((edge + (ulong)controls.Single(control => control.Id == id).DelayFrames, write.Value));
        }
    }

    /// <summary>What the frame is exposed with.</summary>
    public ControlValue At(ulong frame, ControlInfo control)
    {
        var value = control.DefaultValue;
        foreach (var (from, written) in _written[control.Id])
            if (from <= frame)
                value = written;
        return value;
    }

    /// <summary>Whether a write of this control shows first in this very frame.</summary>
    public bool Fires(ulong frame, ControlInfo control) => _written[control.Id].Any(write => write.From == frame);

    public void Restart()
    {
        foreach (var writes in _written.Values)
            writes.Clear();
    }
}
