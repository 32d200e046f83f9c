using System.Buffers.Binary;
using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Capabilities;

public sealed class CapabilityBlobTests
{
    private static readonly CapabilityLimits Limits = new(16, 3, 32);

    private static CameraProfile FullProfile() => new()
    {
        Name = "front-left " + new string('é', 40), // longer than its field
        Model = "Model",
        Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        SyncGroup = Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"),
        PipelineDepth = 3,
        Formats =
        [
            Offer("NV12", FrameSizeOffer.Of(1920, 1080, new FrameInterval(1, 60), new FrameInterval(1, 1)), Range()),
            Offer("MJPG", FrameSizeOffer.Of(640, 480, new FrameInterval(1001, 30000), new FrameInterval(1, 5))),
        ],
        Controls = [.. ControlCatalogue.All, Vendor()],
        Vendors = [new VendorNamespace(5, Guid.Parse("12345678-1234-1234-1234-123456789abc"), "A vendor")],
        Calibration = "fx: 1000.0\nfy: 1001.5\n",
    };

    private static FormatOffer Offer(string fourcc, params FrameSizeOffer[] sizes) =>
        new() { Format = FourCC.Parse(fourcc), Sizes = [.. sizes] };

    private static FrameSizeOffer Range() => new()
    {
        MinimumWidth = 64, MinimumHeight = 32, MaximumWidth = 4096, MaximumHeight = 3072, StepWidth = 16, StepHeight = 2,
        ShortestInterval = new FrameInterval(1, 120), LongestInterval = new FrameInterval(10, 1),
    };

    private static ControlInfo Vendor() => new()
    {
        Id = ControlCatalogue.VendorId(5, 1), Name = "AControlWhoseNameIsLongerThanThirtyTwoBytes",
        Type = ControlType.Int32, Unit = "a unit beyond sixteen",
        IsTrigger = true, Minimum = -5, Maximum = 5, Step = 5, Default = 0, MinimumCount = 1, MaximumCount = 4,
        Menu = [new(-5, "Low"), new(0, "An entry whose name is longer than its field"), new(5, "High")],
        Description = "What it does.",
    };

    private static CameraConfig ConfigOf(CameraProfile profile) => new(
        CameraWire.ProtocolVersion, 0, 1, 16, 0, 0, 0, 0, 1, Text64.From(profile.Name), WireUuid.From(profile.Id),
            WireUuid.From(profile.SyncGroup));

    private static CameraProfile ReadBack(CameraProfile profile)
    {
        var blob = CapabilityBlob.Write(profile, Limits);
        Assert.True(CapabilityBlob.TryRead(ConfigOf(profile), blob, out var back, out var limits, out var error), error);
        Assert.Equal(Limits, limits);
        return back;
    }

    [Fact]
    public void A_profile_comes_back_whole()
    {
        var profile = FullProfile();
        Assert.Equal(profile, ReadBack(profile));
    }

    [Fact]
    public void Empty_calibration_and_none_are_different()
    {
        Assert.Null(ReadBack(FullProfile() with { Calibration = null }).Calibration);
        Assert.Equal("", ReadBack(FullProfile() with { Calibration = "" }).Calibration);
    }

    [Fact]
    public void A_time_base_other_than_the_hosts_clock_is_named()
    {
        Assert.Equal("ptp", ReadBack(FullProfile() with { TimeBase = "ptp" }).TimeBase);
    }

