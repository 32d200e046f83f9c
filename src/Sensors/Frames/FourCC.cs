using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CameraFabric.Sensors.Frames;

/// <summary>A four-character code as V4L2 and virtio carry it: the first character in the lowest byte.</summary>
/// <param name="Value">The code as the 32-bit number on the wire.</param>
public readonly record struct FourCC(uint Value)
{
    /// <summary>Makes a code of one to four printable ASCII characters; shorter text is filled up with blanks, as V4L2 does ("Z16
    /// ").</summary>
    /// <exception cref="FormatException">The text is neither such a code nor a number like 0x3231564E.</exception>
    public static FourCC Parse(string four) => TryParse(four, out var code)
        ? code
        : throw new FormatException(
            $"'{four}' is no four-character code: one to four printable ASCII characters are wanted, such as NV12.");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? four, out FourCC code)
    {
        code = default;
        if (four is null)
            return false;
        if (four.Length == 10 && four.StartsWith("0x", StringComparison.Ordinal)
            && uint.TryParse(four.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            code = new FourCC(number);
            return true;
        }
        if (four.Length is < 1 or > 4 || four[0] == ' ')
            return false;
        uint value = 0;
        for (var i = 0; i < 4; i++)
        {
            var letter = i < four.Length ? four[i] : ' ';
            if (!IsPrintable(letter))
                return false;
            value |= (uint)letter << (8 * i);
        }
        code = new FourCC(value);
        return true;
    }

    /// <summary>The four characters, trailing blanks kept; a code with unprintable bytes is shown as a hexadecimal number.</summary>
    public override string ToString()
    {
        Span<char> letters = stackalloc char[4];
        for (var i = 0; i < 4; i++)
            letters[i] = (char)(Value >> (8 * i) & 0xFF);
        if (letters[0] == ' ' || letters.ContainsAnyExceptInRange(' ', '~'))
            return $"0x{Value:X8}";
        return new string(letters);
    }

    private static bool IsPrintable(char letter) => letter is >= ' ' and <= '~';
}
