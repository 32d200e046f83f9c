using System.Collections.Immutable;
using CameraFabric.Platform;

namespace CameraFabric.Sensors.Faults;

/// <summary>
/// The faults of one camera, and how many of them have happened. It outlives the camera's sensors, so that a script goes on where the
/// sensor before
/// ended; each fault begins with the first frame that has its number or a larger one. One script serves one camera. Thread-safe.
/// </summary>
public sealed class FaultScript
{
    private readonly Lock _gate = new();
    private readonly ImmutableArray<ScriptedFault> _faults;
    private readonly int[] _left;
    private readonly long[] _until;

    // Of each kind its entries by frame, and how many of the first ones are over: asked many times a frame, so that most are not looked at.
    private readonly ImmutableArray<int>[] _ofKind;
    private readonly int[] _over;
    private CancellationTokenSource _release = new();

    /// <summary>A script that has not begun.</summary>
    /// <param name="faults">Its entries, in any order.</param>
    public FaultScript(params ImmutableArray<ScriptedFault> faults)
    {
        _faults = faults;
        _left = [.. faults.Select(static fault => fault.Count)];
        _until = new long[faults.Length];
        _ofKind = [.. Enum.GetValues<FaultKind>().Select(kind => Enumerable.Range(0, faults.Length)
            .Where(i => faults[i].Kind == kind).OrderBy(i => faults[i].Frame).ToImmutableArray())];
        _over = new int[_ofKind.Length];
    }

    /// <summary>Reads a script.</summary>
    /// <param name="entries">Its entries, see <see cref="ScriptedFault"/>.</param>
    /// <exception cref="FormatException">An entry is wrong; the message says which, how, and what would be right.</exception>
    public static FaultScript Parse(params ReadOnlySpan<string> entries)
    {
        var faults = ImmutableArray.CreateBuilder<ScriptedFault>(entries.Length);
        foreach (var entry in entries)
        {
            if (!ScriptedFault.TryParse(entry, out var fault, out var problem, out var right)) throw new FormatException($"{problem}; {right}");
            faults.Add(fault);
        }

        return new FaultScript(faults.ToImmutable());
    }

    /// <summary>The same sensors, with this script's faults.</summary>
    /// <param name="healthy">Makes the healthy ones.</param>
    public SensorFactory Around(SensorFactory healthy)
    {
        ArgumentNullException.ThrowIfNull(healthy);
        return context =>
        {
            if (TryTake(FaultKind.ThrowOpen, context.FirstSequence, context.Clock.Now, out var fault))
                throw new IOException($"Camera {context.CameraId}: the sensor does not answer ({fault}).");
            return new FaultySensor(healthy(context), context, this);
        };
    }

    /// <summary>Lets everything go that hangs now.</summary>
    public void Release()
    {
        CancellationTokenSource hung;
        lock (_gate) (hung, _release) = (_release, new CancellationTokenSource());
        hung.Cancel();
    }

    /// <summary>Whether a fault happens to a frame; it has happened then.</summary>
    internal bool TryTake(FaultKind kind, ulong frame, long now, out ScriptedFault? taken)
    {
        taken = null;
        var entries = _ofKind[(int)kind];
        if (entries.IsEmpty) return false;
        lock (_gate)
        {
            ref var over = ref _over[(int)kind];
            for (var i = over; i < entries.Length && frame >= _faults[entries[i]].Frame; i++)
            {
                if (Take(entries[i], now))
                {
                    taken = _faults[entries[i]];
                    return true;
                }

                // What is over stays over: neither counts nor the clock go back.
                if (i == over) over++;
            }
        }

        return false;
    }

    /// <summary>Blocks for as long as a hang lasts, or until <see cref="Release"/>.</summary>
    internal void Hang(FrameClock clock, ScriptedFault fault)
    {
        CancellationToken released;
        lock (_gate) released = _release.Token;
        clock.WaitUntil(EndOf(fault, clock.Now), released);
    }

    /// <summary>When a hang or a silence that begins now is over.</summary>
    internal static long EndOf(ScriptedFault fault, long now) =>
        fault.Duration is { } duration ? now + duration.Ticks * TimeSpan.NanosecondsPerTick : long.MaxValue;

    private bool Take(int index, long now)
    {
        var fault = _faults[index];

        // A hang lasts by itself; of the others, those with a duration happen to every frame within it.
        if (fault.Duration is null || fault.Kind is FaultKind.Hang or FaultKind.Silent) return _left[index] > 0 && _left[index]-- > 0;
        if (_until[index] == 0) _until[index] = EndOf(fault, now);
        return now < _until[index];
    }
}
