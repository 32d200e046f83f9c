using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Tests.Camera;
using CameraFabric.Platform;
using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Tests.Program;

/// <summary>Scripted cameras behind a real socket path, one for each connection, that give a frame as soon as a request is there.</summary>
internal sealed class CameraHost : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("guest-test-").FullName;
    private readonly UnixListener _listener;
    private readonly Thread _thread;
    private readonly Action<ScriptedCamera, int> _script;
    private readonly List<ScriptedCamera> _cameras = [];
    private volatile bool _ending;

    /// <param name="script">Prepares the camera of the n-th connection, from 0.</param>
    public CameraHost(Action<ScriptedCamera, int>? script = null)
    {
        _script = script ?? ((_, _) => { });
        _listener = UnixListener.Bind(Path);
        _thread = new Thread(Accept) { IsBackground = true };
        _thread.Start();
    }

    public string Path => System.IO.Path.Combine(_folder, "camera.sock");

    public string Folder => _folder;

    public IReadOnlyList<ScriptedCamera> Cameras => _cameras;

    public CameraGuestOptions Options => new()
    {
        Socket = Path,
        Name = "test",
        Frames = 50,
        BuffersInFlight = 3,
        Width = 128,
        Height = 64,
        StallTimeout = CameraBench.Patience,
        Driver = new CameraDriverOptions { CommandTimeout = CameraBench.Patience },
    };

    public void Dispose()
    {
        _ending = true;
        if (UnixSocket.TryConnect(Path, out var wake, out _)) wake!.Dispose();
        _thread.Join();
        foreach (var camera in _cameras) camera.Dispose();
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A frame for every request that waits.</summary>
    public static void Serve(ScriptedCamera camera)
    {
        while (camera.Waiting > 0) camera.Frame();
    }

    private void Accept()
    {
        while (_listener.Accept(CameraBench.Patience) is { } socket)
        {
            if (_ending)
            {
                socket.Dispose();
                return;
            }

            var camera = new ScriptedCamera(socket)
            {
                Capabilities = CapabilityBlob.Write(new CameraProfile
                {
                    Name = "scripted",
                    Formats = [new FormatOffer { Format = PixelFormats.Nv12.FourCC,
                        Sizes = [FrameSizeOffer.Of(128, 64, new FrameInterval(1, 60), new FrameInterval(1, 5))] }],
                    Controls = [ControlCatalogue.ExposureTime],
                }, new CapabilityLimits(16, 2, 32)),
                Arrived = Serve,
            };
            _script(camera, _cameras.Count);
            _cameras.Add(camera);
            camera.Start();
        }
    }
}
