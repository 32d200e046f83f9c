using System.Runtime.InteropServices;

namespace CameraFabric.Sensors.Frames;

/// <summary>The first 128 bytes of a slot, in memory shared between processes. The layout is fixed; new fields go into the reserved
/// end.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct FrameHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int Bytes = 128;

    /// <summary>Where the applied controls begin, in bytes from the slot's start.</summary>
    public const int AppliedOffset = Bytes;

    /// <summary>The most applied controls that a frame can carry.</summary>
    public const int MaximumApplied = 64;

    /// <summary>Where the pixels begin, in bytes from the slot's start.</summary>
    public const int PixelOffset = 8192;

    /// <summary>"CFRM" in the order of memory.</summary>
    public const uint ExpectedMagic = 0x4D524643;

    /// <summary>The version of this layout.</summary>
    public const uint CurrentVersion = 1;

    /// <summary><see cref="ExpectedMagic"/>.</summary>
    [FieldOffset(0)] public uint Magic;

    /// <summary><see cref="CurrentVersion"/>.</summary>
    [FieldOffset(4)] public uint Version;

    /// <summary>The frame's number; a gap means frames lost.</summary>
    [FieldOffset(8)] public ulong Sequence;

    /// <summary>Start of exposure, nanoseconds of CLOCK_MONOTONIC.</summary>
    [FieldOffset(16)] public long StartOfExposure;

    /// <summary>When the frame was complete in the slot, nanoseconds of CLOCK_MONOTONIC.</summary>
    [FieldOffset(24)] public long Complete;

    /// <summary>The control set that this frame was exposed for; 0 = none.</summary>
    [FieldOffset(32)] public ulong ControlSet;

    /// <summary>The pixel format's code.</summary>
    [FieldOffset(40)] public uint FourCC;

    /// <summary>Pixels in a row.</summary>
    [FieldOffset(44)] public uint Width;

    /// <summary>Rows.</summary>
    [FieldOffset(48)] public uint Height;

    /// <summary>Bytes of pixels that count.</summary>
    [FieldOffset(52)] public uint BytesUsed;

    /// <summary>CRC-32C of the used bytes, when <see cref="FrameFlags.Checksummed"/> is set.</summary>
    [FieldOffset(56)] public uint Checksum;

    /// <summary><see cref="FrameFlags"/>.</summary>
    [FieldOffset(60)] public uint Flags;

    /// <summary>The stream configuration that the frame belongs to.</summary>
    [FieldOffset(64)] public uint ConfigurationGeneration;

    /// <summary>Applied controls that follow the header; at most <see cref="MaximumApplied"/>.</summary>
    [FieldOffset(68)] public uint AppliedCount;

    /// <summary>Frames lost directly before this one.</summary>
    [FieldOffset(72)] public uint DroppedBefore;

    /// <summary>The epoch of the camera's placement; frames of an older epoch are refused.</summary>
    [FieldOffset(76)] public uint Epoch;
}
