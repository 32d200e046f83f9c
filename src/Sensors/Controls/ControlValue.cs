using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CameraFabric.Sensors.Controls;

/// <summary>A control's value: one or more elements of one type, at most 64 bytes, without anything on the heap. Blittable, 72 bytes; it
/// lies
/// in shared memory, so a count or a type that cannot be is read as "no bytes" rather than believed.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly partial struct ControlValue : IEquatable<ControlValue>
{
    /// <summary>The most bytes that a value can have.</summary>
    public const int MaximumBytes = 64;

    /// <summary>One, in Q16.16.</summary>
    public const int FixedOne = 1 << 16;

    private readonly byte _type;
    private readonly byte _reserved1;
    private readonly ushort _count;
    private readonly uint _reserved2;
    private readonly Words _data;

    private ControlValue(ControlType type, ReadOnlySpan<byte> data)
    {
        _type = (byte)type;
        _count = (ushort)(data.Length / type.ElementBytes());
        data.CopyTo(MemoryMarshal.AsBytes((Span<ulong>)_data));
    }

    /// <summary>The elements' type.</summary>
    public ControlType Type => (ControlType)_type;

    /// <summary>How many elements there are.</summary>
    public int Count => ByteCount == 0 ? 0 : _count;

    /// <summary>Bytes in use.</summary>
    public int ByteCount => _count * Type.ElementBytes() is var bytes and <= MaximumBytes ? bytes : 0;

    /// <summary>The elements, little-endian, one after the other.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)_data)[..ByteCount];

    /// <summary>The value as a number: any single scalar; a fixed-point number as its raw Q16.16.</summary>
    /// <exception cref="InvalidOperationException">It is not one scalar.</exception>
    public long Scalar => Count == 1 && Type.IsScalar() ? Element(0) : throw Wrong("a single scalar");

    /// <summary>A bool.</summary>
    public static ControlValue From(bool value) => new(ControlType.Bool, [value ? (byte)1 : (byte)0]);

    /// <summary>A byte.</summary>
    public static ControlValue From(byte value) => new(ControlType.UInt8, [value]);

    /// <summary>A 32-bit number.</summary>
    public static ControlValue From(int value) => FromNumber(ControlType.Int32, value);

    /// <summary>A 64-bit number.</summary>
    public static ControlValue From(long value) => FromNumber(ControlType.Int64, value);

    /// <summary>A fixed-point number, rounded to the nearest 1/65536.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in -32768 to 32767.99998.</exception>
    public static ControlValue FromFixed(double value) => FromNumber(ControlType.Fixed, ToFixed(value));

    /// <summary>A fixed-point number given as its raw Q16.16.</summary>
    public static ControlValue FromFixedRaw(int raw) => FromNumber(ControlType.Fixed, raw);

    /// <summary>Several fixed-point numbers, each rounded to the nearest 1/65536; at most 16.</summary>
    public static ControlValue FromFixed(params ReadOnlySpan<double> values)
    {
        if (values.Length is 0 or > 16)
            throw new ArgumentException($"{values.Length} numbers; 1 to 16 are possible.", nameof(values));
        Span<byte> data = stackalloc byte[MaximumBytes];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(data[(4 * i)..], ToFixed(values[i]));
        return new(ControlType.Fixed, data[..(4 * values.Length)]);
    }

    /// <summary>Several 64-bit numbers; at most 8.</summary>
    public static ControlValue From(params ReadOnlySpan<long> values) => FromArray(ControlType.Int64, MemoryMarshal.AsBytes(values));

    /// <summary>A rectangle.</summary>
    public static ControlValue FromRectangle(int x, int y, int width, int height) =>
        new(ControlType.Rectangle, MemoryMarshal.AsBytes((ReadOnlySpan<int>)[x, y, width, height]));

    /// <summary>A size.</summary>
    public static ControlValue FromSize(uint width, uint height) =>
        new(ControlType.Size, MemoryMarshal.AsBytes((ReadOnlySpan<uint>)[width, height]));

    /// <summary>Bytes without further meaning; at most 64.</summary>
    public static ControlValue FromBytes(ReadOnlySpan<byte> bytes) => FromArray(ControlType.Bytes, bytes);

    /// <summary>Elements of any type from their little-endian bytes.</summary>
    /// <exception cref="ArgumentException">The type is none, or the bytes are too many or no whole number of elements.</exception>
    public static ControlValue FromArray(ControlType type, ReadOnlySpan<byte> elements) => TryFromArray(type, elements, out var value)
        ? value
        : throw new ArgumentException($"{elements.Length} bytes make no value of type {type}: at most {MaximumBytes} bytes, "
            + $"a multiple of {Math.Max(1, type.ElementBytes())}, are possible.", nameof(elements));

    /// <summary>As <see cref="FromArray"/>, without the exception. A bool that is neither 0 nor 1 counts as 1.</summary>
    public static bool TryFromArray(ControlType type, ReadOnlySpan<byte> elements, out ControlValue value)
    {
        value = default;
        var size = type.ElementBytes();
        if (size == 0 || elements.Length > MaximumBytes || elements.Length % size != 0)
            return false;
        value = new ControlValue(type, elements);
        if (type == ControlType.Bool && elements.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            Span<byte> clean = stackalloc byte[MaximumBytes];
            for (var i = 0; i < elements.Length; i++)
                clean[i] = elements[i] == 0 ? (byte)0 : (byte)1;
            value = new ControlValue(type, clean[..elements.Length]);
        }
        return true;
    }

    /// <summary>A single scalar of any scalar type from a number (a fixed-point one raw); what does not fit the type is limited to its
    /// range.</summary>
    public static ControlValue FromNumber(ControlType type, long number)
    {
        Span<byte> data = stackalloc byte[8];
        var size = WriteElement(type, number, data);
        return new ControlValue(type, data[..size]);
    }

    /// <summary>Several scalars, all of the same number.</summary>
    /// <exception cref="ArgumentException">They do not fit into 64 bytes.</exception>
    public static ControlValue Repeat(ControlType type, long number, int count)
    {
        Span<byte> data = stackalloc byte[MaximumBytes];
        if (!type.IsScalar() || count < 0 || count * type.ElementBytes() > MaximumBytes)
            throw new ArgumentException($"{count} elements of type {type} are no value.", nameof(count));
        var size = 0;
        for (var i = 0; i < count; i++)
            size += WriteElement(type, number, data[size..]);
        return new ControlValue(type, data[..size]);
    }

    /// <summary>A bool's value.</summary>
    /// <exception cref="InvalidOperationException">It is of another type or not a single element (as with all the As...
    /// members).</exception>
    public bool AsBool() => Require(ControlType.Bool)[0] != 0;

    /// <summary>A 32-bit number's value; also that of a byte.</summary>
    public int AsInt32() => Type == ControlType.UInt8 ? Require(ControlType.UInt8)[0] : MemoryMarshal.Read<int>(Require(ControlType.Int32));

    /// <summary>An integer's value: 64 or 32 bits or a byte.</summary>
    public long AsInt64() => Type == ControlType.Int64 ? MemoryMarshal.Read<long>(Require(ControlType.Int64)) : AsInt32();

    /// <summary>A fixed-point number's value.</summary>
    public double AsFixed() => MemoryMarshal.Read<int>(Require(ControlType.Fixed)) / (double)FixedOne;

    /// <summary>A rectangle's value.</summary>
    public (int X, int Y, int Width, int Height) AsRectangle()
    {
        var numbers = MemoryMarshal.Cast<byte, int>(Require(ControlType.Rectangle));
        return (numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>A size's value.</summary>
    public (uint Width, uint Height) AsSize()
    {
        var numbers = MemoryMarshal.Cast<byte, uint>(Require(ControlType.Size));
        return (numbers[0], numbers[1]);
    }

    /// <summary>One element of an array of scalars (fixed-point raw), or one component of rectangles and sizes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public long Element(int index)
    {
        var size = ComponentBytes(Type);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size == 0 ? 0 : ByteCount / size);
        var at = Bytes[(index * size)..];
        return Type switch
        {
            ControlType.Int32 or ControlType.Fixed or ControlType.Rectangle => BinaryPrimitives.ReadInt32LittleEndian(at),
            ControlType.Size => BinaryPrimitives.ReadUInt32LittleEndian(at),
            ControlType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
            _ => at[0],
        };
    }

    /// <summary>Values are equal when type, count and bytes are.</summary>
    public bool Equals(ControlValue other) => _type == other._type && Count == other.Count && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ControlValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_type);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Equality.</summary>
    public static bool operator ==(ControlValue left, ControlValue right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(ControlValue left, ControlValue right) => !left.Equals(right);

    internal static int ComponentBytes(ControlType type) => type is ControlType.Rectangle or ControlType.Size ? 4 : type.ElementBytes();

    internal static int WriteElement(ControlType type, long number, Span<byte> target)
    {
        switch (type)
        {
            case ControlType.Bool:
                target[0] = number == 0 ? (byte)0 : (byte)1;
                return 1;
            case ControlType.UInt8 or ControlType.Bytes:
                target[0] = (byte)Math.Clamp(number, 0, byte.MaxValue);
                return 1;
            case ControlType.Int32 or ControlType.Fixed or ControlType.Rectangle:
                BinaryPrimitives.WriteInt32LittleEndian(target, (int)Math.Clamp(number, int.MinValue, int.MaxValue));
                return 4;
            case ControlType.Size:
                BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)Math.Clamp(number, 0, uint.MaxValue));
                return 4;
            case ControlType.Int64:
                BinaryPrimitives.WriteInt64LittleEndian(target, number);
                return 8;
            default:
                throw new ArgumentException($"{type} is no control type.", nameof(type));
        }
    }

    private static int ToFixed(double value)
    {
        var raw = Math.Round(value * FixedOne);
        if (!(raw >= int.MinValue && raw <= int.MaxValue))
            throw new ArgumentOutOfRangeException(nameof(value), value, "A fixed-point value lies in -32768 to 32767.99998.");
        return (int)raw;
    }

    [UnscopedRef]
    private ReadOnlySpan<byte> Require(ControlType type) => Type == type && Count == 1 ? Bytes : throw Wrong($"a single {type}");

    private InvalidOperationException Wrong(string wanted) => new($"The value is {Count} of type {Type}, not {wanted}.");

    // Eight-byte elements, so that values are aligned for the widest type wherever they lie.
    [InlineArray(MaximumBytes / sizeof(ulong))]
    private struct Words
    {
        private ulong _first;
    }
}
