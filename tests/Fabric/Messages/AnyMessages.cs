using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Messages;

/// <summary>Messages that may leave a node.</summary>
internal static class AnyMessages
{
    /// <summary>One of each type, each of another content for other decisions.</summary>
    public static IEnumerable<IFabricMessage> Of(Decisions d)
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
        yield return new ProfilePage(ticket, d.Below(9), new byte[d.Below(99)]);
        yield return new ReaderAttached(ticket, "a", (uint)d.Long(), d.Below(9), configuration, (uint)d.Long(), flag);
        yield return new AttachRefused(ticket, "why");
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
}
