using MessagePack;

namespace CameraFabric.ActorContract.Tests.Wire;

public sealed class MessagePackTests
{
    private static readonly MessagePackSerializerOptions Untrusted =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    [Fact]
    public void A_sealed_record_with_a_primary_constructor_round_trips()
    {
        var record = new SettingV2("exposure", -42, "us", 1);
        Assert.Equal(record, RoundTrip(record));
    }

    [Fact]
    public void A_readonly_record_struct_round_trips()
    {
        var handle = new FrameHandle(ulong.MaxValue, uint.MaxValue, Kind.Live);
        Assert.Equal(handle, RoundTrip(handle));
        Assert.Equal(default, RoundTrip(default(FrameHandle)));
    }

    [Fact]
    public void A_record_with_init_properties_round_trips()
    {
        var record = new Described { Name = "front", Width = 1920 };
        Assert.Equal(record, RoundTrip(record));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1.5)]
    public void Records_arrays_bytes_and_maps_inside_of_a_record_round_trip(double? gain)
    {
        var sent = new Batch(new FrameHandle(1, 2, Kind.Live), [new("a", 1), new("b", 2)], [0, 255], new() { ["x"] = 7 }, gain);
        var came = RoundTrip(sent);
        Assert.Equal(sent.Handle, came.Handle);
        Assert.Equal(sent.Settings, came.Settings);
        Assert.Equal(sent.Payload, came.Payload);
        Assert.Equal(sent.Counters, came.Counters);
        Assert.Equal(sent.Gain, came.Gain);
    }

    [Fact]
    public void A_record_is_an_array_in_the_order_of_its_keys()
    {
        var bytes = MessagePackSerializer.Serialize(new SettingV1("a", 1), Untrusted);
        Assert.Equal([0x92, 0xa1, (byte)'a', 0x01], bytes);
    }

    [Fact]
    public void Keys_that_the_receiver_does_not_know_are_ignored()
    {
        var bytes = MessagePackSerializer.Serialize(new SettingV2("exposure", 42, "us", 1), Untrusted);
        Assert.Equal(new SettingV1("exposure", 42), MessagePackSerializer.Deserialize<SettingV1>(bytes, Untrusted));
    }

    [Fact]
    public void Keys_that_the_sender_did_not_know_become_the_default_of_their_type()
    {
        var bytes = MessagePackSerializer.Serialize(new SettingV1("exposure", 42), Untrusted);
        Assert.Equal(new SettingV2("exposure", 42, null, 0), MessagePackSerializer.Deserialize<SettingV2>(bytes, Untrusted));
    }

    [Fact]
    public void A_record_struct_that_is_too_short_is_filled_with_defaults_too()
    {
        byte[] bytes = [0x91, 0x07];
        Assert.Equal(new FrameHandle(7, 0, Kind.None), MessagePackSerializer.Deserialize<FrameHandle>(bytes, Untrusted));
    }

    [Fact]
    public void Null_arrives_even_where_the_class_says_that_there_is_none()
    {
        byte[] nil = [0xc0];
        Assert.Null(MessagePackSerializer.Deserialize<SettingV1>(nil, Untrusted));
        byte[] nameIsNil = [0x92, 0xc0, 0x01];
        Assert.Null(MessagePackSerializer.Deserialize<SettingV1>(nameIsNil, Untrusted).Name);
    }

    [Fact]
    public void A_value_that_the_enumeration_does_not_have_arrives_as_its_number()
    {
        byte[] bytes = [0x93, 0x01, 0x02, 0x63];
        Assert.Equal((Kind)99, MessagePackSerializer.Deserialize<FrameHandle>(bytes, Untrusted).Kind);
    }

    [Theory]
    [InlineData("93 01 02")] // ends early
    [InlineData("93 a1 61 02 00")] // a string where a number is due
    [InlineData("93 ff 02 00")] // a negative number where there are none
    [InlineData("93 01 cf ff ff ff ff ff ff ff ff 00")] // too large for its type
    [InlineData("01")] // no record at all
    [InlineData("")]
    public void Wrong_bytes_are_one_kind_of_exception(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<FrameHandle>(bytes, Untrusted));
    }

    [Theory]
    [InlineData("dd 7f ff ff ff")] // an array of 2^31 - 1 settings
    [InlineData("dd ff ff ff ff")]
    public void A_length_that_the_bytes_cannot_have_is_refused_before_memory_is_taken_for_it(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<long[]>(bytes, Untrusted));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Untrusted_bytes_may_not_nest_without_end()
    {
        // [0, [0, [0, ... nil]]]: within the limit it is read, beyond it is refused; without the limit it would end the process.
        Assert.NotNull(MessagePackSerializer.Deserialize<Nested>(Depth(100), Untrusted));
        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<Nested>(Depth(100_000), Untrusted));

        static byte[] Depth(int depth) => [.. Enumerable.Repeat<byte[]>([0x92, 0x00], depth).SelectMany(b => b), 0xc0];
    }

    [Fact]
    public void What_follows_a_message_is_left_for_the_caller_who_knows_how_much_was_read()
    {
        byte[] bytes = [.. MessagePackSerializer.Serialize(new SettingV1("a", 1), Untrusted), 1, 2, 3];
        Assert.Equal(new SettingV1("a", 1), MessagePackSerializer.Deserialize<SettingV1>(bytes, Untrusted, out var read));
        Assert.Equal(bytes.Length - 3, read);
    }

    private static T RoundTrip<T>(T value) =>
        MessagePackSerializer.Deserialize<T>(MessagePackSerializer.Serialize(value, Untrusted), Untrusted);
}
