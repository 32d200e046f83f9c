using System.Collections.Immutable;

namespace CameraFabric.Sensors.Controls;

/// <summary>One entry of a control's menu.</summary>
/// <param name="Value">The control's value.</param>
/// <param name="Name">What it is called; at most 31 bytes.</param>
public sealed record ControlMenuItem(long Value, string Name);

/// <summary>A control as a camera offers it: the catalogue's entry, perhaps with the camera's own range and delay, or a vendor's.</summary>
public sealed record ControlInfo
{
    /// <summary>The largest delay that the schedule can plan for, frames.</summary>
    public const int MaximumDelay = 64;

    /// <summary>The number on the wire: core 0x0001.., draft 0x10000.., vendor 0x80000000 | namespace &lt;&lt; 16 | n.</summary>
    public required uint Id { get; init; }

    /// <summary>The name, libcamera's where it has one; at most 31 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>The elements' type.</summary>
    public required ControlType Type { get; init; }

    /// <summary>Unit of the value: ns, K, dpt; empty for none. At most 15 bytes.</summary>
    public string Unit { get; init; } = "";

    /// <summary>When it may be set.</summary>
    public ControlScope Scope { get; init; }

    /// <summary>Who says its value.</summary>
    public ControlDirection Direction { get; init; } = ControlDirection.InOut;

    /// <summary>Frames from the edge at which the sensor's register is written to the frame that shows it; 0 to
    /// <see cref="MaximumDelay"/>.</summary>
    public int DelayFrames { get; init; }

    /// <summary>A command rather than a state: carried out once in the frame it is asked for, and not kept (autofocus start).</summary>
    public bool IsTrigger { get; init; }

    /// <summary>The fewest elements of a value.</summary>
    public int MinimumCount { get; init; } = 1;

    /// <summary>The most elements of a value.</summary>
    public int MaximumCount { get; init; } = 1;

    /// <summary>The least number of every element (fixed-point raw). A range with Minimum = Maximum = 0 means no limits but the
    /// type's.</summary>
    public long Minimum { get; init; }

    /// <summary>The largest number of every element.</summary>
    public long Maximum { get; init; }

    /// <summary>Elements are Minimum plus a multiple of this; 0 and 1 mean any.</summary>
    public long Step { get; init; }

    /// <summary>What every element is before anybody sets it.</summary>
    public long Default { get; init; }

    /// <summary>The only values that are possible, where there are few.</summary>
    public ImmutableArray<ControlMenuItem> Menu { get; init; } = [];

    /// <summary>True when the range limits values.</summary>
    public bool HasLimits => Minimum <= Maximum && (Minimum != 0 || Maximum != 0);

    /// <summary>True when a guest may set it.</summary>
    public bool IsWritable => (Direction & ControlDirection.In) != 0;

    /// <summary>The value that the control has before anybody sets it: the default, as often as the least count says.</summary>
    public ControlValue DefaultValue
    {
        get
        {
            if (Type.IsScalar())
                return ControlValue.Repeat(Type, Default, MinimumCount);
            Span<byte> zeros = stackalloc byte[ControlValue.MaximumBytes];
            zeros.Clear();
            return ControlValue.FromArray(Type, zeros[..(MinimumCount * Type.ElementBytes())]);
        }
    }

    /// <summary>Brings the value into what the control can take, element by element: into the range, onto the step, to the nearest menu
    /// entry; widths
    /// and heights are never negative.</summary>
    /// <param name="asked">What is wanted.</param>
    /// <param name="given">The nearest that is possible; equal to what was asked when nothing had to be changed.</param>
    /// <returns>False when type or number of elements is wrong; then nothing can be given.</returns>
    public bool TryClamp(in ControlValue asked, out ControlValue given)
    {
        given = asked;
        if (asked.Type != Type || asked.Count < MinimumCount || asked.Count > MaximumCount)
            return false;
        if (Type == ControlType.Bytes)
            return true;
        Span<byte> data = stackalloc byte[ControlValue.MaximumBytes];
        var size = ControlValue.ComponentBytes(Type);
        for (var at = 0; at < asked.ByteCount; at += size)
            ControlValue.WriteElement(Type, Nearest(asked.Element(at / size), at / size), data[at..]);
        given = ControlValue.FromArray(Type, data[..asked.ByteCount]);
        return true;
    }

    /// <summary>Two are equal when everything that they say is.</summary>
    public bool Equals(ControlInfo? other) => other is not null && Id == other.Id && Name == other.Name && Description == other.Description
        && Type == other.Type && Unit == other.Unit && Scope == other.Scope && Direction == other.Direction
        && DelayFrames == other.DelayFrames && IsTrigger == other.IsTrigger && MinimumCount == other.MinimumCount
        && MaximumCount == other.MaximumCount && Minimum == other.Minimum && Maximum == other.Maximum && Step == other.Step
        && Default == other.Default && Menu.AsSpan().SequenceEqual(other.Menu.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name, Type, Minimum, Maximum, Default);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private long Nearest(long number, int component)
    {
        if (Type == ControlType.Rectangle && component % 4 >= 2)
            number = Math.Max(0, number);
        if (HasLimits)
            number = Math.Clamp(number, Minimum, Maximum);
        if (!Menu.IsDefaultOrEmpty)
            return NearestInMenu(number);
        if (Step <= 1)
            return number;
        // In 128 bits, because a range may span all of a 64-bit number. Half a step up, then down to the step.
        var raised = (Int128)number + Step / 2;
        var above = (raised - Minimum) % Step;
        var stepped = raised - (above < 0 ? above + Step : above);
        if (stepped > (HasLimits ? Maximum : long.MaxValue))
            stepped -= Step;
        return (long)(stepped < long.MinValue ? stepped + Step : stepped);
    }

    private long NearestInMenu(long number)
    {
        var best = Menu[0].Value;
        foreach (var item in Menu)
            if (Int128.Abs((Int128)item.Value - number) < Int128.Abs((Int128)best - number))
                best = item.Value;
        return best;
    }
}
