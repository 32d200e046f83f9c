using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Readers;

/// <summary>What a camera's reader has to know.</summary>
/// <param name="Camera">The camera.</param>
/// <param name="Node">This node's name.</param>
/// <param name="Machine">The machine that it runs on.</param>
/// <param name="Meter">Where frames are counted that come here.</param>
/// <param name="Link">Where the reader's end of the link is counted.</param>
/// <param name="Options">The node's options.</param>
/// <param name="Links">Limits of links.</param>
/// <param name="Clock">The frame clock.</param>
/// <param name="Loggers">Where it logs.</param>
internal sealed record ReaderSettings(
    CameraRig Camera,
    string Node,
    string Machine,
    CameraMeter Meter,
    LinkMeter Link,
    FabricOptions Options,
    LinkOptions Links,
    FrameClock Clock,
    ILoggerFactory Loggers);
