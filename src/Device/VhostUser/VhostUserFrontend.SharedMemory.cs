using System.Runtime.InteropServices;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserFrontend
{
    /// <summary>GET_SHMEM_CONFIG: bytes of each shared memory region of the device, by region id; 0 where there is none.</summary>
    public long[] GetSharedMemoryConfig()
    {
        var answer = Ask(FrontendRequest.GetSharedMemoryConfig, []);
        if (answer.Length != SharedMemoryHeader.AnswerBytes)
        {
            throw new VhostUserException(
                $"GET_SHMEM_CONFIG was answered with {answer.Length} bytes; it must be {SharedMemoryHeader.AnswerBytes}");
        }

        var sizes = MemoryMarshal.Cast<byte, long>(answer[SharedMemoryHeader.Bytes..]).ToArray();
        var announced = MemoryMarshal.Read<SharedMemoryHeader>(answer).Count;
        var regions = sizes.Count(static bytes => bytes != 0);
        if (announced != regions || Array.Exists(sizes, static bytes => bytes < 0 || bytes % SharedMapping.PageBytes != 0))
        {
            throw new VhostUserException(
                $"GET_SHMEM_CONFIG was answered with {announced} regions and {regions} sizes, of {string.Join(", ", sizes.Where(static b => b != 0))} "
                + $"bytes; sizes are multiples of {SharedMapping.PageBytes}");
        }

        return sizes;
    }
}
