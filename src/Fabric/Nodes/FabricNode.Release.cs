using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Fabric.Guests;

namespace CameraFabric.Fabric.Nodes;

public sealed partial class FabricNode
{
    /// <summary>Ends the quarantine of a guest's devices: their next connection is served at once.</summary>
    /// <param name="guest">The guest's name.</param>
    /// <param name="camera">The camera's id; null for all devices of the guest.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The devices, as <c>GUEST/CAMERA</c>, that were in quarantine or would have had to wait; empty if there was none.</returns>
    /// <exception cref="ArgumentException">There is no such guest, or it does not see that camera.</exception>
    /// <exception cref="TimeoutException">The guest's devices do not answer, e.g. because they have stopped.</exception>
    public async Task<ImmutableArray<string>> ReleaseAsync(string guest, string? camera = null, CancellationToken cancellation = default)
    {
        var known = _rig.Guests.FirstOrDefault(candidate => candidate.Name == guest) ?? throw new ArgumentException(
            $"there is no guest '{guest}'; there are {string.Join(", ", _rig.Guests.Select(static g => g.Name))}", nameof(guest));
        var cameras = known.Cameras.Select(static view => view.Camera).ToArray();
        if (camera is not null && !cameras.Contains(camera))
        {
            throw new ArgumentException(
                $"guest '{guest}' does not see a camera '{camera}'; it sees {string.Join(", ", cameras)}", nameof(camera));
        }

        var released = ImmutableArray.CreateBuilder<string>();
        foreach (var each in camera is null ? cameras : [camera])
        {
            var ask = new PassOn([guest, each], ReleaseGuest.Message);
            GuestReleased answer;
            try
            {
                answer = await _fabric.Ask<GuestReleased>(ask, _rig.Options.StopTimeout, cancellation).ConfigureAwait(false);
            }
            catch (AskTimeoutException late)
            {
                throw new TimeoutException($"{guest}/{each} does not answer", late);
            }

            if (answer.WasQuarantined) released.Add($"{guest}/{each}");
        }

        return released.ToImmutable();
    }
}
