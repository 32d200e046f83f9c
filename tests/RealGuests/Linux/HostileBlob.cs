using System.Runtime.CompilerServices;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>Capabilities, record by record, with whatever is to be wrong with them.</summary>
internal static class HostileBlob
{
    public const uint Yuyv = 'Y' | 'U' << 8 | 'Y' << 16 | 'V' << 24;
    public const uint Width = 160;
    public const uint Height = 120;

    /// <summary>A control of frame scope, 64 bits.</summary>
    public static ControlRecord Exposure { get; } = new(0x07, 4, 3, 0, 0, 1, 1, 2, 10_000, 33_000_000, 10_000_000, 1,
        Text32.From("ExposureTime"), Text16.From("ns"), 0, 0);

    /// <summary>A control of global scope with a menu.</summary>
    public static ControlRecord Pattern { get; } = new(0x10006, 3, 3, 1, 0, 1, 1, 0, 0, 2, 0, 1,
        Text32.From("TestPatternMode"), default, 3, 0);

    public static byte[] PatternMenu { get; } =
    [
        .. Bytes(new MenuRecord(0, Text32.From("Off"))), .. Bytes(new MenuRecord(1, Text32.From("Bars"))),
        .. Bytes(new MenuRecord(2, Text32.From("Ramp"))),
    ];

    public static SizeRecord Size { get; } = new(Width, Height, Width, Height, 1, 1, 1, 60, 1, 1, Width * Height * 2, 0);

    public static byte[] Honest() => [.. Camera(), .. Format(Size), .. Controls()];

    public static byte[] Camera() => Record(CapabilityRecordType.Camera, new CameraRecord(Text64.From("hostile"), 2, 1, 8, 32));

    public static byte[] Format(params SizeRecord[] sizes) => Format((uint)sizes.Length, sizes);

    public static byte[] Format(uint count, params SizeRecord[] sizes) =>
        Record(CapabilityRecordType.Format, new FormatRecord(0, Yuyv, 0, 1, count, 0), [.. sizes.SelectMany(size => Bytes(size))]);

    public static byte[] Controls() =>
    [
        .. Control(Exposure), .. Control(Pattern, PatternMenu),
        .. Control(new(0x09, 5, 3, 0, 0, 1, 1, 2, 0x10000, 0x100000, 0x10000, 1, Text32.From("AnalogueGain"), default, 0, 0)),
        .. Control(new(0x1b, 6, 3, 0, 0, 1, 1, 2, 0, 160, 0, 1, Text32.From("ScalerCrop"), default, 0, 0)),
        .. Control(new(0x80010002, 2, 3, 1, 0, 1, 8, 0, 0, 255, 0, 1, Text32.From("Bytes"), default, 0, 0)),
        .. Control(new(0x80010003, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, Text32.From("Trigger"), default, 0, 0)),
        .. Control(new(0x20, 4, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0, Text32.From("SensorTimestamp"), Text16.From("ns"), 0, 0)),
    ];

    public static byte[] Control(in ControlRecord control, byte[]? menu = null) =>
        Record(CapabilityRecordType.Control, control, menu ?? []);

    /// <summary>A record; its length may be said to be another.</summary>
    public static byte[] Record<T>(CapabilityRecordType type, in T body, byte[]? tail = null, uint? length = null)
        where T : unmanaged
    {
        var bytes = new byte[CameraWire.Align(CapabilityRecord.Bytes + Unsafe.SizeOf<T>() + (tail?.Length ?? 0))];
        CameraWire.Write(bytes, new CapabilityRecord(type, 0, length ?? (uint)bytes.Length));
        CameraWire.Write(bytes.AsSpan(CapabilityRecord.Bytes), body);
        tail?.CopyTo(bytes, CapabilityRecord.Bytes + Unsafe.SizeOf<T>());
        return bytes;
    }

    public static byte[] Bytes<T>(in T value)
        where T : unmanaged
    {
        var bytes = new byte[Unsafe.SizeOf<T>()];
        CameraWire.Write(bytes, value);
        return bytes;
    }
}
