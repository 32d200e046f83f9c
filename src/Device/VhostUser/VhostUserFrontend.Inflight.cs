using System.Runtime.InteropServices;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserFrontend
{
    /// <summary>
    /// GET_INFLIGHT_FD: memory for the back-end to note in what it holds. Keep it for as long as the driver's rings live.
    /// </summary>
    /// <param name="queues">For how many queues: all that the device has.</param>
    /// <param name="queueSize">The largest size of any.</param>
    /// <returns>To be given with <see cref="SetInflight"/>, to this and every later back-end.</returns>
    public InflightArea GetInflight(int queues, int queueSize)
    {
        Span<byte> question = stackalloc byte[WireInflight.PaddedBytes];
        question.Clear();
        MemoryMarshal.Write(question, new WireInflight(0, 0, checked((ushort)queues), checked((ushort)queueSize)));
        Send(FrontendRequest.GetInflightFd, 0, question, []);
        try
        {
            var answer = ReadAnswer(FrontendRequest.GetInflightFd, keepDescriptors: true);
            if (answer.Length is not (WireInflight.Bytes or WireInflight.PaddedBytes) || _channel.Descriptors.Count != 1)
            {
                throw new VhostUserException(
                    $"GET_INFLIGHT_FD was answered with {answer.Length} bytes and {_channel.Descriptors.Count} descriptors; "
                    + $"{WireInflight.Bytes} or {WireInflight.PaddedBytes} bytes and 1 are right");
            }

            var wire = MemoryMarshal.Read<WireInflight>(answer);
            return wire.Size is > 0 and <= long.MaxValue
                ? new InflightArea(wire with { Queues = (ushort)queues, QueueSize = (ushort)queueSize }, _channel.Descriptors.Take())
                : throw new VhostUserException($"GET_INFLIGHT_FD was answered with memory of {wire.Size} bytes");
        }
        finally
        {
            _channel.Descriptors.Clear();
        }
    }

    /// <summary>SET_INFLIGHT_FD: hands the memory to the back-end, before any ring starts. It stays the caller's.</summary>
    public void SetInflight(InflightArea area)
    {
        ArgumentNullException.ThrowIfNull(area);
        Span<byte> payload = stackalloc byte[WireInflight.PaddedBytes];
        payload.Clear();
        MemoryMarshal.Write(payload, area.Wire);
        Tell(FrontendRequest.SetInflightFd, payload, [area.Descriptor]);
    }
}
