using System.Runtime.InteropServices;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

/// <summary>The numbers of the link protocol, see docs/links.md. Everything is little-endian.</summary>
internal static class LinkWire
{
    /// <summary>"CFLINK\r\n" in the order of memory: a greeting begins with it.</summary>
    public const ulong Magic = 0x0A0D4B4E494C4643;

    /// <summary>The version of the protocol; both ends must have the same.</summary>
    public const uint Version = 1;

    /// <summary>The most bytes that a message has behind its head, pixels not counted.</summary>
    public const int MaximumBody = 6144;

    /// <summary>The most bytes of UTF-8 in a camera's id or a node's name.</summary>
    public const int MaximumName = 128;

    /// <summary>The most bytes of UTF-8 in a reason.</summary>
    public const int MaximumReason = 256;

    /// <summary>The largest window that either end can ask for, in frames.</summary>
    public const int MaximumWindow = 64;

    /// <summary>Stands for a slot where a frame's pixels follow its message.</summary>
    public const uint Inline = uint.MaxValue;
}

/// <summary>What a message is.</summary>
internal enum LinkMessage : ushort
{
    /// <summary>Reader to home, first: <see cref="LinkHello"/>.</summary>
    Hello = 1,

    /// <summary>Home to reader: the greeting was right. <see cref="LinkWelcome"/>.</summary>
    Welcome = 2,

    /// <summary>Home to reader, last: the greeting was wrong; the reason as text.</summary>
    Refused = 3,

    /// <summary>Home to reader: what frames are like from now on. <see cref="LinkConfiguration"/>.</summary>
    Configuration = 4,

    /// <summary>Home to reader: <see cref="LinkFrame"/>, its applied controls, and its pixels if they are not shared.</summary>
    Frame = 5,

    /// <summary>Home to reader: <see cref="LinkMissed"/>.</summary>
    Missed = 6,

    /// <summary>Home to reader: <see cref="LinkSetLost"/>.</summary>
    ControlSetLost = 7,

    /// <summary>Home to reader: the source is lost. No body.</summary>
    SourceLost = 8,

    /// <summary>Home to reader, last: the reason as text.</summary>
    Closing = 9,

    /// <summary>Reader to home: pixels were taken from the connection. <see cref="LinkCredit"/>.</summary>
    Credit = 10,

    /// <summary>Reader to home: a slot is not read any more. <see cref="LinkRelease"/>.</summary>
    Release = 11,
}

/// <summary>Before each message.</summary>
/// <param name="Length">Bytes of the body, at most <see cref="LinkWire.MaximumBody"/>.</param>
/// <param name="Type">What it is.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkHead(uint Length, LinkMessage Type, ushort Reserved)
{
    public const int Bytes = 8;
}

/// <summary>The fixed part of a greeting; camera and reader follow as UTF-8.</summary>
/// <param name="Magic"><see cref="LinkWire.Magic"/>.</param>
/// <param name="Version"><see cref="LinkWire.Version"/>.</param>
/// <param name="Epoch">The epoch that the reader was offered.</param>
/// <param name="Token">The offer's token, its 16 bytes as they lie in memory.</param>
/// <param name="Window">Frames that the reader takes at most, 1 to <see cref="LinkWire.MaximumWindow"/>.</param>
/// <param name="CameraBytes">Bytes of the camera's id.</param>
/// <param name="ReaderBytes">Bytes of the reader node's name.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkHello(ulong Magic, uint Version, uint Epoch, UInt128 Token, uint Window, ushort CameraBytes, ushort ReaderBytes)
{
    public const int Bytes = 40;
}

/// <summary>The answer to a right greeting.</summary>
/// <param name="Version"><see cref="LinkWire.Version"/>.</param>
/// <param name="Window">Frames that the home has on their way at most.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkWelcome(uint Version, uint Window)
{
    public const int Bytes = 8;
}

/// <summary>What frames are like, and where their pixels lie. A shared pool's first one brings its descriptor.</summary>
/// <param name="Pool">The pool's number at home; grows with each new pool.</param>
/// <param name="IsShared">1: the pool's memory is shared; 0: pixels follow each frame.</param>
/// <param name="FrameBytes">Room for pixels in a slot.</param>
/// <param name="Slots">Slots of the pool.</param>
/// <param name="SlotBytes">Bytes from slot to slot.</param>
/// <param name="Generation">The stream configuration.</param>
/// <param name="FourCC">The pixel format.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkConfiguration(
    uint Pool, uint IsShared, uint FrameBytes, uint Slots, ulong SlotBytes, uint Generation, uint FourCC, uint Width, uint Height)
{
    public const int Bytes = 40;
}

/// <summary>Before a frame's applied controls: its header, and where its pixels are.</summary>
/// <param name="Header">As it is in the slot at home.</param>
/// <param name="Pool">The pool's number, as in the configuration.</param>
/// <param name="Slot">The slot, or <see cref="LinkWire.Inline"/>.</param>
/// <param name="Generation">Of which use of the slot.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkFrame(FrameHeader Header, uint Pool, uint Slot, uint Generation, uint Reserved)
{
    public const int Bytes = FrameHeader.Bytes + 16;
}

/// <summary>Frames have no pixels.</summary>
/// <param name="Sequence">The number of the last of them.</param>
/// <param name="ControlSet">The set that it was exposed for; 0 for none.</param>
/// <param name="Reason">A <see cref="Accounting.FrameDropReason"/>.</param>
/// <param name="Count">How many, 1 or more.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkMissed(ulong Sequence, ulong ControlSet, uint Reason, int Count)
{
    public const int Bytes = 24;
}

/// <summary>A control set will come with no frame.</summary>
/// <param name="Set">The set.</param>
/// <param name="Context">Whose it was.</param>
/// <param name="Frame">The frame concerned.</param>
/// <param name="Reason">A <see cref="Sensors.Controls.ControlSetFailure"/>.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkSetLost(ulong Set, ulong Context, ulong Frame, uint Reason, uint Reserved)
{
    public const int Bytes = 32;
}

/// <summary>The pixels of so many frames were taken from the connection.</summary>
/// <param name="Count">1 or more.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkCredit(uint Count)
{
    public const int Bytes = 4;
}

/// <summary>A shared frame is not read any more.</summary>
/// <param name="Pool">The pool's number.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Generation">Of which use.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct LinkRelease(uint Pool, uint Slot, uint Generation)
{
    public const int Bytes = 12;
}
