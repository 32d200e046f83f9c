using CameraFabric.Platform;

namespace CameraFabric.Sensors.Frames;

/// <summary>Whose slots frames lie in: is told when a slot is nobody's any more.</summary>
internal interface IFrameOwner
{
    /// <summary>The number within the process, as in <see cref="FrameHandle.Pool"/>.</summary>
    int Id { get; }

    /// <summary>Room for pixels in a slot, bytes.</summary>
    int FrameBytes { get; }

    /// <summary>Whether what a slot's frame shows is still that frame: false when another process has written over it.</summary>
    /// <param name="slot">The slot's index.</param>
    bool IsIntact(int slot);

    /// <summary>A slot's last lease was given back, or its writing given up. Any thread; must not block.</summary>
    /// <param name="slot">The slot's index.</param>
    /// <param name="generation">Of which use.</param>
    void Released(int slot, uint generation);
}

/// <summary>Where a frame lies.</summary>
/// <param name="Memory">What its header and its applied controls are in.</param>
/// <param name="Start">Where the header begins there, in bytes.</param>
/// <param name="PixelMemory">What its pixels are in.</param>
/// <param name="PixelStart">Where the pixels begin there, in bytes.</param>
internal readonly record struct FramePlace(MappedMemory Memory, long Start, MappedMemory PixelMemory, long PixelStart);
