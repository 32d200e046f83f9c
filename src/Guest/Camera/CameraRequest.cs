using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Camera;

/// <summary>
/// An order for one frame and, when it has ended, its answer. The driver makes these objects once and they are used again and again:
/// rent one, fill it in, submit it, read it when it has completed, submit it again or return it.
/// </summary>
/// <remarks>
/// While a request is in flight it belongs to the driver and must not be touched. Results stay until the next submission.
/// </remarks>
public sealed class CameraRequest
{
    /// <summary>Most controls of one request, and most that are read from one result.</summary>
    public const int MaximumControls = 64;

    private readonly ControlEntry[] _asked = new ControlEntry[MaximumControls];
    private readonly ReportedControl[] _reported = new ReportedControl[CameraWire.MaximumPacketItems];
    private int _askedCount;
    private int _reportedCount;

    internal CameraRequest(CameraDriver driver, int slot)
    {
        Driver = driver;
        Slot = slot;
    }

    internal CameraDriver Driver { get; }

    internal int Slot { get; }

    internal CameraRequestState State { get; set; }

    internal Span<ReportedControl> ReportedTable => _reported;

    /// <summary>
    /// The buffer and the stream as they were at submission: by the time of the result the driver may have released them.
    /// </summary>
    internal FrameBuffer? Target { get; set; }

    internal CameraStream? Stream { get; set; }

    /// <summary>The buffer to fill: one that <see cref="CameraDriver.AttachBuffers"/> attached, in no other request.</summary>
    public int Buffer { get; set; }

    /// <summary>
    /// Whether the frame stays where it is, see <see cref="CameraDriver.MapPool"/>; then <see cref="Buffer"/> is not looked at.
    /// </summary>
    public bool InPlace { get; set; }

    /// <summary>
    /// The slot of the frame that this request holds in place; -1 for none. It is given back when the request is submitted again, and by
    /// <see cref="CameraDriver.GiveBack"/>.
    /// </summary>
    public int Place { get; internal set; } = -1;

    /// <summary>Exactly as asked, or fail.</summary>
    public bool Strict { get; set; }

    /// <summary>The frame it is meant for; 0 for the next possible.</summary>
    public ulong TargetFrame { get; set; }

    /// <summary>Longest time to hold it in nanoseconds, counted from acceptance; 0 for the device's default.</summary>
    public long TimeoutNanoseconds { get; set; }

    /// <summary>Whatever the caller likes to find again.</summary>
    public long Tag { get; set; }

    /// <summary>The controls asked for.</summary>
    public ReadOnlySpan<ControlEntry> Asked => _asked.AsSpan(0, _askedCount);

    /// <summary>The request's number, larger than that of all before; 0 until it was first submitted.</summary>
    public ulong Id { get; internal set; }

    /// <summary>When it was submitted, nanoseconds of the guest's clock.</summary>
    public long Submitted { get; internal set; }

    /// <summary>How it ended. Meaningless when <see cref="Violation"/> is set.</summary>
    public CameraStatus Status { get; internal set; }

    /// <summary>
    /// What is wrong with the result, if the device broke the protocol with it; null otherwise. Nothing else in the result counts then.
    /// </summary>
    public string? Violation { get; internal set; }

    /// <summary>The frame that answers the request; 0 if none does.</summary>
    public ulong Frame { get; internal set; }

    /// <summary>When the frame's exposure began, nanoseconds of the device's clock.</summary>
    public long StartOfExposure { get; internal set; }

    /// <summary>When the frame was complete in the device, nanoseconds of the device's clock.</summary>
    public long Done { get; internal set; }

    /// <summary>When the driver saw the used entry, nanoseconds of the guest's clock.</summary>
    public long Seen { get; internal set; }

    /// <summary>How often the device had gone away and come back, on the same rings, when the result was seen.</summary>
    public int Interruptions { get; internal set; }

    /// <summary>What is worth knowing of the result.</summary>
    public ResultFlags Flags { get; internal set; }

    /// <summary>Frames of the camera between the one delivered before and this one.</summary>
    public uint DroppedBefore { get; internal set; }

    /// <summary>CRC-32C of the used bytes, if <see cref="Flags"/> say so.</summary>
    public uint Checksum { get; internal set; }

    /// <summary>Bytes used in each plane; each within the plane's size.</summary>
    public PlaneNumbers PlaneBytesUsed { get; internal set; }

    /// <summary>Bytes used in all planes.</summary>
    public int BytesUsed { get; internal set; }

    /// <summary>What the device reports of controls: those asked for and those in force.</summary>
    public ReadOnlySpan<ReportedControl> Reported => _reported.AsSpan(0, _reportedCount);

    /// <summary>Asks for a control. A second value for the same control takes the place of the first.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="MaximumControls"/> already, or the request is in
    /// flight.</exception>
    public void SetControl(uint id, in ControlValue value)
    {
        if (State != CameraRequestState.Rented) throw new InvalidOperationException($"request {Id} is {State}, not the caller's to change");
        var at = 0;
        while (at < _askedCount && _asked[at].Id != id) at++;
        if (at == MaximumControls) throw new InvalidOperationException($"a request carries at most {MaximumControls} controls");
        _asked[at] = new ControlEntry(id, 0, value);
        _askedCount = Math.Max(_askedCount, at + 1);
    }

    /// <summary>Asks for no control.</summary>
    public void ClearControls() => _askedCount = 0;

    /// <summary>What the device reports of one control; false when it says nothing of it.</summary>
    public bool TryGetReported(uint id, out ReportedControl control)
    {
        foreach (ref readonly var candidate in Reported)
        {
            if (candidate.Id != id) continue;
            control = candidate;
            return true;
        }

        control = default;
        return false;
    }

    internal void SetReportedCount(int count) => _reportedCount = count;

    internal void ClearResult()
    {
        Status = CameraStatus.Ok;
        Violation = null;
        Frame = 0;
        StartOfExposure = Done = Seen = 0;
        Flags = ResultFlags.None;
        DroppedBefore = Checksum = 0;
        PlaneBytesUsed = default;
        BytesUsed = 0;
        _reportedCount = 0;
    }
}

/// <summary>To whom a <see cref="CameraRequest"/> belongs.</summary>
internal enum CameraRequestState
{
    /// <summary>To the driver, to be rented.</summary>
    Free,

    /// <summary>To the caller.</summary>
    Rented,

    /// <summary>To the device.</summary>
    InFlight,
}
