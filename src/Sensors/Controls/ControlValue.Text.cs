using System.Globalization;
using System.Text;

namespace CameraFabric.Sensors.Controls;

public readonly partial struct ControlValue
{
    /// <summary>Readable text without a unit: true, 10000000, 1.5, 0,0,1920,1080, 1920x1080, hexadecimal digits for bytes; arrays in
    /// brackets.
    /// <see cref="TryParse"/> reads it back.</summary>
    public override string ToString()
    {
        if (Type == ControlType.Bytes)
            return "0x" + Convert.ToHexStringLower(Bytes);
        if (Count == 1)
            return One(0);
        var text = new StringBuilder("[");
        for (var i = 0; i < Count; i++)
            text.Append(i == 0 ? "" : " ").Append(One(i));
        return text.Append(']').ToString();
    }

    /// <summary>Reads what <see cref="ToString"/> wrote, and what people write: "on", "off", "1.5", "[1.5 2]".</summary>
    public static bool TryParse(ControlType type, string? text, out ControlValue value)
    {
        value = default;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || type.ElementBytes() == 0)
            return false;
        if (type == ControlType.Bytes)
            return TryParseBytes(text, out value);
        if (text.StartsWith('[') != text.EndsWith(']'))
            return false;
        var elements = text.StartsWith('[') ? text[1..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [text];
        Span<byte> data = stackalloc byte[MaximumBytes];
        var used = 0;
        foreach (var element in elements)
        {
            if (used + type.ElementBytes() > MaximumBytes || !TryParseElement(type, element, data[used..]))
                return false;
            used += type.ElementBytes();
        }
        value = new ControlValue(type, data[..used]);
        return true;
    }

    private string One(int index)
    {
        switch (Type)
        {
            case ControlType.Bool:
                return Element(index) == 0 ? "false" : "true";
            case ControlType.Fixed:
                return FixedText(Element(index));
            case ControlType.Rectangle:
                return string.Create(CultureInfo.InvariantCulture,
                    $"{Element(4 * index)},{Element(4 * index + 1)},{Element(4 * index + 2)},{Element(4 * index + 3)}");
            case ControlType.Size:
                return string.Create(CultureInfo.InvariantCulture, $"{Element(2 * index)}x{Element(2 * index + 1)}");
            default:
                return Element(index).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A raw Q16.16 number in exact decimal digits.</summary>
    internal static string FixedText(long raw) => ((decimal)raw / FixedOne).ToString("0.################", CultureInfo.InvariantCulture);

    /// <summary>The raw Q16.16 number nearest to the decimal digits.</summary>
    internal static bool TryParseFixed(string text, out int raw)
    {
        raw = 0;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) || decimal.Abs(number) > 32768)
            return false;
        var scaled = decimal.Round(number * FixedOne);
        if (scaled < int.MinValue || scaled > int.MaxValue)
            return false;
        raw = (int)scaled;
        return true;
    }

    private static bool TryParseElement(ControlType type, string text, Span<byte> target)
    {
        switch (type)
        {
            case ControlType.Bool:
                target[0] = text is "true" or "on" or "1" ? (byte)1 : (byte)0;
                return text is "true" or "on" or "1" or "false" or "off" or "0";
            case ControlType.Fixed:
                return TryParseFixed(text, out var raw) && WriteElement(type, raw, target) > 0;
            case ControlType.Rectangle:
                return TryParseComponents(type, text.Split(','), 4, int.MinValue, int.MaxValue, target);
            case ControlType.Size:
                return TryParseComponents(type, text.Split('x'), 2, 0, uint.MaxValue, target);
            case ControlType.UInt8:
                return TryParseComponents(type, [text], 1, 0, byte.MaxValue, target);
            case ControlType.Int32:
                return TryParseComponents(type, [text], 1, int.MinValue, int.MaxValue, target);
            default:
                return TryParseComponents(type, [text], 1, long.MinValue, long.MaxValue, target);
        }
    }

    private static bool TryParseComponents(ControlType type, string[] parts, int count, long least, long most, Span<byte> target)
    {
        if (parts.Length != count)
            return false;
        var used = 0;
        foreach (var part in parts)
        {
            if (!long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                || number < least || number > most)
                return false;
            used += WriteElement(type, number, target[used..]);
        }
        return true;
    }

    private static bool TryParseBytes(string text, out ControlValue value)
    {
        value = default;
        var digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        Span<byte> data = stackalloc byte[MaximumBytes];
        if (digits.Length % 2 != 0 || digits.Length > 2 * MaximumBytes
            || Convert.FromHexString(digits, data, out _, out var written) != System.Buffers.OperationStatus.Done)
            return false;
        value = new ControlValue(ControlType.Bytes, data[..written]);
        return true;
    }
}