    [Fact]
    public void Any_profile_comes_back_whole()
    {
        Prop.ForAll(Profiles().ToArbitrary(), profile => ReadBack(profile) == profile).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_record_has_a_length_that_is_a_multiple_of_8_and_they_fill_the_blob()
    {
        var blob = CapabilityBlob.Write(FullProfile(), Limits);
        var at = 0;
        while (at < blob.Length)
        {
            var record = CameraWire.Read<CapabilityRecord>(blob.AsSpan(at));
            Assert.Equal(0u, record.Length % 8);
            at += (int)record.Length;
        }

        Assert.Equal(blob.Length, at);
    }

    [Fact]
    public void Records_that_are_not_known_are_skipped()
    {
        var profile = FullProfile();
        byte[] unknown = [0xff, 0x7f, 0, 0, 16, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        byte[] blob = [.. unknown, .. CapabilityBlob.Write(profile, Limits), .. unknown];
        Assert.True(CapabilityBlob.TryRead(ConfigOf(profile), blob, out var back, out _, out var error), error);
        Assert.Equal(profile, back);
    }

    [Fact]
    public void Bytes_appended_to_a_record_are_ignored()
    {
        var profile = FullProfile() with { Vendors = [], Controls = [], Calibration = null };
        var blob = CapabilityBlob.Write(profile, Limits).ToList();
        // The first record is CAMERA: eight bytes more at its end.
        var length = BinaryPrimitives.ReadInt32LittleEndian(blob.GetRange(4, 4).ToArray());
        blob.InsertRange(length, [9, 9, 9, 9, 9, 9, 9, 9]);
        var longer = blob.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(4), length + 8);
        Assert.True(CapabilityBlob.TryRead(ConfigOf(profile), longer, out var back, out _, out var error), error);
        Assert.Equal(profile, back);
    }

    [Theory]
    [InlineData(4, 0u, "length 0")]
    [InlineData(4, 12u, "length 12")]
    [InlineData(4, 0xfffffff8u, "length 4294967288")]
    [InlineData(4, 16u, "Camera record at 0")]
    public void A_record_that_lies_about_its_length_is_named(int offset, uint lie, string reason)
    {
        var blob = CapabilityBlob.Write(FullProfile(), Limits);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(offset), lie);
        Assert.False(CapabilityBlob.TryRead(ConfigOf(FullProfile()), blob, out _, out _, out var error));
        Assert.Contains(reason, error);
    }

