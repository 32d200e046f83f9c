using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Sensors.Controls;
using MessagePack;

namespace CameraFabric.Fabric.Tests.Messages;

public sealed class RoundTripTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("wire", FabricNode.ReferenceConfig);

    public void Dispose() => _system.Terminate().Wait(TimeSpan.FromSeconds(30));

    [Fact]
    public void Every_message_that_may_leave_the_node_survives_the_way() => Properties.Hold(
        decisions =>
        {
            foreach (var message in AnyMessages.Of(decisions))
            {
                var serializer = (FabricSerializer)_system.Serialization.FindSerializerFor(message);
                var back = serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message));
                AssertSame(message, back);
            }
        },
        scenarios: 60);

    [Fact]
    public void Any_bytes_are_a_message_or_refused_and_nothing_else() => Properties.Hold(
        decisions =>
        {
            foreach (var message in AnyMessages.Of(decisions))
            {
                var serializer = (FabricSerializer)_system.Serialization.FindSerializerFor(message);
                var bytes = serializer.ToBinary(message);
                for (var changes = 1 + decisions.Below(3); changes > 0; changes--)
                {
                    bytes[decisions.Below(bytes.Length)] = (byte)decisions.Below(256);
                }

                if (decisions.Below(4) == 0) bytes = bytes[..decisions.Below(bytes.Length)];
                IsAMessageOrRefused(serializer, bytes, serializer.Manifest(message));
            }
        },
        scenarios: 100);

    [Fact]
    public void No_message_is_forgotten_here()
    {
        var tested = AnyMessages.Of(new Decisions([])).Select(message => message.GetType()).ToHashSet();

        Assert.Empty(FabricSerializer.MessageTypes.Except(tested));
    }

    [Fact]
    public void What_is_no_message_of_the_fabric_is_not_made()
    {
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);

        var unread = Assert.IsType<UnreadMessage>(serializer.FromBinary([0x90], "System.Diagnostics.Process"));

        Assert.Equal(("System.Diagnostics.Process", "'System.Diagnostics.Process' is no message of the fabric"), (unread.Manifest, unread.Reason));
    }

    [Fact]
    public void A_value_that_is_too_long_is_refused()
    {
        var set = new SubmitControls(new ControlSet { Id = 1, Context = 1,
            Controls = [new ControlEntry(1, ControlValue.FromBytes(new byte[64]))] });
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);
        var bytes = serializer.ToBinary(set);
        var at = bytes.AsSpan().IndexOf((byte)0xc4);
        byte[] longer = [.. bytes[..(at + 1)], 65, .. new byte[65]];

        var unread = Assert.IsType<UnreadMessage>(serializer.FromBinary(longer, nameof(SubmitControls)));
        Assert.Contains("at most 64", unread.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_a_newer_version_added_are_passed_over()
    {
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);
        foreach (var message in AnyMessages.Of(new Decisions([])))
        {
            var bytes = serializer.ToBinary(message);
            Assert.InRange(bytes[0], 0x90, 0x9e);

            // One element more in the message's array, an array itself.
            byte[] newer = [(byte)(bytes[0] + 1), .. bytes[1..], 0x92, 0x01, 0xa1, (byte)'x'];

            AssertSame(message, serializer.FromBinary(newer, serializer.Manifest(message)));
        }
    }

    [Fact]
    public void A_message_of_an_older_version_has_defaults_for_what_it_lacks()
    {
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);

        // Of JoinRemote, an array of seven, the first four.
        byte[] older = [0x94, 0x05, 0xa1, (byte)'g', 0x01, 0xc3];
        var join = Assert.IsType<JoinRemote>(serializer.FromBinary(older, nameof(JoinRemote)));

        Assert.Equal((5UL, "g", SessionRole.Owner, true, false), (join.Session, join.Guest, join.Role, join.MayAcquire, join.IsStreaming));
        Assert.Null(join.Configuration);
        Assert.True(join.Controls.IsDefaultOrEmpty);
    }

    [Theory]
    [InlineData(nameof(JoinRemote), new byte[] { 0x91, 0x05 }, "a JoinRemote has to have a Guest")]
    [InlineData(nameof(SubmitControls), new byte[] { 0x90 }, "a SubmitControls has to have a Set")]
    [InlineData(nameof(LinkOffered), new byte[] { 0x92, 0x01, 0x90 }, "a LinkOffer has to have a TcpHost")]
    [InlineData(nameof(ToSession), new byte[] { 0x92, 0x01, 0x92, 0xaf, 67, 111, 110, 102, 105, 103, 117, 114, 101, 67, 97, 109, 101, 114, 97, 0x90 },
        "a ConfigureCamera has to have a Wanted")]
    public void What_a_message_cannot_be_without_is_asked_for_and_whoever_gets_it_never_sees_it_half(string manifest, byte[] bytes, string why)
    {
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);

        Assert.Contains(why, Assert.IsType<UnreadMessage>(serializer.FromBinary(bytes, manifest)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_of_an_older_version_is_read()
    {
        var old = MessagePackSerializer.Serialize(new object[] { "rig", "set", 1.5, Array.Empty<object>(), Array.Empty<object>() });

        var status = MessagePackSerializer.Deserialize<FabricStatus>(old);

        Assert.Equal(("rig", true), (status.Rig, status.Balanced));
    }

    [Fact]
    public void A_status_survives_the_way()
    {
        var status = new FabricStatus(
            "rig", "set", 1.5,
            [new CameraStatusReport { Id = "front", Captured = 3, FannedOut = 1, Lost = [new ReasonCount("NoFreeSlot", 2)],
                State = CameraState.Lost }],
            [new GuestStatusReport { Guest = "vision", Offered = 3, Delivered = 2, UnderWay = 1, State = GuestState.Quarantined,
                Reason = "why" }]);

        var back = MessagePackSerializer.Deserialize<FabricStatus>(MessagePackSerializer.Serialize(status));

        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(status), System.Text.Json.JsonSerializer.Serialize(back));
        Assert.True(back.Balanced);
    }

    private static void IsAMessageOrRefused(FabricSerializer serializer, byte[] bytes, string manifest)
    {
        var read = serializer.FromBinary(bytes, manifest);
        if (read is UnreadMessage unread) Assert.True(unread.Manifest == manifest && unread.Reason.Length > 0, $"{unread}");
        else Assert.Equal(manifest, read.GetType().Name);
    }

    // Records compare arrays by reference, so what holds arrays is compared by what it says.
    private static void AssertSame(object expected, object actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        foreach (var property in expected.GetType().GetProperties())
        {
            var (left, right) = (property.GetValue(expected), property.GetValue(actual));
            if (left is ImmutableArray<ControlEntry> entries)
            {
                Assert.Equal(entries.AsEnumerable(), Assert.IsType<ImmutableArray<ControlEntry>>(right));
            }
            else if (left is ControlSet) AssertSame(left, right!);
            else Assert.Equal(left, right);
        }
    }
}
