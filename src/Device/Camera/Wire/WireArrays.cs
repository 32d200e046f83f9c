using System.Runtime.CompilerServices;
using System.Text;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>le32 name[4]</c>: one number a plane.</summary>
[InlineArray(4)]
public struct PlaneNumbers : IEquatable<PlaneNumbers>
{
    private uint _first;

    /// <summary>Compares the four numbers.</summary>
    public readonly bool Equals(PlaneNumbers other) => ((ReadOnlySpan<uint>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is PlaneNumbers other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3]);

    /// <inheritdoc/>
    public readonly override string ToString() => $"{this[0]}, {this[1]}, {this[2]}, {this[3]}";
}

/// <summary><c>u8 uuid[16]</c> in the byte order of RFC 9562 (first byte first).</summary>
[InlineArray(16)]
public struct WireUuid : IEquatable<WireUuid>
{
    private byte _first;

    /// <summary>Writes a UUID.</summary>
    public static WireUuid From(Guid value)
    {
        WireUuid result = default;
        value.TryWriteBytes(result, bigEndian: true, out _);
        return result;
    }

    /// <summary>Reads the UUID.</summary>
    public readonly Guid ToGuid() => new(this, bigEndian: true);

    /// <summary>Compares the bytes.</summary>
    public readonly bool Equals(WireUuid other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is WireUuid other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => ToGuid().GetHashCode();

    /// <inheritdoc/>
    public readonly override string ToString() => ToGuid().ToString();
}

/// <summary><c>u8 text[16]</c>: UTF-8, filled up with 0.</summary>
[InlineArray(16)]
public struct Text16 : IEquatable<Text16>
{
    private byte _first;

    /// <summary>As much of the text as fits.</summary>
    public static Text16 From(string text)
    {
        Text16 result = default;
        WireText.Write(result, text);
        return result;
    }

    /// <summary>Compares the bytes.</summary>
    public readonly bool Equals(Text16 other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is Text16 other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public readonly override string ToString() => WireText.Read(this);
}

/// <summary><c>u8 text[32]</c>: UTF-8, filled up with 0.</summary>
[InlineArray(32)]
public struct Text32 : IEquatable<Text32>
{
    private byte _first;

    /// <summary>As much of the text as fits.</summary>
    public static Text32 From(string text)
    {
        Text32 result = default;
        WireText.Write(result, text);
        return result;
    }

    /// <summary>Compares the bytes.</summary>
    public readonly bool Equals(Text32 other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is Text32 other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public readonly override string ToString() => WireText.Read(this);
}

/// <summary><c>u8 text[48]</c>: UTF-8, filled up with 0.</summary>
[InlineArray(48)]
public struct Text48 : IEquatable<Text48>
{
    private byte _first;

    /// <summary>As much of the text as fits.</summary>
    public static Text48 From(string text)
    {
        Text48 result = default;
        WireText.Write(result, text);
        return result;
    }

    /// <summary>Compares the bytes.</summary>
    public readonly bool Equals(Text48 other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is Text48 other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public readonly override string ToString() => WireText.Read(this);
}

/// <summary><c>u8 text[64]</c>: UTF-8, filled up with 0.</summary>
[InlineArray(64)]
public struct Text64 : IEquatable<Text64>
{
    private byte _first;

    /// <summary>As much of the text as fits.</summary>
    public static Text64 From(string text)
    {
        Text64 result = default;
        WireText.Write(result, text);
        return result;
    }

    /// <summary>Compares the bytes.</summary>
    public readonly bool Equals(Text64 other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is Text64 other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public readonly override string ToString() => WireText.Read(this);
}

/// <summary>UTF-8 in fixed fields.</summary>
internal static class WireText
{
    /// <summary>Writes whole characters only, as many as fit, and zeros behind them.</summary>
    public static void Write(Span<byte> field, string text)
    {
        field.Clear();
        var written = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0 || !rune.TryEncodeToUtf8(field[written..], out var bytes)) break;
            written += bytes;
        }
    }

    /// <summary>Up to the first 0; bytes that are not UTF-8 become U+FFFD.</summary>
    public static string Read(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Whether the field can say the whole text.</summary>
    public static bool Fits(string text, int fieldBytes) => Encoding.UTF8.GetByteCount(text) <= fieldBytes && !text.Contains('\0');
}