    [Fact]
    public void Counts_that_are_larger_than_their_record_are_named()
    {
        var blob = CapabilityBlob.Write(FullProfile(), Limits);
        Lie(CapabilityRecordType.Format, 8 + 16, "sizes do not fit");
        Lie(CapabilityRecordType.Control, 8 + 96, "menu entries do not fit");
        Lie(CapabilityRecordType.Calibration, 8, "does not fit");
        Lie(CapabilityRecordType.Text, 8 + 12, "does not fit");

        void Lie(CapabilityRecordType type, int field, string reason)
        {
            var copy = blob.ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(Find(copy, type) + field), 0x10000001);
            Assert.False(CapabilityBlob.TryRead(ConfigOf(FullProfile()), copy, out _, out _, out var error));
            Assert.Contains(reason, error);
        }
    }

    [Fact]
    public void A_blob_without_camera_or_stream_is_refused()
    {
        var blob = CapabilityBlob.Write(FullProfile(), Limits);
        Assert.False(CapabilityBlob.TryRead(ConfigOf(FullProfile()), [], out _, out _, out var error));
        Assert.Contains("no CAMERA record", error);
        blob[Find(blob, CapabilityRecordType.Stream)] = 0x70; // a type nobody knows
        Assert.False(CapabilityBlob.TryRead(ConfigOf(FullProfile()), blob, out _, out _, out error));
        Assert.Contains("no STREAM record", error);
    }

    [Fact]
    public void Whatever_the_bytes_the_answer_is_a_profile_or_a_reason()
    {
        var whole = CapabilityBlob.Write(FullProfile(), Limits);
        var numbers = ArbMap.Default.ArbFor<NonNegativeInt>();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), numbers, numbers, (noise, at, cut) =>
        {
            var blob = whole.ToArray();
            for (var i = 0; i < noise.Length; i++) blob[(at.Get * 97 + i * 31) % blob.Length] = noise[i];
            var bytes = cut.Get % 2 == 0 ? blob : blob[..(cut.Get * 131 % blob.Length)];
            var read = CapabilityBlob.TryRead(default, bytes, out var profile, out _, out var error);
            return read ? profile is not null && error.Length == 0 : profile is null && error.Length > 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_blob_beyond_the_limit_is_not_looked_at()
    {
        Assert.False(CapabilityBlob.TryRead(default, new byte[CapabilityBlob.MaximumBytes + 8], out _, out _, out var error));
        Assert.Contains("at most", error);
        Assert.Throws<ArgumentException>(() =>
            CapabilityBlob.Write(FullProfile() with { Calibration = new string('x', CapabilityBlob.MaximumBytes) }, Limits));
    }

    private static int Find(byte[] blob, CapabilityRecordType type)
    {
        for (var at = 0; at < blob.Length;)
        {
            var record = CameraWire.Read<CapabilityRecord>(blob.AsSpan(at));
            if (record.Type == type) return at;
            at += (int)record.Length;
        }

        throw new InvalidOperationException($"no {type} record");
    }

    private static Gen<CameraProfile> Profiles()
    {
        var texts = Gen.Choose(0, 100).SelectMany(length =>
            Gen.Elements("a", "Z", "0", " ", "é", "漢", "🎥").ArrayOf(length).Select(parts => string.Concat(parts)));
        var intervals = from numerator in Gen.Choose(1, 5000)
                        from denominator in Gen.Choose(1, 5000)
                        select new FrameInterval((uint)numerator, (uint)denominator);
        var sizes = from w in Gen.Choose(1, 4096)
                    from h in Gen.Choose(1, 4096)
                    from dw in Gen.Choose(0, 4096)
                    from dh in Gen.Choose(0, 4096)
                    from step in Gen.Choose(0, 64)
                    from shortest in intervals
                    from longest in intervals
                    select new FrameSizeOffer
                    {
                        MinimumWidth = w, MinimumHeight = h, MaximumWidth = w + dw, MaximumHeight = h + dh,
                        StepWidth = step, StepHeight = step,
                        ShortestInterval = shortest, LongestInterval = longest,
                    };
        var formats = from code in Gen.Elements("NV12", "YUYV", "RGGB", "Z16 ", "MJPG", "ABCD")
                      from offered in Gen.Choose(0, 4).SelectMany(sizes.ArrayOf)
                      select new FormatOffer { Format = FourCC.Parse(code), Sizes = [.. offered] };
        var numbers = ArbMap.Default.GeneratorFor<long>();
        var controls = from name in texts
                       from unit in texts
                       from description in texts
                       from type in Gen.Choose(1, 8)
                       from scope in Gen.Choose(0, 2)
                       from direction in Gen.Choose(1, 3)
                       from delay in Gen.Choose(0, ControlInfo.MaximumDelay)
                       from least in numbers
                       from most in numbers
                       from usual in numbers
                       from step in numbers
                       from count in Gen.Choose(1, 4)
                       from menu in Gen.Choose(0, 3).SelectMany(texts.ArrayOf)
                       select new ControlInfo
                       {
                           Id = 0, Name = name, Unit = unit, Description = description,
                           Type = (ControlType)type, Scope = (ControlScope)scope, Direction = (ControlDirection)direction,
                           DelayFrames = delay, Minimum = least, Maximum = most, Default = usual, Step = step,
                           IsTrigger = count % 2 == 0, MinimumCount = 1, MaximumCount = count,
                           Menu = [.. menu.Select((text, i) => new ControlMenuItem(i - 1, text))],
                       };
        var vendors = from name in texts from id in ArbMap.Default.GeneratorFor<Guid>() select new VendorNamespace(0, id, name);
        return from name in texts
               from model in texts
               from id in ArbMap.Default.GeneratorFor<Guid>()
               from depth in Gen.Choose(0, 100)
               from offered in Gen.Choose(0, 3).SelectMany(formats.ArrayOf)
               from controlled in Gen.Choose(0, 5).SelectMany(controls.ArrayOf)
               from vended in Gen.Choose(0, 2).SelectMany(vendors.ArrayOf)
               from calibration in texts
               select new CameraProfile
               {
                   Name = name, Model = model, Id = id, PipelineDepth = depth, Formats = [.. offered],
                   Controls = [.. controlled.Select((control, i) => control with { Id = (uint)i * 7919 })],
                   Vendors = [.. vended.Select((vendor, i) => vendor with { Index = (ushort)i })],
                   Calibration = calibration,
               };
    }
}
