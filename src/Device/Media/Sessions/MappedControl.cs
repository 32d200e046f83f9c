using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>One control as V4L2 sees it, and its value. Session thread only.</summary>
internal sealed class MappedControl
{
    // A menu's numbers are looked at one by one by whoever lists it.
    private const long LargestMenu = 1024;
    private readonly string _name;
    private readonly int _elementBytes;
    private readonly int _elements;

    private MappedControl(uint id, string name, ControlInfo? info, V4l2ControlType type, int elementBytes, int elements)
    {
        Id = id;
        _name = name;
        Info = info;
        Type = type;
        _elementBytes = elementBytes;
        _elements = elements;
        if (info is not null) Value = info.DefaultValue;
    }

    public uint Id { get; }

    /// <summary>The camera's control; null for the name of a class.</summary>
    public ControlInfo? Info { get; }

    public V4l2ControlType Type { get; }

    /// <summary>What was set last, or what the frames show.</summary>
    public ControlValue Value { get; set; }

    /// <summary>So many frames may still show another value than the one that was set.</summary>
    public int Unsettled { get; set; }

    /// <summary>Whether its value lies behind a pointer.</summary>
    public bool IsArray { get; private init; }

    /// <summary>Bytes of the value behind the pointer.</summary>
    public int Bytes => _elementBytes * _elements;

    /// <summary>Whether the value is changed by the camera alone.</summary>
    public bool IsReported => Info is { IsWritable: false };

    /// <summary>The name of a class.</summary>
    public static MappedControl ClassEntry(uint id, string name) => new(id, name, null, V4l2ControlType.Class, 0, 0);

    /// <summary>A control of the camera; null for one that V4L2 has no type for.</summary>
    public static MappedControl? TryMake(uint id, ControlInfo info)
    {
        var scalars = info.Type switch { ControlType.Rectangle => 4, ControlType.Size => 2, _ => 1 };
        var elements = scalars * info.MaximumCount;
        if (elements < 1 || info.MaximumCount * info.Type.ElementBytes() > ControlValue.MaximumBytes) return null;
        var isArray = info.MaximumCount != 1 || info.MinimumCount != 1 || scalars != 1 || info.Type == ControlType.Bytes;
        var hasMenu = !info.Menu.IsDefaultOrEmpty && !isArray && info.Menu.All(static item => item.Value is >= 0 and <= LargestMenu);
        var (type, bytes) = info.Type switch
        {
            ControlType.Bool when !isArray => (V4l2ControlType.Boolean, 4),
            ControlType.Int64 => (V4l2ControlType.Integer64, 8),
            ControlType.UInt8 or ControlType.Bytes or ControlType.Bool when isArray => (V4l2ControlType.Byte, 1),
            _ => (hasMenu ? V4l2ControlType.Menu : V4l2ControlType.Integer, 4),
        };
        return new MappedControl(id, info.Name, info, type, bytes, elements) { IsArray = isArray };
    }

    /// <summary>The answer to QUERY_EXT_CTRL.</summary>
    public V4l2QueryExtendedControl Query(V4l2ControlFlags flags)
    {
        if (Info is null)
        {
            return new V4l2QueryExtendedControl(Id, Type, Text32.From(Cut(_name)), 0, 0, 0, 0,
                V4l2ControlFlags.ReadOnly | V4l2ControlFlags.WriteOnly, 0, 0, 0, default);
        }

        var (least, most) = Range();
        var step = Type is V4l2ControlType.Menu or V4l2ControlType.Boolean ? 1 : Math.Max(1, Info.Step);
        PlaneNumbers sizes = default;
        if (IsArray) sizes[0] = (uint)_elements;
        return new V4l2QueryExtendedControl(Id, Type, Text32.From(Cut(_name)), least, most, (ulong)step,
            Math.Clamp(Info.Default, least, most), flags, (uint)_elementBytes, (uint)Math.Max(1, _elements), IsArray ? 1u : 0u, sizes);
    }

    /// <summary>The event that tells how it is now.</summary>
    public V4l2Event Event(V4l2ControlChanges changes, V4l2ControlFlags flags)
    {
        var query = Query(flags);
        var isWide = Type == V4l2ControlType.Integer64;
        var value = IsArray ? 0 : Plain(Value);
        return new V4l2Event(V4l2EventType.Control,
            new V4l2ControlEvent(changes, Type, value, flags, isWide ? 0 : (int)query.Minimum, isWide ? 0 : (int)query.Maximum,
                isWide ? 0 : (int)query.Step, isWide ? 0 : (int)query.Default),
            0, 0, 0, 0, Id);
    }

    /// <summary>A plain value as <c>v4l2_ext_control</c> has it: 64 bits, or the lower 32.</summary>
    public long Plain(in ControlValue value) =>
        Type == V4l2ControlType.Integer64 ? value.Scalar : (uint)(int)value.Scalar;

    /// <summary>The camera's value of a plain one, brought into its range. ERANGE and EINVAL for a menu's, as V4L2 has it.</summary>
    public MediaStatus TryTake(long raw, out ControlValue value)
    {
        value = default;
        var number = Type == V4l2ControlType.Integer64 ? raw : (int)raw;
        if (Type == V4l2ControlType.Boolean) number = number == 0 ? 0 : 1;
        if (Type == V4l2ControlType.Menu)
        {
            var (least, most) = Range();
            if (number < least || number > most) return MediaStatus.Range;
            if (!Info!.Menu.Any(item => item.Value == number)) return MediaStatus.Invalid;
        }

        return Info!.TryClamp(ControlValue.FromNumber(Info.Type, number), out value) ? MediaStatus.Ok : MediaStatus.Invalid;
    }

    /// <summary>The camera's value of an array.</summary>
    public MediaStatus TryTake(ReadOnlySpan<byte> payload, out ControlValue value)
    {
        value = default;
        return ControlValue.TryFromArray(Info!.Type, payload, out var asked) && Info.TryClamp(asked, out value)
            ? MediaStatus.Ok
            : MediaStatus.Invalid;
    }

    /// <summary>An array's bytes, filled up with 0 where the camera gives fewer elements.</summary>
    public void Write(in ControlValue value, Span<byte> payload)
    {
        payload.Clear();
        var bytes = value.Bytes;
        bytes[..Math.Min(bytes.Length, payload.Length)].CopyTo(payload);
    }

    public string? MenuName(uint index)
    {
        if (Type != V4l2ControlType.Menu) return null;
        foreach (var item in Info!.Menu)
        {
            if (item.Value == index) return item.Name;
        }

        return null;
    }

    private (long Least, long Most) Range()
    {
        if (Type == V4l2ControlType.Menu) return (Info!.Menu.Min(static item => item.Value), Info.Menu.Max(static item => item.Value));
        if (Type == V4l2ControlType.Boolean) return (0, 1);
        var (least, most) = Type switch
        {
            V4l2ControlType.Integer64 => (long.MinValue, long.MaxValue),
            V4l2ControlType.Byte => (byte.MinValue, byte.MaxValue),
            _ => (int.MinValue, int.MaxValue),
        };
        return Info!.HasLimits ? (Math.Max(least, Info.Minimum), Math.Min(most, Info.Maximum)) : (least, most);
    }

    // The last byte of a V4L2 name is 0.
    private static string Cut(string name) => name.Length > 31 ? name[..31] : name;
}
