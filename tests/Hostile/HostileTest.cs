using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Tests.VhostUser;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Transport;
using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Hostile.Tests;

/// <summary>
/// One test of one bad input against a whole node: a real camera, the attacker on a real socket with real shared memory, and a
/// neighbour that streams from the same camera and checks every frame. Each test arranges the bad input and expects the word; what must
/// hold whatever the input was is here: the neighbour gets on, and nothing of the attacker stays.
/// </summary>
[Collection(nameof(OpenDescriptors))]
public abstract class HostileTest : IAsyncLifetime
{
    private const string Camera = "front", Attacker = "attacker", Neighbour = "neighbour";
    private static readonly Lazy<Task> Warm = new(WarmUpAsync);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<HostileGuest> _guests = [];
    private OpenDescriptors? _open;
    private int _mappings;
    private RunningFabric? _fabric;
    private Task<GuestReport>? _neighbour;

    /// <summary>What the attacker may have: little, so that its limits are soon reached.</summary>
    private protected const int MaximumInFlight = 4, MaximumBuffers = 8;

    private protected const long MaximumBufferBytes = MaximumBuffers * (long)HostileGuest.FrameBytes;

    /// <summary>A message that has begun must be complete within this.</summary>
    private protected static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(2);

    private protected RunningFabric Fabric => _fabric!;

    private protected OpenDescriptors Open => _open!;

    private protected string AttackersSocket => Fabric.Socket(Attacker, Camera);

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await Warm.Value;
        _open = new OpenDescriptors();
        _mappings = Mappings();
        _fabric = Start();
        _neighbour = _fabric.RunAsync(NeighbourOptions(_fabric), _stop.Token);
        await NeighbourGetsOnAsync();
        await _fabric.ListensAsync(AttackersSocket);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        try
        {
            foreach (var guest in _guests) guest.Dispose();
            await Fabric.WaitAsync(static status => status.Cameras[0].Sessions == 1, "a session of the attacker stays");
            await NeighbourGetsOnAsync();
            await _stop.CancelAsync();
            var report = await _neighbour!;
            var status = await Fabric.StopAsync();
            Assert.True(report.Good, report.ToJson() + Fabric.Loggers);
            AssertUnhurt(status);
        }
        finally
        {
            await Fabric.DisposeAsync();
            _stop.Dispose();
        }

