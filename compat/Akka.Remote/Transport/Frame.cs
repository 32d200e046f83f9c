using System.Buffers.Binary;
using System.Text;
using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>What a frame is; its first byte.</summary>
internal enum FrameKind : byte
{
    /// <summary>The first frame of a connection: version, origin's address and number, and the address it wants.</summary>
    Hello = 1,

    /// <summary>The answer, on the same connection: the number of the system that answers.</summary>
    Welcome = 2,

    /// <summary>The other answer: a reason. The connection ends.</summary>
    Refusal = 3,

    /// <summary>A message to an actor.</summary>
    Message = 4,

    /// <summary>A message to the actors of a selection.</summary>
    Selected = 5,

    /// <summary>An actor begins to watch another.</summary>
    Watch = 6,

    /// <summary>An actor watches another no longer.</summary>
    Unwatch = 7,

    /// <summary>A watched actor has ended.</summary>
    Ended = 8,

    /// <summary>Asks a system whether it lives.</summary>
    Heartbeat = 9,

    /// <summary>It does.</summary>
    HeartbeatAnswer = 10,
}

/// <summary>Why a connection is refused.</summary>
internal enum Refusal : byte
{
    /// <summary>The two speak different versions.</summary>
    Version = 1,

    /// <summary>Somebody else is wanted.</summary>
    WrongAddress = 2,

    /// <summary>The one that connects was given up for ever.</summary>
    Quarantined = 3,
}

/// <summary>Frames on a connection: four bytes of length, little-endian, then a <see cref="FrameKind"/> and what belongs to it.</summary>
internal static class Frame
{
    /// <summary>The version of this protocol, which no other implementation speaks.</summary>
    public const byte Version = 1;

    /// <summary>The greatest hello, in bytes.</summary>
    public const int HelloBound = 4096;

    /// <summary>How much greater than its message a frame may be, in bytes: paths of actors and a manifest.</summary>
    public const int Overhead = 16384;

    private const int LengthSize = sizeof(int);

    /// <summary>Makes a frame.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="content">Writes the rest.</param>
    public static byte[] Make(FrameKind kind, Action<BinaryWriter> content)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(0);
        writer.Write((byte)kind);
        content(writer);
        writer.Flush();
        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - LengthSize);
        return bytes;
    }

    /// <summary>Reads a frame without its length; null at the end of the connection.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="bound">The most bytes it may have.</param>
    /// <param name="end">Ends the wait.</param>
    /// <exception cref="InvalidDataException">The length is none that a frame may have.</exception>
    public static async ValueTask<byte[]?> Read(Stream stream, int bound, CancellationToken end)
    {
        var prefix = new byte[LengthSize];
        if (await stream.ReadAtLeastAsync(prefix, LengthSize, false, end) < LengthSize) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length < 1 || length > bound) throw new InvalidDataException($"a frame of {length} bytes; 1 to {bound} would be right");
        var frame = new byte[length];
        return await stream.ReadAtLeastAsync(frame, length, false, end) < length ? null : frame;
    }

    /// <summary>Opens a frame for reading, behind its kind.</summary>
    public static BinaryReader Open(byte[] frame) => new(new MemoryStream(frame, 1, frame.Length - 1), Encoding.UTF8);

    /// <summary>Writes the steps of a selection.</summary>
    public static void Write(BinaryWriter writer, SelectionPathElement[] elements)
    {
        writer.Write(elements.Length);
        foreach (var element in elements)
        {
            var (kind, text) = element switch
            {
                SelectChildName name => ((byte)0, name.Name),
                SelectChildPattern pattern => ((byte)1, pattern.PatternStr),
                _ => ((byte)2, ""),
            };
            writer.Write(kind);
            writer.Write(text);
        }
    }

    /// <summary>Reads the steps of a selection.</summary>
    public static SelectionPathElement[] ReadElements(BinaryReader reader)
    {
        // Each takes two bytes at least: a count that the frame cannot hold ends in an EndOfStreamException, not in memory.
        var elements = new List<SelectionPathElement>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var kind = reader.ReadByte();
            var text = reader.ReadString();
            elements.Add(kind switch { 0 => new SelectChildName(text), 1 => new SelectChildPattern(text), _ => SelectParent.Instance });
        }
        return [.. elements];
    }
}
