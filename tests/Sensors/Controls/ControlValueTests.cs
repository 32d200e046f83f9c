using System.Runtime.InteropServices;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

public sealed class ControlValueTests
{
    [Fact]
    public void Value_gives_back_what_it_was_made_from()
    {
        Assert.True(ControlValue.From(true).AsBool());
        Assert.Equal(200, ControlValue.From((byte)200).AsInt32());
        Assert.Equal(-5, ControlValue.From(-5).AsInt32());
        Assert.Equal(-5, ControlValue.From(-5).AsInt64());
        Assert.Equal(long.MinValue, ControlValue.From(long.MinValue).AsInt64());
        Assert.Equal(-1.5, ControlValue.FromFixed(-1.5).AsFixed());
        Assert.Equal(1.5, ControlValue.FromFixedRaw(0x18000).AsFixed());
        Assert.Equal((1, -2, 3, 4), ControlValue.FromRectangle(1, -2, 3, 4).AsRectangle());
        Assert.Equal((7u, uint.MaxValue), ControlValue.FromSize(7, uint.MaxValue).AsSize());
        Assert.Equal([1, 2, 3], ControlValue.FromBytes([1, 2, 3]).Bytes.ToArray());
        Assert.Equal((2, 20L), (ControlValue.From(10L, 20L).Count, ControlValue.From(10L, 20L).Element(1)));
        Assert.Equal(0x8000, ControlValue.FromFixed(1.0, 0.5).Element(1));
    }

    [Fact]
    public void Scalar_is_any_single_number_and_nothing_else()
    {
        Assert.Equal(1, ControlValue.From(true).Scalar);
        Assert.Equal(0x18000, ControlValue.FromFixed(1.5).Scalar);
        Assert.Equal(-9, ControlValue.From(-9L).Scalar);
        Assert.Throws<InvalidOperationException>(() => ControlValue.From(1L, 2L).Scalar);
        Assert.Throws<InvalidOperationException>(() => ControlValue.FromRectangle(0, 0, 1, 1).Scalar);
        Assert.Throws<InvalidOperationException>(() => default(ControlValue).Scalar);
    }

    [Fact]
    public void Wrong_type_is_an_error_that_names_both()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ControlValue.From(5).AsBool());
        Assert.Contains("Int32", error.Message, StringComparison.Ordinal);
        Assert.Contains("Bool", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => ControlValue.From(5L).AsInt32());
        Assert.Throws<InvalidOperationException>(() => ControlValue.From(1L, 2L).AsInt64());
        Assert.Throws<ArgumentOutOfRangeException>(() => ControlValue.From(5).Element(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(ControlValue).Element(0));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(32768)]
    [InlineData(-32768.1)]
    public void Fixed_point_out_of_range_is_refused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ControlValue.FromFixed(value));

    [Fact]
    public void Array_of_too_many_or_broken_elements_is_refused()
    {
        Assert.Equal(16, ControlValue.FromArray(ControlType.Int32, new byte[64]).Count);
        Assert.Throws<ArgumentException>(() => ControlValue.FromArray(ControlType.Int32, new byte[68]));
        Assert.Throws<ArgumentException>(() => ControlValue.FromArray(ControlType.Int32, new byte[6]));
        Assert.Throws<ArgumentException>(() => ControlValue.FromArray(0, new byte[4]));
        Assert.Throws<ArgumentException>(() => ControlValue.FromBytes(new byte[65]));
        Assert.True(ControlValue.TryFromArray(ControlType.Bool, [2, 0], out var bools));
        Assert.Equal([1, 0], bools.Bytes.ToArray());
    }

    [Fact]
    public void Value_from_hostile_memory_claims_no_more_than_64_bytes()
    {
        var memory = new byte[72];
        memory[0] = (byte)ControlType.Int64;
        memory[2] = 0xFF;
        memory[3] = 0xFF;
        var value = MemoryMarshal.Read<ControlValue>(memory);
        Assert.Equal((0, 0), (value.Count, value.ByteCount));
        memory[0] = 99;
        memory[2] = 1;
        memory[3] = 0;
        Assert.Equal(0, MemoryMarshal.Read<ControlValue>(memory).ByteCount);
        Assert.NotNull(MemoryMarshal.Read<ControlValue>(memory).ToString());
    }

    [Theory]
    [InlineData(ControlType.Bool, "true")]
    [InlineData(ControlType.UInt8, "255")]
    [InlineData(ControlType.Int32, "-2147483648")]
    [InlineData(ControlType.Int64, "10000000")]
    [InlineData(ControlType.Fixed, "1.5")]
    [InlineData(ControlType.Fixed, "-0.0000152587890625")]
    [InlineData(ControlType.Rectangle, "0,-1,1920,1080")]
    [InlineData(ControlType.Size, "1920x4294967295")]
    [InlineData(ControlType.Bytes, "0x00ff")]
    [InlineData(ControlType.Fixed, "[1 2.5]")]
    [InlineData(ControlType.Rectangle, "[]")]
    [InlineData(ControlType.Rectangle, "[0,0,1,1 2,2,3,3]")]
    public void Text_is_read_back(ControlType type, string text)
    {
        Assert.True(ControlValue.TryParse(type, text, out var value));
        Assert.Equal(text, value.ToString());
    }

    [Theory]
    [InlineData(ControlType.Bool, "maybe")]
    [InlineData(ControlType.UInt8, "256")]
    [InlineData(ControlType.UInt8, "-1")]
    [InlineData(ControlType.Int32, "2147483648")]
    [InlineData(ControlType.Int64, "1.5")]
    [InlineData(ControlType.Fixed, "32768")]
    [InlineData(ControlType.Fixed, "1e3")]
    [InlineData(ControlType.Rectangle, "1,2,3")]
    [InlineData(ControlType.Size, "1920")]
    [InlineData(ControlType.Size, "-1x2")]
    [InlineData(ControlType.Bytes, "0x0")]
    [InlineData(ControlType.Bytes, "zz")]
    [InlineData(ControlType.Int64, "[1 2 3 4 5 6 7 8 9]")]
    [InlineData(ControlType.Int64, "[1")]
    [InlineData(ControlType.Int64, "")]
    [InlineData((ControlType)77, "1")]
    public void Text_that_is_no_value_is_refused(ControlType type, string text) => Assert.False(ControlValue.TryParse(type, text, out _));

    [Fact]
    public void Any_value_is_read_back_from_its_text_and_equals_itself() => Properties.Hold(decisions =>
    {
        var type = (ControlType)decisions.Between(1, 8);
        var bytes = new byte[decisions.Below(64 / type.ElementBytes() + 1) * type.ElementBytes()];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)decisions.Below(type == ControlType.Bool ? 2 : 256);
        var value = ControlValue.FromArray(type, bytes);
        Assert.Equal(bytes, value.Bytes.ToArray());
        Assert.True(ControlValue.TryParse(type, value.ToString(), out var again));
        Assert.Equal(value, again);
        Assert.Equal(value.GetHashCode(), again.GetHashCode());
        Assert.True(value == again && !(value != again));
    });
}
