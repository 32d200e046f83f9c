using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Program;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A node with one camera in this process, and machines of QEMU that it serves.</summary>
public abstract class QemuTest : IAsyncLifetime
{
    private protected const string Camera = "front", Machine = "vm", Neighbour = "neighbour";

    // QEMU 11.1 ends itself at the ids 42 to 44: its table of names has no place for them. A driver may be bound to any.
    private protected const int GenericId = 45;
    private readonly List<IDisposable> _disposables = [];
    private readonly CancellationTokenSource _stop = new();
    private RunningFabric? _fabric;

    private protected RunningFabric Fabric => _fabric!;

    /// <summary>What the machine has of the camera.</summary>
    private protected virtual GuestCameraRig View => new() { Camera = Camera, Role = SessionRole.Owner };

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // A test that is left out needs nothing.
        if (QemuProgram.WhyNotInstalled is not null && QemuProgram.WhyNoNewer is not null) return;
        var stream = RunningFabric.Small with
        {
            Width = QemuCamera.Width, Height = QemuCamera.Height, Interval = new FrameInterval(1, 100),
        };
        _fabric = RunningFabric.Start(
            [RunningFabric.Camera(Camera) with { Stream = stream }],
            [new GuestRig { Name = Machine, Cameras = [View] }, RunningFabric.Guest(Neighbour, Camera)]);
        await _fabric.ListensAsync(Socket(Neighbour));
        await _fabric.ListensAsync(Socket(Machine));
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
        if (_fabric is null) return;
        foreach (var disposable in _disposables) disposable.Dispose();
        await _fabric.WaitAsync(static status => status.Cameras[0].Sessions == 0, "a session stays");
        await _fabric.StopAsync();
        await _fabric.DisposeAsync();
    }

    private protected string Socket(string guest = Machine) => Fabric.Socket(guest, Camera);

    private protected T Keep<T>(T disposable)
        where T : IDisposable
    {
        _disposables.Insert(0, disposable);
        return disposable;
    }

    /// <summary>A machine with the device as the disk of QEMU's vhost-user-blk: three queues, 57 bytes of configuration.</summary>
    private protected QemuCamera Boot(string? socket = null, string more = "") => new(Keep(QemuMachine.Start(
        QemuProgram.Installed,
        "-chardev", $"socket,id=camera,path={socket ?? Socket()}{more}",
        "-device", $"vhost-user-blk-pci,chardev=camera,num-queues=3,addr={QemuCamera.Slot},disable-legacy=on,vectors=0")));

    /// <summary>A machine of a newer QEMU with the device as it is: QEMU's generic device.</summary>
    private protected QemuCamera BootNewer(string? socket = null, int configBytes = CameraConfig.Bytes) =>
        new(StartNewer(CameraWire.QueueCount, configBytes, socket));

    /// <summary>A machine of a newer QEMU with QEMU's generic device.</summary>
    private protected QemuMachine StartNewer(int queues, int configBytes, string? socket = null) => Keep(QemuMachine.Start(
        QemuProgram.Newer,
        "-chardev", $"socket,id=camera,path={socket ?? Socket()}",
        "-device", $"vhost-user-test-device-pci,chardev=camera,virtio-id={GenericId},num_vqs={queues},vq_size=64,config_size={configBytes},"
            + $"addr={QemuDriver.Slot}"));

    private protected Task<FabricStatus> UntilAsync(Func<GuestStatusReport, bool> condition, string otherwise, string guest = Machine) =>
        Fabric.WaitAsync(status => condition(status.Guests.Single(report => report.Guest == guest)), otherwise);

    /// <summary>A guest of this project on the same camera, until the end of the test: streams, and checks every frame.</summary>
    private protected async Task<NeighbourRun> StreamNeighbourAsync()
    {
        var options = Fabric.Options(Neighbour, Camera, frames: 0) with
        {
            Width = QemuCamera.Width, Height = QemuCamera.Height, Interval = new FrameInterval(1, 100),
        };
        var run = new NeighbourRun(Fabric, _stop, Fabric.RunAsync(options, _stop.Token));
        await run.GetsOnAsync();
        return run;
    }

    /// <summary>A neighbour's run.</summary>
    private protected sealed record NeighbourRun(RunningFabric Fabric, CancellationTokenSource Stop, Task<GuestReport> Report)
    {
        /// <summary>Frames reach it still.</summary>
        public async Task GetsOnAsync()
        {
            var before = Delivered(await Fabric.Node.StatusAsync());
            await Fabric.WaitAsync(now => Delivered(now) >= before + 3, "the neighbour gets no frames");
            static long Delivered(FabricStatus status) => status.Guests.Single(guest => guest.Guest == Neighbour).Delivered;
        }

        /// <summary>Ends it; it has nothing to complain of.</summary>
        public async Task EndAsync()
        {
            await GetsOnAsync();
            await Stop.CancelAsync();
            var report = await Report;
            Assert.True(report.Good, report.ToJson() + Fabric.Loggers);
        }
    }
}
