using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
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
            foreach (var message in Messages(decisions))
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
            foreach (var message in Messages(decisions))
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
        var tested = Messages(new Decisions([])).Select(message => message.GetType()).ToHashSet();

        Assert.Empty(FabricSerializer.MessageTypes.Except(tested));
    }

    [Fact]
    public void What_is_no_message_of_the_fabric_is_not_made()
    {
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);

        Assert.Throws<ArgumentException>(() => serializer.FromBinary([0x90], "System.Diagnostics.Process"));
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

        Assert.Throws<MessagePackSerializationException>(() => serializer.FromBinary(longer, nameof(SubmitControls)));
    }

    [Fact]
    public void Fields_that_a_newer_version_added_are_passed_over()
    {
        var serializer = new FabricSerializer((ExtendedActorSystem)_system);
        foreach (var message in Messages(new Decisions([])).Where(static message => message is not ReaderAttached))
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

    private static IEnumerable<IFabricMessage> Messages(Decisions d)
    {
        var configuration = new StreamConfiguration(
            new FourCC((uint)d.Long()), d.Below(1 << 20), d.Below(1 << 20),
                new FrameInterval((uint)d.Below(1 << 20), (uint)d.Below(1 << 20)));
        var controls = Controls(d);
        var (ticket, session, flag, status) = ((ulong)d.Long(), (ulong)d.Long(), d.Below(2) == 0, (CameraStatus)d.Below(15));
        yield return new ConfigureCamera(ticket, session, configuration);
        yield return new CameraConfigured(ticket, status, configuration, (uint)d.Long());
        yield return new ConfigurationMoved(configuration, (uint)d.Long(), flag);
        yield return new StartStream(ticket, session, (uint)d.Long(), controls);
        yield return new StopStream(ticket, session);
        yield return new StreamAnswered(ticket, flag, status);
        yield return new LeaveCamera(session);
        yield return new SourceMoved((SourceEvent)(d.Below(3) + 1), (ulong)d.Long(), (SourceFault)d.Below(10));
        yield return new SourceFaulty((SourceFault)d.Below(10), (ulong)d.Long());
        yield return new StreamSilent((ulong)d.Long());
        yield return new SubmitControls(new ControlSet { Id = ticket, Context = session, TargetFrame = (ulong)d.Long(), Strict = flag,
            Controls = controls });
        yield return new CancelControls(ticket);
        yield return new CancelContext(session, flag);
        yield return new ControlSetLost(ticket, session, (ControlSetFailure)d.Below(3), (ulong)d.Long());
        yield return new SetGlobalControls(ticket, session, controls);
        yield return new GlobalControlsSet(ticket, status);
        yield return new ControlsChanged((ulong)d.Long(), controls);
        yield return new AcquireOwner(ticket, session, flag);
        yield return new ReleaseOwner(ticket, session);
        yield return new OwnerAnswered(ticket, status, (SessionRole)d.Below(3), flag);
        foreach (var message in PlacementMessages(d)) yield return message;
        var role = (SessionRole)d.Below(3);
        yield return new AttachReader(ticket, "b", (uint)d.Long(), session, flag ? configuration : null);
        yield return new ReaderAttached(ticket, "a", (uint)d.Long(), RequestBench.Profile, configuration, (uint)d.Long(), flag);
        yield return new DetachReader(ticket);
        yield return new ReattachReader(ticket);
        yield return new JoinRemote(session, "guest", role, flag, !flag, flag ? configuration : null, controls);
        yield return new RemoteJoined(session, role, configuration, (uint)d.Long(), flag, !flag);
        yield return new RemoteRefused(session, d.Below(99));
        yield return new ToSession(session, new CameraConfigured(ticket, status, configuration, 7));
        yield return new HomeConfigured(configuration, (uint)d.Long());
        yield return new HoldRemote(d.Below(9));
        yield return new AllowSilence(d.Long());
        yield return new OpenLink(ticket, session);
        yield return new LinkOffered(ticket, new LinkOffer(Guid.NewGuid(), (uint)d.Long(), "10.0.0.1", d.Below(65536), "/run/a", "soc"));
        yield return new LinkOpened(ticket);
        yield return new ReaderPulse(ticket, d.Long());
        yield return new HomePulse(ticket, d.Long());
    }

    private static IEnumerable<IFabricMessage> PlacementMessages(Decisions d)
    {
        var (term, address, uid) = ((ulong)d.Long(), $"akka.tcp://camera-fabric@10.0.0.{d.Below(9)}:4053", d.Below(1 << 24) - (1 << 23));
        var version = new TableVersion(term, d.Below(2) == 0 ? null : address, (ulong)d.Long());
        yield return new FenceAsked(address, uid, d.Long());
        yield return new FenceAnswered(address, uid, d.Long());
        yield return new PlacementAsked(term, address);
        yield return new PlacementRefused(term, address);
        yield return new PlacementPromised(term, address, address, uid, version);
        yield return new PlacementAnnounced(version);
        yield return new PlacementWanted(version);
        yield return new PlacementPage(version, d.Below(9), d.Below(9),
            [.. Enumerable.Range(0, d.Below(5)).Select(i => new Assignment(
                $"camera{i}", d.Below(3) == 0 ? null : new NodeIncarnation($"node{d.Below(2)}", address, d.Below(3)), (uint)d.Below(1 << 20), d.Below(2) == 0, (HomeLoss)d.Below(4)))]);
        yield return new CameraReleased("front", (uint)d.Below(1 << 20));
        yield return new NodeClosing(address, uid);
        yield return new NodeEnded("rear-soc", address, uid);
    }

    private static ImmutableArray<ControlEntry> Controls(Decisions d) =>
        [.. Enumerable.Range(0, d.Below(5)).Select(_ => new ControlEntry((uint)d.Long(), (uint)d.Below(16), Value(d)))];

    private static ControlValue Value(Decisions d) => d.Below(7) switch
    {
        0 => ControlValue.From(d.Below(2) == 0),
        1 => ControlValue.From(d.Below(1 << 24)),
        2 => ControlValue.From(d.Long()),
        3 => ControlValue.FromFixedRaw(d.Below(1 << 24)),
        4 => ControlValue.FromRectangle(d.Below(9), d.Below(9), d.Below(9), d.Below(9)),
        5 => ControlValue.FromSize((uint)d.Below(99), (uint)d.Below(99)),
        _ => ControlValue.FromBytes(new byte[d.Below(65)]),
    };

    private static void IsAMessageOrRefused(FabricSerializer serializer, byte[] bytes, string manifest)
    {
        try
        {
            Assert.Equal(manifest, serializer.FromBinary(bytes, manifest).GetType().Name);
        }
        catch (MessagePackSerializationException error)
        {
            Assert.NotEqual("", error.Message);
        }
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
            else if (left is CameraProfile profile) Assert.Equal(profile.ToJson(), Assert.IsType<CameraProfile>(right).ToJson());
            else Assert.Equal(left, right);
        }
    }
}
