using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Camera;

/// <content>What the camera can do.</content>
public sealed partial class CameraDriver
{
    private const int CapabilityChunk = 4096;
    private const int CapabilityAttempts = 4;

    /// <summary>Reads the capability blob, piece by piece, and makes a profile of it (GET_CAPABILITIES).</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone; or the blob cannot be read, or changed all the
    /// while.</exception>
    public CameraProfile GetCapabilities()
    {
        lock (_commandOrder)
        {
            for (var attempt = 0; attempt < CapabilityAttempts; attempt++)
            {
                if (TryReadCapabilities() is { } blob) return Decode(blob);
            }
        }

        throw new CameraDriverException(CameraFailure.Violation,
            $"{CameraCommand.GetCapabilities}: the capabilities changed while they were read, {CapabilityAttempts} times");
    }

    /// <summary>The whole blob; null when its generation changed in the middle.</summary>
    private byte[]? TryReadCapabilities()
    {
        byte[]? blob = null;
        var generation = 0UL;
        for (var offset = 0; blob is null || offset < blob.Length;)
        {
            CameraWire.Write(_body, new GetCapabilitiesCommand((uint)offset, CapabilityChunk, 0));
            var reply = Execute(CameraCommand.GetCapabilities, GetCapabilitiesCommand.Bytes, GetCapabilitiesReply.Bytes);
            var head = CameraWire.Read<GetCapabilitiesReply>(reply);
            var bytes = reply[GetCapabilitiesReply.Bytes..];
            if (blob is null)
            {
                if (head.Total > (uint)_options.MaximumCapabilityBytes)
                    throw Broken(CameraCommand.GetCapabilities,
                        $"a blob of {head.Total} bytes; at most {_options.MaximumCapabilityBytes} are read");
                blob = new byte[head.Total];
                generation = head.Generation;
            }

            if (head.Generation != generation || head.Total != (uint)blob.Length) return null;
            if (head.Offset != (uint)offset)
                throw Broken(CameraCommand.GetCapabilities, $"bytes from {head.Offset} on; asked for those from {offset} on");
            if (bytes.Length > Math.Min(CapabilityChunk, blob.Length - offset) || (bytes.IsEmpty && blob.Length > 0))
                throw Broken(CameraCommand.GetCapabilities,
                    $"{bytes.Length} bytes at {offset} of {blob.Length}; asked for {CapabilityChunk}");
            bytes.CopyTo(blob.AsSpan(offset));
            offset += bytes.Length;
            if (blob.Length == 0) break;
        }

        return blob;
    }

    private CameraProfile Decode(byte[] blob) =>
        CapabilityBlob.TryRead(ReadConfig(), blob, out var profile, out _, out var error)
            ? profile
            : throw new CameraDriverException(CameraFailure.Violation, $"{CameraCommand.GetCapabilities}: {error}");
}
