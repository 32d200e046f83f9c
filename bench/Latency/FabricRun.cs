using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Bench.Latency;

/// <summary>A whole node with its guests, over sockets in a folder of its own.</summary>
internal sealed class FabricRun : IFrameLoad
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly FabricNode _node;
    private readonly StreamConfiguration _stream;
    private readonly ImmutableArray<(string Camera, string Socket)> _devices;
    private readonly bool _isInPlace;
    private BenchGuest[] _guests = [];

    public FabricRun(int cameras, int guests, StreamConfiguration stream, SensorFactory sensor, FabricOptions options,
        SessionRole role = SessionRole.Observer, bool connect = true, int leases = 0)
    {
        var ids = Enumerable.Range(0, cameras).Select(static camera => $"c{camera}").ToArray();
        var rig = new Rig
        {
            Name = "bench", RuntimeDirectory = _folder.FullName, Options = options,
            Cameras = [.. ids.Select(id => new CameraRig { Id = id, SensorKind = "still", Stream = stream, Sensor = sensor })],
            Guests = [.. Enumerable.Range(0, guests).Select(guest => new GuestRig
            {
                Name = $"g{guest}", Cameras = [.. ids.Select(id => new GuestCameraRig { Camera = id, Role = role, Leases = leases })],
            })],
        };
        _node = FabricNode.Start(rig, NullLoggerFactory.Instance);
        _stream = stream;
        _isInPlace = leases > 0;
        _devices = [.. rig.Guests
            .SelectMany(guest => ids.Select(id => (Camera: id, Socket: Path.Combine(_folder.FullName, $"{guest.Name}.{id}.sock"))))];
        if (!SpinWait.SpinUntil(() => _devices.All(static device => File.Exists(device.Socket)), TimeSpan.FromSeconds(60)))
            throw new InvalidOperationException("no sockets have come");
        if (connect) Connect();
    }

    public IReadOnlyList<Arrivals> Guests => [.. _guests.Select(static guest => guest.Arrivals)];

    /// <summary>The guests' devices.</summary>
    public IReadOnlyList<BenchGuest> Devices => _guests;

    /// <summary>The guests come.</summary>
    public void Connect() => _guests = [.. _devices.Select(device => new BenchGuest(device.Camera, device.Socket, _stream, _isInPlace))];

    public void Begin()
    {
        foreach (var guest in _guests) guest.Begin();
    }

    public void Pause()
    {
        foreach (var guest in _guests) guest.Pause();
    }

    public void Dispose()
    {
        foreach (var guest in _guests) guest.Dispose();
        var status = _node.StopAsync().GetAwaiter().GetResult();
        _folder.Delete(recursive: true);
        if (!status.Balanced) throw new InvalidOperationException("the node's balance does not add up");
    }
}