        Open.Expect(0);
        Open.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Mappings() == _mappings, RunningFabric.Patience), $"{_mappings} files were mapped at first, now {Mappings()}");
    }

    /// <summary>The attacker's connection, made and not used yet.</summary>
    private protected HostileGuest Connect(bool isIndirect = true)
    {
        var guest = new HostileGuest(UnixSocket.Connect(AttackersSocket)) { IsIndirect = isIndirect };
        _guests.Add(guest);
        return guest;
    }

    /// <summary>The attacker with its queues running.</summary>
    private protected HostileGuest Attack() => Connect().Begin();

    private protected Task<FabricStatus> UntilAsync(Func<GuestStatusReport, bool> condition, string otherwise) =>
        Fabric.WaitAsync(status => condition(Of(status)), otherwise);

    /// <summary>The attacker is cut off, and its reason says all these words.</summary>
    private protected async Task IsCutOffAsync(HostileGuest guest, params string[] words)
    {
        await UntilAsync(
            attacker => attacker.State == GuestState.Quarantined
                && words.All(word => attacker.Reason.Contains(word, StringComparison.Ordinal)),
            $"the attacker is not cut off because of '{string.Join("', '", words)}'");
        guest.Dispose();
        _guests.Remove(guest);
        await Fabric.WaitAsync(static now => now.Cameras[0].Sessions == 1, "a session of the attacker stays");
    }

    /// <summary>For each attack a connection of its own, which is cut off with these words.</summary>
    private protected async Task EachIsCutOffAsync(params (Action<HostileGuest> Attack, string Words)[] attacks)
    {
        foreach (var (attack, words) in attacks)
        {
            var guest = Attack();
            attack(guest);
            await IsCutOffAsync(guest, words);
        }
    }

    /// <summary>The message is refused, the log says why, and the connection goes on.</summary>
    private protected void IsRefused(HostileGuest guest, Action send, string words)
    {
        var refusal = Assert.Throws<VhostUserException>(send);
        Assert.Contains("was refused", refusal.Message, StringComparison.Ordinal);
        IsLogged(words);
        Assert.Equal(3, guest.Frontend.GetQueueNum());
    }

    private protected void IsLogged(string words) =>
        Assert.True(
            SpinWait.SpinUntil(() => Fabric.Loggers.Lines.Any(line => line.Contains(words, StringComparison.Ordinal)), RunningFabric.Patience),
            $"'{words}' is not in the log:\n{Fabric.Loggers}");

    private protected static GuestStatusReport Of(FabricStatus status) => status.Guests.Single(guest => guest.Guest == Attacker);

    /// <summary>Frames reach the neighbour still.</summary>
    private protected async Task NeighbourGetsOnAsync()
    {
        var before = Delivered(await Fabric.Node.StatusAsync());
        await Fabric.WaitAsync(now => Delivered(now) >= before + 3, "the neighbour gets no frames");
        static long Delivered(FabricStatus status) => status.Guests.Single(guest => guest.Guest == Neighbour).Delivered;
    }

    private static RunningFabric Start()
    {
        var stream = RunningFabric.Small with
        {
            Width = HostileGuest.Width, Height = HostileGuest.Height, Interval = new FrameInterval(1, 100),
        };
        GuestRig attacker = RunningFabric.Guest(Attacker, Camera, SessionRole.Owner) with
        {
            MaximumInFlight = MaximumInFlight, MaximumBuffers = MaximumBuffers, MaximumBufferBytes = MaximumBufferBytes,
        };
        return RunningFabric.Start(
            [RunningFabric.Camera(Camera) with { Stream = stream }],
            [attacker, RunningFabric.Guest(Neighbour, Camera)],
            RunningFabric.Patient with { MessageTimeout = MessageTimeout, LogLines = 100_000 });
    }

    private static CameraGuestOptions NeighbourOptions(RunningFabric fabric)
    {
        var options = fabric.Options(Neighbour, Camera, frames: 0);
        return options with
        {
            Width = HostileGuest.Width, Height = HostileGuest.Height, Interval = new FrameInterval(1, 100),
            Driver = options.Driver with { Transport = new VirtioTransportOptions { MemoryBytes = 4 << 20 } },
        };
    }

    // What the process opens once for all, whoever is first, is not the attacker's doing.
    private static async Task WarmUpAsync()
    {
        await using var fabric = Start();
        using var stop = new CancellationTokenSource();
        var run = fabric.RunAsync(NeighbourOptions(fabric), stop.Token);
        await fabric.WaitAsync(static status => status.Guests[1].Delivered > 0, "no frame comes");
        using (new HostileGuest(UnixSocket.Connect(fabric.Socket(Attacker, Camera))).Begin()) await stop.CancelAsync();
        await run;
        await fabric.StopAsync();
    }

    // A frame may be missing because the machine was busy; it may not be missing, or be wrong, because of what another guest did.
    private void AssertUnhurt(FabricStatus status)
    {
        var neighbour = status.Guests.Single(guest => guest.Guest == Neighbour);
        var text = $"{neighbour} {string.Join(", ", neighbour.Dropped)}\n{Fabric.Loggers}";
        Assert.True(neighbour.Connections == 1, text);
        string[] busy = ["NoRequest", "DeliveryBusy", "NoFreeSlot", "SensorSkipped", "Cancelled"];
        Assert.True(neighbour.Dropped.All(drop => busy.Contains(drop.Reason)), text);
        string[] ends = ["Ok", "Cancelled", "Timeout"];
        Assert.True(neighbour.Requests.All(request => ends.Contains(request.Reason)), text);
        Assert.Equal((0, 0), (status.Cameras[0].Restarts, status.Cameras[0].Sessions));
    }

    private static int Mappings() => File.ReadLines("/proc/self/maps")
        .Count(static line => line.Contains("/memfd:", StringComparison.Ordinal)
            && !line.Contains("doublemapper", StringComparison.Ordinal));
}
