using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Nodes;

public sealed partial class FabricNode
{
    /// <summary>The next frame of a camera, copied. An idle camera is started for it, and stopped again.</summary>
    /// <param name="camera">The camera's id.</param>
    /// <param name="cancellation">Gives up; without it a camera that never delivers is waited for until the node stops.</param>
    /// <exception cref="ArgumentException">There is no such camera.</exception>
    /// <exception cref="IOException">The camera is on another node, and the link from there broke just then.</exception>
    /// <exception cref="OperationCanceledException">It was given up, or the camera was stopped.</exception>
    public async Task<CapturedFrame> SnapshotAsync(string camera, CancellationToken cancellation = default)
    {
        if (_rig.Cameras.All(candidate => candidate.Id != camera))
        {
            throw new ArgumentException(
                $"there is no camera '{camera}'; there are {string.Join(", ", _rig.Cameras.Select(static c => c.Id))}", nameof(camera));
        }

        var found = await _fabric.Ask<CameraFound>(new FindCamera(camera), _rig.Options.StopTimeout, cancellation).ConfigureAwait(false);
        var answer = new TaskCompletionSource<FrameLease>(TaskCreationOptions.RunContinuationsAsynchronously);
        found.Camera.Tell(new HoldCapture(new TakeFrame(answer)), ActorRefs.NoSender);
        try
        {
            // Whoever cancels first wins: a frame that comes after that is given back by the fan-out.
            using var registration = cancellation.Register(static state => ((TaskCompletionSource<FrameLease>)state!).TrySetCanceled(),
                answer);
            using var lease = await answer.Task.ConfigureAwait(false);
            return Copy(camera, lease.Frame);
        }
        finally
        {
            found.Camera.Tell(ReleaseCapture.Message, ActorRefs.NoSender);
        }
    }

    private static CapturedFrame Copy(string camera, Frame frame)
    {
        var header = frame.Header;
        var format = PixelFormats.TryGet(new FourCC(header.FourCC), out var known)
            ? known
            : throw new InvalidOperationException($"camera {camera}: the frame has an unknown format 0x{header.FourCC:x8}");
        var pixels = frame.Pixels.ToArray();
        if (!frame.IsIntact) throw new IOException($"camera {camera}: its link broke while the frame was copied; try again");
        return new CapturedFrame
        {
            Camera = camera,
            Layout = format.Layout((int)header.Width, (int)header.Height),
            Sequence = header.Sequence,
            StartOfExposure = header.StartOfExposure,
            Complete = header.Complete,
            Checksum = header.Checksum,
            Applied = [.. frame.Applied],
            Pixels = pixels,
        };
    }
}
