using CameraFabric.Fabric.Rigs;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

/// <summary>How many frames of one camera readers can keep from being written over: so many slots more its memory has.</summary>
internal static class LinkSlots
{
    /// <summary>The most that are kept; beyond it readers that hold frames share them, and a camera can find no slot free.</summary>
    public const int Maximum = 128;

    /// <summary>The most slots that guests of a camera may hold in place: what is left of a pool beside its own and those of links.</summary>
    public const int MaximumLeases = FramePool.MaximumSlots - Maximum - CameraRig.MaximumSlots;

    /// <summary>Slots for so many readers; for one at least, since any node may take a snapshot.</summary>
    /// <param name="readers">0 or more.</param>
    /// <param name="options">Limits of links: each reader has a window out, and a queue that waits.</param>
    public static int Of(int readers, LinkOptions options) =>
        (int)Math.Min(Maximum, Math.Max(1L, readers) * (options.WindowFrames + options.QueueFrames));
}
