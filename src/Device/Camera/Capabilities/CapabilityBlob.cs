using System.Diagnostics.CodeAnalysis;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Capabilities;

/// <summary>
/// A camera's profile as a guest reads it: records one after the other, of which readers skip those they do not know
/// (docs/virtio-camera.md, "Capabilities").
/// Together with the configuration space, which carries name and identity, nothing of the profile is lost.
/// </summary>
public static class CapabilityBlob
{
    /// <summary>The largest blob that is read, in bytes.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Writes a profile.</summary>
    /// <exception cref="ArgumentException">The blob would be larger than <see cref="MaximumBytes"/>.</exception>
    public static byte[] Write(CameraProfile profile, in CapabilityLimits limits)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var blob = new CapabilityWriter().Write(profile, limits);
        return blob.Length <= MaximumBytes
            ? blob
            : throw new ArgumentException(
                $"the profile of '{profile.Name}' makes a capability blob of {blob.Length} bytes; at most {MaximumBytes} are right",
                nameof(profile));
    }

    /// <summary>
    /// Reads a profile. The bytes may be anybody's: whatever they are, the answer is a profile or what is wrong with them.
    /// </summary>
    /// <param name="config">The configuration space read with the blob.</param>
    /// <param name="blob">All bytes of the blob.</param>
    /// <param name="profile">The profile, if the bytes are one.</param>
    /// <param name="limits">What the device grants.</param>
    /// <param name="error">What is wrong, where, and what would be right; empty if nothing is.</param>
    public static bool TryRead(
        in CameraConfig config,
        ReadOnlySpan<byte> blob,
        [NotNullWhen(true)] out CameraProfile? profile,
        out CapabilityLimits limits,
        out string error)
    {
        profile = null;
        limits = default;
        if (blob.Length > MaximumBytes)
        {
            error = $"capability blob: {blob.Length} bytes; at most {MaximumBytes} are read";
            return false;
        }

        var reader = new CapabilityReader();
        error = reader.Read(blob) ?? "";
        if (error.Length > 0) return false;
        error = reader.Build(config, out profile, out limits) ?? "";
        return error.Length == 0;
    }
}
